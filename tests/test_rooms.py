"""
The rule of directions: app → telegram_edge → services → store, content, render → domain → errors.

Each room knows only what stands behind it; what an import costs when it is written inside a function does not
change which way it points.
"""

import ast
import re
import sys
from pathlib import Path

import pytest

BOT = Path(__file__).resolve().parents[1] / "bot"

TOP = {"app", "startup", "task_table", "background", "running_store", "http_server", "sandbox_app", "cli", "__main__"}
# What stands directly in `bot` beside the rooms, and everything each room may know of the house.
MAY_KNOW: dict[str, set[str]] = {
    "errors": set(),
    "domain": {"errors"},
    "store": {"domain", "errors"},
    "content": {"domain", "errors"},
    "render": {"domain", "errors"},
    "services": {"store", "content", "render", "domain", "errors"},
    "sandbox": {"domain"},
    "settings": {"domain", "errors"},
    "logs": set(),
    "event_loop": set(),
    "time_zone_rules": set(),
    "connection_limits": set(),
    "http_api": {"services", "store", "content", "render", "domain", "errors"},
    "city_lookup": {"domain"},
    "location_lookup": set(),
    "telegram_edge": {"services", "store", "content", "render", "domain", "errors", "settings"},
}
EVERYTHING = {*MAY_KNOW, *TOP, ""}

MANY_MODULES = 12
"""So many modules of a package are taken in at a glance; more want sub-packages, or a table of which is where."""

# Who in the edge may import more of the store than the database that is passed on.
MAY_IMPORT_STORE = {
    "progress_messages": "which messages follow a publish",
    "standings": "how far the campaigns have come that they follow",
    "alert_schedule": "of which kinds incidents are",
    "notifier": "who is to be told",
    "update_journal": "keeps updates until their work is done",
    "shared_journal": "the same, where several processes are one bot",
}

# Who may import `telegram` beside `telegram_edge`, and why.
MAY_SPEAK_TELEGRAM = {
    "startup.py": "introduces the bot before the edge is open: who am I, is the token any good",
    "http_server.py": "takes updates from the webhook, which come as the library's objects",
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


def _dotted(path: Path) -> str:
    """Return a module's name within `bot`; a package is called as its folder."""
    return ".".join(path.relative_to(BOT).with_suffix("").parts).removesuffix(".__init__")


def _imports_of_modules() -> dict[str, set[str]]:
    """Return which modules of ours each module imports, also inside functions and for type checking only."""
    modules = {_dotted(path): path for path in _modules()}
    found: dict[str, set[str]] = {}
    for name, path in modules.items():
        imported = found[name] = set()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.ImportFrom) or (node.module or "").split(".")[0] != "bot":
                continue
            base = (node.module or "").removeprefix("bot").removeprefix(".")
            for alias in node.names:
                within = f"{base}.{alias.name}".removeprefix(".")
                imported.update({within if within in modules else base} & modules.keys())
        imported.discard(name)
    return found


def _folders() -> dict[str, str]:
    """Return the folder of each module; a module that stands directly in a room, or in `bot`, stands for itself."""
    folders = {}
    for path in _modules():
        name = _dotted(path)
        folder = _dotted(path.parent / "__init__.py")
        folders[name] = folder if folder.count(".") else name
    return folders


def _circles(graph: dict[str, set[str]]) -> list[list[str]]:
    """Return what can be reached from itself, put together with what it can be reached through."""
    reached = {}
    for start in graph:
        seen, waiting = set(), [*graph[start]]
        while waiting:
            one = waiting.pop()
            if one not in seen:
                seen.add(one)
                waiting += graph.get(one, ())
        reached[start] = seen
    circles = {
        tuple(sorted({one, *(o for o in seen if one in reached.get(o, ()))}))
        for one, seen in reached.items()
        if one in seen
    }
    return sorted(map(list, circles))


def test_circles_are_found_whatever_leads_to_them() -> None:
    assert _circles({"a": {"b"}, "b": {"c"}, "c": set()}) == []
    assert _circles({"a": {"b"}, "b": {"c"}, "c": {"b"}, "d": {"a"}}) == [["b", "c"]]


def test_no_module_imports_itself_by_a_detour() -> None:
    assert _circles(_imports_of_modules()) == []


def test_no_sub_package_imports_itself_by_a_detour() -> None:
    folders, graph = _folders(), {}
    for name, imported in _imports_of_modules().items():
        graph.setdefault(folders[name], set()).update({folders[one] for one in imported} - {folders[name]})
    assert _circles(graph) == []


def test_the_edge_reads_through_services() -> None:
    edge = [path for path in _modules() if _room(path) == "telegram_edge"]
    handle = {"bot.store.engine.database"}
    importing = {
        path.stem for path in edge if {name for name in _imported(path) if name.startswith("bot.store")} - handle
    }
    assert importing == set(MAY_IMPORT_STORE)


def test_no_conversation_holds_the_store() -> None:
    conversations = [path for path in _modules() if "CONVERSATION = Conversation(" in path.read_text(encoding="utf-8")]
    assert len(conversations) > 10
    for path in conversations:
        assert not {name for name in _imported(path) if name.startswith("bot.store")}, path


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


def _large_packages() -> list[Path]:
    """Return the packages of more modules than somebody takes in at a glance."""
    return [path for path in _modules() if path.name == "__init__.py" and len(_modules_beside(path)) > MANY_MODULES]


def _modules_beside(package: Path) -> set[str]:
    return {path.stem for path in package.parent.glob("*.py")} - {"__init__"}


@pytest.mark.parametrize("package", _large_packages(), ids=_named)
def test_a_package_of_many_modules_tells_which_is_where(package: Path) -> None:
    docstring = ast.get_docstring(ast.parse(package.read_text(encoding="utf-8"))) or ""
    table = [line.rpartition(" | ")[2] for line in docstring.splitlines() if line.startswith("| ")]
    named = [name for cell in table for name in re.findall(r"`(\w+)`", cell)]
    assert sorted(named) == sorted(_modules_beside(package)), "name each module once in the table of the docstring"


@pytest.mark.parametrize("path", _modules(), ids=_named)
def test_every_module_says_why_it_exists(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
