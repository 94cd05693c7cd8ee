create or replace function docmill.submit_jobs(
    pipeline text, owner text, job_ids uuid[], document_ids uuid[], inputs bytea[], idempotency_keys text[],
    unique_keys text[], request_hashes bytea[], batch_id uuid, priority smallint, max_attempts smallint,
    timeout_seconds real, queue_seconds real
) returns table (number integer, job_id uuid, created boolean) language plpgsql as $$
#variable_conflict use_column
declare
    step docmill.steps;
    owner_id integer;
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
                                       request_hash, unique_key)
        select w.id, w.document_id, submit_jobs.batch_id, step.version, 1, submit_jobs.priority,
               submit_jobs.max_attempts, submit_jobs.timeout_seconds,
               now() + submit_jobs.queue_seconds * interval '1 second', step.pipeline, submit_jobs.owner,
               w.input, w.idempotency_key, w.request_hash, w.unique_key
          from wanted w
         -- By key, so that two callers with the same keys wait for each other in one order.
         order by w.idempotency_key, w.unique_key, w.number
            on conflict do nothing
        returning j.id
    ),
    first_chunks as (
        insert into docmill.chunks (job_id, step_id, owner_id, item, max_attempts, priority)
        select w.id, step.id, owner_id, 0, submit_jobs.max_attempts, submit_jobs.priority
          from wanted w join inserted i on i.id = w.id order by w.number
    ),
    announced as (
        insert into docmill.events (job_id, kind) select i.id, 'job.pending' from inserted i
    )
    select w.number, w.id, i.id is not null
      from wanted w left join inserted i on i.id = w.id
     order by w.number;
end
$$;

drop function docmill.submit_jobs(text, text, uuid[], uuid[], bytea[], text[], text[], bytea[], uuid, smallint, smallint,
                                  real, real, integer);
alter table docmill.sleepers drop column handed;
alter table docmill.sleepers drop column steps;
