-- name: verify_open_chunks_counted
-- jobs: an open job knows how many of its chunks have not ended.
select j.id::text as subject, format('chunks_open is %%s, but %%s chunks are open', j.chunks_open, count(c.id)) as problem
  from docmill.jobs j left join docmill.chunks c on c.job_id = j.id
 where j.status in ('pending', 'processing')
 group by j.id having j.chunks_open <> count(c.id)

-- name: verify_open_job_has_work
-- jobs: an open job has at least one open chunk, else nothing would ever move it.
select j.id::text as subject, 'open, but no chunk is open' as problem
  from docmill.jobs j where j.status in ('pending', 'processing') and j.chunks_open = 0

-- name: verify_job_has_steps
-- jobs: the pipeline and version of a job are known, else no worker could run it.
select j.id::text as subject, format('pipeline %%s version %%s has no steps', j.pipeline, j.version) as problem
  from docmill.jobs j
 where not exists (select 1 from docmill.steps s where s.pipeline = j.pipeline and s.version = j.version)

-- name: verify_failed_chunks_counted
-- jobs: a job knows how many of its chunks failed for good.
select j.id::text as subject, format('chunks_failed is %%s, but %%s chunks failed', j.chunks_failed, count(f.id)) as problem
  from docmill.jobs j left join docmill.finished_chunks f on f.job_id = j.id and f.status = 'failed'
 where j.status in ('processing', 'completed', 'completed_with_errors')
 group by j.id having j.chunks_failed <> count(f.id)

-- name: verify_chunk_has_open_job
-- chunks: whatever waits or runs belongs to an open job.
select c.id::text as subject, coalesce('open, but its job is ' || j.status, 'its job is gone') as problem
  from docmill.chunks c left join docmill.jobs j on j.id = c.job_id
 where j.id is null or j.status not in ('pending', 'processing')

-- name: verify_chunk_not_twice
-- chunks: a chunk is open or ended, never both.
select c.id::text as subject, 'open and ended at once' as problem
  from docmill.chunks c join docmill.finished_chunks f using (job_id, step_id, item)

-- name: verify_chunk_behind_position
-- chunks: no chunk of a step is open while its job stands behind that step.
select c.id::text as subject, format('open in step %%s, but the job stands at %%s', s.position, j.position) as problem
  from docmill.chunks c join docmill.jobs j on j.id = c.job_id join docmill.steps s on s.id = c.step_id
 where s.position < j.position

-- name: verify_runner_exists
-- chunks: what runs is run by a worker that lives, or ended so recently that a sweep will come.
select c.id::text as subject, 'runs, but nobody would notice if its worker were gone' as problem
  from docmill.chunks c left join docmill.workers w on w.id = c.worker_id
 where c.status = 'processing' and (w.id is null or w.settled)

-- name: verify_limits_hold
-- steps: no more chunks of a step run than its limit allows.
select s.name as subject, format('%%s chunks run, the limit is %%s', count(*), s.concurrency) as problem
  from docmill.chunks c join docmill.steps s on s.id = c.step_id
 where c.status = 'processing' and c.limited and s.concurrency is not null
 group by s.id having count(*) > s.concurrency

-- name: verify_finished_chunk_has_job
-- finished_chunks: results belong to a job.
select f.id::text as subject, 'its job is gone' as problem
  from docmill.finished_chunks f where not exists (select 1 from docmill.jobs j where j.id = f.job_id)

-- name: verify_completed_is_complete
-- jobs: every step of a completed job has ended, and without a failure where the state says so.
select j.id::text as subject, format('%%s, but step %%s has %%s successes and %%s others', j.status, s.name,
       count(f.id) filter (where f.status = 'success'), count(f.id) filter (where f.status <> 'success')) as problem
  from docmill.jobs j
  join docmill.steps s on s.pipeline = j.pipeline and s.version = j.version
  left join docmill.finished_chunks f on f.job_id = j.id and f.step_id = s.id
 where j.status in ('completed', 'completed_with_errors')
 group by j.id, s.id
having (not s.each and count(f.id) filter (where f.status = 'success') <> 1)
    or (j.status = 'completed' and count(f.id) filter (where f.status <> 'success') > 0)

-- name: verify_error_has_cause
-- jobs: a job that completed with errors has a chunk that failed.
select j.id::text as subject, 'completed_with_errors, but no chunk failed' as problem
  from docmill.jobs j
 where j.status = 'completed_with_errors'
   and not exists (select 1 from docmill.finished_chunks f where f.job_id = j.id and f.status = 'failed')

-- name: verify_fan_out_complete
-- finished_chunks: each item that reached a step which runs once per item reached the next such step, or failed before it.
select j.id::text as subject, format('items of step %%s are missing in step %%s', s.name, later.name) as problem
  from docmill.jobs j
  join docmill.steps s on s.pipeline = j.pipeline and s.version = j.version and s.each
  join docmill.steps later on later.pipeline = j.pipeline and later.version = j.version
   and later.position = s.position + 1 and later.each
 where j.status in ('completed', 'completed_with_errors')
   and exists (select 1 from docmill.finished_chunks f
                where f.job_id = j.id and f.step_id = s.id and f.status = 'success'
                  and not exists (select 1 from docmill.finished_chunks g
                                   where g.job_id = j.id and g.step_id = later.id and g.item = f.item))

-- name: verify_attempts_explained
-- attempts: no attempt is recorded beyond the starts that were counted, except those that used none.
select a.chunk_id::text as subject, format('%%s attempts are recorded, %%s starts were counted', count(*), c.attempts) as problem
  from docmill.attempts a join docmill.all_chunks c on c.id = a.chunk_id
 where a.outcome in ('timeout', 'worker_lost', 'permanent')
 group by a.chunk_id, c.attempts having count(*) > c.attempts

-- name: verify_history_has_job
-- attempts: history belongs to a job.
select a.chunk_id::text as subject, 'its job is gone' as problem
  from docmill.attempts a where not exists (select 1 from docmill.jobs j where j.id = a.job_id)

-- name: verify_events_agree
-- events: the last word about a job's state is the job's state.
select j.id::text as subject, format('%%s, but the last event says %%s', j.status, e.kind) as problem
  from docmill.jobs j
 cross join lateral (
    select e.kind from docmill.events e where e.job_id = j.id and e.kind like 'job.%%' order by e.id desc limit 1) e
 where e.kind <> 'job.' || j.status

-- name: count_rows
-- How many rows each table holds.
select (select count(*) from docmill.jobs) as jobs, (select count(*) from docmill.chunks) as chunks,
       (select count(*) from docmill.finished_chunks) as finished_chunks, (select count(*) from docmill.attempts) as attempts,
       (select count(*) from docmill.events) as events, (select count(*) from docmill.steps) as steps
