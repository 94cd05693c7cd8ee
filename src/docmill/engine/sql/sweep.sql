-- name: end_lost_workers
-- Workers whose lease has run out; each is ended by one sweeper only.
with lost as materialized (
    select id from docmill.workers where stopped_at is null and lease_until < now() for update skip locked
)
update docmill.workers w set stopped_at = now(), waiting = false from lost l where w.id = l.id
returning w.id, w.name

-- name: find_chunks_of_workers
-- What lost workers were running, in the order in which the jobs' rows are locked.
select c.id, c.job_id, c.step_id, c.item, c.epoch, c.attempts, c.max_attempts, c.worker_id, j.document_id
  from docmill.chunks c join docmill.jobs j on j.id = c.job_id
 where c.status = 'processing' and c.worker_id = any(%(workers)s) order by c.job_id, c.id

-- name: find_orphans
-- Chunks that run for a worker which has ended: a rescue that was itself interrupted leaves them.
select distinct c.worker_id from docmill.chunks c join docmill.workers w on w.id = c.worker_id
 where c.status = 'processing' and w.stopped_at is not null

-- name: find_overdue_jobs
-- Jobs that have run for longer than they may.
select id from docmill.jobs where status = 'processing' and deadline_at < now() order by id limit 100

-- name: announce_cancel
-- Tell all workers to look whether what they run is still theirs.
select pg_notify('docmill_cancel', '')
