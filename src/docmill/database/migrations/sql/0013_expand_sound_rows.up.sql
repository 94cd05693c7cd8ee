-- What a row of jobs or chunks must be, as one function each. PostgreSQL reads every check constraint of a table anew from
-- its stored form with each statement that writes there: twenty of them took a fifth of a submission. A function is read
-- once a session. The rules are those of before; rows that exist have passed them, and 0014 looks at them again.
create function docmill.job_is_sound(
    status text, started_at timestamptz, finished_at timestamptz, error_code text, idempotency_key text,
    chunks_open integer, chunks_failed integer, "position" smallint, max_attempts smallint, timeout_seconds real
) returns boolean language plpgsql immutable parallel safe as $$
begin
    return status in ('pending', 'processing', 'completed', 'completed_with_errors', 'failed', 'cancelled')
       and (finished_at is null) = (status in ('pending', 'processing'))
       and (started_at is not null or status in ('pending', 'cancelled', 'failed'))
       and (chunks_open = 0 or finished_at is null)
       and (error_code is not null or status <> 'failed')
       and (idempotency_key is null or length(idempotency_key) between 1 and 255)
       and chunks_open >= 0 and chunks_failed >= 0 and "position" >= 0 and max_attempts >= 1 and timeout_seconds > 0;
end
$$;

create function docmill.chunk_is_sound(
    status text, worker_id integer, run_at timestamptz, item integer, epoch integer, attempts smallint,
    max_attempts smallint, priority smallint
) returns boolean language plpgsql immutable parallel safe as $$
begin
    return status in ('pending', 'processing', 'retry_scheduled')
       and (worker_id is not null) = (status = 'processing')
       and (run_at is not null) = (status = 'retry_scheduled')
       and item >= 0 and epoch >= 0 and attempts between 0 and max_attempts and max_attempts >= 1 and priority > -32768;
end
$$;

alter table docmill.jobs
    add constraint jobs_sound check (docmill.job_is_sound(
        status, started_at, finished_at, error_code, idempotency_key, chunks_open, chunks_failed, position, max_attempts,
        timeout_seconds)) not valid,
    drop constraint jobs_status_check,
    drop constraint jobs_check,
    drop constraint jobs_check1,
    drop constraint jobs_check2,
    drop constraint jobs_check3,
    drop constraint jobs_idempotency_key_check,
    drop constraint jobs_chunks_open_check,
    drop constraint jobs_chunks_failed_check,
    drop constraint jobs_position_check,
    drop constraint jobs_max_attempts_check,
    drop constraint jobs_timeout_seconds_check;
alter table docmill.chunks
    add constraint chunks_sound check (docmill.chunk_is_sound(
        status, worker_id, run_at, item, epoch, attempts, max_attempts, priority)) not valid,
    drop constraint chunks_status_check,
    drop constraint chunks_check,
    drop constraint chunks_check1,
    drop constraint chunks_check2,
    drop constraint chunks_item_check,
    drop constraint chunks_epoch_check,
    drop constraint chunks_attempts_check,
    drop constraint chunks_max_attempts_check,
    drop constraint chunks_priority_check;
