"""
What a copy of the database learns about roles from the one that it replaces: nobody gets back a right they lost since.

A copy may be a year old. Whoever was let go, lost an owner's role or had a link withdrawn since then would have it
again, and so would a program whose key was removed. Nobody gains anything here: roles and links that the copy does not
have stay away too.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.store.content.story_json import epoch
from bot.store.engine.sync_connection import connect, translating


@dataclass(frozen=True, slots=True)
class Reconciled:
    """`removed` had a role in the copy and lost it, or a part of it, since; `missing` have one only in the replaced."""

    removed: tuple[int, ...]
    missing: tuple[int, ...]


def reconcile_roles(copy: Path, replaced: Path, now: datetime) -> Reconciled | None:
    """Take from a copy the roles that were lost, and the links that were used or withdrawn, since it was made.

    Only between two databases of one bot: None says that the two are not. Raises: StoreError.
    """
    with translating(copy), closing(connect(copy)) as conn:
        conn.execute("ATTACH ? AS old", (f"{replaced.absolute().as_uri()}?mode=rw",))
        if conn.execute(_OTHER_BOT).fetchone():
            return None
        tables = {name for (name,) in conn.execute("SELECT name FROM old.sqlite_master WHERE type = 'table'")}
        conn.execute("BEGIN IMMEDIATE")
        # The replaced one may be older than the table of those who had a role; its log knows some of them.
        conn.execute(_FORMER_IN_LOG)
        if "former_editors" in tables:
            conn.execute(_FORMER)
        if "people" in tables:
            conn.execute("INSERT OR REPLACE INTO main.people (person, name) SELECT person, name FROM old.people")
        lost: dict[int, str | None] = dict(conn.execute(_LOST).fetchall())
        for person, role in lost.items():
            conn.execute("DELETE FROM main.editors WHERE person = ?", (person,))
            if role is not None:
                conn.execute(_AS_NOW, (person,))
            conn.execute(
                "INSERT INTO main.log (at, act, detail) VALUES (?, 'not brought back', ?)", (epoch(now), str(person))
            )
        if "people" in tables:
            conn.execute(_FORGOTTEN)
        if "former_api_keys" in tables:
            conn.execute(_FORMER_KEYS)
            conn.execute("DELETE FROM main.api_keys WHERE hash IN (SELECT hash FROM main.former_api_keys)")
        conn.execute("DELETE FROM main.newcomers")
        conn.execute("DELETE FROM main.invitations WHERE code_hash NOT IN (SELECT code_hash FROM old.invitations)")
        missing = tuple(person for (person,) in conn.execute(_MISSING))
        conn.execute("COMMIT")
        return Reconciled(tuple(lost), missing)


def drop_links(copy: Path) -> None:
    """Let no link of a copy work when nobody can say whether it was used or withdrawn since. Raises: StoreError."""
    with translating(copy), closing(connect(copy)) as conn:
        conn.execute("DELETE FROM invitations")
        conn.execute("DELETE FROM newcomers")


_OTHER_BOT = """
SELECT 1 FROM main.meta AS m JOIN old.meta AS o ON o.key = m.key
WHERE m.key = 'bot_id' AND m.value <> o.value
"""
_FORGOTTEN = """
DELETE FROM main.people
WHERE person NOT IN (SELECT person FROM old.people) AND person NOT IN (SELECT person FROM main.editors)
"""
_AS_NOW = """
INSERT INTO main.editors (person, role, since, added_by)
SELECT person, role, since, added_by FROM old.editors WHERE person = ?
"""
_FORMER = """
INSERT INTO main.former_editors (person, ended_at) SELECT person, ended_at FROM old.former_editors WHERE true
ON CONFLICT (person) DO UPDATE SET ended_at = max(ended_at, excluded.ended_at)
"""
_FORMER_IN_LOG = """
INSERT INTO main.former_editors (person, ended_at)
SELECT CAST(detail AS INTEGER), max(at) FROM old.log
WHERE act = 'let go' AND CAST(detail AS INTEGER) > 0 GROUP BY CAST(detail AS INTEGER)
ON CONFLICT (person) DO UPDATE SET ended_at = max(ended_at, excluded.ended_at)
"""
_FORMER_KEYS = """
INSERT INTO main.former_api_keys (hash, ended_at) SELECT hash, ended_at FROM old.former_api_keys WHERE true
ON CONFLICT (hash) DO NOTHING
"""
# Who had the role when it was taken, unless they were given one as high again since.
_LOST = """
SELECT e.person, o.role FROM main.editors AS e
JOIN main.former_editors AS f ON f.person = e.person AND f.ended_at >= e.since
LEFT JOIN old.editors AS o ON o.person = e.person
WHERE o.role IS NULL OR (e.role = 'owner' AND o.role <> 'owner') OR (e.role = 'editor' AND o.role = 'contributor')
"""
_MISSING = "SELECT person FROM old.editors WHERE person NOT IN (SELECT person FROM main.editors) ORDER BY person"
