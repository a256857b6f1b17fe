-- Contributors make drafts and change their own.

ALTER TABLE articles ADD COLUMN made_by INTEGER; -- who sent it in chat; null: a file, a feed, a program, or before this
CREATE INDEX articles_made_by ON articles (made_by, published_at, number) WHERE made_by IS NOT NULL;
