-- What was found in tables.

create table docmill.insights (
    job_id uuid primary key,
    document_id uuid not null references docmill.uploaded_documents (id) on delete cascade,
    created_at timestamptz not null default now(),
    row_count bigint not null check (row_count >= 0),
    column_count integer not null check (column_count >= 0),
    quality_score smallint not null check (quality_score between 0 and 100),
    method text not null check (method in ('rules', 'model', 'fallback')),
    result json not null
);
create index insights_document on docmill.insights (document_id);
comment on column docmill.insights.result is 'What result.json holds; json and not jsonb, which forgets the order of columns.';
