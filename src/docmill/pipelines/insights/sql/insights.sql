-- name: store_result
-- The whole result of a table; what an earlier run of the same job wrote is replaced.
insert into docmill.insights (job_id, document_id, row_count, column_count, quality_score, method, result)
values (%(job_id)s, %(document_id)s, %(rows)s, %(columns)s, %(quality_score)s, %(method)s, %(result)s)
    on conflict (job_id) do update
   set created_at = now(), row_count = excluded.row_count, column_count = excluded.column_count,
       quality_score = excluded.quality_score, method = excluded.method, result = excluded.result

-- name: find_result
-- The result of a job of an owner.
select i.result from docmill.insights i join docmill.uploaded_documents d on d.id = i.document_id
 where i.job_id = %(job_id)s and d.owner = %(owner)s
