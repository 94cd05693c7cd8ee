drop table docmill.llm_answers;
drop table docmill.llm_calls;
drop table docmill.provider_limits;
drop view docmill.circuit_states;
drop table docmill.circuit_changes;
drop table docmill.circuit_breakers;
