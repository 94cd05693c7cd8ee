-- Who sleeps, apart from the workers' leases: a heartbeat that holds a worker's row hid its sleep from whoever came to wake
-- it, and an application that submitted in a long transaction of its own held the leases of the workers that it woke.

create table docmill.sleepers (
    worker_id integer primary key,
    waiting boolean not null
) with (fillfactor = 30);
comment on column docmill.sleepers.waiting is 'The worker sleeps and wants to be woken; whoever wakes it clears this.';

-- Ring for the workers that sleep, once: the flag is cleared, and a worker sets it before it sleeps again. A row that
-- another transaction holds is being cleared by it, and its notice comes after what the caller has committed. Workers
-- that run the version before have their flag in their own row.
create or replace function docmill.wake_workers() returns void language sql as $$
    with sleeping as materialized (
        select worker_id from docmill.sleepers where waiting for update skip locked
    ),
    woken as (
        update docmill.sleepers s set waiting = false from sleeping w where s.worker_id = w.worker_id returning s.worker_id
    ),
    earlier as materialized (
        select id from docmill.workers
         where not settled and stopped_at is null and waiting and lease_until > now() for update skip locked
    ),
    earlier_woken as (
        update docmill.workers w set waiting = false from earlier e where w.id = e.id returning w.id
    )
    select pg_notify('docmill_wakeup', '')
     where exists (select 1 from woken) or exists (select 1 from earlier_woken)
$$;
