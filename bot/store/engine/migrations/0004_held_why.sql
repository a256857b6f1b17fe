-- Why an article waits for an editor, and which of its topics an editor added: a file that is read again keeps those.

ALTER TABLE articles ADD COLUMN held_why TEXT;  -- 'burst', 'restored' or 'topics'; null: it is not held, or held before this was kept
ALTER TABLE article_topics ADD COLUMN by_editor INTEGER NOT NULL DEFAULT 0;
