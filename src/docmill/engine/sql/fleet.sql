-- name: list_chunks
-- The chunks of a job in the order of their ids, by cursor.
select c.id, s.name as step, c.item, c.status, c.attempts, c.max_attempts, w.name as worker, c.started_at, c.finished_at,
       c.run_at, c.last_error_code, c.last_error
  from docmill.all_chunks c
  join docmill.steps s on s.id = c.step_id
  left join docmill.workers w on w.id = c.worker_id
 where c.job_id = %(job_id)s
   and (%(status)s::text is null or c.status = %(status)s)
   and c.id > %(after)s
 order by c.id limit %(limit)s

-- name: list_dead_letters
-- Chunks that failed for good, newest first, of jobs that ended without a full result.
select f.id, f.job_id, j.pipeline, s.name as step, f.item, f.attempts, f.finished_at, f.last_error_code, f.last_error,
       d.filename
  from docmill.jobs j
  join docmill.finished_chunks f on f.job_id = j.id and f.status = 'failed'
  join docmill.steps s on s.id = f.step_id
  left join docmill.uploaded_documents d on d.id = j.document_id
 where j.status in ('failed', 'completed_with_errors')
   and (%(owner)s::text is null or j.owner = %(owner)s)
   and (%(pipeline)s::text is null or j.pipeline = %(pipeline)s)
   and (%(error_code)s::text is null or f.last_error_code = %(error_code)s)
 order by j.id desc, f.id limit %(limit)s

-- name: list_batches
-- Newest batches first, by cursor, with their jobs counted by state.
select b.id, b.name, b.created_at, coalesce(j.jobs, '{}'::jsonb) as jobs
  from (select * from docmill.batches
         where (%(owner)s::text is null or owner = %(owner)s) and (%(before)s::uuid is null or id < %(before)s)
         order by id desc limit %(limit)s) b
 cross join lateral (
    select jsonb_object_agg(status, jobs) as jobs
      from (select status, count(*) as jobs from docmill.jobs where batch_id = b.id group by status) counted) j
 order by b.id desc

-- name: find_batch
-- One batch.
select id, name, created_at from docmill.batches
 where id = %(batch_id)s and (%(owner)s::text is null or owner = %(owner)s)

-- name: list_batch_jobs
-- The jobs of a batch, oldest first, by cursor.
select j.id, j.status, j.created_at, j.finished_at, j.error_code, d.filename
  from docmill.jobs j left join docmill.uploaded_documents d on d.id = j.document_id
 where j.batch_id = %(batch_id)s and (%(after)s::uuid is null or j.id > %(after)s)
 order by j.id limit %(limit)s

-- name: list_workers
-- Workers that have not ended, or ended within a day, with what they run.
select w.id, w.name, w.started_at, w.heartbeat_at, w.lease_until, w.stopped_at,
       case when w.stopped_at is not null then 'stopped' when w.lease_until < now() then 'lost'
            when s.waiting then 'idle' else 'working' end as state,
       coalesce(c.running, 0) as running
  from docmill.workers w
  left join docmill.sleepers s on s.worker_id = w.id
  left join (select worker_id, count(*) as running from docmill.chunks where status = 'processing' group by worker_id) c
    on c.worker_id = w.id
 where w.stopped_at is null or w.stopped_at > now() - interval '1 day'
 order by w.stopped_at is not null, w.id desc limit 200
