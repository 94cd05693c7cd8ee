-- name: add_limits
-- Make the row of a provider that is called for the first time.
insert into docmill.provider_limits (provider) values (%(provider)s) on conflict do nothing

-- name: lock_limits
-- The time, both buckets and the end of a block, as seconds since 1970; locked until the transaction ends.
select extract(epoch from clock_timestamp())::float8,
       extract(epoch from requests_at)::float8,
       extract(epoch from tokens_at)::float8,
       extract(epoch from blocked_until)::float8
  from docmill.provider_limits
 where provider = %(provider)s
   for update

-- name: move_buckets
-- Write both buckets back.
update docmill.provider_limits
   set requests_at = to_timestamp(%(requests_at)s), tokens_at = to_timestamp(%(tokens_at)s)
 where provider = %(provider)s

-- name: return_tokens
-- Give back, or take away, what a call used less, or more, than was reserved for it.
update docmill.provider_limits
   set tokens_at = tokens_at - make_interval(secs => %(seconds)s)
 where provider = %(provider)s

-- name: block_provider
-- The provider asked to wait: nobody calls it before that time.
insert into docmill.provider_limits as l (provider, blocked_until)
values (%(provider)s, clock_timestamp() + make_interval(secs => %(seconds)s))
    on conflict (provider) do update set blocked_until = greatest(l.blocked_until, excluded.blocked_until)

-- name: blocked_seconds
-- For how many seconds the provider must not be called yet; servers before 17 cannot subtract infinite times.
select greatest(0, extract(epoch from blocked_until)::float8 - extract(epoch from clock_timestamp())::float8)
  from docmill.provider_limits
 where provider = %(provider)s
