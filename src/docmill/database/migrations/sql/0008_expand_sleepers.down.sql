create or replace function docmill.wake_workers() returns void language sql as $$
    with sleeping as materialized (
        select id from docmill.workers
         where not settled and stopped_at is null and waiting and lease_until > now() for update skip locked
    ),
    woken as (
        update docmill.workers w set waiting = false from sleeping s where w.id = s.id returning w.id
    )
    select pg_notify('docmill_wakeup', '') where exists (select 1 from woken)
$$;
drop table docmill.sleepers;
