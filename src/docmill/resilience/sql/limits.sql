-- name: add_limits(provider)
-- Make the row of a provider that is called for the first time.
insert into docmill.provider_limits (provider) values (:provider) on conflict do nothing

-- name: lock_limits(provider)
-- The time, both buckets and the end of a block, as seconds since 1970; locked until the transaction ends.
select extract(epoch from clock_timestamp())::float8,
       extract(epoch from requests_at)::float8,
       extract(epoch from tokens_at)::float8,
       extract(epoch from blocked_until)::float8
  from docmill.provider_limits
 where provider = :provider
   for update

-- name: move_buckets(provider, requests_at, tokens_at)
-- Write both buckets back.
update docmill.provider_limits
   set requests_at = to_timestamp(:requests_at), tokens_at = to_timestamp(:tokens_at)
 where provider = :provider

-- name: return_tokens(provider, seconds)
-- Give back, or take away, what a call used less, or more, than was reserved for it.
update docmill.provider_limits
   set tokens_at = tokens_at - make_interval(secs => :seconds)
 where provider = :provider

-- name: block_provider(provider, seconds)
-- The provider asked to wait: nobody calls it before that time.
insert into docmill.provider_limits as l (provider, blocked_until)
values (:provider, clock_timestamp() + make_interval(secs => :seconds))
    on conflict (provider) do update set blocked_until = greatest(l.blocked_until, excluded.blocked_until)

-- name: blocked_seconds(provider)
-- For how many seconds the provider must not be called yet.
select greatest(0, extract(epoch from blocked_until - clock_timestamp()))::float8
  from docmill.provider_limits
 where provider = :provider
