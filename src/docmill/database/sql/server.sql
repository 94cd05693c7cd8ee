-- name: count_sessions
-- How many connections each kind of process has, this one left out.
select application_name, count(*)
  from pg_stat_activity
 where backend_type = 'client backend' and pid <> pg_backend_pid()
 group by application_name
 order by application_name
