-- An editor may let an article arrive without a sound everywhere.

ALTER TABLE campaigns ADD COLUMN silent INTEGER NOT NULL DEFAULT 0; -- 1: whatever its chats have chosen
ALTER TABLE articles ADD COLUMN silent INTEGER NOT NULL DEFAULT 0;  -- 1: when its scheduled time comes
