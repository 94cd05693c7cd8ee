-- Refusals that were noted stay, as looks in which nothing was seen.
update docmill.privacy_audit set action = 'restore' where action = 'restore_refused';
alter table docmill.privacy_audit
    drop constraint privacy_audit_action_check,
    add constraint privacy_audit_action_check check (action in ('restore', 'erase', 'rotate'));
