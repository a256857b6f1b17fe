"""
What SQLite and PostgreSQL answer differently, and how the store asks so that it makes no difference.

Each test says what either engine does by itself (SQLite 3.40.1 and newer, https://sqlite.org/; PostgreSQL 15 to 18,
https://www.postgresql.org/docs/current/) and what the store relies on instead. All statements go the way of the store's
own, through its connection. Rivals for one row stand in `test_rivals.py`.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import pytest
from port_samples import FURTHEST, HIGHEST, LOWEST, NOW, Engine, put_chats
from test_the_list import STORE, the_list

from bot.errors import StoreError
from bot.store.delivery import settlement
from bot.store.engine.lists import ALL, document_list, number_list, text_list
from bot.store.postgres.database import PostgresDatabase

GROUP = -1_001_234_567_890


async def asked(engine: Engine, sql: str, **values: object) -> list[Any]:
    """Return the first value of each row; rows with more than one as tuples."""
    async with engine.transaction() as conn:
        rows = await conn.execute_fetchall(sql, values)
        return [row[0] if len(tuple(row)) == 1 else tuple(row) for row in rows]


async def refused(engine: Engine, sql: str, match: str, **values: object) -> None:
    with pytest.raises(StoreError, match=match):
        await asked(engine, sql, **values)


async def said(engine: Engine, sql: str, *, sqlite: object, postgres: object) -> None:
    """Assert what an engine answers by itself: an error's words, or the rows."""
    expected = postgres if isinstance(engine, PostgresDatabase) else sqlite
    if isinstance(expected, str):
        await refused(engine, sql, expected)
    else:
        assert await asked(engine, sql) == expected


async def test_the_larger_of_something_and_nothing_is_nothing(engine: Engine) -> None:
    """SQLite: `max(a, NULL)` is NULL (lang_corefunc.html#max_scalar). PostgreSQL: `greatest` leaves nulls out
    (functions-conditional.html#FUNCTIONS-GREATEST-LEAST), and `max` is an aggregate of one argument.

    The store: `min` and `max` of two are functions of its own there, null when one is.
    """
    await said(engine, "SELECT greatest(1, NULL)", sqlite="no such function", postgres=[1])
    assert await asked(engine, "SELECT max(:a, :b)", a=1, b=2) == [2]
    assert await asked(engine, "SELECT min(:a, :b)", a=1, b=2) == [1]
    for a, b in ((1, None), (None, 1), (None, None)):
        assert await asked(engine, "SELECT max(:a, :b)", a=a, b=b) == [None]
        assert await asked(engine, "SELECT min(:a, :b)", a=a, b=b) == [None]
    assert await asked(engine, "SELECT max(:a, :b)", a=HIGHEST, b=LOWEST) == [HIGHEST]


async def test_a_limit_may_be_all_there_is(engine: Engine) -> None:
    """SQLite: a negative limit is none (lang_select.html#limitoffset), NULL is an error. PostgreSQL: a negative one is
    an error, NULL is none (queries-limit.html).

    The store: `LIMIT -1` in a statement is rewritten; as a parameter there is `lists.ALL`.
    """
    three = "SELECT value FROM json_each('[3, 1, 2]') AS one ORDER BY value"
    await said(engine, f"{three} LIMIT 1 - 2", sqlite=[1, 2, 3], postgres="LIMIT must not be negative")
    await said(engine, f"{three} LIMIT NULL", sqlite="datatype mismatch", postgres=[1, 2, 3])
    assert await asked(engine, f"SELECT value FROM ({three} LIMIT -1) AS all_of_them") == [1, 2, 3]
    assert await asked(engine, f"{three} LIMIT :limit", limit=ALL) == [1, 2, 3]
    assert await asked(engine, f"{three} LIMIT :limit OFFSET :start", limit=1, start=1) == [2]


