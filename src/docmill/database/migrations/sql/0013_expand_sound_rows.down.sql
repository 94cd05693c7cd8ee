alter table docmill.jobs
    drop constraint jobs_sound,
    add constraint jobs_status_check
        check (status in ('pending', 'processing', 'completed', 'completed_with_errors', 'failed', 'cancelled')),
    add constraint jobs_check check ((finished_at is null) = (status in ('pending', 'processing'))),
    add constraint jobs_check1 check ((started_at is null) <= (status in ('pending', 'cancelled', 'failed'))),
    add constraint jobs_check2 check (status in ('pending', 'processing') or chunks_open = 0),
    add constraint jobs_check3 check ((status = 'failed') <= (error_code is not null)),
    add constraint jobs_idempotency_key_check check (length(idempotency_key) between 1 and 255),
    add constraint jobs_chunks_open_check check (chunks_open >= 0),
    add constraint jobs_chunks_failed_check check (chunks_failed >= 0),
    add constraint jobs_position_check check (position >= 0),
    add constraint jobs_max_attempts_check check (max_attempts >= 1),
    add constraint jobs_timeout_seconds_check check (timeout_seconds > 0);
alter table docmill.chunks
    drop constraint chunks_sound,
    add constraint chunks_status_check check (status in ('pending', 'processing', 'retry_scheduled')),
    add constraint chunks_check check ((worker_id is not null) = (status = 'processing')),
    add constraint chunks_check1 check ((run_at is not null) = (status = 'retry_scheduled')),
    add constraint chunks_check2 check (attempts <= max_attempts),
    add constraint chunks_item_check check (item >= 0),
    add constraint chunks_epoch_check check (epoch >= 0),
    add constraint chunks_attempts_check check (attempts >= 0),
    add constraint chunks_max_attempts_check check (max_attempts >= 1),
    add constraint chunks_priority_check check (priority > -32768);
drop function docmill.job_is_sound, docmill.chunk_is_sound;
