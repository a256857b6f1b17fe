-- What people with a role are called, who had one, who made an invitation, and whom owners are still to be told of.

CREATE TABLE people (
    person INTEGER PRIMARY KEY,
    name   TEXT NOT NULL                    -- as Telegram showed it when they last did something here
);

CREATE TABLE former_editors (               -- owners too; an older copy of the database does not bring them back
    person   INTEGER PRIMARY KEY,
    ended_at INTEGER NOT NULL
);
INSERT INTO former_editors (person, ended_at)
SELECT CAST(detail AS INTEGER), max(at) FROM log
WHERE act = 'let go' AND CAST(detail AS INTEGER) > 0 GROUP BY CAST(detail AS INTEGER);

CREATE TABLE newcomers (                    -- who took an invitation, for each owner who is still to be told
    owner      INTEGER NOT NULL,
    person     INTEGER NOT NULL,
    role       TEXT NOT NULL,
    invited_by INTEGER,                     -- null: the shell
    PRIMARY KEY (owner, person)
) WITHOUT ROWID;

CREATE TABLE numbered_invitations (
    number     INTEGER PRIMARY KEY AUTOINCREMENT, -- never used twice: buttons hold it
    code_hash  TEXT NOT NULL UNIQUE,
    role       TEXT NOT NULL,
    made_by    INTEGER,                     -- an owner; null: the shell
    expires_at INTEGER NOT NULL
);
INSERT INTO numbered_invitations (code_hash, role, expires_at) SELECT code_hash, role, expires_at FROM invitations;
DROP TABLE invitations;
ALTER TABLE numbered_invitations RENAME TO invitations;
