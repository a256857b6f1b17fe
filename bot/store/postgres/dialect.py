"""
The store's SQL as PostgreSQL takes it.

The store asks in the SQL that both engines understand; what remains is a handful of forms that SQLite alone has, and
they are rewritten here, word by word, once for each statement. Everything a form cannot say (other functions, other
rules) is written in the store so that it means the same in both. `tests/store/conformance` asks every question of both.

| SQLite | PostgreSQL | source |
| --- | --- | --- |
| `:name`, `?` | `$1`, a number for each place: its type is that of the place | protocol-flow.html |
| `:name IS NULL` | `$1::text IS NULL`: a null alone has no type | sql-syntax.html |
| `json_each(:name)` | `each_number($1)`, … by the kind of list (`store.engine.lists`) | functions-array.html |
| `a IS b`, `a IS NOT b` | `a IS NOT DISTINCT FROM b`, `a IS DISTINCT FROM b` | functions-comparison.html |
| `CROSS JOIN … ON` | `JOIN … ON`: only SQLite keeps the order of a cross join | explicit-joins.html |
| `INSERT OR IGNORE` | `ON CONFLICT DO NOTHING` | sql-insert.html |
| `table MATCH :name` | `table.words @@ $1::tsquery` (`store.engine.word_query`) | textsearch-tables.html |
| `LIMIT -1` | `LIMIT ALL` | queries-limit.html |
| `CAST(… AS INTEGER)` | `CAST(… AS bigint)` | datatype-numeric.html |

Sources: https://www.postgresql.org/docs/current/ (the pages above), https://sqlite.org/lang.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from bot.store.engine.lists import DocumentList, TextList
from bot.store.engine.word_query import WordQuery
from bot.store.postgres.own_sql import own
from bot.store.postgres.rows import Array

_TOKEN = re.compile(
    r"""
      (?P<blank>\s+|--[^\n]*)
    | (?P<text>'(?:[^']|'')*')
    | (?P<name>:[a-z_]\w*)
    | (?P<word>\d+\.\d+|\w+)
    | (?P<sign>::|->>|->|<>|<=|>=|\|\||.)
    """,
    re.VERBOSE | re.DOTALL,
)
_KEPT = (
    2_000  # statements; some are built for the topics of an article, and are asked again for each piece of a fan-out
)
_ENDS_JOIN = frozenset({"WHERE", "GROUP", "ORDER", "LIMIT", "JOIN", "LEFT", "CROSS", "UNION", "RETURNING", "SET", ","})


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement for PostgreSQL."""

    text: str
    names: tuple[str, ...]
    """The parameter for each place; numbers, as text, where they are told by their order."""
    lists: frozenset[str]
    """Parameters that are JSON text to SQLite and arrays here."""

    def values(self, parameters: Sequence[Any] | Mapping[str, Any]) -> list[Any]:
        """Return the parameters in their places."""
        if not isinstance(parameters, Mapping):
            return list(parameters)
        given = parameters
        return [_array(given[name]) if name in self.lists else _plain(given[name]) for name in self.names]


def translated(sql: str, parameters: Sequence[Any] | Mapping[str, Any]) -> Statement:
    """Return a statement of the store's for these parameters: only what kinds of lists they are counts."""
    lists = _lists(sql)
    if not lists or not isinstance(parameters, Mapping):
        return _translated(sql, ())
    return _translated(sql, tuple((name, _function(parameters[name])) for name in lists))


def _array(value: object) -> object:
    """Return a list as psycopg takes it. What is a document stays text: it is cast in the statement."""
    if value is None or isinstance(value, DocumentList):
        return value
    return json.loads(str(value)) if isinstance(value, TextList) else Array("{" + str(value)[1:-1] + "}")


def _plain(value: object) -> object:
    return value.tsquery if isinstance(value, WordQuery) else value


def _function(value: object) -> str:
    if isinstance(value, TextList):
        return "each_text"
    return "each_document" if isinstance(value, DocumentList) else "each_number"


