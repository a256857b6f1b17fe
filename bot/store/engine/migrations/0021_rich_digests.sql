-- How lists of news look in a chat: as text, or as a rich message for those who chose it.

ALTER TABLE chats ADD COLUMN digest TEXT NOT NULL DEFAULT 'classic' CHECK (digest IN ('classic', 'rich'));
