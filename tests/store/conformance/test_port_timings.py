"""When chats want their news, on any engine: stored once for all that want the same, counted, paused until a day."""

from datetime import timedelta

from port_samples import ANNA, BEN, DAY, HOUR, NOW, SECOND, Engine, broadcast, put_article, put_chats, put_topics
from port_samples import the_campaign as campaign

from bot.domain.chat import ChatState
from bot.domain.delivery_time import AT_ONCE, Mode, Quiet, Timing, Waits
from bot.store.delivery import fanout, outbox
from bot.store.delivery.followers import followers_of
from bot.store.engine.connection import Connection
from bot.store.readers import chat_settings, chats, pushes, subscriptions, timings, topic_wishes
from bot.store.readers.timings import Wish

DAILY = Timing(Mode.DAILY, minute=480, quiet=Quiet(1320, 420))
CARA = 9


async def _timing(conn: Connection, chat: int) -> Timing:
    found = await chats.chat(conn, chat)
    assert found is not None
    return found.timing


async def test_a_wish_is_stored_once_for_every_zone_and_goes_with_the_last_chat_that_has_it(engine: Engine) -> None:
    async with engine.transaction() as conn:
        await put_chats(conn, ANNA, BEN, CARA)
        assert await _timing(conn, ANNA) == AT_ONCE and not await timings.are_any(conn)
        for chat in (ANNA, BEN, CARA, 404):
            await timings.choose(conn, chat, DAILY)
        await chat_settings.set_zone(conn, CARA, "Asia/Tokyo")
        assert [await _timing(conn, chat) for chat in (ANNA, BEN, CARA)] == [DAILY] * 3
        found = await timings.unasked(conn, NOW)
        assert sorted(found.values(), key=str) == [Wish(DAILY, "Asia/Tokyo"), Wish(DAILY, None)]
        await timings.note(conn, NOW, dict.fromkeys(found, NOW + HOUR))
        await timings.note(conn, NOW, {})
        assert await timings.unasked(conn, NOW) == {}
        assert await timings.unasked(conn, NOW + SECOND) == found
        assert await timings.noted(conn) == {number: (wish, NOW, NOW + HOUR) for number, wish in found.items()}
        await timings.unnote(conn, found)
        await timings.unnote(conn, [])
        assert await timings.noted(conn) == {} and await timings.unasked(conn, NOW) == found
        await timings.note(conn, NOW, dict.fromkeys(found, NOW + HOUR))
        await timings.choose(conn, CARA, AT_ONCE)
        await timings.drop_unused(conn)
        assert len(await timings.unasked(conn, NOW + SECOND)) == 1
        await chat_settings.set_zone(conn, ANNA, "UTC")
        await timings.choose(conn, ANNA, AT_ONCE)
        await timings.choose(conn, BEN, AT_ONCE)
        assert not await timings.are_any(conn)


async def test_what_waits_for_a_digest_is_due_then_and_all_else_at_once(engine: Engine) -> None:
    async with engine.transaction() as conn:
        found = await put_topics(conn, "AI")
        await put_chats(conn, ANNA, BEN, CARA)
        for chat in (ANNA, BEN, CARA):
            await subscriptions.follow(conn, chat, found["AI"], 0, NOW - HOUR)
        await timings.choose(conn, BEN, DAILY)
        await timings.choose(conn, CARA, Timing(Mode.HOURLY))
        for article, at_own_times in ((1, True), (2, False)):
            await put_article(conn, article, topics_of=found)
            number = await broadcast(conn, article)
            wishes = await timings.unasked(conn, NOW)
            at = {Mode.DAILY: NOW + DAY, Mode.HOURLY: NOW - HOUR}
            await timings.note(conn, NOW, {one: at[wish.timing.mode] for one, wish in wishes.items()})
            await fanout.begin(conn, number, 0)
            more = True
            while more:
                audience = await followers_of(conn, article, NOW)
                more = await fanout.fan_out(
                    conn, await campaign(conn, number), audience, NOW, at_own_times=at_own_times
                )
            rows = await outbox.of_chats(conn, [ANNA, BEN, CARA], [number])
            waiting = [(one.chat, one.not_before - NOW, one.waits) for one in rows]
            later = (BEN, DAY, Waits.FOR_ITS_TIME) if at_own_times else (BEN, timedelta(0), Waits.NOT)
            assert waiting == [(ANNA, timedelta(0), Waits.NOT), later, (CARA, timedelta(0), Waits.NOT)]
        of_ben = next(number for number, wish in (await timings.noted(conn)).items() if wish[0].timing == DAILY)
        assert await outbox.ask_again_all(conn, 404, NOW) == 0
        assert [await outbox.ask_again_all(conn, of_ben, NOW) for _ in range(2)] == [1, 0]
        assert [one.not_before for one in await outbox.of_chats(conn, [BEN], [1, 2])] == [NOW, NOW]


