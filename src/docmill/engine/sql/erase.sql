-- name: lock_document_jobs
-- The jobs of a document, held so that none of them can end or start meanwhile.
select id, status from docmill.jobs where document_id = %(document_id)s order by id for update

-- name: hold_back_documents
-- Let nobody store or publish a document until the end of this transaction.
lock table docmill.uploaded_documents in share row exclusive mode

-- name: find_document_to_erase
-- The hash of a document's bytes, and whether another document has the same bytes.
select d.file_hash_sha256 as sha256,
       exists (select 1 from docmill.uploaded_documents o
                where o.file_hash_sha256 = d.file_hash_sha256 and o.id <> d.id) as shared
  from docmill.uploaded_documents d where d.id = %(document_id)s and d.owner = %(owner)s

-- name: delete_document
-- Remove a document and all that was published for it.
delete from docmill.uploaded_documents where id = %(document_id)s
