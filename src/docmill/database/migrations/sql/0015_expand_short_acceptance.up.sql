-- Submitting costs less once more: one question at the start instead of four, each of which cost as much as a row, and rows
-- of jobs without keys that need no case. What the call does, and for whom, is as in 0011.
create or replace function docmill.accept_jobs(
    pipeline text, owner text, job_ids uuid[], document_ids uuid[], inputs bytea[], idempotency_keys text[],
    unique_keys text[], request_hashes bytea[], batch_id uuid, priority smallint, max_attempts smallint,
    timeout_seconds real, queue_seconds real, alone boolean, out accepted uuid[], out told boolean
) language plpgsql as $$
#variable_conflict use_column
declare
    keyed constant boolean := idempotency_keys is not null or unique_keys is not null;
    step_id integer;
    newest integer;
    owner_id integer;
    somebody_sleeps boolean;
    taker integer;
begin
    select s.id, s.version, (select o.id from docmill.owners o where o.name = accept_jobs.owner),
           (select bool_or(w.waiting) from docmill.sleepers w)
      into step_id, newest, owner_id, somebody_sleeps
      from docmill.steps s where s.pipeline = accept_jobs.pipeline and s.position = 0
     order by s.version desc limit 1;
    if not found then
        raise exception 'unknown pipeline %', accept_jobs.pipeline using errcode = 'DM001';
    end if;
    if owner_id is null then
        owner_id := docmill.owner_number(accept_jobs.owner);
    end if;
    if somebody_sleeps and alone and cardinality(job_ids) = 1 then
        select s.worker_id into taker
          from docmill.sleepers s join docmill.workers w on w.id = s.worker_id
         where s.waiting and step_id = any(s.steps) and w.stopped_at is null
           and now() - w.heartbeat_at < (w.lease_until - w.heartbeat_at) / 2
         order by w.heartbeat_at desc limit 1 for update of s skip locked;
    end if;
    if not keyed and taker is null then
        -- Most jobs, and nothing that could answer in their place.
        insert into docmill.jobs (id, document_id, batch_id, version, chunks_open, priority, max_attempts, timeout_seconds,
                                  start_before, pipeline, owner, input)
        select d.id, d.document_id, accept_jobs.batch_id, newest, 1, accept_jobs.priority, accept_jobs.max_attempts,
               accept_jobs.timeout_seconds, now() + accept_jobs.queue_seconds * interval '1 second', accept_jobs.pipeline,
               accept_jobs.owner, d.input
          from unnest(job_ids, document_ids, inputs) as d (id, document_id, input);
        accepted := job_ids;
        insert into docmill.chunks (job_id, step_id, owner_id, item, max_attempts, priority)
        select d.id, step_id, owner_id, 0, accept_jobs.max_attempts, accept_jobs.priority from unnest(job_ids) as d (id);
    else
        insert into docmill.jobs (id, document_id, batch_id, version, chunks_open, priority, max_attempts, timeout_seconds,
                                  start_before, pipeline, owner, input, idempotency_key, request_hash, unique_key, status,
                                  started_at, deadline_at)
        select d.id, d.document_id, accept_jobs.batch_id, newest, 1, accept_jobs.priority, accept_jobs.max_attempts,
               accept_jobs.timeout_seconds,
               case when taker is null then now() + accept_jobs.queue_seconds * interval '1 second' end,
               accept_jobs.pipeline, accept_jobs.owner, d.input, d.idempotency_key, d.request_hash, d.unique_key,
               case when taker is null then 'pending' else 'processing' end,
               case when taker is not null then now() end,
               case when taker is not null then now() + accept_jobs.timeout_seconds * interval '1 second' end
          from unnest(job_ids, document_ids, inputs, idempotency_keys, unique_keys, request_hashes)
               with ordinality as d (id, document_id, input, idempotency_key, unique_key, request_hash, number)
         -- By key, so that two callers with the same keys wait for each other in one order.
         order by d.idempotency_key, d.unique_key, d.number
            on conflict do nothing;
        accepted := array(select d.id from unnest(job_ids) with ordinality as d (id, number) join docmill.jobs j using (id)
                           order by d.number);
        insert into docmill.chunks (job_id, step_id, owner_id, item, max_attempts, priority, status, worker_id, epoch,
                                    attempts, started_at)
        select d.id, step_id, owner_id, 0, accept_jobs.max_attempts, accept_jobs.priority,
               case when taker is null then 'pending' else 'processing' end, taker,
               (taker is not null)::integer, (taker is not null)::integer,
               case when taker is not null then clock_timestamp() end
          from unnest(accepted) as d (id);
    end if;
    insert into docmill.events (job_id, kind) select d.id, 'job.pending' from unnest(accepted) as d (id);
    -- Who registers while a key is waited for is not known here.
    told := cardinality(accepted) = 0 or (somebody_sleeps is null and not keyed);
    if taker is not null and cardinality(accepted) > 0 then
        insert into docmill.events (job_id, kind) select d.id, 'job.processing' from unnest(accepted) as d (id);
        update docmill.sleepers s set waiting = false, handed = array[c.id]
          from docmill.chunks c where s.worker_id = taker and c.job_id = accepted[1];
        perform pg_notify('docmill_wakeup', taker::text);
        told := true;
    elsif alone and somebody_sleeps and not told then
        update docmill.sleepers set waiting = false
         where worker_id in (select worker_id from docmill.sleepers where waiting for update skip locked);
        told := found;
        if told then
            perform pg_notify('docmill_wakeup', '');
        end if;
    end if;
end
$$;
