-- name: export_tables
-- The tables of the warehouse with their columns, in order.
select c.table_name, array_agg(c.column_name::text order by c.ordinal_position) as columns,
       array_agg(c.data_type::text order by c.ordinal_position) as types
  from information_schema.columns c join information_schema.tables t using (table_schema, table_name)
 where c.table_schema = 'warehouse' and t.table_type = 'BASE TABLE'
 group by c.table_name order by c.table_name
