alter table docmill.novel_sentences drop column added;
