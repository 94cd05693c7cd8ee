-- The warehouse of books, what the book APIs answered, and views for monitoring.

-- A user who may not create schemas is given this one, as the schema docmill.
do $$ begin
    if to_regnamespace('warehouse') is null then
        create schema warehouse;
    end if;
end $$;
comment on schema warehouse is 'docmill: books in a star schema; one row a book, one row of metrics a book and day';

create table warehouse.dim_date (
    date_key integer primary key,
    full_date date not null unique,
    year smallint not null check (year between 1000 and 9999),
    month smallint not null check (month between 1 and 12),
    day smallint not null check (day between 1 and 31),
    quarter char(2) not null check (quarter in ('Q1', 'Q2', 'Q3', 'Q4')),
    day_of_week smallint not null check (day_of_week between 1 and 7),
    is_weekend boolean not null,
    check (date_key = year * 10000 + month * 100 + day),
    check (is_weekend = (day_of_week in (6, 7)))
);
comment on column warehouse.dim_date.day_of_week is 'ISO 8601: 1 is Monday.';

create table warehouse.dim_publisher (
    publisher_id bigint generated always as identity primary key,
    name text not null check (name <> ''),
    created_at timestamptz not null default now()
);
create unique index dim_publisher_name on warehouse.dim_publisher (lower(name));

create table warehouse.dim_author (
    author_id bigint generated always as identity primary key,
    ol_author_key text unique check (ol_author_key ~ '^OL\d+A$'),
    name text not null check (name <> ''),
    name_key text not null check (name_key <> ''),
    created_at timestamptz not null default now()
);
create unique index dim_author_without_key on warehouse.dim_author (name_key) where ol_author_key is null;
create index dim_author_name on warehouse.dim_author (name_key);
comment on column warehouse.dim_author.name_key is 'The name in lower case without accents and punctuation.';

create table warehouse.dim_genre (
    genre_id bigint generated always as identity primary key,
    genre_name text not null unique check (length(genre_name) between 1 and 100),
    created_at timestamptz not null default now()
);

create table warehouse.dim_books (
    isbn text primary key check (isbn ~ '^97[89]\d{10}$'),
    title text not null check (title <> ''),
    description text,
    page_count integer check (page_count > 0),
    language text check (language ~ '^[a-z]{2,3}$'),
    published_date_key integer references warehouse.dim_date (date_key),
    published_precision text check (published_precision in ('day', 'month', 'year')),
    cover_image_id bigint,
    cover_url text,
    work_key text,
    publisher_id bigint not null references warehouse.dim_publisher (publisher_id),
    provenance jsonb not null,
    conflicts jsonb not null,
    unavailable jsonb not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    check ((published_date_key is null) = (published_precision is null))
);
create index dim_books_publisher on warehouse.dim_books (publisher_id);
create index dim_books_published on warehouse.dim_books (published_date_key);
comment on column warehouse.dim_books.published_precision is 'How much of the date is known; the rest of its key is the first day.';
comment on column warehouse.dim_books.provenance is 'Which API each field is from.';
comment on column warehouse.dim_books.conflicts is 'Fields on which the APIs disagree, with both values.';
comment on column warehouse.dim_books.unavailable is 'APIs that could not be asked, with the code of the error.';

create table warehouse.book_author_bridge (
    isbn text not null references warehouse.dim_books (isbn) on delete cascade,
    author_id bigint not null references warehouse.dim_author (author_id) on delete cascade,
    position smallint not null check (position >= 1),
    primary key (isbn, author_id)
);
create index book_author_bridge_author on warehouse.book_author_bridge (author_id);

create table warehouse.book_genre_bridge (
    isbn text not null references warehouse.dim_books (isbn) on delete cascade,
    genre_id bigint not null references warehouse.dim_genre (genre_id) on delete cascade,
    primary key (isbn, genre_id)
);
create index book_genre_bridge_genre on warehouse.book_genre_bridge (genre_id);