_CASTS = {"each_number": "bigint[]", "each_text": "text[]", "each_document": "jsonb", "json_each": "jsonb"}


@lru_cache(_KEPT)
def _lists(sql: str) -> tuple[str, ...]:
    """Return the parameters of a statement that are lists."""
    return tuple(dict.fromkeys(re.findall(r"\bjson_each\(:(\w+)", sql)))


@lru_cache(_KEPT)
def _translated(sql: str, lists: tuple[tuple[str, str], ...]) -> Statement:
    sql = own(sql)
    words = [match for match in _TOKEN.finditer(sql) if match.lastgroup != "blank"]
    tokens = [match[0] for match in words]
    functions = dict(lists)
    made: list[str] = []
    names: list[str] = []
    ignores = False
    place = 0
    while place < len(tokens):
        token, upper = tokens[place], tokens[place].upper()
        kind = words[place].lastgroup
        following = [one.upper() for one in tokens[place + 1 : place + 3]]
        if kind == "name":
            names.append(token[1:])
            is_tested = following[:1] == ["IS"] and _is_null_test(tokens, place + 2)
            made.append(f"${len(names)}{'::text' if is_tested else ''}")
        elif token == "?":
            names.append(str(len(names)))
            made.append(f"${len(names)}")
        elif token == "json_each" and tokens[place + 1] == "(" and tokens[place + 2][1:] in functions:
            name = tokens[place + 2][1:]
            names.append(name)
            # With a path, the list at that path of a document.
            function = "json_each" if tokens[place + 3] == "," else functions[name]
            made.append(f"{function}(${len(names)}::{_CASTS[function]}")
            place += 2
        elif token == "json_each" and tokens[place + 2].startswith("'["):
            made.append("each_number('{" + tokens[place + 2].strip("'[]") + "}'")
            place += 2
        elif upper == "MATCH":
            table = made.pop()
            if words[place + 1].lastgroup == "name":
                names.append(tokens[place + 1][1:])
                made.append(f"{table}.words @@ ${len(names)}::tsquery")
                place += 1
            else:  # '"' || table.column || '"'
                made.append(f"{table}.words @@ one_word({''.join(tokens[place + 3 : place + 6])})")
                place += 7
        elif upper == "IS" and following and not _is_null_test(tokens, place + 1):
            is_not = following[0] == "NOT"
            made.append("IS DISTINCT FROM" if is_not else "IS NOT DISTINCT FROM")
            place += is_not
        elif upper == "CROSS" and following[:1] == ["JOIN"] and _has_on(tokens, place + 2):
            made.append("JOIN")
            place += 1
        elif upper == "OR" and following[:1] == ["IGNORE"]:
            ignores = True
            place += 1
        elif upper == "LIMIT" and following == ["-", "1"]:
            made.append("LIMIT ALL")
            place += 2
        elif upper == "INTEGER" and tokens[place - 1].upper() == "AS":
            made.append("bigint")
        elif upper == "RETURNING" and ignores:
            made.append("ON CONFLICT DO NOTHING RETURNING")
            ignores = False
        else:
            made.append(token)
        place += 1
    if ignores:
        made.append("ON CONFLICT DO NOTHING")
    return Statement(" ".join(made), tuple(names), frozenset(functions))


def _is_null_test(tokens: Sequence[str], place: int) -> bool:
    """Return whether `IS` is followed by what both engines take: NULL, TRUE, FALSE or DISTINCT, perhaps after NOT."""
    upper = [token.upper() for token in tokens[place : place + 2]]
    if upper[:1] == ["NOT"]:
        upper = upper[1:]
    return bool(upper) and upper[0] in ("NULL", "TRUE", "FALSE", "DISTINCT")


def _has_on(tokens: Sequence[str], place: int) -> bool:
    """Return whether the join whose table begins here says ON."""
    depth = 0
    for token in tokens[place:]:
        depth += (token == "(") - (token == ")")
        if depth < 0:
            return False
        if depth == 0 and token.upper() == "ON":
            return True
        if depth == 0 and token.upper() in _ENDS_JOIN:
            return False
    return False
