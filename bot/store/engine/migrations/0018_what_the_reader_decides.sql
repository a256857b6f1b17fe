-- What a chat decides beside its topics: phrases it follows or never wants, sources by their name, the parts of a push;
-- and which stories belong together.

CREATE TABLE phrases (                      -- as somebody wrote it; several that differ in writing may find the same
    number    INTEGER PRIMARY KEY AUTOINCREMENT, -- never used twice: buttons hold it
    words     TEXT NOT NULL UNIQUE,
    forms     TEXT NOT NULL                 -- domain.phrases.Phrase.forms, one a line
);

CREATE TABLE phrase_beginnings (            -- by which the phrases of a text are found
    beginning TEXT NOT NULL,                -- the first words of a form
    phrase    INTEGER NOT NULL REFERENCES phrases (number),
    PRIMARY KEY (beginning, phrase)
) WITHOUT ROWID;
CREATE INDEX phrase_beginnings_phrase ON phrase_beginnings (phrase);

CREATE TABLE followed_phrases (
    phrase      INTEGER NOT NULL REFERENCES phrases (number),
    chat        INTEGER NOT NULL REFERENCES chats (id),
    thread      INTEGER NOT NULL DEFAULT 0, -- forum topic that gets it; 0: the chat itself
    since       INTEGER NOT NULL,
    muted_until INTEGER,                    -- null: not muted
    let_go_at   INTEGER,                    -- not followed any more, and kept a while for an undo; null: followed
    PRIMARY KEY (phrase, chat)
) WITHOUT ROWID;
CREATE INDEX followed_phrases_chat ON followed_phrases (chat);
CREATE INDEX followed_phrases_let_go ON followed_phrases (let_go_at) WHERE let_go_at IS NOT NULL;

CREATE TABLE unwanted_phrases (
    phrase INTEGER NOT NULL REFERENCES phrases (number),
    chat   INTEGER NOT NULL REFERENCES chats (id),
    PRIMARY KEY (phrase, chat)
) WITHOUT ROWID;
CREATE INDEX unwanted_phrases_chat ON unwanted_phrases (chat);

ALTER TABLE unwanted_sources ADD COLUMN name TEXT; -- as a person wrote it or read it; null: as the source is folded

CREATE TABLE source_names (                 -- what the sources of articles are called
    name   TEXT NOT NULL,                   -- domain.search_terms.source_key
    source TEXT NOT NULL,                   -- articles.source
    PRIMARY KEY (name, source)
) WITHOUT ROWID;
CREATE INDEX source_names_source ON source_names (source);
INSERT INTO source_names (name, source)
SELECT DISTINCT source_key(name), source FROM (
    SELECT DISTINCT coalesce(json_extract(story, '$.provider.name'), source) AS name, source
    FROM articles WHERE source IS NOT NULL
);
CREATE INDEX articles_source ON articles (source) WHERE source IS NOT NULL;

ALTER TABLE chats ADD COLUMN parts TEXT;    -- of a push, beside its title, between commas; null: the operator's

CREATE TABLE article_related (              -- stories that an article names, by their normalised links
    link    TEXT NOT NULL,
    article INTEGER NOT NULL REFERENCES articles (number),
    PRIMARY KEY (link, article)
) WITHOUT ROWID;
CREATE INDEX article_related_article ON article_related (article);
CREATE INDEX article_links_article ON article_links (article);
INSERT OR IGNORE INTO article_related (link, article)
SELECT normal_link(json_extract(r.value, '$.link')), a.number
FROM articles AS a CROSS JOIN json_each(a.story, '$.related') AS r
WHERE json_extract(r.value, '$.link') IS NOT NULL;
