"""
Two processes that are one bot send to one chat no more than Telegram takes, whichever of them answers there.

The sandbox keeps Telegram's limits here, and both processes are posted to, as by a proxy. A 429 is honoured too, but it
makes a group wait for as long as Telegram likes.
Source: https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import psycopg
import pytest
from instances import Instance, Instances, instances
from postgres_cluster import Cluster
from street import Street, street

from bot.domain.pacing import SHARED_GROUP
from bot.sandbox.bot_api.webhook_delivery import SECRET_HEADER
from bot.sandbox.tour.stage import plain
from bot.store.postgres.migrations import migrate

SECRET = "a-secret-of-the-webhook"
PATH = "/hook"
BURST = SHARED_GROUP.burst


@pytest.fixture
def database(postgres_cluster: Cluster) -> Iterator[str]:
    name = postgres_cluster.create(postgres_cluster.template("newsbot", migrate))
    yield postgres_cluster.url(name)
    postgres_cluster.drop(name)


@pytest.fixture
async def here(tmp_path: Path, database: str) -> AsyncIterator[Street]:
    # Nothing listens at the address that Telegram is told: what people say is posted by the test.
    hook = {"WEBHOOK_URL": f"http://127.0.0.1:1{PATH}", "WEBHOOK_SECRET": SECRET}
    async with street(tmp_path, DATABASE=database, UNDO="0", RATE="30", **hook) as here:
        here.world.limits = True
        here.topic("energy", "Energy")
        await here.imported()
        yield here


class Both:
    """Two processes, and Telegram's posts to either: `leader` sends, `other` answers as it does."""

    def __init__(self, several: Instances, leader: Instance, other: Instance, client: aiohttp.ClientSession) -> None:
        self.here, self.leader, self.other = several.here, leader, other
        self._client, self._update = client, 500_000_000

    async def posts(self, to: Instance, person: int, text: str, chat: int | None = None) -> int:
        """Let a person say something of which one process hears; return its message's id."""
        self.here.world.updates.allowed = frozenset({"nothing"})  # it comes from here
        said = self.here.world.say(person, chat or person, text)
        self._update += 1
        update = json.dumps({"update_id": self._update, "message": said})
        async with self._client.post(to.url + PATH, data=update, headers={SECRET_HEADER: SECRET}) as answer:
            assert answer.status == 200
        return int(said["message_id"])

    async def came(self, chat: int, many: int) -> list[float]:
        """Wait for so many messages in a chat, and return when they came."""
        await self.here.until(lambda: len(self._calls(chat)) >= many, f"{many} messages in {chat}")
        return [at for _, at in self._calls(chat)]

    def refused(self, *chats: int) -> list[float]:
        """Return when Telegram said that something came too fast."""
        return [call.at for call in self.here.world.ledger if call.chat_id in chats and call.status == 429]

    def _calls(self, chat: int) -> list[tuple[str, float]]:
        return [(one.method, one.at) for one in self.here.world.ledger if one.chat_id == chat and one.made_a_message]


@asynccontextmanager
async def both_of(here: Street) -> AsyncIterator[Both]:
    async with instances(here) as several, aiohttp.ClientSession() as client:
        leader = await several.start()
        assert await several.leader() is leader
        other = await several.start()
        rate = await other.rate()
        async with asyncio.timeout(30):
            while rate > 10:
                await asyncio.sleep(0.1)  # each looks once a second how many they are
                rate = await other.rate()
        yield Both(several, leader, other, client)
        assert await leader.leads() and not await other.leads()
    assert "Traceback" not in several.log.read_text(encoding="utf-8")


def _group(here: Street, name: str) -> int:
    """Add a group that follows Energy; return its id."""
    members = {here.cast.anna: "member", here.cast.edith: "administrator"}
    group = here.world.add_chat("supergroup", name, members=members, bot_status="member").id
    with psycopg.connect(here.variables["NEWSBOT_DATABASE"]) as conn:
        conn.execute("SET search_path = newsbot")
        conn.execute("INSERT INTO chats (id, kind, since, state_at) VALUES (%s, 'group', 1, 1)", (group,))
        conn.execute(
            "INSERT INTO subscriptions (topic, chat, since) SELECT number, %s, 1 FROM topics WHERE name = 'Energy'",
            (group,),
        )
    return group


async def test_a_group_that_just_had_news_of_one_process_waits_for_the_answer_of_the_other(here: Street) -> None:
    group, quiet = _group(here, "Busy"), here.world.add_chat(
        "supergroup", "Quiet", members={here.cast.edith: "administrator"}, bot_status="member"
    ).id  # fmt: skip
    async with both_of(here) as both:
        for number in range(BURST):
            here.article(f"news-{number}.json", f"News {number}")
        first = (await both.came(group, BURST))[0]
        said = await both.posts(both.other, here.cast.edith, "/help@newsbot_sandbox_bot", group)
        await both.posts(both.other, here.cast.edith, "/help@newsbot_sandbox_bot", quiet)
        [beside] = await both.came(quiet, 1)
        assert "/latest" in plain(await here.sees(group, "/latest", after=said))
        answered = (await both.came(group, BURST + 1))[-1]
        assert answered - first > SHARED_GROUP.interval * 0.95, "its burst was spent, by the other process"
        assert beside < answered, "and another group waits for nothing"
        assert both.refused(group, quiet) == []


async def test_a_person_who_is_answered_by_both_processes_is_sent_no_more_than_telegram_takes(here: Street) -> None:
    anna = here.cast.anna
    here.world.people[anna].has_started = True
    async with both_of(here) as both:
        for number in range(12):
            await both.posts((both.leader, both.other)[number % 2], anna, "/help")
        times = await both.came(anna, 12)
        assert both.refused(anna) == []
        assert times[-1] - times[0] > 4


@pytest.mark.slow
async def test_in_a_minute_a_group_gets_twenty_messages_of_both_and_no_refusal(here: Street) -> None:
    group = _group(here, "Busy")
    async with both_of(here) as both:
        for number in range(12):
            here.article(f"news-{number}.json", f"News {number}")
        asked = asyncio.create_task(_asks(both, group, 12))
        times = await both.came(group, 17)
        assert both.refused(group) == []
        assert all(sum(begin <= at < begin + 60 for at in times) <= 20 for begin in times)
        asked.cancel()
        await asyncio.wait([asked])


async def _asks(both: Both, group: int, times: int) -> None:
    for _ in range(times):
        await both.posts(both.other, both.here.cast.edith, "/help@newsbot_sandbox_bot", group)
        await asyncio.sleep(2)  # as somebody does who reads each answer
