-- `docmill db upgrade` has made the schema already: its own table of versions lies in it.
comment on schema docmill is 'docmill: documents, jobs, chunks, attempts and events';
