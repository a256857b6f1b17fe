"""
The conformance suite's list: every question that the store answers, each asked by a test of this folder.

`python tests/store/conformance/test_the_list.py` prints it.
"""

import ast
from pathlib import Path

import pytest

import bot.store

STORE = Path(bot.store.__file__).parent
SUITE = Path(__file__).parent
OF_ONE_ENGINE = {
    "conftest.py",
    "filled_sqlite.py",
    "test_query_plans_sqlite.py",
    "test_rivals.py",
    "test_what_differs.py",
}
"""Files of the suite that know which engine it is."""


def questions(source: str) -> list[str]:
    """Return the store's questions in a module: its public coroutine functions whose first argument is a connection."""
    return [
        node.name
        for node in ast.parse(source).body
        if isinstance(node, ast.AsyncFunctionDef)
        and not node.name.startswith("_")
        and node.args.args
        and node.args.args[0].annotation is not None
        and ast.unparse(node.args.args[0].annotation) == "Connection"
    ]


def asked(source: str) -> set[str]:
    """Return what a test file uses of the store's modules in its tests, as `module.function`."""
    tree = ast.parse(source)
    modules: dict[str, str] = {}
    functions: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[:2] == ["bot", "store"]:
            within = (node.module or "").removeprefix("bot.store").removeprefix(".")
            for alias in node.names:
                modules[alias.asname or alias.name] = f"{within}.{alias.name}".removeprefix(".")
                if within:
                    functions[alias.asname or alias.name] = f"{within}.{alias.name}"
    found = set()
    for function in tree.body:
        if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
            for node in ast.walk(function):
                if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in modules:
                    found.add(f"{modules[node.value.id]}.{node.attr}")
                elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in functions:
                    found.add(functions[node.id])
    return found


def the_list() -> dict[str, list[str]]:
    """Return the store's questions by module."""
    found = {}
    for path in sorted(STORE.rglob("*.py")):
        module = ".".join(path.relative_to(STORE).with_suffix("").parts)
        if module.startswith("postgres."):  # what one engine does for itself
            continue
        if names := questions(path.read_text(encoding="utf-8")):
            found[module] = names
    return found


def _suite() -> list[Path]:
    return [path for path in sorted(SUITE.glob("*.py")) if path.name not in OF_ONE_ENGINE | {Path(__file__).name}]


def test_every_question_of_the_store_is_asked_by_the_suite() -> None:
    used = set().union(*(asked(path.read_text(encoding="utf-8")) for path in _suite() if path.name.startswith("test_")))
    listed = {f"{module}.{name}" for module, names in the_list().items() for name in names}
    assert len(listed) > 180
    assert sorted(listed - used) == [], "questions that no test of tests/store/conformance asks"


def test_a_question_is_known_by_its_connection_and_an_answer_by_its_use_in_a_test() -> None:
    module = (
        "async def one(conn: Connection, n: int) -> int: ...\nasync def _two(conn: Connection) -> None: ...\n"
        "async def three(db: Database) -> None: ...\ndef four(conn: Connection) -> None: ...\n"
        "async def five() -> None: ...\nasync def six(conn: Connection) -> None: ...\n"
    )
    assert questions(module) == ["one", "six"]
    test = (
        "from bot.store import readers as people, topics\nfrom bot.store.desk import log\n"
        "from bot.store.content.articles import find\nfrom bot.domain import topic\n"
        "topics.outside_of_a_test()\n"
        "async def test_it(conn):\n    await people.meet(conn)\n    for ask in (log.latest, topic.key):\n"
        "        await ask(conn)\n    await find(conn, 'x')\n"
    )
    assert asked(test) == {"readers.meet", "desk.log", "desk.log.latest", "content.articles.find"}


@pytest.mark.parametrize("path", _suite(), ids=lambda path: path.name)
def test_the_suite_speaks_the_stores_questions_and_nothing_of_an_engine(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    imported: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            imported.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            imported.update(f"{node.module}.{alias.name}" for alias in node.names)
    of_ours = {name for name in imported if name.split(".")[0] == "bot"}
    listed = the_list()
    for name in of_ours - {"bot.store.engine.connection.Connection"}:
        is_question = any(name.removeprefix("bot.store.").startswith(module) for module in listed)
        assert is_question or name.startswith(("bot.domain.", "bot.errors.")), name
    assert not {name.split(".")[0] for name in imported} & {"sqlite3", "aiosqlite", "psycopg"}
    called = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    assert not {name for name in called if name.startswith("execute")}


if __name__ == "__main__":
    for module, names in the_list().items():
        print(f"{module}: {', '.join(names)}")
