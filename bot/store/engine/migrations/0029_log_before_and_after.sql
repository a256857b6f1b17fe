-- The log says what was there before an act and after it, and who did it at the shell.

ALTER TABLE log ADD COLUMN before TEXT;     -- null: nothing, or it is not told
ALTER TABLE log ADD COLUMN after TEXT;      -- the same
ALTER TABLE log ADD COLUMN shell TEXT;      -- whoever did it at the shell, by their account there; null: nobody did
CREATE INDEX log_article ON log (article, id) WHERE article IS NOT NULL;
