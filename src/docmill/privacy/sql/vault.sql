-- name: find_key
-- The wrapped data key of a document, and whether the document was erased.
select (select wrapped_key from docmill.document_keys where document_id = %(document_id)s) as wrapped_key,
       exists (select 1 from docmill.erased_documents where document_id = %(document_id)s) as erased

-- name: insert_key
-- Keep a document's first data key; who comes second finds it.
insert into docmill.document_keys (document_id, wrapped_key, key_version)
select %(document_id)s, %(wrapped_key)s, %(key_version)s
 where not exists (select 1 from docmill.erased_documents where document_id = %(document_id)s)
    on conflict (document_id) do nothing

-- name: lock_first_keys
-- Let processes that do not know yet whose key wraps the data keys here store theirs one after the other.
select pg_advisory_xact_lock(hashtext('docmill'), hashtext('document_keys'))

-- name: sample_keys
-- Some of the oldest and of the newest data keys: identifiers of documents grow with time.
(select document_id, wrapped_key from docmill.document_keys order by document_id limit %(most)s)
union
(select document_id, wrapped_key from docmill.document_keys order by document_id desc limit %(most)s)

-- name: delete_key
-- Destroy a document's data key.
delete from docmill.document_keys where document_id = %(document_id)s

-- name: note_erased
-- Remember that a document was erased.
insert into docmill.erased_documents (document_id) values (%(document_id)s) on conflict do nothing

-- name: find_keys_to_rotate
-- Data keys that an older installation key wraps.
select document_id, wrapped_key from docmill.document_keys
 where key_version < %(key_version)s order by document_id limit %(limit)s for update skip locked

-- name: store_rotated_key
-- Keep a data key under a newer installation key.
update docmill.document_keys set wrapped_key = %(wrapped_key)s, key_version = %(key_version)s, rotated_at = now()
 where document_id = %(document_id)s

-- name: audit
-- Note who did what to originals; never the originals.
insert into docmill.privacy_audit (actor, action, document_id, items)
values (%(actor)s, %(action)s, %(document_id)s, %(items)s)
