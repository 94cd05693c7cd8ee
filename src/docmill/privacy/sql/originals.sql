-- name: find_published
-- What was published for a document, its artifacts still sealed.
select anonymised_result, anonymised_artifacts, normalized_result
  from docmill.uploaded_documents
 where id = %(document_id)s and (%(owner)s::text is null or owner = %(owner)s)
