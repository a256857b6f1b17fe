"""
Whether a database is built as newsbot builds it: the same tables, columns, indexes and views, and nothing beside.

A restored file may hold anything. A trigger runs with every write, a view or a changed table answers something else,
and a default, check or generated column computes. So the statements that a file keeps of itself are compared, word
for word, with those of a database that the same migrations make in memory; comments and blanks do not count.
Source: https://sqlite.org/schematab.html
"""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from functools import cache

from bot.store.engine.sync_connection import UNTRUSTED_SCHEMA, teach

Schema = dict[tuple[str, str], str]
"""The statement that makes each part, by (type, name). Empty: an index that SQLite makes by itself for a constraint."""

_MAX_NAME_LENGTH = 60
_WORD = re.compile(
    r"""
      --[^\n]*|/\*.*?(?:\*/|\Z)                                  # a comment
    | (?P<word>'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\]|\w+|\S)
    """,
    re.VERBOSE | re.DOTALL,
)
_PLAIN = re.compile(r'"(\w+)"')  # what ALTER TABLE … RENAME writes in quotation marks
_VIRTUAL = re.compile(r"\s*create\s+virtual\b", re.IGNORECASE)
_ACTING = ("trigger", "view", "virtual table")

# What SQLite and programs that copy a live database keep in it. They hold plain columns and nothing that computes.
# Sources: https://sqlite.org/fileformat2.html#the_sqlite_stat1_table
#          https://github.com/benbjohnson/litestream/blob/main/db.go
_KEPT_BY_OTHERS = (
    "CREATE TABLE sqlite_sequence(name,seq)",
    "CREATE TABLE sqlite_stat1(tbl,idx,stat)",
    "CREATE TABLE sqlite_stat4(tbl,idx,neq,nlt,ndlt,sample)",
    "CREATE TABLE _litestream_seq (id INTEGER PRIMARY KEY, seq INTEGER)",
    "CREATE TABLE _litestream_lock (id INTEGER)",
)


def read_schema(conn: sqlite3.Connection) -> Schema:
    """Return what a database says it is made of. Nothing in it is run. Raises: sqlite3.Error."""
    found: Schema = {}
    for kind, name, sql in conn.execute("SELECT type, name, sql FROM sqlite_master"):
        made = str(sql or "")
        found["virtual table" if _VIRTUAL.match(made) else str(kind), str(name)] = made
    return found


@cache
def built_by(scripts: tuple[str, ...]) -> Schema:
    """Return the schema that these scripts make, one after the other."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as conn:
        conn.execute(UNTRUSTED_SCHEMA)
        teach(conn)
        for script in scripts:
            conn.executescript(script)
        return read_schema(conn)


def difference(found: Schema, expected: Schema) -> str | None:
    """Return what is not as expected and what can be done, to follow a file's name; None when all is.

    What acts by itself is named before anything else.
    """
    others = [_words(sql) for sql in _KEPT_BY_OTHERS]
    foreign = [part for part in found if part not in expected and _words(found[part]) not in others]
    for part in sorted(foreign, key=lambda part: (part[0] not in _ACTING, part)):
        kind, name = part[0], _shown(part[1])
        remedy = f'DROP {kind.rpartition(" ")[2].upper()} "{name}"'
        return f'holds the {kind} "{name}", which newsbot did not make; take another copy, or remove it there: {remedy}'
    for part, made in sorted(expected.items()):
        kind, name = part
        if part not in found:
            return f'lacks the {kind} "{name}", so it is incomplete; take another copy'
        if found[part] != made and _words(found[part]) != _words(made):
            return f'has a {kind} "{name}" that is not as newsbot makes it; take another copy'
    return None


def _words(sql: str) -> tuple[str, ...]:
    """Return the words and signs of a statement, without comments, and without needless quotation marks."""
    found = (match["word"] for match in _WORD.finditer(sql))
    return tuple(_PLAIN.sub(r"\1", word) for word in found if word is not None)


def _shown(name: str) -> str:
    """Return a foreign name as one line in which nothing moves the cursor."""
    return "".join(char if char.isprintable() else "?" for char in name[:_MAX_NAME_LENGTH])
