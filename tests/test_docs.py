"""
The pages say what is there: links lead somewhere, and settings, commands, options, numbers and fields named exist.

What README and `deploy/README.md` promise beside that is in `test_readme.py` and `test_deploy.py`.
"""

from __future__ import annotations

import re
import subprocess
import tomllib
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml
from prometheus_client import CollectorRegistry

from bot.cli.commands.app import app as shell
from bot.content.articles.field_typos import ARTICLE, TOPIC
from bot.http_server import Complaints, Metrics
from bot.settings import KNOWN, PREFIX
from bot.telegram_edge.botapi.pacer import Pacer
from bot.telegram_edge.conversations.table import REGISTRY
from bot.telegram_edge.kit.commands import Access

ROOT = Path(__file__).resolve().parents[1]
DOCS = sorted((ROOT / "docs").rglob("*.md"))
PAGES = [
    *DOCS,
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", "deploy/README.md")),
]
LINK = re.compile(r"(?<!!)\[[^\]]*\]\((?!https?://)([^)\s]+)\)")
COMMANDS: dict[str, Any] = typer.main.get_command(shell).commands  # type: ignore[attr-defined]
NO_COMMANDS = {"/healthz", "/readyz", "/metrics", "/home", "/tmp"}
TASKS = set(tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["poe"]["tasks"])

PLACES = re.compile(r"(?<![\w/.-])(?:(?:bot|tests|docs|deploy|seeds|\.ci)/[\w./-]*|bot(?:\.\w+)+)")
TO_BE_MADE = {"bot/render/locale/eo.po"}  # in the example of the translators' page
NAMES = re.compile(r"([A-Z][A-Za-z]+|[A-Z]{2,}[A-Z_]*)(?:\.\w+)?(?:\(.*\))?")
NO_NAMES = {
    "DISTINCT",
    "Application",
    "IN",
    "None",
    "NEWSBOT_GREETING",
    "README",
    "CHANGELOG",
    "CONTRIBUTING",
    "SECURITY",
    "ARTICLE",
    "PATH",
    "TOPIC",
    "NNNN",
}

each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())


