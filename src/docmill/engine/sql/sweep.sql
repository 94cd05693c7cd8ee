-- name: end_lost_workers
-- Workers whose lease has run out; each is ended by one sweeper only.
with lost as materialized (
    select id from docmill.workers where not settled and stopped_at is null and lease_until < now() for update skip locked
)
update docmill.workers w set stopped_at = now() from lost l where w.id = l.id
returning w.id, w.name

-- name: find_unsettled_workers
-- Workers that have ended and may still be named by chunks. A claim of theirs may be on its way to its commit, so they
-- stay on this list until no such transaction can be left.
select id, stopped_at < now() - %(seconds)s * interval '1 second' as last_look
  from docmill.workers where not settled and stopped_at is not null

-- name: find_chunks_of_workers
-- What workers that have ended were running.
select c.id, c.job_id, c.step_id, c.owner_id, c.item, c.epoch, c.attempts, c.max_attempts, c.worker_id, j.document_id
  from docmill.chunks c join docmill.jobs j on j.id = c.job_id
 where c.status = 'processing' and c.worker_id = any(%(workers)s) order by c.id

-- name: settle_workers
-- Workers that no chunk names any more, and none will: a submission that gives one away holds the row of the worker's sleep
-- until it commits, and such a row is not waited for; the next sweep looks again.
with gone as (
    delete from docmill.sleepers s
     using (select worker_id from docmill.sleepers where worker_id = any(%(workers)s) for update skip locked) l
     where s.worker_id = l.worker_id
       and not exists (select 1 from docmill.chunks c where c.id = any(s.handed) and c.worker_id = s.worker_id)
    returning s.worker_id
)
update docmill.workers w set settled = true
 where w.id = any(%(workers)s) and w.stopped_at is not null
   and (exists (select 1 from gone g where g.worker_id = w.id)
        or not exists (select 1 from docmill.sleepers s where s.worker_id = w.id))

-- name: find_overdue_jobs
-- Jobs that have run for longer than they may, or that nobody has begun in time.
(select id, status from docmill.jobs where status = 'processing' and deadline_at < now() order by id limit 100)
union all
(select id, status from docmill.jobs where status = 'pending' and start_before < now() order by start_before limit 100)

-- name: find_expired_jobs
-- Jobs that ended so long ago that they are no longer kept.
select id from docmill.jobs
 where finished_at < now() - %(days)s * interval '1 day' order by finished_at limit 500 for update skip locked

-- name: forget_chunks
-- Remove the finished chunks of jobs that are no longer kept.
delete from docmill.finished_chunks where job_id = any(%(job_ids)b::uuid[])

-- name: forget_attempts
-- Remove the attempts of jobs that are no longer kept.
delete from docmill.attempts where job_id = any(%(job_ids)b::uuid[])

-- name: forget_events
-- Remove the events of jobs that are no longer kept.
delete from docmill.events where job_id = any(%(job_ids)b::uuid[])

-- name: forget_jobs
-- Remove jobs that are no longer kept.
delete from docmill.jobs where id = any(%(job_ids)b::uuid[])

-- name: forget_workers
-- Remove workers that ended so long ago that no attempt that is kept names them.
delete from docmill.workers where settled and stopped_at < now() - (%(days)s + 1) * interval '1 day'
