"""Health, readiness, numbers and the webhook, over real HTTP."""

from __future__ import annotations

import asyncio
import socket
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from held_readers import all_readers_held
from press_room import press_room
from prometheus_client.parser import text_string_to_metric_families
from story import ANNA, EDITH, StoryHouse, story_house

from bot.domain.article import ArticleState
from bot.domain.delivery import Failed, Sent, Throttled
from bot.errors import SettingsError
from bot.http_server import SECRET_HEADER, UPDATE_BYTES, Metrics, Times, serving_http
from bot.sandbox.world.faults import Page, Refuse, Slow, Throttle
from bot.store.content import articles
from bot.store.engine import metadata
from bot.telegram_edge.updates.polling import ALLOWED_UPDATES
from bot.telegram_edge.updates.update_queue import UpdateQueue

SECRET = "knock-knock"
PATIENCE = 60  # seconds for anything to happen: far more than it takes
TIMES = Times()


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Visitor:
    """Somebody who looks at a bot over HTTP."""

    def __init__(self, house: StoryHouse, port: int, numbers: Metrics, client: aiohttp.ClientSession) -> None:
        self.house = house
        self.port = port
        self.numbers = numbers
        self.client = client

    async def get(self, path: str) -> tuple[int, str]:
        async with self.client.get(f"http://127.0.0.1:{self.port}{path}") as answer:
            return answer.status, await answer.text()

    async def metrics(self) -> dict[str, float]:
        status, text = await self.get("/metrics")
        assert status == 200
        return {
            " ".join([sample.name, *sample.labels.values()]): sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
        }

    async def knock(self, body: Any, secret: str | None = SECRET) -> int:
        headers = {} if secret is None else {SECRET_HEADER: secret}
        data = {"data": body} if isinstance(body, bytes) else {"json": body}
        async with self.client.post(f"http://127.0.0.1:{self.port}/hook", headers=headers, **data) as answer:
            return answer.status


@asynccontextmanager
async def visited(folder: Path, *, webhook: bool = False, times: Times = TIMES, **how: Any) -> AsyncIterator[Visitor]:
    port = free_port()
    settings: dict[str, Any] = {"http": f"127.0.0.1:{port}", **how}
    if webhook:
        settings |= {
            "listen": f"127.0.0.1:{port}",
            "webhook_url": f"http://127.0.0.1:{port}/hook",
            "webhook_secret": SECRET,
        }
    numbers = Metrics()
    async with story_house(folder, **settings) as house, aiohttp.ClientSession() as client:
        house.world.people[ANNA].has_started = True
        async with serving_http(house.ctx, house.application, house.update_queue, numbers, times):
            yield Visitor(house, port, numbers, client)


@pytest.fixture
async def visitor(tmp_path: Path) -> AsyncIterator[Visitor]:
    async with visited(tmp_path) as visitor:
        yield visitor


@pytest.fixture
async def hooked(tmp_path: Path) -> AsyncIterator[Visitor]:
    async with visited(tmp_path, webhook=True) as visitor:
        await until(lambda: bool(visitor.house.world.webhook.url))
        yield visitor


def button(house: StoryHouse, label: str) -> tuple[int, str]:
    """Return Edith's newest button that bears `label`, as the message it hangs on and its data."""
    return next(
        (message["message_id"], key["callback_data"])
        for message in reversed(house.messages(EDITH))
        for row in message.get("reply_markup", {}).get("inline_keyboard", ())
        for key in row
        if key["text"] == label
    )


async def until(happened: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not happened():  # noqa: ASYNC110  it happens on the other side of a wire
            await asyncio.sleep(0)


# Health and readiness


async def test_a_bot_at_work_is_healthy_and_ready(visitor):
    assert await visitor.get("/healthz") == (200, "ok\n")
    assert await visitor.get("/readyz") == (200, "ok\n")


async def test_asked_often_it_asks_telegram_and_the_disk_seldom(visitor):
    before = len(visitor.house.world.ledger.of("getMe"))
    await visitor.get("/readyz")
    written = await visitor.house.db.version()
    assert {await visitor.get("/readyz") for _ in range(20)} == {(200, "ok\n")}
    assert len(visitor.house.world.ledger.of("getMe")) == before + 1
    assert await visitor.house.db.version() == written


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (Refuse(401, "Unauthorized"), "Telegram refuses the token\n"),
        (Page(), "Telegram does not answer (NetworkError)\n"),
    ],
)
async def test_without_telegram_it_is_healthy_but_not_ready(visitor, fault, reason):
    visitor.house.world.faults.add(fault, method="getMe")
    status, text = await visitor.get("/readyz")
    assert status == 503 and text.startswith(reason.split("(")[0])
    assert (await visitor.get("/healthz"))[0] == 200


