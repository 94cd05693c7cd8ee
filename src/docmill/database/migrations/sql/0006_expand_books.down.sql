drop view docmill.jobs_last_hour;
drop view docmill.failed_jobs;
drop view docmill.jobs_in_progress;
drop view docmill.jobs_by_status;
drop table docmill.book_api_answers;
drop schema warehouse cascade;
