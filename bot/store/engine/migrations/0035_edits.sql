-- What was edited in chat wins over the same field in the article's file or feed, until that changes there.

ALTER TABLE articles ADD COLUMN edits TEXT; -- JSON, by field: [what the source said last, whether editors are asked]; null: none
