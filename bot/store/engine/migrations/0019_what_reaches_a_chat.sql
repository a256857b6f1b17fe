-- What a chat lets through: announcements, breaking news at any hour, and only news of some quality.

ALTER TABLE chats ADD COLUMN announcements INTEGER NOT NULL DEFAULT 1; -- 0: the bot's people are not to write to it
ALTER TABLE chats ADD COLUMN breaking INTEGER NOT NULL DEFAULT 0; -- 1: breaking news comes at once, whatever its times say
ALTER TABLE chats ADD COLUMN quality INTEGER; -- the least that an article must have which states its own; null: any
ALTER TABLE campaigns ADD COLUMN breaking INTEGER NOT NULL DEFAULT 0; -- 1: an editor marked it as breaking news
