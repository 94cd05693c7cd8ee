-- name: register_pipeline
-- Make a pipeline's version known; known ones stay as they are.
insert into docmill.pipelines (name, version) values (%(name)s, %(version)s) on conflict do nothing

-- name: register_steps
-- Make the steps of a pipeline's version known.
insert into docmill.steps (pipeline, version, position, name, each, concurrency)
select %(pipeline)s, %(version)s, d.position, d.name, d.each, d.concurrency
  from unnest(%(positions)b::smallint[], %(names)b::text[], %(each)b::boolean[], %(concurrency)b::integer[])
       as d (position, name, each, concurrency)
    on conflict (pipeline, version, position) do update set concurrency = excluded.concurrency
 where steps.concurrency is distinct from excluded.concurrency

-- name: find_steps
-- The steps of a pipeline's version as the database knows them.
select id, position, name, each, concurrency from docmill.steps
 where pipeline = %(pipeline)s and version = %(version)s order by position

-- name: insert_document
-- Store a document's row once per owner and content.
insert into docmill.uploaded_documents (id, owner, filename, file_size_bytes, mime_type, file_hash_sha256)
values (%(id)s, %(owner)s, %(filename)s, %(size)s, %(media_type)s, %(sha256)s)
    on conflict (owner, file_hash_sha256) do nothing

-- name: find_document_by_hash
-- The document of an owner with this content.
select id, filename from docmill.uploaded_documents where owner = %(owner)s and file_hash_sha256 = %(sha256)s

-- name: store_password
-- Keep the sealed password of an encrypted document.
update docmill.uploaded_documents set sealed_password = %(sealed)s, updated_at = now() where id = %(id)s

-- name: insert_batch
-- Start a batch.
insert into docmill.batches (id, owner, name) values (%(id)s, %(owner)s, %(name)s)

-- name: remove_empty_batch
-- Remove a batch that no job came into.
delete from docmill.batches b
 where b.id = %(id)s and b.owner = %(owner)s and not exists (select from docmill.jobs j where j.batch_id = b.id)

-- name: accept_jobs
-- Submit many jobs of one pipeline: the ids of those that are new, unless all are, and whether nobody has to be woken after
-- the commit. Where this statement is the whole transaction (`alone`), workers learn of the jobs at the commit. The call
-- stands in a list of columns, and `offset 0` keeps it single: a function in `from` is put into a table first.
select case when cardinality((done).accepted) < cardinality(%(job_ids)b::uuid[]) then (done).accepted end, (done).told
  from (select docmill.accept_jobs(
            %(pipeline)s, %(owner)s, %(job_ids)b::uuid[], %(document_ids)b::uuid[], %(inputs)b::bytea[],
            %(idempotency_keys)b::text[], %(unique_keys)b::text[], %(request_hashes)b::bytea[], %(batch_id)s::uuid,
            %(priority)s::smallint, %(max_attempts)s::smallint, %(timeout_seconds)s::real, %(queue_seconds)s::real,
            %(alone)s) as done offset 0) as call

-- name: find_job_by_key
-- The job that holds an idempotency key or a unique key.
select id, request_hash, idempotency_key is not distinct from %(idempotency_key)s::text as same_key
  from docmill.jobs
 where owner = %(owner)s
   and (idempotency_key = %(idempotency_key)s::text
        or (unique_key = %(unique_key)s::text and status not in ('failed', 'cancelled')))
 order by same_key desc
 limit 1

-- name: wake_workers
-- Wake idle workers, if there are any: in a transaction of its own after the commit, for those that fell asleep while
-- something was on its way to be committed. A notice that a crash of the server forgets costs one poll, so this need not
-- wait for the disk.
select set_config('synchronous_commit', 'off', true), docmill.wake_workers()
