-- name: delete_novel
-- Forget what an earlier run of a job published; its sentences go along.
delete from docmill.novels where job_id = %(job_id)s

-- name: insert_novel
-- A finished book.
insert into docmill.novels (job_id, document_id, pages, language, method, summary)
values (%(job_id)s, %(document_id)s, %(pages)s, %(language)s, %(method)s, %(summary)s)

-- name: copy_sentences
-- The sentences of a book, in order.
copy docmill.novel_sentences
    (job_id, number, source_id, page, start_offset, end_page, end_offset, dialogue, method, reason, text, source,
     added)
from stdin

-- name: find_novel
-- A finished book of an owner, without its sentences.
select n.job_id, n.document_id, n.language, n.method, n.pages, n.summary, d.filename
  from docmill.novels n join docmill.uploaded_documents d on d.id = n.document_id
 where n.job_id = %(job_id)s and d.owner = %(owner)s

-- name: find_sentences
-- The sentences of a book, in order.
select text, source, added, source_id, page, start_offset as start, end_page, end_offset as "end", dialogue, method,
       reason
  from docmill.novel_sentences where job_id = %(job_id)s order by number

-- name: find_coverage
-- What a request for coverage found before.
select result from docmill.novel_coverage where job_id = %(job_id)s and request_hash = %(request)s

-- name: store_coverage
-- Keep what a request for coverage found.
insert into docmill.novel_coverage (job_id, request_hash, result) values (%(job_id)s, %(request)s, %(result)s)
    on conflict do nothing

-- name: find_passages
-- The chunks of a novel job that rewrite passages, with what they were handed, in the order of the book.
select c.id as chunk_id, c.status, c.attempts, c.max_attempts, c.last_error_code, c.last_error, c.started_at,
       c.finished_at, coalesce(o.input, f.input) as input
  from docmill.all_chunks c
  join docmill.jobs j on j.id = c.job_id
  join docmill.steps s on s.id = c.step_id and s.pipeline = 'novel' and s.name = 'rewrite'
  left join docmill.chunks o on o.job_id = c.job_id and o.step_id = c.step_id and o.item = c.item
  left join docmill.finished_chunks f on f.job_id = c.job_id and f.step_id = c.step_id and f.item = c.item
 where c.job_id = %(job_id)s and j.owner = %(owner)s
 order by c.item
