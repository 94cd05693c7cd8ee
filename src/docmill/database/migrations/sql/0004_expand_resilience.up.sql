-- What the whole fleet shares about its providers: breakers, limits, calls, budgets and paid answers.

create table docmill.circuit_breakers (
    provider text primary key,
    failures timestamptz[] not null default '{}',
    open_until timestamptz,
    probe uuid,
    probe_until timestamptz,
    check ((probe is null) = (probe_until is null)),
    check (probe is null or open_until is not null)
) with (fillfactor = 50);
comment on column docmill.circuit_breakers.failures is 'The latest failures within the window, never more than the threshold.';
comment on column docmill.circuit_breakers.open_until is 'Null while closed; in the past while half-open.';

create table docmill.circuit_changes (
    id bigint generated always as identity primary key,
    at timestamptz not null default clock_timestamp(),
    provider text not null,
    state text not null check (state in ('closed', 'open', 'half_open')),
    error_code text
);
create index circuit_changes_provider on docmill.circuit_changes (provider, id);

create view docmill.circuit_states as
    select provider,
           case when open_until is null then 'closed'
                when open_until > clock_timestamp() then 'open'
                else 'half_open' end as state,
           open_until,
           cardinality(failures) as failures
      from docmill.circuit_breakers;

create table docmill.provider_limits (
    provider text primary key,
    requests_at timestamptz not null default '-infinity',
    tokens_at timestamptz not null default '-infinity',
    blocked_until timestamptz not null default '-infinity'
) with (fillfactor = 50);
comment on column docmill.provider_limits.requests_at is 'Theoretical arrival time of the next request (GCRA).';
comment on column docmill.provider_limits.tokens_at is 'Theoretical arrival time of the next token (GCRA).';

create table docmill.llm_calls (
    id bigint generated always as identity primary key,
    started_at timestamptz not null default clock_timestamp(),
    ended_at timestamptz,
    job_id uuid,
    chunk_id bigint,
    attempt smallint not null,
    prompt_tokens integer not null,
    completion_tokens integer not null,
    cost_usd double precision not null,
    provider text not null,
    model text not null,
    prompt text not null,
    rung text not null,
    outcome text,
    request_hash bytea not null,
    check ((ended_at is null) = (outcome is null))
);
comment on table docmill.llm_calls is
    'One row a request to a language model, without its content. Until it ends, tokens and cost are the most that it can take.';
create index llm_calls_job on docmill.llm_calls (job_id) where job_id is not null;

create table docmill.llm_answers (
    request_hash bytea primary key check (length(request_hash) = 32),
    holder uuid,
    held_until timestamptz,
    job_id uuid,
    chunk_id bigint,
    answered_at timestamptz,
    content text,
    check ((holder is null) = (held_until is null)),
    check ((holder is null) = (content is not null)),
    check ((answered_at is null) = (content is null))
);
comment on table docmill.llm_answers is
    'Paid answers, made from anonymised text only. A row without content is a question that somebody is asking now.';
create index llm_answers_answered on docmill.llm_answers (answered_at) where answered_at is not null;
