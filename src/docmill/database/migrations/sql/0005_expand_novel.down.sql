drop table docmill.novel_coverage;
drop table docmill.novel_sentences;
drop table docmill.novels;
