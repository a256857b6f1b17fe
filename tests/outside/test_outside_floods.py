"""
One person who says thousands of things, and texts that no parser takes: everybody else is answered all the same.

Who administers groups may send as much as they like; Telegram passes on thirty commands a second of one person and
more, and through a webhook as many at a time as it has connections
(https://core.telegram.org/bots/api#setwebhook, `max_connections`).
"""

from __future__ import annotations

import asyncio
import json
import resource
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from socket import socket
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from street import PATIENCE, Street, street

from bot.sandbox.tour.stage import plain
from bot.sandbox.world.faults import Slow

SECRET = "knock-knock"
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
CONNECTIONS = 40  # as many as Telegram opens unless told otherwise
GROUPS, EACH = 30, 195


def _port() -> int:
    with closing(socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Telegram:
    """Posts updates to a running bot's webhook, as many at a time as Telegram does; a refused one comes again."""

    def __init__(self, here: Street, url: str, first: int = 500_000_000) -> None:
        self._here, self._url = here, url
        self._client = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=CONNECTIONS))
        self._next = first

    async def posts(self, update: bytes | dict[str, Any], secret: str = SECRET) -> int:
        """Return the status with which the bot answers one update."""
        if isinstance(update, dict):
            self._next += 1
            update = json.dumps({"update_id": self._next} | update).encode()
        async with self._client.post(self._url, data=update, headers={SECRET_HEADER: secret}) as answer:
            return answer.status

    def says(self, person: int, text: str, chat: int | None = None) -> dict[str, Any]:
        """Return the update about something that a person says, which is in the world already."""
        self._here.world.updates.allowed = frozenset({"nothing"})  # it comes from here
        message = self._here.world.say(person, chat or person, text)
        return {"message": message}

    def another(self) -> Telegram:
        """Return connections of its own, behind which nobody stands in line."""
        return Telegram(self._here, self._url, first=self._next + 100_000)

    async def close(self) -> None:
        await self._client.close()


@asynccontextmanager
async def hooked(folder: Path) -> AsyncIterator[tuple[Street, Telegram]]:
    """A street whose bot is reached through a webhook."""
    port = _port()
    url = f"http://127.0.0.1:{port}/hook"
    variables = {"WEBHOOK_URL": url, "WEBHOOK_SECRET": SECRET, "LISTEN": f"127.0.0.1:{port}"}
    async with street(folder, **variables, HTTP=f"127.0.0.1:{port}") as here:
        await here.open()
        await here.until(lambda: here.world.webhook.url, "a webhook")
        telegram = Telegram(here, url)
        try:
            yield here, telegram
        finally:
            await telegram.close()


@asynccontextmanager
async def altered(here: Street, changes: dict[bytes, bytes]) -> AsyncIterator[str]:
    """A Bot API server in front of the sandbox's that changes the bytes of its answers to polls."""

    async def passed_on(request: web.Request) -> web.Response:
        headers = {"Content-Type": request.headers.get("Content-Type", "application/json")}
        async with client.request(
            request.method, here.url + request.path_qs, data=await request.read(), headers=headers
        ) as answer:
            body = await answer.read()
        if request.path.endswith("/getUpdates"):
            for written, sent in changes.items():
                body = body.replace(written, sent)
        return web.Response(status=answer.status, body=body, content_type="application/json")

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", passed_on)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    async with aiohttp.ClientSession() as client:
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        try:
            yield f"http://127.0.0.1:{runner.addresses[0][1]}"
        finally:
            await runner.cleanup()


def _groups(here: Street, person: int) -> list[int]:
    return [
        here.world.add_chat("supergroup", f"Group {n}", members={person: "administrator"}, bot_status="member").id
        for n in range(GROUPS)
    ]


def _said_in(here: Street, groups: list[int]) -> int:
    return sum(len(here.of_bot(group)) for group in groups)


