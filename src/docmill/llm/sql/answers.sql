-- name: claim_question
-- Become the one who asks, unless it was answered or is being asked. A question whose holder's time is up, or that
-- another process asked for the same chunk (whose lease is lost then), is taken over.
insert into docmill.llm_answers as a (request_hash, holder, held_until, job_id, chunk_id)
values (%(request_hash)s, %(holder)s, clock_timestamp() + make_interval(secs => %(hold_seconds)s), %(job_id)s,
        %(chunk_id)s)
    on conflict (request_hash) do update
       set holder = excluded.holder, held_until = excluded.held_until, job_id = excluded.job_id,
           chunk_id = excluded.chunk_id, content = null, answered_at = null
     where a.held_until <= clock_timestamp()
        or (a.holder <> excluded.holder and a.job_id = excluded.job_id and a.chunk_id = excluded.chunk_id)
        or a.answered_at <= clock_timestamp() - make_interval(days => %(kept_days)s)
returning request_hash

-- name: stored_answer
-- The answer, null while somebody asks; no row: the one who asked gave up.
select content from docmill.llm_answers where request_hash = %(request_hash)s

-- name: store_answer
-- Keep a paid answer, whoever holds the question by now, and drop a few that are too old.
with expired as (
    delete from docmill.llm_answers
     where request_hash in (
         select request_hash
           from docmill.llm_answers
          where answered_at <= clock_timestamp() - make_interval(days => %(kept_days)s)
          order by answered_at
          limit 100
            for update skip locked)
       and request_hash <> %(request_hash)s
)
insert into docmill.llm_answers as a (request_hash, content, answered_at)
values (%(request_hash)s, %(content)s, clock_timestamp())
    on conflict (request_hash) do update
       set content = excluded.content, answered_at = excluded.answered_at, holder = null, held_until = null
     where a.content is null

-- name: give_up_question
-- The call failed: let others ask.
delete from docmill.llm_answers where request_hash = %(request_hash)s and holder = %(holder)s

-- name: drop_answer
-- An answer that does not fit its schema any more is asked for again.
delete from docmill.llm_answers where request_hash = %(request_hash)s and content is not null
