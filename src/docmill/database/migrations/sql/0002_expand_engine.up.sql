-- The engine's tables. Hot rows (chunks) leave for finished_chunks when they end, so that the claim never meets history.

create table docmill.pipelines (
    name text not null,
    version integer not null check (version >= 1),
    registered_at timestamptz not null default now(),
    primary key (name, version)
);

create table docmill.steps (
    id integer generated always as identity primary key,
    pipeline text not null,
    version integer not null,
    position smallint not null check (position >= 0),
    name text not null,
    each boolean not null,
    concurrency integer check (concurrency >= 1),
    unique (pipeline, version, position),
    foreign key (pipeline, version) references docmill.pipelines (name, version)
);
comment on column docmill.steps.concurrency is 'Most chunks of the step that run at once in the whole fleet.';

create table docmill.owners (
    id integer generated always as identity primary key,
    name text not null unique
);
comment on table docmill.owners is 'A short number for each owner, so that chunks can be taken in turn.';

create table docmill.uploaded_documents (
    id uuid primary key,
    owner text not null,
    filename text not null,
    storage_disk text not null default 'local' check (storage_disk in ('local', 's3')),
    file_size_bytes bigint not null check (file_size_bytes >= 0),
    mime_type text not null,
    file_hash_sha256 char(64) not null check (file_hash_sha256 ~ '^[0-9a-f]{64}$'),
    sealed_password bytea,
    parsed_result bytea,
    anonymised_result text,
    anonymised_artifacts jsonb,
    normalized_result jsonb,
    processed_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique (owner, file_hash_sha256)
);
comment on column docmill.uploaded_documents.parsed_result is 'The text before anonymisation, sealed with the document''s key.';

create table docmill.batches (
    id uuid primary key,
    owner text not null,
    name text not null,
    created_at timestamptz not null default now()
);

create table docmill.jobs (
    id uuid primary key,
    created_at timestamptz not null default now(),
    started_at timestamptz,
    finished_at timestamptz,
    deadline_at timestamptz,
    start_before timestamptz,
    document_id uuid references docmill.uploaded_documents (id) on delete cascade,
    batch_id uuid references docmill.batches (id),
    version integer not null,
    chunks_open integer not null default 0 check (chunks_open >= 0),
    chunks_failed integer not null default 0 check (chunks_failed >= 0),
    position smallint not null default 0 check (position >= 0),
    priority smallint not null default 0,
    max_attempts smallint not null check (max_attempts >= 1),
    timeout_seconds real not null check (timeout_seconds > 0),
    status text not null default 'pending'
        check (status in ('pending', 'processing', 'completed', 'completed_with_errors', 'failed', 'cancelled')),
    pipeline text not null,
    owner text not null,
    input bytea,
    idempotency_key text check (length(idempotency_key) between 1 and 255),
    request_hash bytea,
    unique_key text,
    error_code text,
    error text,
    error_step text,
    error_page integer,
    foreign key (pipeline, version) references docmill.pipelines (name, version),
    check ((finished_at is null) = (status in ('pending', 'processing'))),
    check ((started_at is null) <= (status in ('pending', 'cancelled', 'failed'))),
    check (status in ('pending', 'processing') or chunks_open = 0),
    check ((status = 'failed') <= (error_code is not null))
) with (fillfactor = 75);
create unique index jobs_idempotency on docmill.jobs (owner, idempotency_key) where idempotency_key is not null;
create unique index jobs_unique on docmill.jobs (owner, unique_key)
    where unique_key is not null and status not in ('failed', 'cancelled');
create index jobs_open on docmill.jobs (status, id) where status in ('pending', 'processing');
create index jobs_failed on docmill.jobs (status, id) where status in ('failed', 'completed_with_errors');
create index jobs_document on docmill.jobs (document_id) where document_id is not null;
create index jobs_batch on docmill.jobs (batch_id) where batch_id is not null;
create index jobs_start_before on docmill.jobs (start_before) where status = 'pending' and start_before is not null;
create index jobs_finished on docmill.jobs (finished_at) where finished_at is not null;
comment on column docmill.jobs.start_before is 'The job fails when nobody has begun it by then.';

