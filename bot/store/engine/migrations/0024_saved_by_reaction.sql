-- Reactions that keep an article for a person, one for each copy of it that they reacted to.

CREATE TABLE saving_reactions (
    person  INTEGER NOT NULL,
    article INTEGER NOT NULL REFERENCES articles (number),
    chat    INTEGER NOT NULL,               -- where the copy stands
    PRIMARY KEY (person, article, chat)
) WITHOUT ROWID;
CREATE INDEX saving_reactions_chat ON saving_reactions (chat);

ALTER TABLE saved ADD COLUMN by_reaction INTEGER NOT NULL DEFAULT 0; -- 1: by reactions alone, and gone with the last