async def test_of_two_rows_with_one_key_in_one_statement_the_last_counts(engine: Engine) -> None:
    """SQLite: an upsert takes them one after the other (lang_upsert.html). PostgreSQL: "cannot affect row a second
    time" (sql-insert.html#SQL-ON-CONFLICT).

    The store: what is written for many rows at once chooses the last of each key before.
    """
    twice = """
        INSERT INTO meta (key, value) SELECT 'one', CAST(value AS TEXT) FROM json_each('[1, 2]') AS each WHERE true
        ON CONFLICT (key) DO UPDATE SET value = excluded.value RETURNING value
    """
    await said(engine, twice, sqlite=["1", "2"], postgres="cannot affect row a second time")
    # subject_type, subject, chat, message_id, thread, revision, look, sent_at, unsure, list
    receipts = [(1, 9, GROUP, message, 0, 1, 0, message, 0, None) for message in (10, 30, 20)]
    async with engine.transaction() as conn:
        await conn.executemany(settlement.WRITE_RECEIPTS, receipts)
    assert await asked(engine, "SELECT message_id FROM receipts") == [20]


async def test_lists_come_as_they_were_given(engine: Engine) -> None:
    """SQLite: `json_each` takes JSON text (json1.html#jeach). PostgreSQL: arrays (functions-array.html); its own
    `json_each` takes objects alone (functions-json.html).

    The store: three kinds of lists, each with its order under `key`, also without anything in it.
    """
    numbers = "SELECT value FROM json_each(:list) AS one ORDER BY one.key"
    assert await asked(engine, numbers, list=number_list([5, HIGHEST, LOWEST, GROUP, 5])) == [
        5, HIGHEST, LOWEST, GROUP, 5,
    ]  # fmt: skip
    texts = ["b", "", "Ä", "a'b\"c\\d{,}", "NULL", "5"]
    assert await asked(engine, numbers, list=text_list(texts)) == texts
    for empty in (number_list([]), text_list([]), document_list([])):
        assert await asked(engine, numbers, list=empty) == []
        assert await asked(engine, "SELECT 1 WHERE 1 IN (SELECT key FROM json_each(:list) AS one)", list=empty) == []
    nested = """
        SELECT json_extract(one.value, '$[0]'), inner_one.value
        FROM json_each(:list) AS one CROSS JOIN json_each(one.value, '$[1]') AS inner_one
        ORDER BY one.key, inner_one.key
    """
    assert await asked(engine, nested, list=document_list([[7, [3, 1]], [8, []], [9, [GROUP]]])) == [
        (7, 3), (7, 1), (9, GROUP),
    ]  # fmt: skip


async def test_a_flag_is_a_whole_number(engine: Engine) -> None:
    """SQLite: true and false are 1 and 0, and any number is a condition (datatype3.html#boolean_datatype). PostgreSQL:
    "argument of WHERE must be type boolean" (datatype-boolean.html).

    The store: flags are columns of whole numbers, compared with `= 1`, and a Python bool is a number as a parameter.
    """
    await said(engine, "SELECT 1 WHERE 1", sqlite=[1], postgres="must be type boolean")
    await said(engine, "SELECT 1 WHERE 0", sqlite=[], postgres="must be type boolean")
    assert await asked(engine, "SELECT 7 WHERE :flag = 1", flag=True) == [7]
    assert await asked(engine, "SELECT 7 WHERE :flag = 1", flag=False) == []
    async with engine.transaction() as conn:
        await put_chats(conn, 1)
        await conn.execute("UPDATE chats SET greeted = :flag", {"flag": True})
    [flag] = await asked(engine, "SELECT greeted FROM chats")
    assert (flag, type(flag)) == (1, int)


async def test_a_parameter_may_be_nothing(engine: Engine) -> None:
    """SQLite: a parameter has no type (lang_expr.html#varparam). PostgreSQL: each has one, told by its place, and
    `$1 IS NULL` has none: "could not determine data type of parameter" (sql-prepare.html).

    The store: a parameter that is asked whether it is null is a text there, and each place is a parameter of its own.
    """
    optional = "SELECT value FROM json_each('[1, 2]') AS one WHERE :only IS NULL OR value = :only ORDER BY value"
    assert await asked(engine, optional, only=None) == [1, 2]
    assert await asked(engine, optional, only=2) == [2]
    among = """
        SELECT value FROM json_each('[1, 2]') AS one
        WHERE :among IS NULL OR value IN (SELECT value FROM json_each(:among)) ORDER BY value
    """
    assert await asked(engine, among, among=None) == [1, 2]
    assert await asked(engine, among, among=number_list([2, 3])) == [2]
    assert await asked(engine, "SELECT 1 WHERE :word IS NOT NULL", word="x") == [1]
    assert await asked(engine, "SELECT 1 WHERE :a IS :b", a=None, b=None) == [1]
    assert await asked(engine, "SELECT 1 WHERE :a IS NOT :b", a=None, b="x") == [1]