def _text(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def _prose(page: Path) -> str:
    """Return a page without its blocks of code."""
    return re.sub(r"^( *)```.*?^\1```$", "", _text(page), flags=re.DOTALL | re.MULTILINE)


def _blocks(page: Path, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", _text(page), re.DOTALL)


def _spans(page: Path) -> list[str]:
    """Return what stands in backticks, each on one line."""
    return [" ".join(span.split()) for span in re.findall(r"`([^`]+)`", _prose(page))]


def _anchors(page: Path) -> set[str]:
    """Return the names that GitHub gives the headings of a page."""
    titles = re.findall(r"^#+ (.+)$", _prose(page), re.MULTILINE)
    plain = (re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", title).replace("`", "") for title in titles)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in plain}


def _rows(page: Path, name: str) -> list[str]:
    """Return the spans in the first cells of the table that stands under `<!-- name -->`."""
    block = _text(page).split(f"<!-- {name} -->\n")[1].split("<!-- end -->")[0]
    return [span for row in block.strip().split("\n")[2:] for span in re.findall(r"`([^`]+)`", row.split("|")[1])]


@each_page
def test_every_link_of_a_page_leads_to_a_file_and_a_heading(page: Path) -> None:
    for target in LINK.findall(_prose(page)):
        path, _, anchor = target.partition("#")
        place = (page.parent / path).resolve() if path else page
        assert place.exists(), f"{page.name} links to {target}"
        if anchor:
            assert anchor in _anchors(place), f"{page.name} links to {target}"


def test_every_page_is_in_the_index() -> None:
    index = ROOT / "docs" / "README.md"
    listed = {(index.parent / target.partition("#")[0]).resolve() for target in LINK.findall(_text(index))}
    assert set(DOCS) - listed == {index}
    assert {ROOT / "CONTRIBUTING.md", ROOT / "SECURITY.md"} <= listed


def test_the_readme_leads_to_the_pages() -> None:
    assert {"docs/README.md", "CONTRIBUTING.md", "SECURITY.md"} <= set(LINK.findall(_text(ROOT / "README.md")))


@each_page
def test_every_setting_named_exists(page: Path) -> None:
    known = {f"{PREFIX}{name.upper()}" for name in KNOWN}
    made_up = {"NEWSBOT_GREETING"}  # the example of CONTRIBUTING
    named = set(re.findall(r"NEWSBOT_[A-Z][A-Z_]*[A-Z]", _text(page)))
    assert named - known - (made_up if page.name == "CONTRIBUTING.md" else set()) == set()


@each_page
def test_every_shell_command_named_exists_with_its_options(page: Path) -> None:
    lines = [line for block in _blocks(page, "sh") for line in block.splitlines()]
    called = [span for span in _spans(page) if span.startswith("newsbot ")]
    for line in lines:
        called += re.findall(r"(?:^|[ /'])(newsbot [a-z].*)", line.split("#")[0])
    for call in called:
        words = call.replace("'", " ").split()[1:]
        while words and words[0] in ("newsbot", "sh"):  # a service of that name, and what runs in it
            words = words[1:]
        if not words or not words[0].islower() or not words[0].isalpha():
            continue
        assert words[0] in COMMANDS, f"{page.name}: {call}"
        command = COMMANDS[words[0]]
        if len(words) > 1:
            command = getattr(command, "commands", {}).get(words[1], command)
        known = {option for parameter in command.params for option in parameter.opts} | {"--help"}
        for option in re.findall(r"(?<=\s)--[a-z]+", call):
            assert option in known, f"{page.name}: {call}"


@each_page
def test_every_chat_command_named_exists(page: Path) -> None:
    known = {command.name for command in REGISTRY.commands.of(*Access)} | {
        "newbot",
        "token",
        "setinline",
    }  # BotFather's
    if page.name == "CONTRIBUTING.md":
        known.add("count")  # its example
    for span in _spans(page):
        if (named := re.fullmatch(r"/([a-z_]+)( .*)?", span)) and f"/{named[1]}" not in NO_COMMANDS:
            assert named[1] in known, f"{page.name}: {span}"


@each_page
def test_shell_examples_parse_and_call_tasks_that_exist(page: Path) -> None:
    for block in _blocks(page, "sh"):
        subprocess.run(["bash", "-n"], input=block, text=True, check=True)
    assert set(re.findall(r"\bpoe ([a-z-]+)", "\n".join([*_blocks(page, "sh"), *_spans(page)]))) <= TASKS


@pytest.mark.parametrize(
    "page", [*(ROOT / "docs" / "operating").glob("*.md"), ROOT / "README.md"], ids=lambda page: page.stem
)
def test_buttons_and_answers_quoted_to_operators_are_what_newsbot_says(page: Path) -> None:
    source = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "bot").rglob("*.py"))
    said = re.sub(r'"\s*\n\s*f?"', "", source)  # a long text stands on several lines
    for span in _spans(page):
        if re.fullmatch(r"[A-Z][a-z]+( [A-Za-z ]+)?\.?", span) and span != "Mumbai":
            assert span in said, f"{page.name}: {span}"


async def test_every_number_for_prometheus_is_explained_and_no_other() -> None:
    numbers = Metrics()
    numbers.registry.register(Complaints(Pacer(30)))
    served = {family.name for family in numbers.registry.collect()}
    page = ROOT / "docs" / "operating" / "monitoring.md"
    named = {name.removesuffix("_total") for name in re.findall(r"`(newsbot_\w+)", _text(page))}
    assert isinstance(numbers.registry, CollectorRegistry)
    assert named == served


def test_every_field_of_a_file_is_explained_and_no_other() -> None:
    page = ROOT / "docs" / "content.md"
    for name, fields in (("article", ARTICLE.read), ("topic", TOPIC.read)):
        named = _rows(page, f"fields: {name}")
        assert sorted(named) == sorted(fields)


def test_the_glossary_is_in_order_and_explains_each_word_once() -> None:
    rows = re.findall(r"^\| ([a-z ]+) \| (.+) \|$", _text(ROOT / "docs" / "glossary.md"), re.MULTILINE)
    words = [word for word, _ in rows if word != "word"]
    assert len(words) > 50
    assert words == sorted(set(words))


def test_the_one_command_runs_what_must_pass_before_a_change_lands() -> None:
    tasks = tomllib.loads(_text(ROOT / "pyproject.toml"))["tool"]["poe"]["tasks"]
    run = [tasks[name]["cmd"] for name in tasks["check"]["sequence"]]
    gate = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert run == ["ruff check .", "ruff format --check .", "mypy", "python -m pytest -m '' -o norecursedirs=bench"]
    assert all(command in gate for command in run[:3])
    # The README's tests and the stories each time; with the slow ones, when asked, they are all there are.
    assert "python -m pytest -q |" in gate and "python -m pytest -q tests/outside |" in gate
    assert "python -m pytest -q -m slow -o norecursedirs=bench" in gate
    assert tomllib.loads(_text(ROOT / "pyproject.toml"))["tool"]["pytest"]["ini_options"]["norecursedirs"][:2] == [
        "bench",
        "outside",
    ]


def test_the_hooks_fetch_nothing_and_call_tools_that_are_installed_to_test() -> None:
    config = yaml.safe_load(_text(ROOT / ".pre-commit-config.yaml"))
    hooks = [hook for repo in config["repos"] for hook in repo["hooks"]]
    assert {repo["repo"] for repo in config["repos"]} == {"local"}
    assert {hook["language"] for hook in hooks} == {"system"}
    assert {hook["entry"].split()[0] for hook in hooks} == {"ruff", "mypy", "python"}
    for path in re.findall(r"tests/\S+", " ".join(hook["entry"] for hook in hooks)):
        assert (ROOT / path).exists()


def test_types_travel_with_the_package() -> None:
    assert resources.files("bot").joinpath("py.typed").is_file()
    project = tomllib.loads(_text(ROOT / "pyproject.toml"))
    assert project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"] == ["bot"]


def test_translators_collect_the_texts_as_the_catalogue_s_test_does() -> None:
    command = tomllib.loads(_text(ROOT / "pyproject.toml"))["tool"]["poe"]["tasks"]["messages"]["cmd"]
    tests = _text(ROOT / "tests" / "render" / "test_render_locale.py")
    [keywords] = re.findall(r"^KEYWORDS = \{(.*)\}$", tests, re.MULTILINE)
    wanted = {f"{name}{':1,2' if two else ''}" for name, two in re.findall(r'"(\w+)": (?:None|(\(1, 2\)))', keywords)}
    assert set(re.findall(r"-k (\S+)", command)) == wanted


@each_page
def test_every_file_and_module_named_exists(page: Path) -> None:
    for span in _spans(page):
        for place in PLACES.findall(span) if "…" not in span and "NNNN" not in span else ():
            path = place.replace(".", "/") if place.startswith("bot.") else place
            if place in TO_BE_MADE or span.startswith("poe "):
                continue
            assert (ROOT / path).exists() or (ROOT / f"{path}.py").exists(), f"{page.name}: {place}"


@pytest.mark.parametrize("name", ["CONTRIBUTING.md", "docs/design.md"])
def test_every_class_and_constant_named_for_those_who_change_the_code_exists(name: str) -> None:
    source = "\n".join(_text(path) for path in (ROOT / "bot").rglob("*.py"))
    for span in _spans(ROOT / name):
        if (named := NAMES.fullmatch(span)) and named[1] not in NO_NAMES and named[1].isidentifier():
            assert re.search(rf"\b{named[1]}\b", source), f"{name}: {span}"