async def test_a_change_of_times_is_dated_and_a_pause_ends_when_its_time_has_come(engine: Engine) -> None:
    async with engine.transaction() as conn:
        await put_chats(conn, ANNA, BEN, CARA)
        await timings.count_from(conn, ANNA, NOW)
        await timings.count_from(conn, 404, NOW)
        for chat, until in ((ANNA, NOW + DAY), (BEN, None), (CARA, NOW + HOUR)):
            await chats.set_state(conn, chat, ChatState.PAUSED, NOW, until=until)
        known = await chats.chat(conn, ANNA)
        assert known is not None and (known.timed_at, known.paused_until) == (NOW, NOW + DAY)
        assert await chats.next_end_of_pause(conn) == NOW + HOUR
        assert [await chats.end_pauses(conn, NOW + ahead) for ahead in (HOUR - SECOND, HOUR, HOUR, DAY, 9 * DAY)] == [
            0,
            1,
            0,
            1,
            0,
        ]
        known = await chats.chat(conn, ANNA)
        assert known is not None and (known.state, known.paused_until) == (ChatState.ACTIVE, None)
        assert (await chats.counts(conn))[ChatState.PAUSED] == 1
        assert await chats.next_end_of_pause(conn) is None
        await chats.set_state(conn, ANNA, ChatState.PAUSED, NOW, until=NOW + DAY)
        await chats.set_state(conn, ANNA, ChatState.PAUSED, NOW)  # for good
        assert await chats.end_pauses(conn, NOW + 9 * DAY) == 0


async def test_what_came_alone_is_counted_for_the_latest_hour(engine: Engine) -> None:
    async with engine.transaction() as conn:
        await put_chats(conn, ANNA, BEN)
        for chat, hour in ((ANNA, NOW), (ANNA, NOW), (BEN, NOW), (BEN, NOW + HOUR), (404, NOW)):
            await pushes.count(conn, chat, hour)
        await pushes.count(conn, ANNA, NOW, 7)
        assert await pushes.latest(conn, [ANNA, BEN, 404]) == {
            (ANNA, 0): (NOW, 2),
            (ANNA, 7): (NOW, 1),
            (BEN, 0): (NOW + HOUR, 1),
        }
        assert await pushes.latest(conn, []) == {}


