alter table docmill.jobs
    drop constraint jobs_sound,
    add constraint jobs_sound check (docmill.job_is_sound(
        status, started_at, finished_at, error_code, idempotency_key, chunks_open, chunks_failed, position, max_attempts,
        timeout_seconds)) not valid;
alter table docmill.chunks
    drop constraint chunks_sound,
    add constraint chunks_sound check (docmill.chunk_is_sound(
        status, worker_id, run_at, item, epoch, attempts, max_attempts, priority)) not valid;
