"""`newsbot setup`, against the sandbox's Bot API."""

from __future__ import annotations

import re
import stat
from collections.abc import AsyncIterator

import pytest

from bot.sandbox.bot_api.server import SandboxServer
from bot.sandbox.world.world import World

TOKEN = "700000001:AAsetup-token-of-the-test"


@pytest.fixture
async def world(shell) -> AsyncIterator[World]:
    world = World(token=TOKEN)
    async with SandboxServer(world) as server:
        shell.variables["NEWSBOT_API_URL"] = server.url
        yield world


async def test_a_good_token_leaves_a_bot_that_is_ready_to_run(shell, world):
    answer = await shell("setup", given=f"{TOKEN}\n")
    assert (answer.status, answer.err) == (0, "")
    dotenv = shell.folder / ".env"
    assert dotenv.read_text() == f"NEWSBOT_TOKEN={TOKEN}\n"
    assert stat.S_IMODE(dotenv.stat().st_mode) == 0o600
    assert TOKEN not in answer.out
    assert re.search(r"^https://t\.me/newsbot_sandbox_bot\?start=o_[\w-]{22}$", answer.out, re.MULTILINE)
    assert shell.rows("SELECT value FROM meta WHERE key = 'bot_id'") == [("700000001",)]
    assert shell.rows("SELECT role FROM invitations") == [("owner",)]
    called = {call.method for call in world.ledger}
    assert {"getMe", "setMyCommands", "setMyDescription", "setMyShortDescription"} <= called


async def test_everything_else_in_the_dotenv_file_stays(shell, world):
    shell.write(".env", "# mine\nNEWSBOT_TOKEN=\nNEWSBOT_RATE=20\n\nOTHER='x y'\n")
    assert (await shell("setup", given=TOKEN)).status == 0
    text = (shell.folder / ".env").read_text()
    assert text == f"# mine\nNEWSBOT_TOKEN={TOKEN}\nNEWSBOT_RATE=20\n\nOTHER='x y'\n"


@pytest.mark.parametrize("given", ["", "\n", "hello\n", "700000001:AAanother-token-than-that\n"])
async def test_a_wrong_token_changes_nothing_and_is_never_repeated(shell, world, given):
    answer = await shell("setup", given=given)
    assert (answer.status, answer.out) == (2, "")
    assert answer.err.startswith("newsbot: NEWSBOT_TOKEN: ") and answer.err.count("\n") == 1
    assert "another-token" not in answer.err
    assert list(shell.folder.iterdir()) == []


async def test_a_server_that_cannot_be_reached_is_named(shell):
    shell.variables["NEWSBOT_API_URL"] = "http://127.0.0.1:9"
    answer = await shell("setup", given=TOKEN)
    assert answer.status == 2
    assert answer.err.startswith("newsbot: NEWSBOT_API_URL: http://127.0.0.1:9") and answer.err.count("\n") == 1
    assert TOKEN not in answer.err


async def test_the_database_of_another_bot_is_refused_before_anything_is_written(shell, world):
    await shell("setup", given=TOKEN)
    (shell.folder / ".env").unlink()
    world.token = "700000002:AAthe-token-of-another"
    world.bot["id"] = 700000002
    answer = await shell("setup", given=world.token)
    assert answer.status == 2 and "belongs to bot 700000001" in answer.err
    assert not (shell.folder / ".env").exists()
