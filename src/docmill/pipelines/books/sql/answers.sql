-- name: find_answer
-- What an API answered before: its body, its ETag, and whether it may be used without asking again.
select body, etag, checked_at > now() - make_interval(secs => %(fresh_seconds)s) as fresh
  from docmill.book_api_answers where request_hash = %(request)s

-- name: store_answer
-- Keep an answer, in place of an older one; a few that nobody asked about for long make room. The commit does not wait
-- for the disk: an answer that is lost in a crash is asked for again.
with forgotten as (
    delete from docmill.book_api_answers
     where request_hash in (
        select request_hash from docmill.book_api_answers
         where checked_at < now() - make_interval(days => %(kept_days)s)
         order by checked_at limit 10 for update skip locked)
)
insert into docmill.book_api_answers as a (request_hash, provider, etag, body)
select %(request)s, %(provider)s, %(etag)s, %(body)s from set_config('synchronous_commit', 'off', true)
    on conflict (request_hash) do update set etag = excluded.etag, body = excluded.body, checked_at = now()

-- name: renew_answer
-- The API says that its answer has not changed.
update docmill.book_api_answers set checked_at = now() where request_hash = %(request)s
