-- Which topics readers may meet, beside those of the picker. What was retracted and changed since says nothing about what
-- was once to be read; whoever follows such a topic goes on seeing it, nobody else does.

ALTER TABLE topics ADD COLUMN known INTEGER NOT NULL DEFAULT 0; -- 1: a published article bears it, or bore it
UPDATE topics SET known = 1 WHERE number IN (
    SELECT t.topic FROM article_topics AS t JOIN articles AS a ON a.number = t.article
    WHERE a.state IN ('published', 'archived')
);