create table docmill.workers (
    id integer generated always as identity primary key,
    name text not null,
    started_at timestamptz not null default now(),
    heartbeat_at timestamptz not null default now(),
    lease_until timestamptz not null,
    stopped_at timestamptz,
    waiting boolean not null default false,
    settled boolean not null default false,
    check (not settled or stopped_at is not null)
) with (fillfactor = 30);
create index workers_unsettled on docmill.workers (id) where not settled;
comment on column docmill.workers.waiting is 'It sleeps and wants to be woken; whoever wakes it clears this.';
comment on column docmill.workers.settled is 'It has ended and no chunk names it as its runner any more.';

create table docmill.chunks (
    id bigint generated by default as identity primary key,
    job_id uuid not null,
    run_at timestamptz,
    started_at timestamptz,
    ready_order bigint generated by default as identity,
    step_id integer not null,
    owner_id integer not null,
    item integer not null check (item >= 0),
    epoch integer not null default 0 check (epoch >= 0),
    worker_id integer,
    attempts smallint not null default 0 check (attempts >= 0),
    max_attempts smallint not null check (max_attempts >= 1),
    priority smallint not null default 0 check (priority > -32768),
    limited boolean not null default false,
    status text not null default 'pending' check (status in ('pending', 'processing', 'retry_scheduled')),
    input bytea,
    last_error_code text,
    last_error text,
    unique (job_id, step_id, item),
    check ((worker_id is not null) = (status = 'processing')),
    check ((run_at is not null) = (status = 'retry_scheduled')),
    check (attempts <= max_attempts)
) with (
    fillfactor = 80, toast_tuple_target = 256,
    autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000, autovacuum_vacuum_cost_delay = 0,
    autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 5000
);
create index chunks_ready on docmill.chunks (step_id, (-priority), owner_id, ready_order) where status = 'pending';
create index chunks_due on docmill.chunks (step_id, run_at) where status = 'retry_scheduled';
create index chunks_limited on docmill.chunks (step_id, owner_id) where status = 'processing' and limited;
comment on column docmill.chunks.limited is 'It runs under a limit of the whole fleet, and is counted there.';

create table docmill.finished_chunks (
    id bigint not null,
    job_id uuid not null,
    started_at timestamptz,
    finished_at timestamptz not null default now(),
    step_id integer not null,
    owner_id integer not null,
    item integer not null,
    epoch integer not null,
    worker_id integer,
    attempts smallint not null,
    max_attempts smallint not null,
    priority smallint not null,
    status text not null check (status in ('success', 'failed', 'cancelled')),
    input bytea,
    output bytea,
    last_error_code text,
    last_error text,
    primary key (job_id, step_id, item),
    check ((status = 'failed') <= (last_error_code is not null)),
    check (status = 'success' or output is null)
);

create table docmill.attempts (
    job_id uuid not null,
    chunk_id bigint not null,
    started_at timestamptz,
    ended_at timestamptz not null default now(),
    step_id integer not null,
    item integer not null,
    epoch integer not null,
    worker_id integer,
    attempt smallint not null,
    outcome text not null check (outcome in (
        'transient', 'rate_limited', 'timeout', 'worker_lost', 'worker_shutdown', 'permanent', 'cancelled')),
    error_code text not null,
    error text not null,
    error_page integer,
    primary key (job_id, chunk_id, epoch)
);
comment on table docmill.attempts is 'Attempts that did not succeed; the one that did is the row in finished_chunks.';

create table docmill.events (
    id bigint generated always as identity primary key,
    transaction_id xid8 not null default pg_current_xact_id(),
    at timestamptz not null default clock_timestamp(),
    job_id uuid not null,
    kind text not null,
    data jsonb
);
comment on column docmill.events.transaction_id is
    'A reader with a cursor takes only rows below pg_snapshot_xmin, so that a late commit is never skipped.';
create index events_job on docmill.events (job_id, id);

