-- name: schedule_retries
-- Let chunks wait for their next attempt, fenced; the reasons go to the history. `refund` gives a start back.
with given as materialized (
    select * from unnest(%(ids)b::bigint[], %(epochs)b::integer[], %(worker_ids)b::integer[], %(delays)b::float8[],
                         %(refunds)b::integer[], %(outcomes)b::text[], %(error_codes)b::text[], %(errors)b::text[],
                         %(error_pages)b::integer[])
             as d (id, epoch, worker_id, delay, refund, outcome, error_code, error, error_page)
),
locked as materialized (
    select c.id from docmill.chunks c join given d on d.id = c.id and d.epoch = c.epoch order by c.id for update of c
),
waiting as (
    update docmill.chunks c
       set status = 'retry_scheduled', run_at = now() + d.delay * interval '1 second', worker_id = null, epoch = c.epoch + 1,
           attempts = c.attempts - d.refund, last_error_code = d.error_code, last_error = d.error, limited = false
      from given d join locked l on l.id = d.id
     where c.id = d.id and c.epoch = d.epoch
    returning c.id, c.job_id, c.step_id, c.item, c.attempts, c.started_at, c.run_at, d.epoch, d.worker_id, d.refund,
              d.outcome, d.error_code, d.error, d.error_page
),
recorded as (
    insert into docmill.attempts (job_id, chunk_id, step_id, item, epoch, worker_id, attempt, started_at, outcome,
                                  error_code, error, error_page)
    select job_id, id, step_id, item, epoch, worker_id, attempts + refund, started_at, outcome, error_code, error, error_page
      from waiting
),
announced as (
    insert into docmill.events (job_id, kind, data)
    select job_id, 'chunk.retry_scheduled',
           jsonb_build_object('step_id', step_id, 'item', item, 'attempts', attempts, 'error_code', error_code, 'run_at', run_at)
      from waiting
)
select id from waiting

-- name: fail_chunk
-- End a chunk for good, fenced; the caller holds the job's row.
with ended as (
    delete from docmill.chunks where id = %(id)s and epoch = %(epoch)s
    returning *
),
recorded as (
    insert into docmill.attempts (job_id, chunk_id, step_id, item, epoch, worker_id, attempt, started_at, outcome,
                                  error_code, error, error_page)
    select job_id, id, step_id, item, epoch, worker_id, attempts, started_at, %(outcome)s, %(error_code)s, %(error)s,
           %(error_page)s from ended
),
announced as (
    insert into docmill.events (job_id, kind, data)
    select job_id, 'chunk.failed',
           jsonb_build_object('step_id', step_id, 'item', item, 'attempts', attempts, 'error_code', %(error_code)s::text)
      from ended
)
insert into docmill.finished_chunks (id, job_id, step_id, owner_id, item, epoch, worker_id, attempts, max_attempts,
                                     priority, started_at, status, input, last_error_code, last_error)
select id, job_id, step_id, owner_id, item, epoch, worker_id, attempts, max_attempts, priority, started_at, 'failed', input,
       %(error_code)s, %(error)s
  from ended
returning id

-- name: count_failed_chunk
-- Note that one chunk of a job ended without a result; the caller holds the job's row.
update docmill.jobs set chunks_open = chunks_open - 1, chunks_failed = chunks_failed + 1
 where id = %(job_id)s
returning chunks_open, position

-- name: find_retriable_chunks
-- Chunks of a job that ended without a result, and which of them a retry takes: of those that failed the chosen ones,
-- without force only such as have not used up a second budget; and all that were cancelled because the job failed, since
-- without them a step would go on with items missing. Those of later steps are `superseded`: their step begins anew.
with without as materialized (
    select f.id, f.step_id, f.item, f.status, f.attempts, f.last_error_code, s.pipeline, s.version, s.position,
           f.status = 'cancelled'
           or (%(force)s or f.attempts < 2 * j.max_attempts)
              and (%(chunk_ids)b::bigint[] is null or f.id = any(%(chunk_ids)b::bigint[])) as taken
      from docmill.finished_chunks f
      join docmill.jobs j on j.id = f.job_id
      join docmill.steps s on s.id = f.step_id
     where f.job_id = %(job_id)s and f.status in ('failed', 'cancelled')
)
select w.id, w.step_id, w.item, w.status, w.attempts, w.last_error_code, w.pipeline, w.taken,
       exists (select 1 from docmill.steps later
                where later.pipeline = w.pipeline and later.version = w.version and not later.each
                  and later.position > (select min(position) from without where taken)
                  and later.position <= w.position) as superseded
  from without w order by w.id

-- name: reopen_chunks
-- Give chunks that ended without a result a fresh budget; the caller holds the job's row.
with reopened as (
    delete from docmill.finished_chunks
     where job_id = %(job_id)s and id = any(%(chunk_ids)b::bigint[]) and status in ('failed', 'cancelled')
    returning *
),
back as (
    insert into docmill.chunks (id, job_id, step_id, owner_id, item, epoch, attempts, max_attempts, priority, input,
                                last_error_code, last_error)
    select id, job_id, step_id, owner_id, item, epoch + 1, attempts, attempts + %(budget)s, priority, input, last_error_code,
           last_error
      from reopened
    returning step_id
)
select count(*) as chunks, min(s.position) as position from back join docmill.steps s on s.id = back.step_id

-- name: forget_later_steps
-- Remove what steps after a reopened one returned from incomplete input: from the first of them that runs once.
delete from docmill.finished_chunks f
 using docmill.jobs j, docmill.steps s
 where j.id = %(job_id)s and f.job_id = j.id and s.id = f.step_id and s.position >= (
        select min(later.position) from docmill.steps later
         where later.pipeline = j.pipeline and later.version = j.version and later.position > %(position)s and not later.each)

-- name: reopen_job
-- Put a job that had ended without a full result back to work; the caller holds its row.
with reopened as (
    update docmill.jobs j
       set status = 'processing', chunks_open = %(chunks)s, position = %(position)s, finished_at = null,
           chunks_failed = (select count(*) from docmill.finished_chunks f where f.job_id = j.id and f.status = 'failed'),
           started_at = coalesce(started_at, now()), deadline_at = now() + timeout_seconds * interval '1 second',
           error_code = null, error = null, error_step = null, error_page = null
     where id = %(job_id)s
    returning id
)
insert into docmill.events (job_id, kind, data)
select id, 'job.processing', jsonb_build_object('retried_chunks', %(chunks)s::integer) from reopened

-- name: find_retriable_jobs
-- Jobs that ended without a full result and match a filter, oldest first, with the chunks that a retry would run.
select j.id, count(f.id) filter (where f.status = 'cancelled' or %(force)s or f.attempts < 2 * j.max_attempts) as chunks
  from docmill.jobs j join docmill.finished_chunks f on f.job_id = j.id and f.status in ('failed', 'cancelled')
 where j.status in ('failed', 'completed_with_errors') and j.owner = %(owner)s
   and (%(pipeline)s::text is null or j.pipeline = %(pipeline)s)
   and (%(batch_id)s::uuid is null or j.batch_id = %(batch_id)s)
   and (%(error_code)s::text is null or j.error_code = %(error_code)s
        or exists (select 1 from docmill.finished_chunks g
                    where g.job_id = j.id and g.status = 'failed' and g.last_error_code = %(error_code)s))
 group by j.id
having %(force)s or not bool_or(f.status = 'failed')
    or bool_or(f.status = 'failed' and f.attempts < 2 * j.max_attempts)
 order by j.id limit %(limit)s
