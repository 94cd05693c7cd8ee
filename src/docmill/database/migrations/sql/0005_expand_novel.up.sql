-- Books that were rewritten into short sentences.

create table docmill.novels (
    job_id uuid primary key,
    document_id uuid not null references docmill.uploaded_documents (id) on delete cascade,
    created_at timestamptz not null default now(),
    pages integer not null check (pages >= 1),
    language text not null,
    method text not null check (method in ('rules', 'model', 'fallback')),
    summary jsonb not null
);
create index novels_document on docmill.novels (document_id);

create table docmill.novel_sentences (
    job_id uuid not null references docmill.novels (job_id) on delete cascade,
    number integer not null check (number >= 0),
    source_id integer not null check (source_id >= 0),
    page integer not null check (page >= 1),
    start_offset integer not null check (start_offset >= 0),
    end_page integer not null,
    end_offset integer not null,
    dialogue boolean not null,
    method text not null check (method in ('rules', 'model', 'fallback')),
    reason text,
    text text not null,
    source text not null,
    primary key (job_id, number),
    check ((method = 'fallback') = (reason is not null)),
    check ((end_page, end_offset) > (page, start_offset))
);
comment on column docmill.novel_sentences.source_id is 'The sentence of the book that it was made from, counted from 0.';
comment on column docmill.novel_sentences.start_offset is 'Code points in the text of the page.';

create table docmill.novel_coverage (
    job_id uuid not null references docmill.novels (job_id) on delete cascade,
    request_hash bytea not null check (length(request_hash) = 32),
    created_at timestamptz not null default now(),
    result jsonb not null,
    primary key (job_id, request_hash)
);
comment on column docmill.novel_coverage.request_hash is 'SHA-256 of the word list and what was looked for.';