async def test_whole_numbers_have_64_bits(engine: Engine) -> None:
    """SQLite: INTEGER is as wide as it needs to be, up to 64 bits (datatype3.html). PostgreSQL: `integer` has 32, and
    -1001234567890 is "out of range" for it (datatype-numeric.html#DATATYPE-INT).

    The store: every whole number is a `bigint`: chats, messages, times in milliseconds, what a forged button holds.
    """
    await said(engine, f"SELECT CAST({GROUP} AS INT)", sqlite=[GROUP], postgres="integer out of range")
    for number in (GROUP, FURTHEST, -FURTHEST, HIGHEST, LOWEST, int(NOW.timestamp() * 1000)):
        assert await asked(engine, "SELECT CAST(:number AS INTEGER)", number=number) == [number]
        async with engine.transaction() as conn:
            await put_chats(conn, number)
            await conn.execute("UPDATE chats SET since = :number WHERE id = :number", {"number": number})
    assert await asked(engine, "SELECT id FROM chats WHERE id = :id AND since = :id", id=GROUP) == [GROUP]
    for too_large in (HIGHEST + 1, LOWEST - 1):
        with pytest.raises(StoreError):
            await asked(engine, "SELECT id FROM chats WHERE id = :id", id=too_large)


@pytest.mark.parametrize("engine", ["postgres"], indirect=True)
async def test_every_whole_number_column_of_postgresql_is_a_bigint(engine: Engine) -> None:
    narrow = """
        SELECT table_name || '.' || column_name FROM information_schema.columns
        WHERE table_schema = 'newsbot' AND data_type IN ('smallint', 'integer', 'boolean')
          AND table_name <> 'schema_version'
    """
    assert await asked(engine, narrow) == []


async def test_a_column_beside_an_aggregate_is_none_the_store_asks_for(engine: Engine) -> None:
    """SQLite: a bare column is of the row with the least or the greatest (lang_select.html#bareagg). PostgreSQL: "must
    appear in the GROUP BY clause" (sql-select.html#SQL-GROUPBY); it has DISTINCT ON instead.

    The store: an ordered subquery with a limit, which both take. That no statement has a bare column is what asking
    every question of both engines proves.
    """
    rows = "(SELECT key, value FROM json_each('[3, 1, 2]') AS one) AS given"
    await said(engine, f"SELECT min(value), key FROM {rows}", sqlite=[(1, 1)], postgres="must appear in the GROUP BY")
    assert await asked(engine, f"SELECT key FROM {rows} ORDER BY value LIMIT 1") == [1]


async def test_nothing_comes_first_where_the_order_says_so(engine: Engine) -> None:
    """SQLite: nulls are the least (datatype3.html#sort_order). PostgreSQL: the greatest (queries-order.html).

    The store: a column that may be null is ordered by with NULLS FIRST or after a condition that leaves nulls out.
    """
    rows = "SELECT value FROM (SELECT 1 AS value UNION ALL SELECT NULL UNION ALL SELECT 2) AS given ORDER BY value"
    await said(engine, rows, sqlite=[None, 1, 2], postgres=[1, 2, None])
    await said(engine, f"{rows} DESC", sqlite=[2, 1, None], postgres=[None, 2, 1])
    assert await asked(engine, f"{rows} NULLS FIRST") == [None, 1, 2]
    assert await asked(engine, f"{rows} DESC NULLS LAST") == [2, 1, None]


async def test_texts_are_ordered_and_told_apart_byte_by_byte(engine: Engine) -> None:
    """SQLite: BINARY, the bytes of UTF-8 (datatype3.html#collation). PostgreSQL: as the database's locale says, unless
    the column says otherwise (collation.html).

    The store: every text column there is COLLATE "C".
    """
    names = ["a", "B", "Z", "ä", "z", "Ä", "ż", "北", "\U0001f600", "", "a b", "a-b", "aa"]
    async with engine.transaction() as conn:
        for name in names:
            await conn.execute("INSERT INTO meta (key, value) VALUES (:key, '')", {"key": f"n:{name}"})
    stored = await asked(engine, "SELECT key FROM meta WHERE substr(key, 1, 2) = 'n:' ORDER BY key")
    assert stored == sorted((f"n:{name}" for name in names), key=lambda text: text.encode())


