"""The README says what the bot does: the same commands as /help and the menu, the same settings, commands that run."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer
from story import ANNA, EDITH, StoryHouse

from bot.cli.commands.app import app as shell
from bot.settings import KNOWN, PREFIX
from bot.telegram_edge.conversations.table import REGISTRY
from bot.telegram_edge.kit.commands import MENU, Access

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def _table(name: str) -> list[list[str]]:
    """Return the cells of the table that stands under `<!-- name -->`, without its head."""
    block = README.split(f"<!-- {name} -->\n")[1].split("<!-- end -->")[0]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in block.strip().split("\n")[2:]]


@pytest.mark.parametrize(
    ("name", "audiences"),
    [("readers", [Access.READERS]), ("editors", [Access.CONTRIBUTORS, Access.EDITORS, Access.OWNERS])],
)
def test_the_readme_names_every_command_as_the_registry_does(name: str, audiences: list[Access]) -> None:
    written = {(cells[0].strip("`"), cells[1]) for cells in _table(f"commands: {name}")}
    assert written == {
        (command.usage or f"/{command.name}", command.summary) for command in REGISTRY.commands.of(*audiences)
    }


def test_the_menu_is_the_readme_s_first_seven() -> None:
    first = [re.match(r"`/(\w+)", cells[0])[1] for cells in _table("commands: readers")][:7]  # type: ignore[index]
    assert tuple(first) == MENU == tuple(command.name for command in REGISTRY.commands.menu(Access.READERS))


async def test_help_and_the_registered_menu_say_the_same(house: StoryHouse) -> None:

    await house.ctx.menus.register()
    await house.starts(ANNA)
    await house.says(ANNA, "/help")
    said = re.sub("[\u2060\u2066-\u2069]", "", house.screen(ANNA))
    for command in REGISTRY.commands.of(Access.READERS):
        assert f"/{command.name}" in said
        assert command.summary in said
    assert "/drafts" not in said
    person = house.world.people[ANNA]
    menu = house.world.commands_for(person, house.world.chats[ANNA])
    assert [entry["command"] for entry in menu] == list(MENU)
    await house.starts(EDITH)
    await house.says(EDITH, "/help")
    assert "/drafts" in house.screen(EDITH)


def test_the_readme_names_every_setting() -> None:
    written = {cells[0].strip("`") for cells in _table("settings")}
    assert written == {f"{PREFIX}{name.upper()}" for name in KNOWN}


def test_the_readme_shows_the_two_commands_in_one_line_each() -> None:
    blocks = re.findall(r"```sh\n(.*?)\n```", README, re.DOTALL)
    assert len(blocks) == 2
    assert all("\n" not in block and block.startswith("python3 -m venv") for block in blocks)
    assert blocks[0].endswith("newsbot sandbox")
    assert "python -m pytest" in blocks[1]
    assert "python -m pytest" in (ROOT / ".ci/run").read_text(encoding="utf-8")


def test_every_picture_and_file_the_readme_links_to_is_there() -> None:
    for target in re.findall(r"\]\((?!https?://)([^)#]+)\)", README):
        assert (ROOT / target).exists(), target


def test_the_readme_names_every_shell_command() -> None:
    for name in typer.main.get_command(shell).commands:  # type: ignore[attr-defined]
        assert re.search(rf"(newsbot |`){name}\b", README), name
