-- name: save_results
-- The whole result of a report, in one UPDATE of its document.
update docmill.uploaded_documents
   set parsed_result = %(parsed_result)s, anonymised_result = %(anonymised_result)s,
       anonymised_artifacts = %(anonymised_artifacts)s, normalized_result = %(normalized_result)s,
       processed_at = now(), updated_at = now()
 where id = %(document_id)s
