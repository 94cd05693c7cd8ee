-- name: complete_chunks
-- Store outputs and end chunks, fenced by (id, epoch): a late worker finds no row. The jobs' rows are locked first and in
-- order, so that whatever changes a job waits for one lock. A chunk of a last step that needs no publishing carries the
-- step's position: with it the job ends, unless a retry has put the job before that step.
-- The match names the epoch only: with the status in it the planner may scan the index of a state it believes empty.
with given as materialized (
    select * from unnest(%(ids)b::bigint[], %(epochs)b::integer[], %(job_ids)b::uuid[], %(outputs)b::bytea[],
                         %(final_positions)b::smallint[]) as d (id, epoch, job_id, output, final_position)
),
locked as materialized (
    select j.id from docmill.jobs j
     where j.id in (select job_id from given) order by j.id for update
),
ended as (
    -- Counting waits for the locks; a join with them is planned for ten rows, and runs for a thousand.
    delete from docmill.chunks c using given d
     where c.id = d.id and c.epoch = d.epoch and (select count(*) from locked) > 0
    returning c.id, c.job_id, c.step_id, c.owner_id, c.item, c.epoch, c.worker_id, c.attempts, c.max_attempts, c.priority,
              c.started_at, c.input, d.output, d.final_position
),
kept as (
    insert into docmill.finished_chunks (id, job_id, step_id, owner_id, item, epoch, worker_id, attempts, max_attempts, priority,
                                         started_at, finished_at, status, input, output)
    select id, job_id, step_id, owner_id, item, epoch, worker_id, attempts, max_attempts, priority,
           started_at, clock_timestamp(), 'success', input, output from ended
),
counted as (
    -- By job: after a retry, chunks of two steps of one job may end together.
    select job_id, count(*) as ended, array_agg(id) as chunk_ids,
           case when count(*) = count(final_position) then min(final_position) end as final_position
      from ended group by job_id
),
updated as (
    update docmill.jobs j
       set chunks_open = j.chunks_open - c.ended,
           status = case when j.chunks_open > c.ended or c.final_position is distinct from j.position then j.status
                         when j.chunks_failed > 0 then 'completed_with_errors' else 'completed' end,
           finished_at = case when j.chunks_open = c.ended and c.final_position = j.position then clock_timestamp() end,
           deadline_at = case when j.chunks_open = c.ended and c.final_position = j.position then null else j.deadline_at end
      from counted c where j.id = c.job_id
    returning j.id, j.chunks_open, j.status, j.position, c.chunk_ids
),
announced as (
    insert into docmill.events (job_id, kind, data)
    select job_id, 'chunk.success', jsonb_build_object('step_id', step_id, 'items', array_agg(item order by item))
      from ended group by job_id, step_id
    union all
    select u.id, 'job.' || u.status, null from updated u where u.status <> 'processing'
)
select id as job_id, chunks_open, status, position, chunk_ids from updated order by id

-- name: start_steps
-- Begin the next step of jobs whose step has ended; a worker may keep chunks for itself (`taken`) without a new claim.
with given as materialized (
    select * from unnest(%(job_ids)b::uuid[], %(step_ids)b::integer[], %(owner_ids)b::integer[], %(positions)b::smallint[],
                         %(items)b::integer[], %(inputs)b::bytea[], %(taken)b::boolean[])
             as d (job_id, step_id, owner_id, position, item, input, taken)
),
moved as (
    update docmill.jobs j set chunks_open = g.chunks, position = g.position
      from (select job_id, position, count(*) as chunks from given group by job_id, position) g
     where j.id = g.job_id
),
announced as (
    insert into docmill.events (job_id, kind, data)
    select job_id, 'step.started', jsonb_build_object('step_id', step_id, 'chunks', count(*))
      from given group by job_id, step_id
),
started as (
    insert into docmill.chunks (job_id, step_id, owner_id, item, input, priority, max_attempts, status, worker_id, epoch,
                                attempts, started_at)
    select g.job_id, g.step_id, g.owner_id, g.item, g.input, j.priority, j.max_attempts,
           case when g.taken then 'processing' else 'pending' end, case when g.taken then %(worker)s::integer end,
           g.taken::integer, g.taken::integer, case when g.taken then clock_timestamp() end
      from given g join docmill.jobs j on j.id = g.job_id
     order by g.job_id, g.item
    returning id, job_id, step_id, owner_id, item, epoch, attempts, max_attempts, status
)
select id, job_id, step_id, owner_id, item, epoch, attempts, max_attempts from started where status = 'processing'