create view docmill.all_chunks as
    select id, job_id, step_id, item, epoch, worker_id, attempts, max_attempts, priority, status, started_at,
           null::timestamptz as finished_at, run_at, last_error_code, last_error
      from docmill.chunks
    union all
    select id, job_id, step_id, item, epoch, worker_id, attempts, max_attempts, priority, status, started_at,
           finished_at, null, last_error_code, last_error
      from docmill.finished_chunks;

create view docmill.all_attempts as
    select job_id, chunk_id, step_id, item, epoch, worker_id, attempt, started_at, ended_at, outcome, error_code, error,
           error_page
      from docmill.attempts
    union all
    select job_id, id, step_id, item, epoch, worker_id, attempts, started_at, finished_at, 'success', null, null, null
      from docmill.finished_chunks
     where status = 'success'
    union all
    select job_id, id, step_id, item, epoch, worker_id, attempts, started_at, null, null, null, null, null
      from docmill.chunks
     where status = 'processing';

-- A version 7 UUID (RFC 9562): ids that grow with time keep the indexes dense on servers before 18 too.
create function docmill.time_ordered_id() returns uuid language sql volatile parallel safe as $$
    select encode(
        set_byte(set_byte(
            overlay(uuid_send(gen_random_uuid())
                    placing substring(int8send(floor(extract(epoch from clock_timestamp()) * 1000)::bigint) from 3)
                    from 1 for 6),
            6, (get_byte(uuid_send(gen_random_uuid()), 6) & 15) | 112),
            8, (get_byte(uuid_send(gen_random_uuid()), 8) & 63) | 128),
        'hex')::uuid
$$;

-- Ring for the workers that sleep, once: the flag is cleared, and a worker sets it before it sleeps again. A row that
-- another transaction holds is being cleared by it, and its notice comes after what the caller has committed.
create function docmill.wake_workers() returns void language sql as $$
    with sleeping as materialized (
        select id from docmill.workers
         where not settled and stopped_at is null and waiting and lease_until > now() for update skip locked
    ),
    woken as (
        update docmill.workers w set waiting = false from sleeping s where w.id = s.id returning w.id
    )
    select pg_notify('docmill_wakeup', '') where exists (select 1 from woken)
$$;

-- The number of an owner; made when it is met for the first time.
create function docmill.owner_number(owner text) returns integer language plpgsql as $$
declare
    found_id integer;
begin
    loop
        select id into found_id from docmill.owners where name = owner_number.owner;
        if found then
            return found_id;
        end if;
        insert into docmill.owners (name) values (owner_number.owner) on conflict do nothing returning id into found_id;
        if found then
            return found_id;
        end if;
    end loop;
end
$$;

-- Submit many jobs of one pipeline. An idempotency key that was used for the same request, or a unique key that a
-- live or completed job holds, yields that job instead of a new one.
create function docmill.submit_jobs(
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

-- For applications in any language: one job, in the caller's own transaction.
create function docmill.submit_job(
    pipeline text, document_id uuid default null, input jsonb default null, idempotency_key text default null,
    owner text default 'default', priority integer default 0, max_attempts integer default 3,
    timeout_seconds real default 600
) returns uuid language plpgsql as $$
#variable_conflict use_column
declare
    request bytea := sha256(convert_to(
        jsonb_build_array(submit_job.pipeline, submit_job.document_id, submit_job.input)::text, 'UTF8'));
    submitted record;
    existing docmill.jobs;
begin
    select * into submitted from docmill.submit_jobs(
        submit_job.pipeline, submit_job.owner, array[docmill.time_ordered_id()], array[submit_job.document_id],
        array['\x00'::bytea || convert_to(submit_job.input::text, 'UTF8')], array[submit_job.idempotency_key],
        array[null::text], array[request], null, submit_job.priority::smallint, submit_job.max_attempts::smallint,
        submit_job.timeout_seconds, null::real);
    if submitted.created then
        perform docmill.wake_workers();
        return submitted.job_id;
    end if;
    select * into existing from docmill.jobs j
     where j.owner = submit_job.owner and j.idempotency_key = submit_job.idempotency_key;
    if existing.request_hash is distinct from request then
        raise exception 'idempotency key % was used for a different request', submit_job.idempotency_key
            using errcode = 'DM002';
    end if;
    return existing.id;
end
$$;