async def test_case_is_nothing_the_database_is_asked_about(engine: Engine) -> None:
    """SQLite: LIKE folds ASCII, `upper` knows ASCII alone (lang_expr.html#like, lang_corefunc.html#upper). PostgreSQL:
    LIKE folds nothing (functions-matching.html), `upper` follows the locale (functions-string.html).

    The store: names and words are folded by `domain.search_terms` before they are kept and before they are asked for;
    its one LIKE looks for lower case letters behind a number.
    """
    await said(engine, "SELECT 1 WHERE 'a' LIKE 'A'", sqlite=[1], postgres=[])
    await said(engine, "SELECT upper('ä' || '')", sqlite=["ä"], postgres=["Ä"])
    for value, is_told in (("5 told", True), ("5", False)):
        assert await asked(engine, "SELECT 1 WHERE :v NOT LIKE '% told'", v=value) == ([] if is_told else [1])
    found = [(path.name, text) for path, text in statements() if re.search(r"\b(LIKE|GLOB|upper|lower)\b", text)]
    assert {name for name, _ in found} == {"group_quota.py"}


async def test_numbers_are_cast_rounded_and_divided_outside(engine: Engine) -> None:
    """SQLite: a cast cuts, and takes the digits at the beginning (lang_expr.html#castexpr); 1/0 is NULL. PostgreSQL: a
    cast rounds and refuses what is no number; division_by_zero is an error (functions-math.html).

    The store: what is cast is a whole number already, and a quotient's divisor is not 0 where it is asked for. Whole
    numbers are divided towards zero by both, sums beyond 64 bits are an error in both.
    """
    await said(engine, "SELECT CAST(1.9 AS INTEGER)", sqlite=[1], postgres=[2])
    await said(engine, "SELECT CAST('12abc' AS INTEGER)", sqlite=[12], postgres="invalid input syntax")
    await said(engine, "SELECT round(2.5)", sqlite=[3.0], postgres=[3])
    await said(engine, "SELECT 1 / 0", sqlite=[None], postgres="division by zero")
    await said(engine, f"SELECT {HIGHEST} + 1", sqlite=[float(2**63)], postgres="bigint out of range")
    assert await asked(engine, "SELECT 7 / 2, -7 / 2, -7 % 2") == [(3, -3, -1)]
    assert await asked(engine, "SELECT CAST('12' AS INTEGER), CAST(7 AS TEXT)") == [(12, "7")]
    [quotient] = await asked(engine, "SELECT CAST(:many AS REAL) / :of", many=1, of=4)
    assert quotient == 0.25
    [total] = await asked(engine, "SELECT sum(value) FROM json_each(:list) AS one", list=number_list([GROUP, 1]))
    assert (total, type(total)) == (GROUP + 1, int)


async def test_what_is_equal_in_both_stays_so(engine: Engine) -> None:
    """Nulls in `||`, IN and comparisons, row values, RETURNING of UPDATE and DELETE: as the standard has them."""
    assert await asked(engine, "SELECT 'x' || NULL") == [None]
    assert await asked(engine, "SELECT 1 WHERE 1 NOT IN (SELECT NULL UNION ALL SELECT 2)") == []
    assert await asked(engine, "SELECT 1 WHERE (1, 2) < (1, 3) AND (2, 1) > (1, 9)") == [1]
    assert await asked(engine, "SELECT count(*) FILTER (WHERE value > 1) FROM json_each('[1, 2, 3]') AS one") == [2]
    assert await asked(engine, "INSERT INTO meta (key, value) VALUES ('a', '1') RETURNING key") == ["a"]
    assert await asked(engine, "UPDATE meta SET value = '2' WHERE key = 'a' RETURNING value") == ["2"]
    assert await asked(engine, "DELETE FROM meta WHERE key = 'a' RETURNING value") == ["2"]


