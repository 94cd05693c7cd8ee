drop table docmill.insights;
