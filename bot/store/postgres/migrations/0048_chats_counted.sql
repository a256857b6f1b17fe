-- As on SQLite, where an index led by the state misleads the planner. No statement names an index: the version before goes on.
DROP INDEX chats_counted;
CREATE INDEX chats_counted ON chats (language, kind, state);
