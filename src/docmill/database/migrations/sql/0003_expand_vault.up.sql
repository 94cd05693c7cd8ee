-- One data key per document (or per job without one), wrapped by the installation's key. Erasing is deleting the row.

create table docmill.document_keys (
    document_id uuid primary key,
    wrapped_key bytea not null,
    key_version integer not null check (key_version >= 1),
    created_at timestamptz not null default now(),
    rotated_at timestamptz
);

create table docmill.erased_documents (
    document_id uuid primary key,
    erased_at timestamptz not null default now()
);
comment on table docmill.erased_documents is 'A key that was destroyed is never made anew, so that a late writer cannot seal under a fresh one.';

create table docmill.privacy_audit (
    id bigint generated always as identity primary key,
    at timestamptz not null default now(),
    actor text not null,
    action text not null check (action in ('restore', 'erase', 'rotate')),
    document_id uuid,
    items integer not null default 0
);
create index privacy_audit_document on docmill.privacy_audit (document_id, id);
