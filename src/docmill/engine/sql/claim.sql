-- name: claim_chunks
-- Take ready chunks of the given steps, each up to its own number: due retries first, then by priority; steps and owners
-- of one priority get equal shares, beginning after the one that had the last turn. `heads` hops through the index from one
-- owner to the next, so the cost grows with the owners that wait, never with the chunks; below `low` it does not look: there
-- lies what was claimed before, and while an old snapshot is held somewhere no vacuum can remove it. Each row returns the
-- lowest order that its step has now, for the next claim. The picks are materialised, since a
-- LIMIT in a sub-select may be run more than once and lock more rows than it says. A job's row is skipped when locked:
-- whoever holds a pending job's row cancels it or starts it, and waiting for it while holding chunks could deadlock. Jobs are
-- looked up one by one: a plan that was made while few waited would go over all that wait now.
with recursive running as materialized (
    select c.step_id, c.owner_id, count(*) as chunks from docmill.chunks c
     where %(limited)s and c.status = 'processing' and c.limited group by c.step_id, c.owner_id
),
wanted as materialized (
    select d.step_id, d.low,
           least(d.most, s.concurrency - coalesce(
                (select sum(r.chunks) from running r where r.step_id = d.step_id), 0))::integer as most
      from unnest(%(steps)b::integer[], %(limits)b::integer[], %(lows)b::bigint[]) as d (step_id, most, low)
      join docmill.steps s on s.id = d.step_id
),
due as materialized (
    select d.id, d.owner_id from wanted w cross join lateral (
        select c.id, c.owner_id from docmill.chunks c
         where c.status = 'retry_scheduled' and c.step_id = w.step_id and c.run_at <= now()
           and (%(owner_limit)s::integer is null or %(owner_limit)s > coalesce(
                (select sum(r.chunks) from running r where r.owner_id = c.owner_id), 0))
         order by c.run_at
         limit greatest(0, least(w.most, case when %(owner_limit)s is null then w.most else 1 end))
           for update skip locked) d
     limit %(limit)s
),
heads as (
    select w.step_id, w.most, w.low, h.priority, h.owner_id, h.ready_order, 1 as depth
      from wanted w cross join lateral (
        select c.priority, c.owner_id, c.ready_order from docmill.chunks c
         where c.status = 'pending' and c.step_id = w.step_id and c.ready_order >= w.low
         order by -c.priority, c.owner_id, c.ready_order limit 1) h
     where w.most > 0
    union all
    select g.step_id, g.most, g.low, h.priority, h.owner_id, h.ready_order, g.depth + 1
      from heads g cross join lateral (
        select c.priority, c.owner_id, c.ready_order from docmill.chunks c
         where c.status = 'pending' and c.step_id = g.step_id and (-c.priority, c.owner_id) > (-g.priority, g.owner_id)
           and c.ready_order >= g.low
         order by -c.priority, c.owner_id, c.ready_order limit 1) h
     where g.depth < 256
),
shares as materialized (
    select h.step_id, h.priority, h.owner_id, h.ready_order,
           least(h.most, ceil(%(limit)s::numeric / count(*) over (partition by h.priority)),
                 %(owner_limit)s - coalesce((select sum(r.chunks) from running r where r.owner_id = h.owner_id), 0)
                                 - (select count(*) from due d where d.owner_id = h.owner_id))::integer as most
      from heads h
     order by h.priority desc, (h.owner_id, h.step_id) <= (%(turn_owner)s, %(turn_step)s), h.owner_id, h.step_id
),
ready as materialized (
    select r.id from shares g cross join lateral (
        select c.id from docmill.chunks c
         where c.status = 'pending' and c.step_id = g.step_id and -c.priority = -g.priority and c.owner_id = g.owner_id
           and c.ready_order >= g.ready_order
         order by c.ready_order limit greatest(0, g.most) for update skip locked) r
     limit greatest(0, least(%(limit)s, (select sum(greatest(0, most)) from wanted)) - (select count(*) from due))
),
claimed as (
    update docmill.chunks c
       set status = 'processing', worker_id = %(worker)s, epoch = c.epoch + 1, attempts = c.attempts + 1,
           started_at = clock_timestamp(), run_at = null, limited = %(limited)s
      from (select id from due union all select id from ready) p
     where c.id = p.id
    returning c.id, c.job_id, c.step_id, c.owner_id, c.item, c.epoch, c.attempts, c.max_attempts, c.input
),
startable as materialized (
    select s.id from (select distinct job_id from claimed) c cross join lateral (
        select j.id from docmill.jobs j where j.id = c.job_id and j.status = 'pending' for update skip locked) s
),
started as (
    update docmill.jobs j
       set status = 'processing', started_at = now(), deadline_at = now() + j.timeout_seconds * interval '1 second',
           start_before = null
      from startable s where j.id = s.id
    returning j.id
),
announced as (
    insert into docmill.events (job_id, kind) select id, 'job.processing' from started
)
select c.id, c.job_id, c.step_id, c.owner_id, c.item, c.epoch, c.attempts, c.max_attempts, j.document_id,
       case when s.position = 0 then j.input
            else coalesce(c.input, (select f.output from docmill.finished_chunks f
                                     where s.each and f.job_id = c.job_id and f.step_id = previous.id and f.item = c.item))
       end as input,
       coalesce((select min(h.ready_order) from heads h where h.step_id = c.step_id), 0) as low
  from claimed c
  join docmill.jobs j on j.id = c.job_id
  join docmill.steps s on s.id = c.step_id
  left join docmill.steps previous
    on previous.pipeline = s.pipeline and previous.version = s.version and previous.position = s.position - 1
 order by c.id

-- name: lock_limits
-- One claim under a limit at a time in the whole fleet, until the transaction ends, so that counting is exact.
select pg_advisory_xact_lock(hashtext('docmill'), hashtext('limits'))

-- name: prepare_session
-- Let the server end a transaction in which the worker stalls: what it took must not outlive its lease for long. Keep the
-- planner from reading whole tables when its statistics are older than the backlog: each statement here has its index. And
-- plan a prepared statement once: to plan the claim takes longer than to run it.
select set_config('idle_in_transaction_session_timeout', %(milliseconds)s::text, false),
       set_config('enable_seqscan', 'off', false), set_config('plan_cache_mode', 'force_generic_plan', false)

-- name: find_held_chunks
-- What the database believes a worker to run; asked after an outage, when the answer to a claim may have been lost.
select id, job_id, step_id, owner_id, item, epoch, attempts, max_attempts, null::uuid as document_id, null::bytea as input
  from docmill.chunks where status = 'processing' and worker_id = %(worker)s

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
with locked as materialized (
    select c.id, c.started_at
      from docmill.chunks c join unnest(%(ids)b::bigint[], %(epochs)b::integer[]) as d (id, epoch) on c.id = d.id and c.epoch = d.epoch
     where c.worker_id is not null order by c.id for update of c
),
returned as (
    update docmill.chunks c
       set status = 'pending', worker_id = null, attempts = c.attempts - 1, epoch = c.epoch + 1, started_at = null,
           limited = false
      from locked l where c.id = l.id
    returning c.id, c.job_id, c.step_id, c.item, c.epoch - 1 as epoch, c.attempts + 1 as attempt, l.started_at
)
insert into docmill.attempts (job_id, chunk_id, step_id, item, epoch, worker_id, attempt, started_at, outcome, error_code, error)
select job_id, id, step_id, item, epoch, %(worker)s, attempt, started_at, 'worker_shutdown', 'worker_shutdown', %(error)s
  from returned
