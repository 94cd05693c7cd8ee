-- name: current_revision
-- The revision of the schema.
select version_num from docmill.schema_version

-- name: lock_migrations
-- Wait until no other process migrates this database; the key is "docmill" in ASCII.
select pg_advisory_lock(x'646f636d696c6c'::bigint)

-- name: limit_lock_waits
-- Give up on a table that others hold: a waiting ALTER TABLE would stop all work on it.
set lock_timeout = '10s'

-- name: schema_exists
-- Whether the schema is there: an administrator may have made it for a user who may not.
select to_regnamespace('docmill') is not null

-- name: create_schema
-- Make the schema that the table of versions lies in.
create schema docmill
