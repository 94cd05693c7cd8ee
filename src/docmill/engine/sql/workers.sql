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
-- Say that a worker sleeps, so that whoever submits knows to wake it; returns whether that is news, and the seconds until
-- the next scheduled retry of the given steps. A flag that a crash of the server forgets costs one poll, so the commit need
-- not wait for the disk.
with asleep as (
    update docmill.sleepers set waiting = true where worker_id = %(worker)s and not waiting returning worker_id
)
select exists (select 1 from asleep) as news,
       (select extract(epoch from min(d.run_at) - now())::float8
          from unnest(%(steps)b::integer[]) as s (step_id)
         cross join lateral (
            select c.run_at from docmill.chunks c
             where c.status = 'retry_scheduled' and c.step_id = s.step_id order by c.run_at limit 1) d) as seconds,
       set_config('synchronous_commit', 'off', true)

-- name: stop_worker
-- End a worker's lease; it has handed back what it ran.
with ended as (
    update docmill.workers set stopped_at = now(), lease_until = now(), settled = %(settled)s
     where id = %(worker)s and stopped_at is null
    returning id
)
delete from docmill.sleepers s using ended e where s.worker_id = e.id