create table warehouse.fact_book_metrics (
    metric_id bigint generated always as identity primary key,
    isbn text not null references warehouse.dim_books (isbn) on delete cascade,
    snapshot_date_key integer not null references warehouse.dim_date (date_key),
    rating_avg decimal(3, 2) check (rating_avg between 0 and 5),
    rating_count integer check (rating_count >= 0),
    edition_count integer check (edition_count >= 0),
    list_price_amount decimal(12, 2) check (list_price_amount >= 0),
    retail_price_amount decimal(12, 2) check (retail_price_amount >= 0),
    currency_code varchar(3) check (currency_code ~ '^[A-Z]{3}$'),
    is_ebook_available boolean,
    saleability_status text,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique (isbn, snapshot_date_key),
    check ((currency_code is null) = (list_price_amount is null and retail_price_amount is null))
);
create index fact_book_metrics_day on warehouse.fact_book_metrics (snapshot_date_key);

create view warehouse.latest_metrics as
    select distinct on (isbn) * from warehouse.fact_book_metrics order by isbn, snapshot_date_key desc;
comment on view warehouse.latest_metrics is 'The newest metrics of each book.';

create table docmill.book_api_answers (
    request_hash bytea primary key check (length(request_hash) = 32),
    checked_at timestamptz not null default now(),
    provider text not null,
    etag text,
    body bytea not null
);
create index book_api_answers_checked on docmill.book_api_answers (checked_at);
comment on table docmill.book_api_answers is 'What the book APIs answered, compressed; asked again when it is no longer fresh.';

-- For people who watch: whatever is counted here is found by an index, however many jobs have completed.

create view docmill.jobs_by_status as
    select pipeline, status, count(*) as jobs, min(created_at) as oldest
      from docmill.jobs
     where status in ('pending', 'processing') or status in ('failed', 'completed_with_errors')
     group by pipeline, status;
comment on view docmill.jobs_by_status is 'Jobs that are open, and jobs that need a look.';

create view docmill.jobs_in_progress as
    select j.id as job_id, j.pipeline, j.input_fields ->> 'title' as title, j.started_at,
           (select max(c.attempts) from docmill.chunks c where c.job_id = j.id) as attempts
      from (select *, case when get_byte(input, 0) = 0 then convert_from(substr(input, 2), 'UTF8')::jsonb end as input_fields
              from docmill.jobs where status = 'processing') j;
comment on view docmill.jobs_in_progress is 'What runs now.';

create view docmill.failed_jobs as
    select j.id as job_id, j.pipeline, j.input_fields ->> 'title' as title, j.error_code, j.error as error_message,
           j.error_step, coalesce(last.outcome, 'permanent') as error_class,
           coalesce(last.outcome, 'permanent') not in ('permanent', 'cancelled') as temporary,
           coalesce(last.attempts, 0) as attempts, j.created_at, j.finished_at
      from (select *, case when get_byte(input, 0) = 0 then convert_from(substr(input, 2), 'UTF8')::jsonb end as input_fields
              from docmill.jobs where status in ('failed', 'completed_with_errors')) j
      left join lateral (
          select a.outcome, a.attempt as attempts from docmill.attempts a
           where a.job_id = j.id order by a.ended_at desc limit 1) last on true;
comment on view docmill.failed_jobs is
    'Jobs that need a look. A temporary error may go away by itself: retry. A permanent one needs a change first.';

create view docmill.jobs_last_hour as
    select pipeline,
           count(*) filter (where status = 'completed') as completed,
           count(*) filter (where status = 'completed_with_errors') as completed_with_errors,
           count(*) filter (where status = 'failed') as failed,
           round(count(*) filter (where status = 'completed')::numeric / count(*), 4) as success_rate,
           percentile_cont(0.95) within group (order by extract(epoch from finished_at - started_at)) as p95_seconds
      from docmill.jobs
     where finished_at > now() - interval '1 hour' and status <> 'cancelled'
     group by pipeline;
comment on view docmill.jobs_last_hour is 'How jobs ended within the last hour, and how long 95 of 100 took at most.';
