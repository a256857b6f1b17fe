-- Beginnings of two letters have an index of their own; one of three as well took a fifth of the room, and such a
-- beginning is found among the words themselves in milliseconds.

CREATE TEMP TABLE searched AS SELECT rowid AS number, title, excerpt, topics, source FROM main.article_search;
DROP TABLE article_search;
CREATE VIRTUAL TABLE article_search USING fts5 (
    title, excerpt, topics, source,
    tokenize = "unicode61 remove_diacritics 0 categories 'L* N* Co Mn Mc' tokenchars '+#.'", prefix = '2'
);
INSERT INTO article_search (rowid, title, excerpt, topics, source)
SELECT number, title, excerpt, topics, source FROM temp.searched;
DROP TABLE temp.searched;
