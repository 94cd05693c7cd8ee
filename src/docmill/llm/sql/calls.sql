-- name: lock_budget
-- Calls of one job are admitted one after the other, so that together they cannot pass its budget.
select pg_advisory_xact_lock(hashtextextended(%(job_id)s::text, 6))

-- name: spent
-- Tokens and cost of a job's calls; a call that has not ended counts with the most that it can take.
select coalesce(sum(prompt_tokens + completion_tokens), 0)::bigint, coalesce(sum(cost_usd), 0)::float8
  from docmill.llm_calls
 where job_id = %(job_id)s

-- name: begin_call
-- Record a call before it is made, with the most that it can take.
insert into docmill.llm_calls
       (job_id, chunk_id, attempt, prompt_tokens, completion_tokens, cost_usd,
        provider, model, prompt, rung, request_hash)
values (%(job_id)s, %(chunk_id)s, %(attempt)s, %(prompt_tokens)s, %(completion_tokens)s, %(cost_usd)s,
        %(provider)s, %(model)s, %(prompt)s, %(rung)s, %(request_hash)s)
returning id

-- name: end_call
-- Record how a call ended and what it took.
update docmill.llm_calls
   set ended_at = clock_timestamp(), outcome = %(outcome)s, prompt_tokens = %(prompt_tokens)s,
       completion_tokens = %(completion_tokens)s, cost_usd = %(cost_usd)s
 where id = %(call_id)s
