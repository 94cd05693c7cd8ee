create or replace function docmill.submit_jobs(
    pipeline text, owner text, job_ids uuid[], document_ids uuid[], inputs bytea[], idempotency_keys text[],
    unique_keys text[], request_hashes bytea[], batch_id uuid, priority smallint, max_attempts smallint,
    timeout_seconds real, queue_seconds real
) returns table (number integer, job_id uuid, created boolean) language sql as $$
    select s.number, s.job_id, s.created
      from docmill.submit_jobs(pipeline, owner, job_ids, document_ids, inputs, idempotency_keys, unique_keys,
                               request_hashes, batch_id, priority, max_attempts, timeout_seconds, queue_seconds, null) s
$$;
drop function docmill.accept_jobs;
alter table docmill.jobs add constraint jobs_pipeline_version_fkey
    foreign key (pipeline, version) references docmill.pipelines (name, version);
