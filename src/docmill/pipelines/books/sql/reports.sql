-- name: report_genre_ratings
-- Which genres are rated best?
select g.genre_name as genre, count(*) as books, round(avg(m.rating_avg), 2) as average_rating
  from warehouse.latest_metrics m
  join warehouse.book_genre_bridge using (isbn)
  join warehouse.dim_genre g using (genre_id)
 where m.rating_avg is not null
 group by g.genre_name order by average_rating desc, books desc, genre

-- name: report_ratings_count
-- Are books with many ratings rated better?
select case when rating_count >= 1000 then '1,000 or more' when rating_count >= 100 then '100 to 999'
            when rating_count >= 10 then '10 to 99' else 'below 10' end as ratings,
       count(*) as books, round(avg(rating_avg), 2) as average_rating
  from warehouse.latest_metrics where rating_avg is not null and rating_count is not null
 group by ratings order by min(rating_count) desc

-- name: report_editions_and_rating
-- Are books with many editions rated better?
select case when edition_count >= 100 then '100 or more' when edition_count >= 10 then '10 to 99'
            when edition_count >= 2 then '2 to 9' else '1' end as editions,
       count(*) as books, round(avg(rating_avg), 2) as average_rating
  from warehouse.latest_metrics where rating_avg is not null and edition_count is not null
 group by editions order by min(edition_count) desc

-- name: report_publishers_above_four
-- Which publishers have an average rating above 4.0?
select p.name as publisher, count(*) as books, round(avg(m.rating_avg), 2) as average_rating
  from warehouse.latest_metrics m
  join warehouse.dim_books using (isbn)
  join warehouse.dim_publisher p using (publisher_id)
 where m.rating_avg is not null
 group by p.publisher_id having avg(m.rating_avg) > 4.0 order by average_rating desc, books desc, publisher

-- name: report_pages_and_rating
-- Are long books rated better?
select case when b.page_count >= 600 then '600 or more' when b.page_count >= 400 then '400 to 599'
            when b.page_count >= 200 then '200 to 399' else 'below 200' end as pages,
       count(*) as books, round(avg(m.rating_avg), 2) as average_rating
  from warehouse.dim_books b join warehouse.latest_metrics m using (isbn)
 where b.page_count is not null and m.rating_avg is not null
 group by pages order by min(b.page_count) desc

-- name: report_prolific_authors
-- Which authors have the most books?
select a.name as author, count(*) as books
  from warehouse.book_author_bridge join warehouse.dim_author a using (author_id)
 group by a.author_id order by books desc, author limit 20

-- name: report_decades
-- How do the books spread over the decades?
select d.year / 10 * 10 as decade, count(*) as books
  from warehouse.dim_books b join warehouse.dim_date d on d.date_key = b.published_date_key
 group by decade order by decade

-- name: report_ebooks_by_genre
-- In which genres are there the most e-books?
select g.genre_name as genre, count(*) filter (where m.is_ebook_available) as ebooks, count(*) as books
  from warehouse.latest_metrics m
  join warehouse.book_genre_bridge using (isbn)
  join warehouse.dim_genre g using (genre_id)
 group by g.genre_name order by ebooks desc, genre

-- name: report_ebook_share
-- What share of the books is sold as an e-book?
select count(*) as books, count(*) filter (where is_ebook_available) as ebooks,
       round(100.0 * count(*) filter (where is_ebook_available) / nullif(count(*), 0), 1) as percent
  from warehouse.latest_metrics

-- name: report_most_editions
-- Which books have the most editions?
select b.title, m.edition_count as editions
  from warehouse.dim_books b join warehouse.latest_metrics m using (isbn)
 where m.edition_count is not null order by editions desc, b.title limit 20

-- name: report_publisher_dominance
-- Which publisher has the most books of each genre?
select genre, publisher, books, round(100.0 * books / total, 1) as percent
  from (select g.genre_name as genre, p.name as publisher, count(*) as books,
               sum(count(*)) over (partition by g.genre_id) as total,
               row_number() over (partition by g.genre_id order by count(*) desc, p.name) as place
          from warehouse.book_genre_bridge
          join warehouse.dim_genre g using (genre_id)
          join warehouse.dim_books using (isbn)
          join warehouse.dim_publisher p using (publisher_id)
         group by g.genre_id, p.publisher_id) ranked
 where place = 1 order by books desc, genre

-- name: report_pages_by_genre
-- How long are the books of each genre?
select g.genre_name as genre, count(*) as books, round(avg(b.page_count)) as average_pages,
       percentile_cont(0.5) within group (order by b.page_count) as median_pages
  from warehouse.dim_books b
  join warehouse.book_genre_bridge using (isbn)
  join warehouse.dim_genre g using (genre_id)
 where b.page_count is not null
 group by g.genre_name order by average_pages desc, genre

-- name: report_versatile_authors
-- Which authors write in the most genres?
select a.name as author, count(distinct genre_id) as genres, count(distinct isbn) as books
  from warehouse.book_author_bridge
  join warehouse.dim_author a using (author_id)
  join warehouse.book_genre_bridge using (isbn)
 group by a.author_id order by genres desc, books desc, author limit 20

-- name: report_top_editions
-- How are the ten books with the most editions rated?
select b.title, m.edition_count as editions, m.rating_avg as rating, m.rating_count as ratings
  from warehouse.dim_books b join warehouse.latest_metrics m using (isbn)
 where m.edition_count is not null order by editions desc, b.title limit 10

-- name: report_fiction
-- How do fiction and non-fiction compare?
select case when fiction then 'fiction' else 'non-fiction' end as kind, count(*) as books,
       round(avg(rating_avg), 2) as average_rating, round(avg(page_count)) as average_pages
  from (select b.page_count, m.rating_avg,
               exists (select 1 from warehouse.book_genre_bridge join warehouse.dim_genre g using (genre_id)
                        where isbn = b.isbn
                          and g.genre_name ~ '(^|[^-])\m(fiction|literary|mystery|fantasy|poetry|drama|thriller|romance)\M'
                          and g.genre_name !~ 'non-?fiction') as fiction
          from warehouse.dim_books b left join warehouse.latest_metrics m using (isbn)) books
 group by kind order by kind
