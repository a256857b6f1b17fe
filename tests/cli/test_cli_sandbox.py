"""`newsbot sandbox` as a process: who may use the bot that it runs."""

from __future__ import annotations

import asyncio
import json
import os
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from processes import Process, start_python

from bot.sandbox.tour.stage import plain

PATIENCE = 60.0  # seconds for the sandbox to come up or to end
FORMER_TOKEN = "700000001:sandbox-token-of-nobody"  # what every sandbox once had


@asynccontextmanager
async def sandbox(folder: Path) -> AsyncIterator[tuple[str, Process | asyncio.subprocess.Process]]:
    """A kept sandbox on a free port: its address, and the process."""
    process = await start_python(
        *("-m", "bot", "sandbox", "--keep", "--port", "0"),
        cwd=folder,
        env={name: value for name, value in os.environ.items() if not name.startswith("NEWSBOT_")},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    assert process.stdout is not None
    printed = b""
    try:
        async with asyncio.timeout(PATIENCE):
            while b"open http://" not in printed:
                line = await process.stdout.readline()
                assert line, printed.decode()
                printed += line
        yield printed.partition(b"open ")[2].split()[0].decode(), process
        ends_well = process.returncode is None  # else the test has killed it
        if ends_well:
            process.terminate()
        async with asyncio.timeout(PATIENCE):
            printed += await process.stdout.read()
            assert (await process.wait() == 0) == ends_well, printed.decode()
        assert b"700000001:" not in printed
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def test_a_kept_sandbox_has_another_token_each_time_and_the_same_bot(tmp_path: Path) -> None:
    for _ in range(2):
        async with sandbox(tmp_path) as (url, _process), aiohttp.ClientSession() as client:
            async with client.get(f"{url}/page/state") as answer:
                assert (await answer.json())["bot"]["id"] == 700000001
            async with client.get(f"{url}/bot{FORMER_TOKEN}/getMe") as answer:
                assert answer.status == 401
            for path in ("/", "/page/state"):
                async with client.get(url + path) as answer:
                    assert "700000001:" not in await answer.text()
    assert (tmp_path / "data" / "sandbox.db").exists()


ANNA, BEN, EDITH = 7001, 7002, 7003
GROUP, CHANNEL = -5001, -1000000005002
CHANGES_WITHIN = 60.0  # seconds


class Page:
    """The chat page's visitor: acts for people, and waits for what the bot answers."""

    def __init__(self, client: aiohttp.ClientSession, url: str) -> None:
        self.client, self.url = client, url

    async def act(self, name: str, **wish: Any) -> dict[str, Any]:
        headers = {"Origin": self.url, "Sec-Fetch-Site": "same-origin"}
        async with self.client.post(f"{self.url}/page/{name}", json=wish, headers=headers) as answer:
            body: dict[str, Any] = await answer.json()
        assert answer.status == 200, body
        return body

    async def state(self) -> dict[str, Any]:
        async with self.client.get(f"{self.url}/page/state") as answer:
            body: dict[str, Any] = await answer.json()
        return body

    async def person(self, id: int) -> dict[str, Any]:
        return next(person for person in (await self.state())["people"] if person["id"] == id)

    async def chat(self, id: int) -> dict[str, Any]:
        return next(chat for chat in (await self.state())["chats"] if chat["id"] == id)

    async def messages(self, chat: int) -> list[dict[str, Any]]:
        async with self.client.get(f"{self.url}/page/messages?chat={chat}") as answer:
            found: list[dict[str, Any]] = (await answer.json())["messages"]
        return found

    async def sees(self, chat: int, text: str) -> dict[str, Any]:
        """Wait until the bot has said `text` in a chat, and return the newest message that says so."""
        async with asyncio.timeout(CHANGES_WITHIN), self.client.get(f"{self.url}/page/events") as events:
            while True:
                for message in reversed(await self.messages(chat)):
                    if text in plain(message) and message.get("from", {}).get("is_bot", chat == CHANNEL):
                        return message
                while not (await events.content.readline()).startswith(b"data: "):
                    pass

    async def presses(self, person: int, label: str) -> None:
        """Press the newest button of a person's chat whose label begins so."""
        for message in reversed(await self.messages(person)):
            for row in message.get("reply_markup", {}).get("inline_keyboard", ()):
                for key in row:
                    if key["text"].startswith(label):
                        await self.act(
                            "press",
                            person=person,
                            chat=person,
                            message=message["message_id"],
                            data=key["callback_data"],
                        )
                        return
        raise AssertionError(f"there is no button {label}")


@asynccontextmanager
async def page(folder: Path) -> AsyncIterator[Page]:
    async with sandbox(folder) as (url, _process), aiohttp.ClientSession() as client:
        yield Page(client, url)


async def draft_number(page: Page, title: str) -> str:
    await page.act("say", person=EDITH, chat=EDITH, text="/drafts")
    shown = plain(await page.sees(EDITH, "Drafts"))
    found = re.search(rf"#(\d+) {title}", shown)
    assert found is not None, shown
    return found[1]


async def test_a_kept_sandbox_remembers_who_blocked_it_and_where_it_was_let_in(tmp_path: Path) -> None:
    async with page(tmp_path) as before:
        await before.act("start", person=BEN, payload="")
        await before.sees(BEN, "Topics")
        await before.act("block", person=BEN)
        await before.act("language", person=ANNA, language="de")
        await before.act("add_bot", person=EDITH, chat=CHANNEL)
        await before.act("add_bot", person=ANNA, chat=GROUP)
        await before.act("say", person=EDITH, chat=GROUP, text="/subscribe@newsbot_sandbox_bot Energy")
        await before.sees(GROUP, "Energy")
    async with page(tmp_path) as after:
        ben, anna = await after.person(BEN), await after.person(ANNA)
        assert (ben["started"], ben["blocked"]) == (True, True)
        assert (anna["started"], anna["language"]) == (False, "de")
        assert (await after.chat(GROUP))["bot_status"] == "member"
        assert (await after.chat(CHANNEL))["bot_status"] == "administrator"
        await after.act("start", person=EDITH, payload="")
        await after.act("say", person=EDITH, chat=EDITH, text=f"/publish {await draft_number(after, 'Old mine shaft')}")
        await after.sees(GROUP, "Old mine shaft")
        await after.act("remove_bot", person=EDITH, chat=GROUP)
    async with page(tmp_path) as at_last:
        assert (await at_last.chat(GROUP))["bot_status"] == "kicked"


@pytest.mark.slow
async def test_a_killed_sandbox_keeps_memberships_and_gives_no_number_twice(tmp_path: Path) -> None:
    state = tmp_path / "data" / "sandbox.json"
    async with sandbox(tmp_path) as (url, process), aiohttp.ClientSession() as client:
        before = Page(client, url)
        await before.act("add_bot", person=ANNA, chat=GROUP)
        await before.act("start", person=ANNA, payload="")
        last = (await before.sees(ANNA, "Topics"))["message_id"]
        async with asyncio.timeout(CHANGES_WITHIN):
            while b'"bot_status":"member"' not in state.read_bytes().replace(b" ", b""):  # noqa: ASYNC110  another process
                await asyncio.sleep(0.02)
        process.kill()
        await process.wait()
    async with page(tmp_path) as after:
        assert (await after.chat(GROUP))["bot_status"] == "member"
        await after.act("start", person=ANNA, payload="")
        assert (await after.messages(ANNA))[0]["message_id"] > last


async def test_without_the_database_everybody_is_new_again(tmp_path: Path) -> None:
    async with page(tmp_path) as before:
        await before.act("start", person=ANNA, payload="")
        await before.sees(ANNA, "Topics")
    for file in (tmp_path / "data").glob("sandbox.db*"):
        file.unlink()
    async with page(tmp_path) as after:
        assert not (await after.person(ANNA))["started"]


async def test_a_folder_kept_before_there_was_a_state_knows_who_had_started(tmp_path: Path) -> None:
    async with page(tmp_path) as before:
        await before.act("start", person=ANNA, payload="")
        await before.sees(ANNA, "Topics")
    (tmp_path / "data" / "sandbox.json").unlink()
    async with page(tmp_path) as after:
        assert [(await after.person(person))["started"] for person in (ANNA, BEN)] == [True, False]


async def test_a_state_that_cannot_be_read_stops_the_start_in_one_line_and_stays(shell: Any) -> None:
    async with page(shell.folder):
        pass
    state = shell.write("data/sandbox.json", '{"version": 7}')
    answer = await shell("sandbox", "--keep", "--port", "0")
    assert (answer.status, answer.out) == (2, "")
    assert answer.err.startswith("newsbot: --keep: data/sandbox.json cannot be read: version: ")
    assert answer.err.count("\n") == 1 and state.read_text() == '{"version": 7}'


async def test_a_sandbox_that_is_not_kept_leaves_nothing(shell: Any) -> None:
    process = await shell.start("sandbox", "--port", "0")
    assert b"open http://" in await asyncio.wait_for(process.stdout.readline(), PATIENCE)
    process.terminate()
    assert (await shell.finish(process)).status == 0
    assert list(shell.folder.iterdir()) == []


async def test_the_page_knows_the_editors_and_a_new_one_as_soon_as_they_are(tmp_path: Path) -> None:
    async with page(tmp_path) as here:
        assert [(await here.person(person))["editor"] for person in (ANNA, BEN, EDITH)] == [False, False, True]
        await here.act("start", person=EDITH, payload="")
        await here.act("say", person=EDITH, chat=EDITH, text="/editors")
        await here.sees(EDITH, "Who may publish")
        await here.presses(EDITH, "Invite an editor")
        link = (await here.sees(EDITH, "?start="))["text"]
        payload = link.partition("?start=")[2].split()[0]
        async with here.client.get(f"{here.url}/page/events") as events:
            await here.act("start", person=ANNA, payload=payload)
            async with asyncio.timeout(CHANGES_WITHIN):
                while True:
                    line = await events.content.readline()
                    if not line.startswith(b"data: ") or json.loads(line[6:])["kind"] != "people":
                        continue
                    if (await here.person(ANNA))["editor"]:
                        break
        assert not (await here.person(BEN))["editor"]


async def test_with_a_hundred_more_readers_a_publish_shows_its_undo_delay_and_its_progress(tmp_path: Path) -> None:
    async with page(tmp_path) as here:
        added = 0
        while added < 100:
            batch = await here.act("readers")
            assert batch["unanswered"] == 0 and batch["follow"] > 0
            added += batch["added"]
        await here.act("start", person=EDITH, payload="")
        await here.act("say", person=EDITH, chat=EDITH, text=f"/publish {await draft_number(here, 'Old mine shaft')}")
        await here.sees(EDITH, "100")
        crowd = [person["id"] for person in (await here.state())["people"] if person["crowd"]]
        assert len(crowd) == 100
        chats = {chat["id"]: chat for chat in (await here.state())["chats"]}
        assert not any("Old mine shaft" in plain(chats[reader]["last"]) for reader in crowd)
        await here.presses(EDITH, "Send now")
        await here.sees(EDITH, "is out. 100 sent")
        chats = {chat["id"]: chat for chat in (await here.state())["chats"]}
        assert all("Old mine shaft" in plain(chats[reader]["last"]) for reader in crowd)


@pytest.mark.slow
async def test_the_tour_of_readers_goes_through_and_its_transcript_shows_what_they_saw(tmp_path: Path) -> None:
    process = await start_python(
        *("-m", "bot", "sandbox", "--tour", "readers"),
        cwd=tmp_path,
        env={name: value for name, value in os.environ.items() if not name.startswith("NEWSBOT_")},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    assert process.stdout is not None
    async with asyncio.timeout(4 * PATIENCE):
        printed = (await process.stdout.read()).decode()
        assert await process.wait() == 0, printed
    for seen in (
        "Your 08:00 news: 2 stories",
        "Next: tomorrow, 08:00 Berlin.",
        "Next: tomorrow, 08:00 Vancouver.",
        "For the phrase “quiet streets”.",
        "the next one comes into the forum itself",
        "it is posted there, with [Read] [Open in bot]",
        "she follows Oceans now",
        "the bot answers in Arabic",
        "the bot answers in Japanese",
        "All of it is deleted.",
        "she follows again what she followed",
        "The tour went through.",
    ):
        assert seen in printed, printed
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
async def test_the_tour_of_the_desk_goes_through_and_its_transcript_shows_what_became_of_the_copies(
    tmp_path: Path,
) -> None:
    process = await start_python(
        *("-m", "bot", "sandbox", "--tour", "desk"),
        cwd=tmp_path,
        env={name: value for name, value in os.environ.items() if not name.startswith("NEWSBOT_")},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    assert process.stdout is not None
    async with asyncio.timeout(4 * PATIENCE):
        printed = (await process.stdout.read()).decode()
        assert await process.wait() == 0, printed
    for seen in (
        "the copy shows the picture that she sent",
        "[✓ Robotics]",
        "wants to publish #",
        "nothing has left",
        "copies corrected (",
        "all 500 have it once, and each copy tells of the correction",
        "Turned into a notice on 500 of 500 phones.",
        "took back the delivered copies of",
        "The tour went through.",
    ):
        assert seen in printed, printed
