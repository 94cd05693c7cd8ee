-- name: find_job
-- One job with its document.
select j.id, j.created_at, j.started_at, j.finished_at, j.deadline_at, j.document_id, j.batch_id, j.pipeline, j.version,
       j.position, j.priority, j.status, j.owner, j.chunks_open, j.chunks_failed, j.max_attempts, j.error_code, j.error,
       j.error_step, j.error_page, d.filename,
       coalesce((select max(c.attempts) from docmill.all_chunks c where c.job_id = j.id), 0) as attempts,
       extract(epoch from coalesce(j.finished_at, now()) - j.started_at)::float8 * 1000 as duration_ms
  from docmill.jobs j left join docmill.uploaded_documents d on d.id = j.document_id
 where j.id = %(job_id)s and (%(owner)s::text is null or j.owner = %(owner)s)

-- name: list_jobs
-- Newest jobs first, by cursor.
select j.id, j.created_at, j.started_at, j.finished_at, j.pipeline, j.version, j.status, j.document_id, d.filename,
       j.error_code, j.chunks_open, j.chunks_failed,
       extract(epoch from coalesce(j.finished_at, now()) - j.started_at)::float8 * 1000 as duration_ms
  from docmill.jobs j left join docmill.uploaded_documents d on d.id = j.document_id
 where (%(owner)s::text is null or j.owner = %(owner)s)
   and (%(status)s::text is null or j.status = %(status)s)
   and (%(pipeline)s::text is null or j.pipeline = %(pipeline)s)
   and (%(before)s::uuid is null or j.id < %(before)s)
 order by j.id desc limit %(limit)s

-- name: find_job_steps
-- The steps of a job with their chunks by state; counted before they are joined, so that nothing is sorted.
with counted as materialized (
    select step_id, status, count(*) as chunks, min(started_at) as started_at, max(finished_at) as finished_at
      from docmill.all_chunks where job_id = %(job_id)s group by step_id, status
)
select s.position, s.name, s.each, c.status, coalesce(c.chunks, 0) as chunks, c.started_at, c.finished_at
  from docmill.jobs j
  join docmill.steps s on s.pipeline = j.pipeline and s.version = j.version
  left join counted c on c.step_id = s.id
 where j.id = %(job_id)s
 order by s.position, c.status

-- name: find_job_attempts
-- Every attempt of a job's chunks.
select s.name as step, a.chunk_id, a.item, a.attempt, w.name as worker, a.started_at, a.ended_at, a.outcome, a.error_code,
       a.error, a.error_page
  from docmill.all_attempts a
  join docmill.steps s on s.id = a.step_id
  left join docmill.workers w on w.id = a.worker_id
 where a.job_id = %(job_id)s
 order by s.position, a.item, a.epoch

-- name: find_job_events
-- The events of a job after a cursor.
select e.id, e.at, e.kind, e.data from docmill.events e
 where e.job_id = %(job_id)s and e.id > %(after)s and e.transaction_id < pg_snapshot_xmin(pg_current_snapshot())
 order by e.id limit %(limit)s

-- name: find_progress
-- Where jobs stand: for progress bars.
select j.id, j.status, j.position, j.chunks_open,
       (select count(*) from docmill.steps s where s.pipeline = j.pipeline and s.version = j.version) as steps
  from docmill.jobs j where j.id = any(%(job_ids)b::uuid[])

-- name: find_output
-- The output of a job's step that runs once.
select f.output, j.document_id from docmill.finished_chunks f join docmill.jobs j on j.id = f.job_id
 where f.job_id = %(job_id)s and f.step_id = %(step_id)s and f.item = 0 and f.status = 'success'

-- name: find_open_job
-- Whether a job of these pipelines and versions has not ended.
select exists (
    select 1 from docmill.jobs j
      join unnest(%(pipelines)b::text[], %(versions)b::integer[]) as p (name, version)
        on p.name = j.pipeline and p.version = j.version
     where j.status in ('pending', 'processing')) as open

-- name: find_document
-- One document with what was published for it.
select id, owner, filename, file_size_bytes, mime_type, file_hash_sha256, anonymised_result, normalized_result,
       processed_at, created_at
  from docmill.uploaded_documents
 where id = %(document_id)s and (%(owner)s::text is null or owner = %(owner)s)

-- name: list_documents
-- Newest documents first, by cursor.
select id, owner, filename, file_size_bytes, mime_type, file_hash_sha256, processed_at, created_at
  from docmill.uploaded_documents
 where (%(owner)s::text is null or owner = %(owner)s) and (%(before)s::uuid is null or id < %(before)s)
 order by id desc limit %(limit)s