async def test_rows_of_returning_have_an_order_only_where_python_gives_it(engine: Engine) -> None:
    """Neither promises one (SQLite: lang_returning.html#limitations_and_caveats; PostgreSQL: dml-returning.html).

    The store: the claim, whose order matters, is sorted by what was claimed (`outbox.claim`); all others that return
    several rows are read into a set, a dict or a count, or sorted where they are read.
    """
    await asked(engine, "INSERT INTO meta (key, value) SELECT CAST(value AS TEXT), '' FROM json_each('[3, 1, 2]')"
                        " AS one WHERE true")  # fmt: skip
    assert set(await asked(engine, "UPDATE meta SET value = 'x' WHERE key IN ('1', '2', '3') RETURNING key")) == {
        "1", "2", "3",
    }  # fmt: skip


NUL = "zero \0 in it"


async def test_a_text_may_hold_the_character_nul(engine: Engine) -> None:
    """SQLite: stores it (nulinstr.html). PostgreSQL: "the NULL (0) character is not allowed" (datatype-character.html).

    The store: what is written comes back, in the same order, and what is asked for is found; in lists, which are JSON
    text to SQLite and would end with it, it finds nothing.
    """
    async with engine.transaction() as conn:
        await conn.execute("INSERT INTO meta (key, value) VALUES (:text, :text)", {"text": NUL})
        for odd in ("\1", "\1\1", "\1\2", "\0\1", "\ufdd0", "\ufffd"):
            await conn.execute("INSERT INTO meta (key, value) VALUES (:text, :text)", {"text": f"o{odd}"})
    odd_ones = await asked(engine, "SELECT value FROM meta WHERE substr(key, 1, 1) = 'o' ORDER BY value")
    assert odd_ones == ["o\0\1", "o\1", "o\1\1", "o\1\2", "o\ufdd0", "o\ufffd"]
    assert await asked(engine, "SELECT value FROM meta WHERE key = :text", text=NUL) == [NUL]
    assert await asked(engine, "SELECT value FROM meta WHERE key = :text", text="zero ") == []
    among = "SELECT value FROM meta WHERE key IN (SELECT value FROM json_each(:list))"
    await asked(engine, "INSERT INTO meta (key, value) VALUES ('zero ', 'before it')")
    assert await asked(engine, among, list=text_list([NUL])) == []
    assert await asked(engine, among, list=text_list([NUL, "zero "])) == ["before it"]


def statements() -> list[tuple[Path, str]]:
    """Return every piece of SQL in the modules that ask questions."""
    found = []
    for module in the_list():
        path = (STORE / module.replace(".", "/")).with_suffix(".py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and _SQL.search(node.value):
                found.append((path, node.value))
    return found


_SQL = re.compile(r"\b(SELECT|INSERT INTO|UPDATE \w+ SET|DELETE FROM|WHERE|ORDER BY|FROM \w+|AND \w+[.(])")
# No functions but forms, of the standard and of either engine: functions-conditional.html
_SYNTAX = {"coalesce"}


def called(sql: str) -> set[str]:
    """Return the functions that a piece of SQL calls: names directly before a parenthesis."""
    return set(re.findall(r"\b([a-z_0-9]+)\(", sql)) - _SYNTAX


async def exists(engine: Engine, name: str) -> bool:
    if isinstance(engine, PostgresDatabase):
        there = (
            "SELECT 1 FROM pg_proc WHERE proname = :name"
            " AND pronamespace IN ('newsbot'::regnamespace, 'pg_catalog'::regnamespace)"
        )
    else:  # https://sqlite.org/pragma.html#pragma_function_list, pragma_module_list
        there = (
            "SELECT 1 FROM pragma_function_list WHERE name = :name"
            " UNION SELECT 1 FROM pragma_module_list WHERE name = :name"
        )
    return bool(await asked(engine, there, name=name))


async def test_every_function_that_the_store_calls_exists(engine: Engine) -> None:
    """SQLite alone has total, ifnull, group_concat, printf, changes, unixepoch and rowids (lang_corefunc.html); of
    what the store calls, PostgreSQL got instr, json_each and its like as functions of newsbot's own (0047_tables.sql).
    """
    written = set().union(*(called(text) for _, text in statements()))
    assert {"max", "count", "instr", "json_each", "substr", "row_number"} <= written
    if isinstance(engine, PostgresDatabase):
        foreign = ("total", "ifnull", "group_concat", "printf", "changes", "unixepoch", "last_insert_rowid", "bm25")
        assert [name for name in foreign if await exists(engine, name)] == []
    assert await exists(engine, "coalesce_no_such_function") is False
    assert [name for name in sorted(written) if not await exists(engine, name)] == []