async def test_a_person_is_answered_while_another_floods_from_thirty_groups(tmp_path: Path) -> None:
    async with street(tmp_path) as here:
        await here.open()
        anna, edith = here.cast.anna, here.cast.edith
        await here.starts(anna)
        groups = _groups(here, edith)
        for _ in range(EACH):
            for group in groups:
                here.world.say(edith, group, "/help@newsbot_sandbox_bot")
        assert "/latest" in plain(await here.asks(anna, "/help"))
        assert _said_in(here, groups) < GROUPS * EACH / 10  # by far not all of it came before her
        for group in groups[:3]:
            await here.sees(group, "/latest")  # the one who floods is not left out, only bounded
        assert here.logged().count("says more than can be answered") <= 3


async def test_a_webhook_answers_at_once_while_a_person_floods(tmp_path: Path) -> None:
    async with hooked(tmp_path) as (here, telegram):
        anna, edith = here.cast.anna, here.cast.edith
        here.world.people[anna].has_started = True
        groups = _groups(here, edith)
        flood = [telegram.says(edith, "/help@newsbot_sandbox_bot", group) for _ in range(EACH) for group in groups]
        posting = asyncio.gather(*map(telegram.posts, flood))
        await here.sees(groups[0], "/latest")
        aside = telegram.another()
        assert await aside.posts(aside.says(anna, "/help")) == 200
        assert "/latest" in plain(await here.sees(anna, ""))
        assert not posting.done()  # she did not wait for the end of it
        await aside.close()
        assert set(await posting) == {200}
        assert _said_in(here, groups) < GROUPS * EACH / 10


@pytest.mark.slow
async def test_what_a_webhook_was_answered_for_survives_a_kill(tmp_path: Path) -> None:
    """A private chat takes five messages at once and then one a second, so most of ten questions wait."""
    async with hooked(tmp_path) as (here, telegram):
        anna = here.cast.anna
        here.world.people[anna].has_started = True
        questions = [telegram.says(anna, "/help") for _ in range(10)]
        assert await asyncio.gather(*map(telegram.posts, questions)) == [200] * 10
        await here.kill()
        before = len(here.of_bot(anna))
        await here.open()
        await here.until(lambda: len(here.of_bot(anna)) >= 10, "ten answers")
        assert len(here.of_bot(anna)) - 10 <= 1  # the one on the wire, perhaps
        assert before < 10


async def test_a_copy_that_is_put_back_does_not_do_again_what_people_said_when_it_was_made(tmp_path: Path) -> None:
    async with hooked(tmp_path) as (here, telegram):
        anna, ben = here.cast.anna, here.cast.ben
        for person in (anna, ben):
            here.world.people[person].has_started = True
        questions = [telegram.says(anna, "/help") for _ in range(10)]
        assert await asyncio.gather(*map(telegram.posts, questions)) == [200] * 10
        await here.kill()
        with closing(sqlite3.connect(here.folder / "data" / "newsbot.db")) as conn:
            assert conn.execute("SELECT count(*) FROM updates").fetchone()[0] > 0
        assert (await here.shell("backup", "copy.db")).status == 0
        assert (await here.shell("restore", "copy.db")).status == 0
        before = len(here.of_bot(anna))
        here.world.updates.allowed = None  # from now on the sandbox posts what people say
        await here.open()
        assert "/latest" in plain(await here.asks(ben, "/help"))
        assert len(here.of_bot(anna)) == before
        with closing(sqlite3.connect(here.folder / "data" / "newsbot.db")) as conn:
            assert conn.execute("SELECT count(*) FROM updates").fetchone()[0] == 0


ODD = {
    b"SURROGATE": rb"\ud83d zebra",  # half of an emoji, as a client's clipping leaves it
    b"BYTES": b"caf\xe9 zebra",
    b"CONTROL": b"a\x02b zebra",
    b"BROKEN": b'x" oops',  # nothing that could be read
    b'"NUMBER"': b"12",  # a text that is no text
}


async def test_what_cannot_be_read_keeps_nobody_from_being_answered(tmp_path: Path) -> None:
    async with street(tmp_path) as here, altered(here, ODD) as url:
        anna, ben = here.cast.anna, here.cast.ben
        for person in (anna, ben):
            here.world.people[person].has_started = True
        for word in ("SURROGATE", "BYTES", "CONTROL", "BROKEN", "NUMBER", "BROKEN", "SURROGATE"):
            here.world.say(anna, anna, word)
        here.world.say(ben, ben, "/help")
        await here.open(API_URL=url)
        await here.sees(ben, "/latest")
        await here.until(lambda: len(here.screens(anna, "zebra")) == 4, "answers to what could be read")
        assert "oops" not in here.logged() and "zebra" not in here.logged()
        assert await here.close() == 0
        assert not here.world.updates
        assert here.logged().count("cannot be read at all") == 2  # a line, and one that counts


