-- An editor who was asked for an article's picture may send one instead of writing.

ALTER TABLE asked_edits ADD COLUMN sent TEXT; -- JSON, a picture: what was sent when others had changed the article; null: none