async def test_a_wish_for_a_topic_is_its_chats_alone_and_follows_its_zone_and_quiet_hours(engine: Engine) -> None:
    async with engine.transaction() as conn:
        found = await put_topics(conn, "AI", "Energy")
        ai, energy = found["AI"], found["Energy"]
        await put_chats(conn, ANNA, BEN)
        for chat in (ANNA, 404):
            await topic_wishes.choose(conn, chat, ai, Timing(Mode.HOURLY, quiet=Quiet(0, 60)))
            await topic_wishes.choose(conn, chat, energy, Timing(silent=True))
        await topic_wishes.choose(conn, BEN, ai, AT_ONCE)
        of_anna = {ai: Timing(Mode.HOURLY), energy: Timing(silent=True)}
        assert await topic_wishes.are_any(conn)
        assert await topic_wishes.of_chat(conn, ANNA) == of_anna
        assert await topic_wishes.of_chats(conn, [ANNA, BEN, 404]) == {ANNA: of_anna, BEN: {ai: AT_ONCE}}
        assert await topic_wishes.of_chats(conn, []) == {} and await topic_wishes.of_chat(conn, 404) == {}

        async def noted() -> list[Wish]:
            return sorted((await timings.unasked(conn, NOW)).values(), key=str)

        assert await noted() == [Wish(Timing(Mode.HOURLY), None)] and await timings.are_any(conn)
        await chat_settings.set_zone(conn, ANNA, "Asia/Tokyo")
        assert await noted() == [Wish(Timing(Mode.HOURLY), "Asia/Tokyo")]
        night = Quiet(1320, 420)
        await timings.choose(conn, ANNA, Timing(quiet=night))
        await topic_wishes.renew(conn, ANNA)
        await topic_wishes.renew(conn, 404)
        here = [Timing(Mode.HOURLY, quiet=night), Timing(quiet=night)]
        assert await noted() == sorted((Wish(timing, "Asia/Tokyo") for timing in here), key=str)
        assert await timings.number_of(conn, here[1], "Asia/Tokyo") in await timings.unasked(conn, NOW)
        assert len(await noted()) == 2
        await timings.choose(conn, ANNA, AT_ONCE)
        await topic_wishes.choose(conn, ANNA, ai, AT_ONCE)
        for _ in range(2):
            await topic_wishes.drop(conn, ANNA, energy)
        assert await topic_wishes.of_chat(conn, ANNA) == {ai: AT_ONCE}
        assert await noted() == [] and not await timings.are_any(conn)
        await topic_wishes.drop(conn, ANNA, ai)
        assert await topic_wishes.are_any(conn)
        await topic_wishes.drop(conn, BEN, ai)
        assert not await topic_wishes.are_any(conn)


async def test_what_waits_by_the_wish_for_a_topic_is_due_then(engine: Engine) -> None:
    async with engine.transaction() as conn:
        found = await put_topics(conn, "AI", "Energy")
        await put_chats(conn, ANNA, BEN, CARA)
        for chat in (ANNA, BEN, CARA):
            for topic in found.values():
                await subscriptions.follow(conn, chat, topic, 0, NOW - HOUR)
        await topic_wishes.choose(conn, ANNA, found["AI"], DAILY)
        await topic_wishes.choose(conn, BEN, found["AI"], DAILY)
        await topic_wishes.choose(conn, BEN, found["Energy"], Timing(Mode.HOURLY))
        await timings.choose(conn, ANNA, Timing(Mode.HOURLY))
        await put_article(conn, 1, topics_of=found)
        number = await broadcast(conn, 1)
        wishes = await timings.unasked(conn, NOW)
        at = {Mode.DAILY: NOW + DAY, Mode.HOURLY: NOW + HOUR}
        await timings.note(conn, NOW, {one: at[wish.timing.mode] for one, wish in wishes.items()})
        await fanout.begin(conn, number, 0)
        audience = await followers_of(conn, 1, NOW)
        while await fanout.fan_out(conn, await campaign(conn, number), audience, NOW, at_own_times=True):
            pass
        rows = await outbox.of_chats(conn, [ANNA, BEN, CARA], [number])
        assert [(one.chat, one.not_before - NOW) for one in rows] == [
            (ANNA, HOUR),
            (BEN, HOUR),
            (CARA, timedelta(0)),
        ]
        says = {ANNA: (0, found["AI"]), BEN: (found["AI"], found["Energy"])}
        answers = await audience.wishes(conn, [ANNA, BEN, CARA], NOW)
        assert {chat: tuple(sorted(said)) for chat, (said, _) in answers.items()} == {
            chat: tuple(sorted(said)) for chat, said in says.items()
        }
        of_ben = next(
            one for one, wish in (await timings.unasked(conn, NOW + DAY)).items() if wish.timing == Timing(Mode.HOURLY)
        )
        assert await outbox.ask_again_all(conn, of_ben, NOW) == 2
