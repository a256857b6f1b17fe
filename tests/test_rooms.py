"""
The rule of directions: app → telegram_edge → services → store, content, render → domain → errors.

Each room knows only what stands behind it; what an import costs when it is written inside a function does not
change which way it points.
"""

import ast
import sys
from pathlib import Path

import pytest

BOT = Path(__file__).resolve().parents[1] / "bot"

TOP = {"app", "outside", "playing", "rounds", "cli", "__main__"}
# What stands directly in `bot` beside the rooms, and everything each room may know of the house.
MAY_KNOW: dict[str, set[str]] = {
    "errors": set(),
    "domain": {"errors"},
    "store": {"domain", "errors"},
    "content": {"domain", "errors"},
    "render": {"domain", "errors"},
    "services": {"store", "content", "render", "domain", "errors"},
    "sandbox": {"domain"},
    "settings": {"errors"},
    "logs": set(),
    "zones": set(),
    "connections": set(),
    "gazetteer": {"domain"},
    "telegram_edge": {"services", "store", "content", "render", "domain", "errors", "settings"},
}
EVERYTHING = {*MAY_KNOW, *TOP, ""}

# Who may import `telegram` beside `telegram_edge`, and why.
MAY_SPEAK_TELEGRAM = {
    "app.py": "introduces the bot before the edge is open: who am I, is the token any good",
    "outside.py": "takes updates from the webhook, which come as the library's objects",
}

# `set_key` writes the file and reads nothing from it.
READERS_OF_DOTENV = {"parse_stream", "dotenv_values", "load_dotenv", "get_key", "find_dotenv"}


def _modules() -> list[Path]:
    return sorted(path for path in BOT.rglob("*.py") if "seeds" not in path.relative_to(BOT).parts)


def _room(path: Path) -> str:
    """Return the room a module stands in, or its own name when it stands directly in `bot`."""
    first = path.relative_to(BOT).parts[0]
    return first.removesuffix(".py") if first != "__init__.py" else ""


def _imported(path: Path) -> set[str]:
    """Return the dotted names a module imports, also inside functions; `from bot import x` counts as `bot.x`."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: imports are written from the top"
            assert node.module is not None
            if node.module == "bot":
                names.update(f"bot.{alias.name}" for alias in node.names)
            else:
                names.add(node.module)
    return names


def _rooms(path: Path) -> set[str]:
    """Return the rooms of the house that a module imports, its own not counted."""
    rooms = {name.split(".")[1] if "." in name else "" for name in _imported(path) if name.split(".")[0] == "bot"}
    return rooms - {_room(path)} - ({"__version__"} if _room(path) in TOP else set())


def _named(path: Path) -> str:
    return path.relative_to(BOT).as_posix()


@pytest.mark.parametrize("path", _modules(), ids=_named)
def test_a_module_imports_only_what_stands_behind_its_room(path: Path) -> None:
    room = _room(path)
    assert room in EVERYTHING, f"bot/{room} is a room without a rule: say in this test what it may know"
    allowed = EVERYTHING if room in TOP else MAY_KNOW.get(room, set())
    assert _rooms(path) <= allowed


@pytest.mark.parametrize("path", [path for path in _modules() if _room(path) in ("domain", "errors")], ids=_named)
def test_the_domain_needs_nothing_but_the_standard_library(path: Path) -> None:
    assert {name.split(".")[0] for name in _imported(path)} <= {*sys.stdlib_module_names, "bot"}


def test_only_the_edge_speaks_telegram() -> None:
    speaking = {
        _named(path)
        for path in _modules()
        if _room(path) != "telegram_edge" and any(name.split(".")[0] == "telegram" for name in _imported(path))
    }
    assert speaking == set(MAY_SPEAK_TELEGRAM)


def test_only_the_settings_read_the_environment() -> None:
    reading = set()
    for path in _modules():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            is_environ = isinstance(node, ast.Attribute) and node.attr in ("environ", "environb", "getenv")
            is_name = isinstance(node, ast.ImportFrom) and any(a.name in ("environ", "getenv") for a in node.names)
            is_dotenv = isinstance(node, ast.ImportFrom) and any(a.name in READERS_OF_DOTENV for a in node.names)
            if is_environ or is_name or is_dotenv:
                reading.add(_named(path))
    assert reading == {"settings.py"}


@pytest.mark.parametrize("path", [path for path in _modules() if _room(path) == "domain"], ids=_named)
def test_no_decision_asks_what_time_it_is(path: Path) -> None:
    asked = {
        node.func.attr
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    }
    assert not asked & {"now", "utcnow", "today", "time", "monotonic", "random"}


@pytest.mark.parametrize("path", _modules(), ids=_named)
def test_every_module_says_why_it_exists(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
