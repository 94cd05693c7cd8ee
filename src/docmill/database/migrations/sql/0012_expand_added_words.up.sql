-- What the rules put in to make a sentence of a piece without a verb.
alter table docmill.novel_sentences add column added text;
comment on column docmill.novel_sentences.added is 'Words of the text that are not in the source; null where there are none.';
