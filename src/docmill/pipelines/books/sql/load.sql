-- name: load_dates
-- The days that a book needs, where they are not there yet.
insert into warehouse.dim_date (date_key, full_date, year, month, day, quarter, day_of_week, is_weekend)
select to_char(d, 'YYYYMMDD')::integer, d, extract(year from d), extract(month from d), extract(day from d),
       'Q' || extract(quarter from d), extract(isodow from d), extract(isodow from d) in (6, 7)
  from (select distinct d from unnest(%(dates)s::date[]) d where d is not null order by d) days
    on conflict do nothing

-- name: load_publisher
-- A publisher, where it is not there yet.
insert into warehouse.dim_publisher (name) values (%(publisher)s) on conflict do nothing

-- name: load_genres
-- Genres, where they are not there yet; sorted, so that two loaders wait for each other in one order.
insert into warehouse.dim_genre (genre_name) select g from unnest(%(genres)s::text[]) g order by g on conflict do nothing

-- name: lock_authors
-- Until the end of the transaction nobody else decides whether these authors are there; sorted, against deadlocks.
select pg_advisory_xact_lock(lock)
  from (select distinct hashtextextended('warehouse.dim_author ' || k, 0) as lock
          from unnest(%(names)s::text[] || %(author_keys)s::text[]) k where k is not null order by lock) locks

-- name: name_authors
-- An author who was there without a key gets it.
update warehouse.dim_author a set ol_author_key = w.key
  from (select distinct on (name_key) name_key, key
          from unnest(%(names)s::text[], %(author_keys)s::text[]) as w (name_key, key)
         where key is not null order by name_key, key) w
 where a.name_key = w.name_key and a.ol_author_key is null
   and not exists (select 1 from warehouse.dim_author b where b.ol_author_key = w.key)

-- name: load_authors
-- Authors who are not there yet: by key, or by name where they have none.
insert into warehouse.dim_author (ol_author_key, name, name_key)
select w.key, w.name, w.name_key
  from unnest(%(names)s::text[], %(author_keys)s::text[], %(author_names)s::text[]) as w (name_key, key, name)
 where not exists (
    select 1 from warehouse.dim_author a
     where case when w.key is null then a.name_key = w.name_key else a.ol_author_key = w.key end)
    on conflict do nothing

-- name: load_book
-- The book itself; touched only where something changed. What was loaded from both APIs is not replaced by what one says.
insert into warehouse.dim_books as b
    (isbn, title, description, page_count, language, published_date_key, published_precision, cover_image_id, cover_url,
     work_key, publisher_id, provenance, conflicts, unavailable)
select %(isbn)s, %(title)s, %(description)s, %(page_count)s, %(language)s, to_char(%(published)s::date, 'YYYYMMDD')::integer,
       %(precision)s, %(cover_image_id)s, %(cover_url)s, %(work_key)s, p.publisher_id, %(provenance)s, %(conflicts)s,
       %(unavailable)s
  from warehouse.dim_publisher p where lower(p.name) = lower(%(publisher)s)
    on conflict (isbn) do update
   set title = excluded.title, description = excluded.description, page_count = excluded.page_count,
       language = excluded.language, published_date_key = excluded.published_date_key,
       published_precision = excluded.published_precision, cover_image_id = excluded.cover_image_id,
       cover_url = excluded.cover_url, work_key = excluded.work_key, publisher_id = excluded.publisher_id,
       provenance = excluded.provenance, conflicts = excluded.conflicts, unavailable = excluded.unavailable,
       updated_at = now()
 where (not %(partial)s or b.unavailable <> '{}')
   and (b.title, b.description, b.page_count, b.language, b.published_date_key, b.published_precision, b.cover_image_id,
        b.cover_url, b.work_key, b.publisher_id, b.provenance, b.conflicts, b.unavailable)
       is distinct from
       (excluded.title, excluded.description, excluded.page_count, excluded.language, excluded.published_date_key,
        excluded.published_precision, excluded.cover_image_id, excluded.cover_url, excluded.work_key,
        excluded.publisher_id, excluded.provenance, excluded.conflicts, excluded.unavailable)

-- name: load_book_authors
-- Who wrote it. Where an API could not be asked, nobody is taken away.
with wanted as (
    select distinct on (a.author_id) a.author_id, w.position
      from unnest(%(names)s::text[], %(author_keys)s::text[]) with ordinality as w (name_key, key, position)
     cross join lateral (
        select author_id from warehouse.dim_author a
         where case when w.key is null then a.name_key = w.name_key else a.ol_author_key = w.key end
         order by a.ol_author_key is not null, a.author_id limit 1) a
     order by a.author_id, w.position
),
removed as (
    delete from warehouse.book_author_bridge b
     where b.isbn = %(isbn)s and not %(partial)s and b.author_id not in (select author_id from wanted)
)
insert into warehouse.book_author_bridge as b (isbn, author_id, position)
select %(isbn)s, author_id, position from wanted
    on conflict (isbn, author_id) do update set position = excluded.position
 where b.position <> excluded.position and not %(partial)s

-- name: load_book_genres
-- What it is about. Where an API could not be asked, nothing is taken away.
with wanted as (select genre_id from warehouse.dim_genre where genre_name = any (%(genres)s::text[])),
removed as (
    delete from warehouse.book_genre_bridge b
     where b.isbn = %(isbn)s and not %(partial)s and b.genre_id not in (select genre_id from wanted)
)
insert into warehouse.book_genre_bridge (isbn, genre_id) select %(isbn)s, genre_id from wanted on conflict do nothing

-- name: load_metrics
-- The metrics of the day; a second run of the day replaces them, an API that could not be asked leaves them.
insert into warehouse.fact_book_metrics as f
    (isbn, snapshot_date_key, rating_avg, rating_count, edition_count, list_price_amount, retail_price_amount,
     currency_code, is_ebook_available, saleability_status)
values (%(isbn)s, to_char(%(as_of)s::date, 'YYYYMMDD')::integer, %(rating_average)s, %(rating_count)s, %(edition_count)s,
        %(list_price)s, %(retail_price)s, %(currency)s, %(is_ebook_available)s, %(saleability)s)
    on conflict (isbn, snapshot_date_key) do update
   set rating_avg = excluded.rating_avg, rating_count = excluded.rating_count, edition_count = excluded.edition_count,
       list_price_amount = excluded.list_price_amount, retail_price_amount = excluded.retail_price_amount,
       currency_code = excluded.currency_code, is_ebook_available = excluded.is_ebook_available,
       saleability_status = excluded.saleability_status, updated_at = now()
 where not %(partial)s
   and (f.rating_avg, f.rating_count, f.edition_count, f.list_price_amount, f.retail_price_amount, f.currency_code,
        f.is_ebook_available, f.saleability_status)
       is distinct from
       (excluded.rating_avg, excluded.rating_count, excluded.edition_count, excluded.list_price_amount,
        excluded.retail_price_amount, excluded.currency_code, excluded.is_ebook_available, excluded.saleability_status)
