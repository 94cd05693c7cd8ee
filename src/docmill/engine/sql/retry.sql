-- name: schedule_retry
-- Let a chunk wait for its next attempt, fenced; the reason goes to the history. `refund` gives the start back.
with waiting as (
    update docmill.chunks
       set status = 'retry_scheduled', run_at = now() + %(delay)s * interval '1 second', worker_id = null, epoch = epoch + 1,
           attempts = attempts - %(refund)s, last_error_code = %(error_code)s, last_error = %(error)s
     where id = %(id)s and epoch = %(epoch)s
    returning id, job_id, step_id, item, attempts, started_at, run_at
),
recorded as (
    insert into docmill.attempts (job_id, chunk_id, step_id, item, epoch, worker_id, attempt, started_at, outcome,
                                  error_code, error, error_page)
    select job_id, id, step_id, item, %(epoch)s, %(worker)s, attempts + %(refund)s, started_at, %(outcome)s, %(error_code)s,
           %(error)s, %(error_page)s from waiting
),
announced as (
    insert into docmill.events (job_id, kind, data)
    select job_id, 'chunk.retry_scheduled',
           jsonb_build_object('step_id', step_id, 'item', item, 'attempts', attempts, 'error_code', %(error_code)s::text,
                              'run_at', run_at) from waiting
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
insert into docmill.finished_chunks (id, job_id, step_id, item, epoch, worker_id, attempts, max_attempts, priority,
                                     started_at, status, input, last_error_code, last_error)
select id, job_id, step_id, item, epoch, worker_id, attempts, max_attempts, priority, started_at, 'failed', input,
       %(error_code)s, %(error)s
  from ended
returning id

-- name: count_failed_chunk
-- Note that one chunk of a job ended without a result; the caller holds the job's row.
update docmill.jobs set chunks_open = chunks_open - 1, chunks_failed = chunks_failed + 1
 where id = %(job_id)s
returning chunks_open, position

-- name: reopen_chunks
-- Give chunks that ended without a result a fresh budget; the caller holds the job's row.
with reopened as (
    delete from docmill.finished_chunks
     where job_id = %(job_id)s and status in ('failed', 'cancelled')
    returning *
),
back as (
    insert into docmill.chunks (id, job_id, step_id, item, epoch, attempts, max_attempts, priority, input,
                                last_error_code, last_error)
    select id, job_id, step_id, item, epoch + 1, attempts, attempts + %(budget)s, priority, input, last_error_code, last_error
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
    update docmill.jobs
       set status = 'processing', chunks_open = %(chunks)s, chunks_failed = 0, position = %(position)s, finished_at = null,
           started_at = coalesce(started_at, now()), deadline_at = now() + timeout_seconds * interval '1 second',
           error_code = null, error = null, error_step = null, error_page = null
     where id = %(job_id)s
    returning id
)
insert into docmill.events (job_id, kind, data)
select id, 'job.processing', jsonb_build_object('retried_chunks', %(chunks)s::integer) from reopened
