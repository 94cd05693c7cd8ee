-- name: register_worker
-- Start a worker's lease; one that it held before ends.
with ended as (
    update docmill.workers set stopped_at = now() where id = %(before)s and stopped_at is null
),
begun as (
    insert into docmill.workers (name, lease_until) values (%(name)s, now() + %(lease)s * interval '1 second') returning id
),
awake as (
    insert into docmill.sleepers (worker_id, waiting) select id, false from begun
)
select id from begun

-- name: renew_lease
-- Renew a worker's lease; no row: the lease was lost and its chunks are taken.
update docmill.workers set heartbeat_at = now(), lease_until = now() + %(lease)s * interval '1 second'
 where id = %(worker)s and stopped_at is null
returning id

-- name: find_lost_chunks
-- Which of the chunks that a worker runs are no longer its own: cancelled, or taken over.
select d.id from unnest(%(ids)b::bigint[], %(epochs)b::integer[]) as d (id, epoch)
 where not exists (select 1 from docmill.chunks c where c.id = d.id and c.epoch = d.epoch and c.worker_id = %(worker)s)

-- name: fall_asleep
-- Say that a worker sleeps, and of which steps it has room for a chunk, so that whoever submits knows to wake it; returns
-- whether that is news, whether it was given chunks that it does not know of, and the seconds until the next scheduled
-- retry of the given steps. A flag that a crash of the server forgets costs one poll, so the commit need not wait for the
-- disk. A row that another transaction holds is left: its notice will come.
with mine as materialized (
    select worker_id, waiting, handed from docmill.sleepers
     where worker_id = %(worker)s
       and (not waiting or handed is not null or steps is distinct from %(free)s::integer[]) for update skip locked
),
asleep as (
    update docmill.sleepers s set waiting = true, steps = %(free)s::integer[]
      from mine m where s.worker_id = m.worker_id and m.handed is null
    returning m.waiting as was_asleep
)
select exists (select 1 from asleep where not was_asleep) as news,
       exists (select 1 from mine where handed is not null) as handed,
       (select extract(epoch from min(d.run_at) - now())::float8
          from unnest(%(steps)b::integer[]) as s (step_id)
         cross join lateral (
            select c.run_at from docmill.chunks c
             where c.status = 'retry_scheduled' and c.step_id = s.step_id order by c.run_at limit 1) d) as seconds,
       set_config('synchronous_commit', 'off', true)

-- name: take_handed
-- Awake: nobody gives this worker anything more; returns what it was given while it slept. It may have been rescued since,
-- and given to another one. What a crash of the server forgets of this is read once more.
with mine as materialized (
    select worker_id, handed, set_config('synchronous_commit', 'off', true) from docmill.sleepers
     where worker_id = %(worker)s and (waiting or handed is not null) for update skip locked
),
awake as (
    update docmill.sleepers s set waiting = false, handed = null from mine m where s.worker_id = m.worker_id
)
select c.id, c.job_id, c.step_id, c.owner_id, c.item, c.epoch, c.attempts, c.max_attempts, j.document_id, j.input
  from mine m cross join lateral unnest(m.handed) as h (id)
  join docmill.chunks c on c.id = h.id and c.worker_id = m.worker_id
  join docmill.jobs j on j.id = c.job_id

-- name: stop_worker
-- End a worker's lease; it has handed back what it ran. It is settled only if nothing was given to it meanwhile: a row that
-- a submission holds is not waited for.
with gone as (
    delete from docmill.sleepers s
     using (select worker_id from docmill.sleepers where worker_id = %(worker)s for update skip locked) l
     where s.worker_id = l.worker_id and s.handed is null
    returning s.worker_id
)
update docmill.workers set stopped_at = now(), lease_until = now(), settled = %(settled)s and exists (select 1 from gone)
 where id = %(worker)s and stopped_at is null
