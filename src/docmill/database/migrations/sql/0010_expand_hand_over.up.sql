-- A job that is submitted while a worker sleeps may be given to that worker by the submission itself: one wait for the disk
-- in place of two. Workers and clients of the version before go on with the function that they know, and are given nothing.

alter table docmill.sleepers add column steps integer[];
alter table docmill.sleepers add column handed bigint[];
comment on column docmill.sleepers.steps is 'Steps of which the worker has room for a chunk, free of limits of the fleet.';
comment on column docmill.sleepers.handed is 'Chunks that a submission gave to the worker, until it has looked at them.';

-- As before, and with a worker that takes all of the jobs at once where `taker` names one.
create function docmill.submit_jobs(
    pipeline text, owner text, job_ids uuid[], document_ids uuid[], inputs bytea[], idempotency_keys text[],
    unique_keys text[], request_hashes bytea[], batch_id uuid, priority smallint, max_attempts smallint,
    timeout_seconds real, queue_seconds real, taker integer
) returns table (number integer, job_id uuid, created boolean, chunk_id bigint) language plpgsql as $$
#variable_conflict use_column
declare
    step docmill.steps;
    owner_id integer;
    taken constant boolean := submit_jobs.taker is not null;
begin
    select * into step from docmill.steps s where s.pipeline = submit_jobs.pipeline and s.position = 0
     order by s.version desc limit 1;
    if not found then
        raise exception 'unknown pipeline %', submit_jobs.pipeline using errcode = 'DM001';
    end if;
    owner_id := docmill.owner_number(submit_jobs.owner);
    return query
    with wanted as (
        select d.number::integer as number, d.id, d.document_id, d.input, d.idempotency_key, d.unique_key, d.request_hash
          from unnest(job_ids, document_ids, inputs, idempotency_keys, unique_keys, request_hashes)
               with ordinality as d (id, document_id, input, idempotency_key, unique_key, request_hash, number)
    ),
    inserted as (
        insert into docmill.jobs as j (id, document_id, batch_id, version, chunks_open, priority, max_attempts,
                                       timeout_seconds, start_before, pipeline, owner, input, idempotency_key,
                                       request_hash, unique_key, status, started_at, deadline_at)
        select w.id, w.document_id, submit_jobs.batch_id, step.version, 1, submit_jobs.priority,
               submit_jobs.max_attempts, submit_jobs.timeout_seconds,
               case when not taken then now() + submit_jobs.queue_seconds * interval '1 second' end,
               step.pipeline, submit_jobs.owner, w.input, w.idempotency_key, w.request_hash, w.unique_key,
               case when taken then 'processing' else 'pending' end, case when taken then now() end,
               case when taken then now() + submit_jobs.timeout_seconds * interval '1 second' end
          from wanted w
         -- By key, so that two callers with the same keys wait for each other in one order.
         order by w.idempotency_key, w.unique_key, w.number
            on conflict do nothing
        returning j.id
    ),
    first_chunks as (
        insert into docmill.chunks (job_id, step_id, owner_id, item, max_attempts, priority, status, worker_id, epoch,
                                    attempts, started_at)
        select w.id, step.id, owner_id, 0, submit_jobs.max_attempts, submit_jobs.priority,
               case when taken then 'processing' else 'pending' end, submit_jobs.taker, taken::integer, taken::integer,
               case when taken then clock_timestamp() end
          from wanted w join inserted i on i.id = w.id order by w.number
        returning job_id, id
    ),
    announced as (
        insert into docmill.events (job_id, kind)
        select i.id, k.kind from inserted i, unnest(array['job.pending', 'job.processing']) with ordinality as k (kind, place)
         where taken or k.place = 1 order by k.place
    )
    select w.number, w.id, c.id is not null, c.id
      from wanted w left join first_chunks c on c.job_id = w.id
     order by w.number;
end
$$;

create or replace function docmill.submit_jobs(
    pipeline text, owner text, job_ids uuid[], document_ids uuid[], inputs bytea[], idempotency_keys text[],
    unique_keys text[], request_hashes bytea[], batch_id uuid, priority smallint, max_attempts smallint,
    timeout_seconds real, queue_seconds real
) returns table (number integer, job_id uuid, created boolean) language sql as $$
    select s.number, s.job_id, s.created
      from docmill.submit_jobs(pipeline, owner, job_ids, document_ids, inputs, idempotency_keys, unique_keys,
                               request_hashes, batch_id, priority, max_attempts, timeout_seconds, queue_seconds, null) s
$$;
