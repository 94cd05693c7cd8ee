-- name: claim_chunks
-- Take ready chunks of the given steps: due retries first, then by priority and order. The picks are materialised, since
-- a LIMIT in a sub-select may be run more than once and lock more rows than it says. A job's row is skipped when locked:
-- whoever holds a pending job's row cancels it or starts it, and waiting for it while holding chunks could deadlock.
with due as materialized (
    select c.id from docmill.chunks c
     where c.status = 'retry_scheduled' and c.run_at <= now() and c.step_id = any(%(steps)s)
     order by c.run_at limit %(limit)s for update skip locked
),
ready as materialized (
    select r.id
      from unnest(%(steps)s::integer[]) as s (step_id)
     cross join lateral (
        select c.id, c.priority, c.ready_order from docmill.chunks c
         where c.status = 'pending' and c.step_id = s.step_id
         order by c.priority desc, c.ready_order limit %(limit)s for update skip locked) r
     order by r.priority desc, r.ready_order
     limit greatest(0, %(limit)s - (select count(*) from due))
),
claimed as (
    update docmill.chunks c
       set status = 'processing', worker_id = %(worker)s, epoch = c.epoch + 1, attempts = c.attempts + 1,
           started_at = clock_timestamp(), run_at = null
      from (select id from due union all select id from ready) p
     where c.id = p.id
    returning c.id, c.job_id, c.step_id, c.item, c.epoch, c.attempts, c.max_attempts, c.input
),
startable as materialized (
    select j.id from docmill.jobs j
     where j.id in (select job_id from claimed) and j.status = 'pending' for update skip locked
),
started as (
    update docmill.jobs j
       set status = 'processing', started_at = now(), deadline_at = now() + j.timeout_seconds * interval '1 second'
      from startable s where j.id = s.id
    returning j.id
),
announced as (
    insert into docmill.events (job_id, kind) select id, 'job.processing' from started
)
select c.id, c.job_id, c.step_id, c.item, c.epoch, c.attempts, c.max_attempts, j.document_id,
       case when s.position = 0 then j.input
            else coalesce(c.input, (select f.output from docmill.finished_chunks f
                                     where s.each and f.job_id = c.job_id and f.step_id = previous.id and f.item = c.item))
       end as input
  from claimed c
  join docmill.jobs j on j.id = c.job_id
  join docmill.steps s on s.id = c.step_id
  left join docmill.steps previous
    on previous.pipeline = s.pipeline and previous.version = s.version and previous.position = s.position - 1
 order by c.id

-- name: find_inputs
-- The outputs of a step in the order of its items: what the next step that runs once takes.
select f.output from docmill.finished_chunks f
 where f.job_id = %(job_id)s and f.step_id = %(step_id)s and f.status = 'success' order by f.item

-- name: find_fan_out
-- The items that a step handed out, one per chunk of the next step.
select c.input from (
    select item, input from docmill.chunks where job_id = %(job_id)s and step_id = %(step_id)s
    union all
    select item, input from docmill.finished_chunks where job_id = %(job_id)s and step_id = %(step_id)s) c
 order by c.item

-- name: find_job_input
-- What was submitted with a job: its record, or its options.
select input from docmill.jobs where id = %(job_id)s

-- name: find_job_document
-- The document of a job.
select d.id, d.filename, d.file_hash_sha256 as sha256, d.file_size_bytes as size, d.mime_type as media_type, d.sealed_password
  from docmill.uploaded_documents d where d.id = %(id)s

-- name: hand_back_chunks
-- Return chunks that were not finished; the starts do not count.
with returned as (
    update docmill.chunks c
       set status = 'pending', worker_id = null, attempts = c.attempts - 1, epoch = c.epoch + 1, started_at = null
      from unnest(%(ids)s::bigint[], %(epochs)s::integer[]) as d (id, epoch)
     where c.id = d.id and c.epoch = d.epoch
    returning c.id, c.job_id, c.step_id, c.item, c.epoch - 1 as epoch, c.attempts + 1 as attempt
)
insert into docmill.attempts (job_id, chunk_id, step_id, item, epoch, worker_id, attempt, outcome, error_code, error)
select job_id, id, step_id, item, epoch, %(worker)s, attempt, 'worker_shutdown', 'worker_shutdown', %(error)s from returned