-- name: start_repeated_step
-- Begin a step that runs once per success of the step before; each chunk finds its input there.
with given as materialized (
    select f.item, f.owner_id from docmill.finished_chunks f
     where f.job_id = %(job_id)s and f.step_id = %(previous_step_id)s and f.status = 'success'
       and not exists (select 1 from docmill.finished_chunks done
                        where done.job_id = f.job_id and done.step_id = %(step_id)s and done.item = f.item)
),
moved as (
    update docmill.jobs j set chunks_open = (select count(*) from given), position = %(position)s
     where j.id = %(job_id)s
    returning j.id, j.priority, j.max_attempts
),
announced as (
    insert into docmill.events (job_id, kind, data)
    select %(job_id)s, 'step.started', jsonb_build_object('step_id', %(step_id)s::integer, 'chunks', (select count(*) from given))
)
insert into docmill.chunks (job_id, step_id, owner_id, item, priority, max_attempts)
select m.id, %(step_id)s, g.owner_id, g.item, m.priority, m.max_attempts from given g, moved m order by g.item

-- name: limit_transaction
-- How long this transaction may last; servers before 17 know only a limit for each of its statements.
select set_config(case when current_setting('server_version_num')::integer >= 170000 then 'transaction_timeout'
                       else 'statement_timeout' end, %(milliseconds)s::text, true)

-- name: lock_job
-- Take the job's row: whatever changes a job's state holds it.
select status, chunks_open, chunks_failed, position, pipeline, version from docmill.jobs where id = %(job_id)s for update

-- name: finish_job
-- End a job; the caller holds its row.
with finished as (
    update docmill.jobs
       set status = %(status)s, finished_at = clock_timestamp(), deadline_at = null, start_before = null, chunks_open = 0,
           error_code = %(error_code)s, error = %(error)s, error_step = %(error_step)s, error_page = %(error_page)s
     where id = %(job_id)s and status in ('pending', 'processing')
    returning id
)
insert into docmill.events (job_id, kind, data)
select id, 'job.' || %(status)s::text,
       case when %(error_code)s::text is not null then jsonb_build_object('error_code', %(error_code)s::text) end
  from finished
returning job_id

-- name: cancel_open_chunks
-- End all chunks of a job that have not ended; running ones lose their lease, and their workers are told. The caller holds
-- the job's row.
with locked as materialized (
    select id from docmill.chunks where job_id = %(job_id)s order by id for update
),
ended as (
    delete from docmill.chunks c using locked l where c.id = l.id
    returning c.*
),
interrupted as (
    insert into docmill.attempts (job_id, chunk_id, step_id, item, epoch, worker_id, attempt, started_at, outcome, error_code, error)
    select job_id, id, step_id, item, epoch, worker_id, attempts, started_at, 'cancelled', %(error_code)s, %(error)s
      from ended where status = 'processing'
),
kept as (
    insert into docmill.finished_chunks (id, job_id, step_id, owner_id, item, epoch, worker_id, attempts, max_attempts, priority,
                                         started_at, status, input, last_error_code, last_error)
    select id, job_id, step_id, owner_id, item, epoch + 1, worker_id, attempts, max_attempts, priority, started_at, 'cancelled',
           input, coalesce(last_error_code, %(error_code)s), coalesce(last_error, %(error)s)
      from ended
)
select pg_notify('docmill_cancel', '') where exists (select 1 from ended where status = 'processing')
