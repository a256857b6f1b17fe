"""Articles that go out at a time in an editor's words: understood, echoed, moved and taken back."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from desk_stories import Desk, desk_of
from story import ANNA, EDITH

from bot.domain.article import Article, ArticleState
from bot.domain.delivery import Lane
from bot.services.newsroom import arriving_news
from bot.store.content import articles
from bot.store.delivery import campaigns
from bot.store.desk import audit_log

TUESDAY_9 = datetime(2026, 3, 3, 8, 0, tzinfo=UTC)  # 09:00 in Berlin, the day after the story begins


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with desk_of(tmp_path, undo="0", timezone="Europe/Berlin") as desk:
        await desk.house.starts(ANNA)
        await desk.room.draft("first", "Energy")
        await desk.room.follow([ANNA], "Energy")
        yield desk


async def article(desk: Desk) -> Article:
    async with desk.house.db.reading() as conn:
        return await articles.article(conn, 1)


async def comes(desk: Desk, at: datetime) -> None:
    """Let it be a time, at which what is due goes out."""
    desk.house.clock.advance(at - desk.house.clock())
    await arriving_news.end_embargoes(desk.house.db, now=at, burst=10, undo=timedelta(0), push=False)
    await desk.run()


def got(desk: Desk) -> list[bool]:
    """Return of each copy that Anna has whether it made no sound."""
    ledger = desk.house.world.ledger
    sent = [call.params for method in ("sendMessage", "sendPhoto") for call in ledger.of(method)]
    hers = [params for params in sent if params["chat_id"] in (ANNA, str(ANNA)) and "First" in str(params)]
    return [bool(params.get("disable_notification")) for params in hers]


async def test_what_is_typed_in_full_is_scheduled_echoed_and_goes_out_then_once(desk: Desk) -> None:
    await desk.says("/schedule 1 tomorrow 9")
    assert desk.screen == "#1 First goes out on Tuesday, 3 Mar 2026, 09:00 (Berlin time)."
    assert desk.buttons == [["Open #1", "Unschedule"]]
    assert (await article(desk)).scheduled_at == TUESDAY_9
    await desk.says("/drafts")
    assert "#1 First (scheduled for 3 Mar 2026, 09:00)" in desk.screen
    await comes(desk, TUESDAY_9 - timedelta(seconds=1))
    assert got(desk) == []
    await comes(desk, TUESDAY_9)
    await comes(desk, TUESDAY_9 + timedelta(hours=1))
    assert got(desk) == [False] and (await article(desk)).state is ArticleState.PUBLISHED
    async with desk.house.db.reading() as conn:
        entry = next(one for one in await audit_log.latest(conn) if one.act == "schedule")
    assert (entry.person, entry.before, entry.after) == (EDITH, None, TUESDAY_9.isoformat())


async def test_it_is_read_in_the_editor_s_own_language_and_zone(desk: Desk) -> None:
    await desk.says("/settings language de")
    await desk.says("/settings zone America/New_York")
    await desk.says("/schedule 1 morgen um 9 Uhr")
    assert desk.screen == "#1 First geht hinaus: Dienstag, 3. März 2026, 09:00 (Ortszeit New York)."
    assert (await article(desk)).scheduled_at == TUESDAY_9 + timedelta(hours=6)
    await desk.says("/schedule 1 übermorgen 7.30 Uhr, leise")
    assert desk.screen.endswith("07:30 (Ortszeit New York). Es kommt ohne Ton.")
    await desk.says("/schedule 1 irgendwann")
    assert desk.screen.startswith("Das verstehe ich nicht als Zeit")
    assert (await article(desk)).scheduled_at == datetime(2026, 3, 4, 12, 30, tzinfo=UTC)


async def test_a_silent_one_makes_no_sound_when_its_time_comes(desk: Desk) -> None:
    await desk.says("/schedule 1 tomorrow 9 silently")
    assert desk.screen.endswith("It makes no sound.")
    await comes(desk, TUESDAY_9)
    assert got(desk) == [True]


@pytest.mark.parametrize(
    ("text", "said", "choices"),
    [
        ("tomorrow", "At what time is #1 First to go out?", 4),
        ("today 9:00", "That time has passed; nothing was changed for #1 First.", 2),
        ("next friday 9:00", "That can mean several times. When is #1 First to go out?", 2),
        (
            "29 March 2:30",
            "That time does not exist: the clocks are put forward over it. When is #1 First to go out?",
            2,
        ),
        ("25 October 2:30", "That time comes twice: the clocks are put back over it. When is #1 First to go out?", 2),
        ("2099-01-01 9:00", "That is more than two years away; nothing was changed for #1 First.", 0),
        ("whenever you like", "I do not understand that as a time, so nothing was changed for #1 First.", 0),
        ("tomorrow 9 or so", "I do not understand that as a time, so nothing was changed for #1 First.", 0),
    ],
)
async def test_what_is_no_time_to_come_changes_nothing_and_names_what_may_be_meant(
    desk: Desk, text: str, said: str, choices: int
) -> None:
    await desk.says(f"/schedule 1 {text}")
    assert desk.screen.startswith(said) and len(desk.buttons) == choices
    assert (await article(desk)).state is ArticleState.DRAFT
    if choices:
        await desk.presses(desk.buttons[-1][0])
        assert desk.screen.startswith("#1 First goes out on ")
        scheduled = (await article(desk)).scheduled_at
        assert scheduled is not None and scheduled > desk.house.clock()


async def test_both_times_that_come_twice_are_told_apart_and_can_be_had(desk: Desk) -> None:
    for choice, at in ((0, 0), (1, 1)):
        await desk.says("/schedule 1 25 October 2:30")
        labels = [row[0] for row in desk.buttons]
        assert labels == ["Sunday, 25 Oct 2026, 02:30 (UTC+02:00)", "Sunday, 25 Oct 2026, 02:30 (UTC+01:00)"]
        await desk.presses(labels[choice])
        assert (await article(desk)).scheduled_at == datetime(2026, 10, 25, at, 30, tzinfo=UTC)


async def test_by_button_a_time_is_offered_chosen_and_taken_back(desk: Desk) -> None:
    await desk.says("/preview 1")
    assert desk.buttons == [["Edit", "Schedule", "More"], ["Publish to 1"]]
    await desk.presses("Schedule")
    assert desk.screen.startswith("When is #1 First to go out?")
    assert [row[0] for row in desk.buttons] == [
        "Monday, 2 Mar 2026, 14:00",
        "Monday, 2 Mar 2026, 18:00",
        "Tuesday, 3 Mar 2026, 07:00",
        "Tuesday, 3 Mar 2026, 09:00",
        "Monday, 9 Mar 2026, 09:00",
    ]
    label = "Tuesday, 3 Mar 2026, 09:00"
    message_id, data = desk.house.button(EDITH, label)
    await desk.presses(label)
    assert (await article(desk)).scheduled_at == TUESDAY_9
    await desk.presses("Unschedule")
    assert desk.screen == "#1 First is a draft again. Nothing goes out."
    await comes(desk, TUESDAY_9 + timedelta(hours=1))
    assert got(desk) == []
    await desk.house.presses_data(EDITH, data, message_id)  # an old button, of a time that has passed
    assert desk.screen.startswith("That time has passed") and (await article(desk)).state is ArticleState.DRAFT


async def test_at_night_what_wakes_nobody_comes_first(desk: Desk) -> None:
    desk.house.clock.advance(timedelta(hours=9, minutes=59) - timedelta(hours=1))  # 21:59 in Berlin
    await desk.says("/preview 1")
    assert desk.buttons == [["Edit", "Schedule", "More"], ["Publish to 1"]]
    desk.house.clock.advance(timedelta(minutes=1))
    await desk.says("/preview 1")
    assert desk.buttons == [["At 07:00"], ["Silently"], ["Edit", "Schedule", "More"], ["Publish to 1"]]
    await desk.presses("At 07:00")
    assert desk.screen == "#1 First goes out on Tuesday, 3 Mar 2026, 07:00 (Berlin time)."
    await desk.presses("Unschedule")
    await desk.says("/preview 1")
    await desk.presses("Silently")
    await desk.run()
    assert got(desk) == [True]


async def lane(desk: Desk) -> tuple[Lane, bool, bool]:
    async with desk.house.db.reading() as conn:
        [one] = await campaigns.of_article(conn, 1)
    return one.lane, one.is_breaking, one.is_silent


@pytest.mark.parametrize("how", ["typed", "by button", "scheduled"])
async def test_an_article_goes_out_as_breaking_news(desk: Desk, how: str) -> None:
    match how:
        case "typed":
            await desk.says("/publish 1 breaking")
        case "by button":
            await desk.says("/preview 1")
            await desk.presses("More")
            assert desk.buttons[:3] == [["Back"], ["List without pushing"], ["Breaking", "Silently"]]
            await desk.presses("Breaking")
        case "scheduled":
            await desk.says("/schedule 1 tomorrow 9 breaking")
            assert desk.screen.endswith("It is breaking news: it comes at once to all who allow that.")
            await comes(desk, TUESDAY_9)
    await desk.run()
    assert got(desk) == [False] and await lane(desk) == (Lane.URGENT, True, False)


async def test_what_is_published_as_usual_is_neither_breaking_nor_silent(desk: Desk) -> None:
    await desk.says("/publish 1")
    assert await lane(desk) == (Lane.NEWS, False, False)


async def test_what_is_out_is_not_scheduled_and_a_reply_stands_for_its_article(desk: Desk) -> None:
    await desk.says("/preview 1")
    note = desk.house.messages(EDITH)[-1]["message_id"]
    await desk.says("/schedule tomorrow 9", reply_to=note)
    assert desk.screen.startswith("#1 First goes out on Tuesday")
    await desk.says("/schedule", reply_to=note)
    assert desk.screen.startswith("When is #1 First to go out?")
    await desk.says("/schedule")
    assert desk.screen.startswith("Write /schedule, an article and a time")
    await desk.says("/schedule 99 tomorrow 9")
    assert desk.screen.startswith("No single article goes by")
    await desk.says("/publish 1")
    await desk.says("/schedule 1 tomorrow 9")
    assert desk.screen == "#1 First is out already (published); nothing was scheduled."


async def test_a_late_schedule_is_asked_again(desk: Desk) -> None:
    desk.house.world.say(EDITH, EDITH, "/schedule 1 tomorrow 9")
    desk.house.clock.advance(timedelta(minutes=11))
    await desk.house.settle()
    assert desk.screen.endswith("Schedule #1 now?") and (await article(desk)).state is ArticleState.DRAFT
    await desk.presses("Tuesday, 3 Mar 2026, 09:00")
    assert (await article(desk)).scheduled_at == TUESDAY_9


@pytest.mark.parametrize(
    "data", ["1:schedule_at:1", "1:schedule_at:1:1y2p0ij32e8e7:5", "1:schedule_at:1:-zzz", "1:schedule"]
)
async def test_a_forged_time_schedules_nothing(desk: Desk, data: str) -> None:
    await desk.says("/preview 1")
    await desk.house.presses_data(EDITH, data, desk.house.messages(EDITH)[-1]["message_id"])
    assert (await article(desk)).state is ArticleState.DRAFT


@pytest.mark.parametrize(
    ("language", "typed"),
    [
        ("pt-BR", "amanhã às 9h"),
        ("ru", "завтра в 9 утра"),
        ("ar", "غدًا الساعة ٩"),
        ("zh-Hans", "明天上午9点"),
        ("ja", "明日の9時に"),
    ],
)
async def test_editors_of_every_language_say_when_in_it(desk: Desk, language: str, typed: str) -> None:
    await desk.says(f"/settings language {language}")
    await desk.says(f"/schedule 1 {typed}")
    assert (await article(desk)).scheduled_at == TUESDAY_9, desk.screen


@pytest.mark.parametrize("number", ["#1", "\uff11", "\uff03\uff11", "\u0661", "#\u06f1"])
async def test_an_article_s_number_is_typed_with_the_digits_of_any_keyboard(desk: Desk, number: str) -> None:
    await desk.says(f"/schedule {number} tomorrow 9")
    assert (await article(desk)).scheduled_at == TUESDAY_9, desk.screen
