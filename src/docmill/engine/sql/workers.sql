-- name: register_worker
-- Start a worker's lease.
insert into docmill.workers (name, lease_until) values (%(name)s, now() + %(lease)s * interval '1 second') returning id

-- name: renew_lease
-- Renew a worker's lease; no row: the lease was lost and its chunks are taken.
update docmill.workers set heartbeat_at = now(), lease_until = now() + %(lease)s * interval '1 second'
 where id = %(worker)s and stopped_at is null
returning id

-- name: find_lost_chunks
-- Which of the chunks that a worker runs are no longer its own: cancelled, or taken over.
select d.id from unnest(%(ids)s::bigint[], %(epochs)s::integer[]) as d (id, epoch)
 where not exists (select 1 from docmill.chunks c where c.id = d.id and c.epoch = d.epoch and c.worker_id = %(worker)s)

-- name: set_waiting
-- Say whether a worker sleeps, so that whoever submits knows whether to wake one.
update docmill.workers set waiting = %(waiting)s where id = %(worker)s

-- name: stop_worker
-- End a worker's lease.
update docmill.workers set stopped_at = now(), lease_until = now(), waiting = false where id = %(worker)s and stopped_at is null

-- name: find_next_due
-- Seconds until the next scheduled retry of these steps.
select extract(epoch from min(run_at) - now())::float8 as seconds
  from docmill.chunks where status = 'retry_scheduled' and step_id = any(%(steps)s)
