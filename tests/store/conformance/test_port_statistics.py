"""What is counted as it happens, and the sums that editors ask for."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from port_samples import (
    ANNA,
    BEN,
    DAY,
    GROUP,
    HIGHEST,
    HOUR,
    MINUTE,
    NOW,
    SECOND,
    Engine,
    about,
    broadcast,
    deliver,
    put_article,
    put_chats,
    put_topics,
    queue,
    send_to,
    the_campaign,
)

from bot.domain.chat import ChatKind, ChatState
from bot.domain.delivery import REPORT, Lane, Status, Subject, SubjectType
from bot.domain.phrases import Phrase, phrase
from bot.domain.role import Role
from bot.domain.statistics import Act, Day, Fact, Period, latest, period_until
from bot.store.delivery import campaigns, delivery_reports, fanout, receipts, retention, weekly_reports
from bot.store.delivery.audiences import reach
from bot.store.delivery.weekly_reports import WeeklyReport, recipients_of
from bot.store.desk import editors
from bot.store.engine.connection import Connection
from bot.store.readers import chat_rows, chat_settings, chats, phrases, stories, subscriptions
from bot.store.statistics import activity, figures, report_wishes
from bot.store.statistics.report_wishes import ReportWish

WEEK = latest(7, NOW, UTC)
TODAY = latest(1, NOW, UTC)


async def counted(conn: Connection, period: Period = WEEK) -> dict[Fact, int]:
    """Return all that is counted in a period, whatever the day."""
    found: dict[Fact, int] = {}
    for day in await activity.by_day(conn, period):
        for fact, many in day.counts.items():
            found[fact] = found.get(fact, 0) + many
    return found


async def test_nothing_is_counted_of_an_empty_store_and_every_day_is_there(engine: Engine) -> None:
    async with engine.reading() as conn:
        days = await activity.by_day(conn, WEEK)
        assert [day.first for day in days] == [date(2026, 3, number) for number in range(1, 8)]
        assert not any(day.counts for day in days)
        assert await activity.since(conn, NOW - DAY, tuple(Fact)) == {}
        assert (await figures.totals(conn, WEEK))[0] == 0
        assert (await figures.totals(conn, WEEK))[1].mean is None
        assert (
            await figures.articles(conn, WEEK, 9)
            == await figures.topics(conn, WEEK, 9, await figures.followers(conn))
            == []
        )
        assert (
            await figures.sources(conn, WEEK, 9) == await figures.followed(conn, await figures.followers(conn), 9) == []
        )
        assert await figures.extremes(conn, WEEK) is None
        nobody = await figures.readers(conn)
        assert (nobody.active, nobody.quiet, nobody.kinds, nobody.languages) == (0, 0, {}, {})


async def test_what_ends_is_counted_once_whether_it_is_carried_over_or_not(engine: Engine) -> None:
    ends = {1: Status.SENT, 2: Status.SENT, 3: Status.UNREACHABLE, 4: Status.FAILED, 5: Status.RESTRICTED}
    expected = {Fact.SENT: 2, Fact.UNREACHABLE: 1, Fact.FAILED: 1, Fact.RESTRICTED: 1}
    async with engine.transaction() as conn:
        await send_to(conn, 1, ends | {6: Status.UNWANTED})
        for _ in range(3):
            found = await counted(conn, TODAY)
            assert {fact: found[fact] for fact in expected} == expected
            assert set(found) == set(expected)
            await activity.carry_over(conn)


async def test_what_was_counted_before_midnight_stays_on_its_day(engine: Engine) -> None:
    late, early = datetime(2026, 3, 6, 23, 59, tzinfo=UTC), datetime(2026, 3, 7, 0, 1, tzinfo=UTC)
    async with engine.transaction() as conn:
        await put_article(conn, 1, topics_of=await put_topics(conn, "Energy"))
        await put_chats(conn, ANNA, BEN)
        for chat in (ANNA, BEN):
            await subscriptions.follow(conn, chat, 1, 0, late - HOUR)
        number = await broadcast(conn, 1, at=late)
        await queue(conn, number, late)
        await deliver(conn, number, {ANNA: Status.SENT}, at=late)
        await activity.carry_over(conn)  # as whoever counts in the next quarter of an hour does before
        await deliver(conn, number, {BEN: Status.SENT}, at=early)
        days = await activity.by_day(conn, latest(2, NOW, UTC), [Fact.SENT])
        assert days == (
            Day(date(2026, 3, 6), {Fact.SENT: 1}),
            Day(date(2026, 3, 7), {Fact.SENT: 1}),
        )
        assert await activity.since(conn, early, [Fact.SENT]) == {Fact.SENT: 1}
        assert await activity.since(conn, late, [Fact.SENT, Fact.LEFT]) == {Fact.SENT: 2}


async def test_a_day_is_that_of_the_zone_also_where_it_is_half_an_hour_off_or_has_25_hours(engine: Engine) -> None:
    async with engine.transaction() as conn:
        for at in (
            datetime(2026, 3, 6, 18, 15, tzinfo=UTC),  # 23:45 in Kolkata, and midnight in Kathmandu
            datetime(2026, 3, 6, 18, 30, tzinfo=UTC),  # midnight in Kolkata
            datetime(2026, 10, 24, 22, 0, tzinfo=UTC),  # midnight in Berlin, of the day that has 25 hours
            datetime(2026, 10, 25, 22, 45, tzinfo=UTC),  # its last quarter of an hour
            datetime(2026, 10, 25, 23, 0, tzinfo=UTC),
        ):
            await activity.count(conn, Fact.JOINED, at)
        for zone, first in (("Asia/Kolkata", 1), ("Asia/Kathmandu", 0)):
            days = await activity.by_day(conn, period_until(date(2026, 3, 7), 2, ZoneInfo(zone)), [Fact.JOINED])
            assert [day.of(Fact.JOINED) for day in days] == [first, 2 - first]
        days = await activity.by_day(conn, period_until(date(2026, 10, 26), 3, ZoneInfo("Europe/Berlin")))
        assert [day.of(Fact.JOINED) for day in days] == [0, 2, 1]


async def test_what_is_tried_again_is_taken_off_the_day_on_which_it_failed(engine: Engine) -> None:
    async with engine.transaction() as conn:
        number = await send_to(conn, 1, {ANNA: Status.SENT, BEN: Status.FAILED}, at=NOW - 2 * DAY)
        await activity.carry_over(conn)
        assert (await counted(conn))[Fact.FAILED] == 1
        await delivery_reports.try_again(conn, 1, NOW)
        await activity.carry_over(conn)
        await deliver(conn, number, {BEN: Status.SENT}, at=NOW)
        await activity.carry_over(conn)
        found = await counted(conn)
        assert (found.get(Fact.FAILED, 0), found[Fact.SENT]) == (0, 2)


async def test_who_comes_and_goes_is_counted_each_time_and_nobody_twice(engine: Engine) -> None:
    async with engine.transaction() as conn:

        async def are(*expected: int) -> None:
            found = await counted(conn)
            facts = (Fact.JOINED, Fact.LEFT, Fact.PAUSED, Fact.BACK)
            assert tuple(found.get(fact, 0) for fact in facts) == expected

        for _ in range(2):
            await chats.get_or_create(conn, ANNA, ChatKind.PRIVATE, "en", NOW)
        await are(1, 0, 0, 0)
        for _ in range(2):
            await chats.switch_off(conn, ANNA, NOW + SECOND)
        await are(1, 1, 0, 0)
        for _ in range(2):
            await chats.switch_on(conn, ANNA, NOW + MINUTE)
        await are(1, 1, 0, 1)
        for _ in range(2):
            await chats.set_state(conn, ANNA, ChatState.PAUSED, NOW, until=NOW + HOUR)
        await chats.switch_off(conn, ANNA, NOW)  # who has paused has left already
        await chats.switch_on(conn, ANNA, NOW)
        await are(1, 1, 1, 1)
        for _ in range(2):
            await chats.end_pauses(conn, NOW + HOUR)
        await are(1, 1, 1, 2)
        await chats.set_state(conn, ANNA, ChatState.PAUSED, NOW)
        for _ in range(2):
            await chats.set_state(conn, ANNA, ChatState.ACTIVE, NOW)
        await are(1, 1, 2, 3)


async def test_who_was_only_met_elsewhere_has_joined_when_they_write_first(engine: Engine) -> None:
    async with engine.transaction() as conn:
        met = await chats.get_or_create(conn, ANNA, ChatKind.PRIVATE, "en", NOW, reachable=False)
        assert met.state is ChatState.UNREACHABLE and await counted(conn) == {}
        await chats.switch_on(conn, ANNA, NOW + MINUTE)
        assert await counted(conn) == {Fact.JOINED: 1}


async def test_a_group_that_becomes_a_supergroup_has_joined_once(engine: Engine) -> None:
    async with engine.transaction() as conn:
        await chats.get_or_create(conn, GROUP, ChatKind.GROUP, "en", NOW - DAY)
        await chats.get_or_create(conn, GROUP - 1, ChatKind.GROUP, "en", NOW)  # met before it is known what it was
        await chat_rows.migrate(conn, GROUP, GROUP - 1)
        await chat_rows.migrate(conn, GROUP, GROUP - 1)
        assert await counted(conn) == {Fact.JOINED: 1}
        assert (await figures.readers(conn)).kinds == {ChatKind.GROUP: 1}


async def test_readers_are_counted_by_state_kind_and_language_and_the_quiet_follow_nothing(engine: Engine) -> None:
    async with engine.transaction() as conn:
        topic = (await put_topics(conn, "Energy"))["Energy"]
        for chat, language in ((1, "en"), (2, "de"), (3, "de"), (4, "en"), (5, "en"), (6, "en")):
            await chats.get_or_create(conn, chat, ChatKind.PRIVATE, language, NOW)
        await put_chats(conn, GROUP)
        await put_article(conn, 1)
        for chat, thread in ((1, 0), (GROUP, 1), (GROUP, 2), (5, 0)):
            await subscriptions.follow(conn, chat, topic, thread, NOW)
        wind = phrase("wind power")
        assert isinstance(wind, Phrase)
        await phrases.follow(conn, 2, (await phrases.learn(conn, wind)).number, 0, NOW)
        await stories.follow(conn, 3, 1, 0, NOW)
        await chats.set_state(conn, 5, ChatState.PAUSED, NOW)
        await chats.switch_off(conn, 6, NOW)
        found = await figures.readers(conn)
        assert found.states == {ChatState.ACTIVE: 5, ChatState.PAUSED: 1, ChatState.UNREACHABLE: 1}
        assert found.kinds == {ChatKind.PRIVATE: 4, ChatKind.GROUP: 1}
        assert list(found.languages.items()) == [("en", 3), ("de", 2)]
        assert found.quiet == 1  # the fourth
        assert await figures.followed(conn, await figures.followers(conn), 9) == [("Energy", 2)]


async def test_most_followed_topics_come_first_by_active_chats(engine: Engine) -> None:
    async with engine.transaction() as conn:
        for article, ids in enumerate(((1,), (1, 2), (1,), (1, 2, 3), (4,)), 1):
            await send_to(conn, article, dict.fromkeys(ids, Status.SENT))
        await chats.switch_off(conn, 4, NOW)
        expected = [("Topic 4", 3), ("Topic 2", 2), ("Topic 1", 1), ("Topic 3", 1)]
        assert await figures.followed(conn, await figures.followers(conn), 9) == expected
        assert await figures.followed(conn, await figures.followers(conn), 1) == expected[:1]


async def test_articles_topics_and_sources_of_a_period_come_with_the_most_first(engine: Engine) -> None:
    async with engine.transaction() as conn:
        await send_to(conn, 1, {1: Status.SENT}, at=NOW - 8 * DAY)
        await send_to(conn, 2, {1: Status.SENT, 2: Status.FAILED}, at=NOW - DAY)
        await send_to(conn, 3, dict.fromkeys((1, 2, 3), Status.SENT), at=NOW)
        await subscriptions.save(conn, 1, 3, NOW)
        for _ in range(2):
            await activity.count_act(conn, 3, Act.OPENED)
        await activity.count_act(conn, HIGHEST, Act.OPENED)  # there is none
        third, second = await figures.articles(conn, WEEK, 9)
        assert (third.number, third.sent, third.missed, third.saved) == (3, 3, 0, 1)
        assert (third.act(Act.OPENED), third.act(Act.MUTED)) == (2, 0)
        assert (second.number, second.sent, second.missed, second.saved) == (2, 1, 1, 0)
        assert [one.number for one in await figures.articles(conn, WEEK, 1)] == [3]
        assert (await figures.totals(conn, WEEK))[0] == 2
        shares = await figures.topics(conn, WEEK, 9, await figures.followers(conn))
        found = [(one.name, one.articles, one.sent, one.missed, one.followers) for one in shares]
        assert found == [
            ("Topic 3", 1, 3, 0, 3),
            ("Topic 2", 1, 1, 1, 2),
        ]
        assert await figures.sources(conn, WEEK, 9) == []
        assert [one.number for one in await figures.articles(conn, latest(30, NOW, UTC), 9)] == [3, 2, 1]


async def test_sources_are_summed_over_their_articles(engine: Engine) -> None:
    async with engine.transaction() as conn:
        topic = await put_topics(conn, "Energy")
        await put_chats(conn, ANNA, BEN)
        for chat in (ANNA, BEN):
            await subscriptions.follow(conn, chat, topic["Energy"], 0, NOW - DAY)
        for article, source in ((1, "Post"), (2, "Post"), (3, "Mail")):
            await put_article(conn, article, topics_of=topic, source=source)
            number = await broadcast(conn, article)
            await queue(conn, number)
            await deliver(conn, number, {ANNA: Status.SENT, BEN: Status.FAILED if article == 3 else Status.SENT})
        found = [(one.name, one.articles, one.sent, one.missed) for one in await figures.sources(conn, WEEK, 9)]
        assert found == [("post", 2, 4, 0), ("mail", 1, 1, 1)]
        assert len(await figures.sources(conn, WEEK, 1)) == 1


async def test_how_long_messages_took_is_kept_of_those_that_waited_for_nothing(engine: Engine) -> None:
    async with engine.transaction() as conn:
        assert await figures.extremes(conn, WEEK) is None
        for article, seconds in ((1, (10, 20)), (2, (100, 300)), (3, (1, 1))):
            [(name, topic)] = (await put_topics(conn, f"T{article}")).items()
            await put_article(conn, article, topics_of={name: topic})
            await put_chats(conn, ANNA, BEN)
            for chat in (ANNA, BEN):
                await subscriptions.follow(conn, chat, topic, 0, NOW - HOUR)
            number = await broadcast(conn, article)
            await queue(conn, number)
            for chat, later in zip((ANNA, BEN), seconds, strict=True):
                await deliver(conn, number, {chat: Status.SENT}, at=NOW + later * SECOND)
            if article == 1:
                assert await figures.extremes(conn, WEEK) is None  # one is neither
        fastest, slowest = await figures.extremes(conn, WEEK) or (None, None)
        assert fastest is not None and slowest is not None
        assert (fastest.number, slowest.number) == (3, 2)
        assert (slowest.pace.mean, slowest.pace.last) == (200 * SECOND, 300 * SECOND)
        _, pace = await figures.totals(conn, WEEK)
        assert (pace.many, pace.seconds) == (6, 432)


async def test_what_retention_drops_takes_no_number_away(engine: Engine) -> None:
    async with engine.transaction() as conn:
        await send_to(conn, 1, {ANNA: Status.SENT, BEN: Status.FAILED}, at=NOW - 2 * DAY)
        before = await counted(conn), await figures.articles(conn, WEEK, 9)
        while await retention.prune(conn, NOW):
            pass
        held = await receipts.held(conn, about(1), [ANNA])
        assert held[ANNA].sent_at is None
        assert (await counted(conn), await figures.articles(conn, WEEK, 9)) == before


async def test_what_somebody_wants_of_statistics_is_kept_for_them_alone(engine: Engine) -> None:
    monday, next_monday = date(2026, 3, 2), date(2026, 3, 9)
    async with engine.transaction() as conn:
        assert await report_wishes.wish(conn, ANNA) == ReportWish(ANNA)
        await put_chats(conn, ANNA)
        await chat_settings.set_zone(conn, ANNA, "Asia/Tokyo")
        for person in (BEN, ANNA):
            await report_wishes.set_weekly(conn, person, True, monday)
        await report_wishes.set_dark(conn, ANNA, True)
        both = [(ReportWish(ANNA, True, True, monday), "Asia/Tokyo"), (ReportWish(BEN, True, False, monday), None)]
        assert await report_wishes.weekly(conn) == both
        await report_wishes.set_weekly(conn, ANNA, True, next_monday)  # once more: nothing is lost by it
        assert (await report_wishes.wish(conn, ANNA)).told_until == monday
        assert await report_wishes.told(conn, [ANNA, HIGHEST], next_monday) == [ANNA]
        assert await report_wishes.told(conn, [ANNA, BEN], next_monday) == [BEN]
        assert await report_wishes.told(conn, [ANNA, BEN], monday) == []
        await report_wishes.set_weekly(conn, ANNA, False, next_monday)
        assert [wish.person for wish, _ in await report_wishes.weekly(conn)] == [BEN]
        await chat_rows.delete(conn, BEN)
        assert await report_wishes.weekly(conn) == []


async def test_a_report_is_for_those_who_still_want_it_and_have_a_role(engine: Engine) -> None:
    monday = date(2026, 3, 2)
    people = (ANNA, BEN, 10, 11, 12)
    async with engine.transaction() as conn:
        await put_chats(conn, *people)
        for person in (BEN, 10, 12):
            await editors.add(conn, person, Role.CONTRIBUTOR if person == 12 else Role.EDITOR, None, NOW)
        for person in (ANNA, BEN, 11, 12):
            await report_wishes.set_weekly(conn, person, True, monday)
        number = await weekly_reports.add(conn, "Europe/Berlin", monday, people, [ANNA])
        found = await weekly_reports.report(conn, number)
        assert found == WeeklyReport(number, "Europe/Berlin", monday, people, (ANNA,))
        assert await weekly_reports.report(conn, number + 1) is None
        audience = recipients_of(found)
        assert await reach(conn, audience, NOW) == 5
        # 10 wants none any more, 11 has no role any more, 12 may only make drafts.
        assert await audience.wanting(conn, people, NOW) == {ANNA: 0, BEN: 0}


async def test_a_report_counts_as_no_message_of_the_bots(engine: Engine) -> None:
    async with engine.transaction() as conn:
        await put_chats(conn, ANNA)
        number = await weekly_reports.add(conn, "UTC", date(2026, 3, 2), [ANNA], [ANNA])
        subject = Subject(SubjectType.REPORT, number)
        campaign = await campaigns.promise(conn, REPORT, subject, fixed_at=NOW, start_at=NOW, lane=Lane.LATER, by=None)
        found = await weekly_reports.report(conn, number)
        assert found is not None
        await fanout.begin(conn, campaign, 0)
        while await fanout.fan_out(conn, await the_campaign(conn, campaign), recipients_of(found), NOW):
            pass
        await deliver(conn, campaign, {ANNA: Status.SENT})
        assert (await the_campaign(conn, campaign)).sent == 1
        for _ in range(2):
            assert Fact.SENT not in await counted(conn)
            await activity.carry_over(conn)