async def test_a_database_that_cannot_be_written_makes_it_unready(visitor):
    async with visitor.house.db.transaction() as conn:
        await conn.execute("PRAGMA busy_timeout = 0")
    with closing(sqlite3.connect(visitor.house.db.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        status, text = await visitor.get("/readyz")
    assert (status, text) == (503, "the database cannot be written: database is locked\n")


async def test_a_bot_whose_database_nobody_can_read_is_not_healthy_and_recovers_by_itself(tmp_path):
    """However long it lasts, the answer comes at once; and by then no person is answered."""
    seconds = [0.0]
    async with visited(tmp_path, time=lambda: seconds[0]) as visitor, asyncio.timeout(20):
        house = visitor.house
        async with all_readers_held(house.db):
            asked = house.world.say(ANNA, ANNA, "/help")["message_id"]
            working = asyncio.create_task(house.settle())
            seconds[0] += 4.9
            assert await visitor.get("/healthz") == (200, "ok\n")
            seconds[0] += 0.2
            fault = "the database cannot be read: no connection has come free for 5 s\n"
            assert await visitor.get("/healthz") == (503, fault)
            assert await visitor.get("/readyz") == (503, fault)
            assert await visitor.get("/metrics") == (503, fault)
            seconds[0] += 3600
            assert (await visitor.get("/healthz"))[0] == 503
            assert house.screens(ANNA) == []
        assert await visitor.get("/healthz") == (200, "ok\n")
        assert await visitor.get("/readyz") == (200, "ok\n")
        await working
        assert house.messages(ANNA)[-1]["message_id"] > asked


async def test_a_bot_that_reads_without_a_break_is_healthy_as_long_as_everybody_has_their_turn(tmp_path):
    seconds = [0.0]
    async with visited(tmp_path, time=lambda: seconds[0]) as visitor:

        async def reads():
            async with visitor.house.db.reading() as conn:
                await conn.execute_fetchall("SELECT 1")
                seconds[0] += 2

        reading = asyncio.gather(*(reads() for _ in range(100)))
        while not reading.done():
            assert (await visitor.get("/healthz"))[0] == 200
        await reading
    assert seconds[0] == 200


async def test_a_database_that_nobody_can_write_or_read_for_long_does_not_keep_the_answer_waiting(tmp_path):
    async with asyncio.timeout(60), visited(tmp_path, times=Times(database=0.4, writes_every=0)) as visitor:
        db = visitor.house.db
        async with db.transaction():
            status, text = await visitor.get("/readyz")
        assert (status, text) == (503, "the database cannot be written: the writer is not free within 0 s\n")
        async with all_readers_held(db):
            while (answer := await visitor.get("/readyz"))[1].startswith("the database cannot be written"):
                pass  # a commit takes its time on a busy machine
        assert answer == (503, "the database cannot be read: no answer within 0 s\n")
        while await visitor.get("/readyz") != (200, "ok\n"):
            pass


async def test_a_delivery_that_waits_for_more_than_ten_minutes_makes_it_unready(visitor, tmp_path):
    house = visitor.house
    async with press_room(house, tmp_path) as room:
        await room.follow(await room.people(3), "Energy")
        article = await room.draft("grid-storage", "Energy")
        room.dispatcher.stop()
        await room.publish(article)
        await room.spread()
    house.clock.advance(timedelta(minutes=10))
    assert await visitor.get("/readyz") == (200, "ok\n")
    house.clock.advance(timedelta(seconds=1))
    assert await visitor.get("/readyz") == (503, "the oldest delivery waits for 601 s\n")
    numbers = await visitor.metrics()
    assert numbers["newsbot_oldest_waiting_seconds"] == 601
    assert numbers["newsbot_deliveries_waiting news"] == 3
    async with house.db.transaction() as conn:
        await metadata.put(conn, "paused", "1")
    assert (await visitor.get("/readyz"))[0] == 200


async def test_a_publish_that_gets_no_rows_for_ten_minutes_makes_it_unready(visitor, tmp_path):
    """As on a full disk: nothing is turned into rows, and no delivery stands anywhere."""
    house = visitor.house
    async with press_room(house, tmp_path) as room:
        await room.follow(await room.people(3), "Energy")
        await room.publish(await room.draft("grid-storage", "Energy"))
    house.clock.advance(timedelta(minutes=10, seconds=1))
    assert await visitor.get("/readyz") == (503, "the oldest delivery waits for 601 s\n")
    assert (await visitor.metrics())["newsbot_oldest_waiting_seconds"] == 601


# Numbers


async def test_the_numbers_say_what_became_of_attempts_and_how_long_people_waited(tmp_path):
    async with visited(tmp_path, pace=30) as visitor:
        for outcome in (Sent(1), Sent(2), Failed("x"), Throttled(timedelta(seconds=3))):
            visitor.numbers.count(outcome)
        visitor.numbers.time(0.03)
        numbers = await visitor.metrics()
        assert numbers["newsbot_deliveries_total sent"] == 2
        assert numbers["newsbot_deliveries_total failed"] == 1
        assert numbers["newsbot_deliveries_total throttled"] == 1
        assert numbers["newsbot_reply_seconds_count"] == 1
        assert numbers["newsbot_reply_seconds_bucket 0.025"] == 0
        assert numbers["newsbot_reply_seconds_bucket 0.05"] == 1
        assert numbers["newsbot_deliveries_waiting news"] == 0
        assert numbers["newsbot_oldest_waiting_seconds"] == 0
        assert numbers["newsbot_rate"] == 29


async def test_every_429_counts_whatever_was_sent(visitor):
    house = visitor.house
    assert (await visitor.metrics())["newsbot_throttled_total"] == 0
    house.world.faults.add(Throttle(1), method="sendMessage", times=1)
    await house.starts(ANNA)
    assert len(house.screens(ANNA)) == 1
    assert (await visitor.metrics())["newsbot_throttled_total"] == 1


# The webhook


async def test_updates_come_through_the_webhook_beside_the_numbers_on_one_port(hooked):
    house = hooked.house
    [call] = house.world.ledger.of("setWebhook")
    assert call.params["secret_token"] == SECRET
    assert tuple(call.params["allowed_updates"]) == ALLOWED_UPDATES
    house.world.say(ANNA, ANNA, "/help")
    await until(lambda: bool(house.screens(ANNA)))
    assert (await hooked.get("/healthz"))[0] == 200


async def test_a_knock_without_the_secret_is_refused_and_nonsense_is_taken_or_it_would_come_again(hooked):
    body = {"update_id": 1, "message": {}}
    assert [await hooked.knock(body, secret) for secret in (None, "", "wrong", "knöck")] == [403] * 4
    nonsense = [b"", b"{", b"[" * 100_000, b"null", b"[]", b'"x"', b"{}", b'{"update_id": "x"}', b"\xff"]
    nonsense.append(b'{"update_id": 1e999}')
    assert [await hooked.knock(body) for body in nonsense] == [200] * len(nonsense)
    assert await hooked.knock(b" " * (UPDATE_BYTES + 1)) == 413
    assert hooked.house.update_queue.unfinished() == {}


async def test_a_knock_with_an_update_that_cannot_be_read_is_taken_or_it_would_come_again(hooked):
    unreadable = {"message_id": 9, "date": 1, "chat": {"id": 9, "type": "private"}, "gift": {"gift": {}}}
    assert await hooked.knock({"update_id": 1, "message": unreadable}) == 200
    assert hooked.house.update_queue.unfinished() == {}


async def test_when_there_is_no_room_for_anybody_telegram_is_asked_to_come_again_and_nothing_is_lost(
    tmp_path,
):
    """Telegram repeats what was not answered with 2xx: https://core.telegram.org/bots/api#setwebhook"""
    small = partial(UpdateQueue, at_once=4, waiting=3)
    async with visited(tmp_path, webhook=True, make_intake=small) as hooked:
        house = hooked.house
        await until(lambda: bool(house.world.webhook.url))
        house.world.webhook.unset()
        crowd = [house.world.add_person(has_started=True).id for _ in range(60)]
        for person in crowd:
            house.world.say(person, person, "/help")
        said = house.world.updates.first(60)
        async with all_readers_held(house.db):  # nobody is answered meanwhile: four at work and three that wait
            answers = await asyncio.gather(*(hooked.knock(update) for update in said))
        assert Counter(answers) == {200: 4 + 3, 503: 60 - 7}
        for update in [update for update, answer in zip(said, answers, strict=True) if answer == 503]:
            async with asyncio.timeout(PATIENCE):
                while await hooked.knock(update) != 200:  # as Telegram does, until there is room
                    await house.update_queue.progress(1.0)
        await until(lambda: all(house.screens(person) for person in crowd))
        assert [len(house.screens(person)) for person in crowd] == [1] * len(crowd)


async def test_a_webhook_that_cannot_write_down_what_waits_does_not_say_that_it_has_it(hooked):
    house = hooked.house
    house.world.webhook.unset()
    for _ in range(2):
        await house.says(ANNA, "/help")
    async with house.db.transaction() as conn:
        await conn.execute("PRAGMA busy_timeout = 0")
    house.world.faults.add(Slow(3.0), method="sendMessage", chat=ANNA, times=1)
    for _ in range(2):
        house.world.say(ANNA, ANNA, "/help")
    first, second = house.world.updates.first(2)
    with closing(sqlite3.connect(house.db.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        at_work = asyncio.ensure_future(hooked.knock(first))
        await until(lambda: bool(house.world.faults.happened))
        assert await hooked.knock(second) == 503
    assert await hooked.knock(second) == 200
    await at_work
    await until(lambda: len(house.screens(ANNA)) == 4)


async def test_a_secret_that_is_no_text_is_refused_and_no_fault_of_ours(hooked, caplog):
    reader, writer = await asyncio.open_connection("127.0.0.1", hooked.port)
    writer.write(b"POST /hook HTTP/1.1\r\nHost: bot\r\n%b: \xff\r\nContent-Length: 0\r\n\r\n" % SECRET_HEADER.encode())
    assert await reader.readline() == b"HTTP/1.1 403 Forbidden\r\n"
    writer.close()
    assert [record.levelname for record in caplog.records] == ["WARNING"]


async def test_an_update_that_comes_twice_is_worked_through_once(hooked):
    house = hooked.house
    house.world.webhook.unset()
    house.world.say(ANNA, ANNA, "/help")
    [update] = house.world.updates.first(1)
    assert await asyncio.gather(*(hooked.knock(update) for _ in range(5))) == [200] * 5
    assert await hooked.knock(update) == 200
    assert len(house.screens(ANNA)) == 1


async def test_a_press_from_before_an_outage_is_asked_again_also_through_the_webhook(tmp_path):
    port = free_port()
    url = f"http://127.0.0.1:{port}/hook"
    async with (
        story_house(tmp_path, admins=str(EDITH), webhook_url=url, listen=f"127.0.0.1:{port}") as house,
        press_room(house, tmp_path) as room,
    ):
        article = await room.draft("grid-storage", "Energy")
        await house.starts(EDITH)
        await house.says(EDITH, "/preview grid-storage")
        house.world.press(EDITH, EDITH, *button(house, "Publish to 0"))
        house.clock.advance(timedelta(hours=3))
        async with serving_http(house.ctx, house.application, house.update_queue, Metrics()):
            await until(lambda: house.screen(EDITH).endswith(f"Publish #{article.number} now?"))
            async with house.db.reading() as conn:
                assert (await articles.article(conn, article.number)).state is ArticleState.DRAFT
            fresh = house.world.press(EDITH, EDITH, *button(house, "Publish to 0"))
            await until(lambda: house.world.answer_to(fresh) is not None)
            async with house.db.reading() as conn:
                assert (await articles.article(conn, article.number)).state is ArticleState.PUBLISHED


async def test_what_comes_to_a_webhook_waits_until_the_bot_may_begin(tmp_path):
    port, may_begin, asked = free_port(), asyncio.Event(), asyncio.Event()

    async def waits() -> None:
        asked.set()
        await may_begin.wait()

    url = f"http://127.0.0.1:{port}/hook"
    async with (
        story_house(tmp_path, webhook_url=url, listen=f"127.0.0.1:{port}") as house,
        serving_http(house.ctx, house.application, house.update_queue, Metrics(), may_begin=waits),
    ):
        await until(lambda: bool(house.world.webhook.url))
        house.world.start(ANNA)
        async with asyncio.timeout(PATIENCE):
            await asked.wait()
        assert not house.screens(ANNA) and not house.update_queue.unfinished()
        may_begin.set()
        await until(lambda: bool(house.screens(ANNA)))


async def test_a_webhook_that_cannot_be_set_is_tried_again_and_stays_set_at_the_end(tmp_path):
    hasty = Times(longest_pause=timedelta(milliseconds=1))
    port = free_port()
    url = f"http://127.0.0.1:{port}/hook"
    async with story_house(tmp_path, webhook_url=url, listen=f"127.0.0.1:{port}") as house:
        house.world.faults.add(Page(), method="setWebhook", times=3)
        async with serving_http(house.ctx, house.application, house.update_queue, Metrics(), hasty):
            await until(lambda: bool(house.world.webhook.url))
        assert house.world.webhook.url == url
        assert len(house.world.webhook.secret) >= 32  # made up, because the operator gave none


@pytest.mark.parametrize("variable", ["NEWSBOT_HTTP", "NEWSBOT_LISTEN"])
async def test_an_address_that_is_taken_is_one_line_that_names_the_variable(tmp_path, variable):
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        settings = {"http": address}
        if variable == "NEWSBOT_LISTEN":
            settings = {"listen": address, "webhook_url": "https://bot.example/hook"}
        async with story_house(tmp_path, admins=str(EDITH), **settings) as house:
            with pytest.raises(SettingsError) as refused:
                async with serving_http(house.ctx, house.application, house.update_queue, Metrics()):
                    pass
    assert str(refused.value) == f"{variable}: cannot listen on {address}: Address already in use"
