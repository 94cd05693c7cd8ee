-- name: open_circuit
-- For how many seconds the circuit stays open (0 or less: half-open) and its probe stays taken; no row: closed.
select extract(epoch from open_until - clock_timestamp())::float8,
       extract(epoch from probe_until - clock_timestamp())::float8
  from docmill.circuit_breakers
 where provider = %(provider)s and open_until is not null

-- name: take_probe
-- Take the one probe of a half-open circuit; no row: somebody else has it, or the circuit is not half-open.
with taken as (
    update docmill.circuit_breakers
       set probe = %(probe)s, probe_until = clock_timestamp() + make_interval(secs => %(hold_seconds)s)
     where provider = %(provider)s
       and open_until <= clock_timestamp()
       and (probe_until is null or probe_until <= clock_timestamp())
    returning provider
),
recorded as (
    insert into docmill.circuit_changes (provider, state) select provider, 'half_open' from taken
)
select provider from taken

-- name: add_breaker
-- Make the row of a provider that fails for the first time.
insert into docmill.circuit_breakers (provider) values (%(provider)s) on conflict do nothing

-- name: record_failure
-- Count a failure of a closed circuit, and open it at the threshold; returns whether it opened.
with failed as (
    update docmill.circuit_breakers b
       set (failures, open_until) = (
           select case when cardinality(recent) < %(threshold)s then recent else '{}' end,
                  case when cardinality(recent) >= %(threshold)s
                       then clock_timestamp() + make_interval(secs => %(cooldown_seconds)s) end
             from (select array(
                       select failure
                         from unnest(b.failures || clock_timestamp()) as failure
                        where failure > clock_timestamp() - make_interval(secs => %(window_seconds)s)
                        order by failure desc
                        limit %(threshold)s) as recent) as counted)
     where provider = %(provider)s and open_until is null
    returning provider, open_until
),
recorded as (
    insert into docmill.circuit_changes (provider, state, error_code)
    select provider, 'open', %(error_code)s from failed where open_until is not null
)
select open_until is not null from failed

-- name: close_circuit
-- The probe was answered: close the circuit. A probe that was taken over changes nothing.
with closed as (
    update docmill.circuit_breakers
       set open_until = null, failures = '{}', probe = null, probe_until = null
     where provider = %(provider)s and probe = %(probe)s
    returning provider
),
recorded as (
    insert into docmill.circuit_changes (provider, state) select provider, 'closed' from closed
)
select provider from closed

-- name: reopen_circuit
-- The probe failed: open the circuit again. A probe that was taken over changes nothing.
with opened as (
    update docmill.circuit_breakers
       set open_until = clock_timestamp() + make_interval(secs => %(cooldown_seconds)s),
           probe = null, probe_until = null
     where provider = %(provider)s and probe = %(probe)s
    returning provider
),
recorded as (
    insert into docmill.circuit_changes (provider, state, error_code)
    select provider, 'open', %(error_code)s from opened
)
select provider from opened

-- name: release_probe
-- The probe said nothing about the provider: let another one go.
update docmill.circuit_breakers
   set probe = null, probe_until = null
 where provider = %(provider)s and probe = %(probe)s
