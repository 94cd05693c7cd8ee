-- name: statistics_by_status
-- Jobs that are open, and jobs that need a look.
select pipeline, status, jobs, oldest from docmill.jobs_by_status order by pipeline, status

-- name: statistics_in_progress
-- What runs now, longest first.
select job_id, pipeline, title, started_at, attempts from docmill.jobs_in_progress order by started_at limit %(running)s

-- name: statistics_last_hour
-- How jobs ended within the last hour.
select pipeline, completed, completed_with_errors, failed, success_rate, p95_seconds from docmill.jobs_last_hour
 order by pipeline

-- name: statistics_failed
-- Jobs that need a look, newest first.
select job_id, pipeline, title, error_code, error_message, error_class, temporary, attempts, created_at
  from docmill.failed_jobs order by created_at desc limit %(failures)s
