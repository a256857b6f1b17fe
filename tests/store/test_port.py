"""
The store is a port: questions with domain values in and out, and its database is nobody else's business.

What else is to be known of it stands in `bot/store/__init__.py`.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import bot
import bot.store

BOT = Path(bot.__file__).parent
STORE = BOT / "store"
DRIVERS = {"sqlite3", "aiosqlite", "psycopg", "psycopg_pool", "asyncpg"}
ASKING = {"execute", "executemany", "execute_fetchall", "executescript", "execute_insert"}
SQL = re.compile(
    r"\b(?:SELECT\b.+?\bFROM|SELECT\s+(?:\d|count|max|min|EXISTS)|INSERT\s+(?:OR\s+\w+\s+)?INTO\s+\w+\s*[(\s]"
    r"|REPLACE\s+INTO|UPDATE\s+(?:OR\s+\w+\s+)?\w+\s+SET\s+\w+\s*=|DELETE\s+FROM\s+\w+|CREATE\s+(?:TEMP\s+)?(?:TABLE|INDEX)"
    r"|PRAGMA\s+\w+|BEGIN\s+IMMEDIATE|ATTACH\s)",
    re.DOTALL,
)

# Who builds a statement out of pieces, because its text depends on how many topics there are.
MAY_TAKE_SQL = {
    "delivery.announced.Announced.recipients",
    "delivery.change_notes.Concerned.recipients",
    "delivery.audiences.Audience.recipients",
    "delivery.audiences.EveryChat.recipients",
    "delivery.audiences.Holders.recipients",
    "delivery.audiences.Listed.recipients",
    "delivery.followers.Followers.query",
    "delivery.weekly_reports.Recipients.recipients",
    "readers.place_queries.onward",
    "delivery.followers.Followers.recipients",
    "postgres.own_sql.own",
}

BEHIND_THE_QUESTIONS = {"connection", "sqlite_connection", "sync_connection", "dialect", "rows"}


def _modules(*, of_the_store: bool) -> list[Path]:
    return sorted(path for path in BOT.rglob("*.py") if path.is_relative_to(STORE) is of_the_store)


def _named(path: Path) -> str:
    return path.relative_to(BOT).as_posix()


def texts(tree: ast.AST) -> Iterator[str]:
    """Return the texts of a module that are no docstrings, those with values in them without the values."""
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef))
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield " x ".join(str(part.value) for part in node.values if isinstance(part, ast.Constant))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield node.value


@pytest.mark.parametrize(
    ("text", "is_sql"),
    [
        ("SELECT number FROM articles", True),
        ("\n  SELECT a,\n  b\n  FROM t", True),
        ("SELECT count(*) x", True),
        ("INSERT INTO meta (key) VALUES (1)", True),
        ("INSERT OR IGNORE INTO saved (chat) SELECT 1", True),
        ("UPDATE chats SET state = 'x'", True),
        ("DELETE FROM chats", True),
        ("PRAGMA data_version", True),
        ("CREATE TABLE t (x)", True),
        ("Select what you want from the list", False),
        ("Please update the settings: set a zone", False),
        ("delete from the chat", False),
        ("BEGIN by writing to @BotFather", False),
    ],
)
def test_sql_is_known_when_it_is_seen(text: str, is_sql: bool) -> None:
    assert bool(SQL.search(text)) is is_sql


def test_the_stores_own_modules_would_be_found() -> None:
    found = {
        path.stem
        for path in _modules(of_the_store=True)
        if any(map(SQL.search, texts(ast.parse(path.read_text(encoding="utf-8")))))
    }
    assert {"articles", "chats", "database", "retention", "topics", "pending_updates"} <= found


@pytest.mark.parametrize("path", _modules(of_the_store=False), ids=_named)
def test_nobody_else_speaks_to_a_database(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            assert not {alias.name.split(".")[0] for alias in node.names} & DRIVERS
        elif isinstance(node, ast.ImportFrom):
            assert (node.module or "").split(".")[0] not in DRIVERS
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            assert node.func.attr not in ASKING, f"{path}:{node.lineno}"
    assert [text for text in texts(tree) if SQL.search(text)] == []


def _functions(path: Path) -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    """Return the public functions and methods of a module of the store by their names."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    module = ".".join(path.relative_to(STORE).with_suffix("").parts)
    for node in tree.body:
        members = node.body if isinstance(node, ast.ClassDef) else [node]
        within = f"{module}.{node.name}" if isinstance(node, ast.ClassDef) else module
        for member in members:
            if isinstance(member, (ast.FunctionDef, ast.AsyncFunctionDef)) and not member.name.startswith("_"):
                yield f"{within}.{member.name}", member


@pytest.mark.parametrize(
    "path",
    [path for path in _modules(of_the_store=True) if path.stem not in BEHIND_THE_QUESTIONS],
    ids=_named,
)
def test_no_question_takes_sql_or_answers_with_rows(path: Path) -> None:
    for name, function in _functions(path):
        taken = {argument.arg for argument in (*function.args.args, *function.args.kwonlyargs)}
        assert not taken & {"sql", "query", "statement", "head", "tail", "where"} or name in MAY_TAKE_SQL, name
        answer = "" if function.returns is None else ast.unparse(function.returns)
        assert not re.search(r"\b(?:Row|Cursor|Any)\b", answer), f"{name} -> {answer}"
        assert answer, f"{name} does not say what it returns"