async def test_a_webhook_takes_what_it_can_never_read_and_reads_what_it_can(tmp_path: Path) -> None:
    async with hooked(tmp_path) as (here, telegram):
        anna = here.cast.anna
        here.world.people[anna].has_started = True
        for n, odd in enumerate((rb"\ud83d zebra", b"caf\xe9 zebra", b'x" oops')):
            update = json.dumps({"update_id": n + 1} | telegram.says(anna, "ODD")).encode()
            assert await telegram.posts(update.replace(b"ODD", odd)) == 200
        assert await telegram.posts(telegram.says(anna, "/help")) == 200
        await here.sees(anna, "/latest")
        assert len(here.screens(anna, "zebra")) == 2
        assert "zebra" not in here.logged()


async def test_connections_that_say_nothing_keep_nobody_from_looking_and_strangers_from_filling_the_log(
    tmp_path: Path,
) -> None:
    async with hooked(tmp_path) as (here, telegram):
        address = here.variables["NEWSBOT_HTTP"]
        port = int(address.rpartition(":")[2])
        assert here.process is not None
        resource.prlimit(here.process.pid, resource.RLIMIT_NOFILE, (1024, 1024))  # as most systems have it
        silent = [await asyncio.open_connection("127.0.0.1", port) for _ in range(2000)]
        try:
            async with aiohttp.ClientSession() as client, client.get(f"http://{address}/healthz") as answer:
                assert (answer.status, await answer.text()) == (200, "ok\n")
            for _ in range(300):
                assert await telegram.posts({"message": {}}, secret="guessed") == 403
            anna = here.cast.anna
            here.world.people[anna].has_started = True
            assert await telegram.posts(telegram.says(anna, "/help")) == 200
            await here.sees(anna, "/latest")
        finally:
            for _, writer in silent:
                writer.close()
        assert await here.close() == 0
        assert here.logged().count("without its secret") == 2  # a line, and one that counts the others
        assert "299 more within 60 s like: a request to the webhook came without its secret" in here.logged()
        assert len(here.logged().splitlines()) < 20


async def test_what_is_too_large_for_an_update_is_refused_before_it_is_read(tmp_path: Path) -> None:
    async with hooked(tmp_path) as (here, telegram):
        assert await telegram.posts(b" " * (1024 * 1024 + 1)) == 413
        reader, writer = await asyncio.open_connection("127.0.0.1", int(here.variables["NEWSBOT_HTTP"][10:]))
        writer.write(b"POST /hook HTTP/1.1\r\nHost: bot\r\nContent-Length: 1000000\r\n\r\n")
        async with asyncio.timeout(PATIENCE):
            assert b" 403 " in await reader.readline()  # without the secret, and without a byte of the body
        writer.close()


async def test_an_editor_who_presses_more_than_can_be_done_is_told_so_for_each_press(tmp_path: Path) -> None:
    """A client waits until a press is answered: https://core.telegram.org/bots/api#answercallbackquery"""
    async with street(tmp_path) as here:
        await here.open()
        edith = here.cast.edith
        button = (await here.starts(edith))["message_id"]
        here.world.faults.add(Slow(5.0), method="answerCallbackQuery", times=1)
        many = [here.world.press(edith, edith, button, "forged") for _ in range(260)]
        for query in many:
            await here.until(lambda query=query: here.world.answer_to(query), "an answer to every press")
        toasts = Counter(plain_toast(here.world.answer_to(query)) for query in many)
        assert toasts["That was too much in one minute. Wait a minute, then press again."] >= 20
        assert toasts["This button is too old to use. Send /topics for a new list."] >= 200
        assert toasts.total() == 260
        # Nothing of it lasts.
        assert "too old" in await here.sends(edith, edith, button, "forged")


def plain_toast(answer: dict[str, Any] | None) -> str:
    assert answer is not None
    return str(answer.get("text"))
