-- Who asked for originals without the role `phi` is written to the audit, too.
alter table docmill.privacy_audit
    drop constraint privacy_audit_action_check,
    add constraint privacy_audit_action_check check (action in ('restore', 'restore_refused', 'erase', 'rotate'));
