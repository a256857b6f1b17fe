-- What is searched is newsbot's own tokens (domain.words), so that every engine answers a question alike. They come
-- separated by blanks and folded; the tokenizer only has to leave them whole.

CREATE TEMP TABLE searched AS SELECT rowid AS number, title, excerpt, topics, source FROM main.article_search;
DROP TABLE article_search;
CREATE VIRTUAL TABLE article_search USING fts5 (
    title, excerpt, topics, source,
    tokenize = "unicode61 remove_diacritics 0 categories 'L* N* Co Mn Mc' tokenchars '+#.'", prefix = '2 3'
);
INSERT INTO article_search (rowid, title, excerpt, topics, source)
SELECT number, indexed(title), indexed(excerpt), indexed(topics), indexed(source) FROM temp.searched;
DROP TABLE temp.searched;
