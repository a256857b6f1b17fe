-- Whether the chat's people chose its language. Where nobody did, a private chat follows its person's client; a chat
-- that was there before keeps the language it has.

ALTER TABLE chats ADD COLUMN language_chosen INTEGER NOT NULL DEFAULT 0;
UPDATE chats SET language_chosen = 1;
