"""When news comes, by buttons edited in place and typed: how often, at which time, quiet hours, a pause."""

from datetime import UTC, date, datetime, timedelta

import pytest
from newsroom_samples import plain
from story import ANNA, EDITH

from bot.domain.chat import ChatState
from bot.domain.delivery_time import AT_ONCE, Mode, Quiet, Timing
from bot.domain.press import press
from bot.services.readers import membership, subscribing
from bot.store.content import topics

BERLIN = "Europe/Berlin"


async def _timing(house, chat=ANNA):
    return (await house.chat(chat)).timing


@pytest.mark.parametrize(
    ("typed", "timing", "shown"),
    [
        ("daily 08:00", Timing(Mode.DAILY, minute=480), "daily at 08:00, Berlin"),
        ("Daily 8:30 mon-fri", Timing(Mode.DAILY, minute=510, days=31), "daily at 08:30, Mon to Fri, Berlin"),
        ("daily 8 pm sat, sun", Timing(Mode.DAILY, minute=1200, days=96), "daily at 20:00, Sat and Sun, Berlin"),
        ("calm 3", Timing(Mode.CALM, per_hour=3), "at once, at most 3 an hour"),
        ("hourly", Timing(Mode.HOURLY), "hourly, as one list"),
        ("quiet 22:00-07:00", Timing(quiet=Quiet(1320, 420)), "at once; quiet from 22:00 to 07:00"),
    ],
)
async def test_a_way_to_get_news_is_typed_shown_and_taken_back(house, typed, timing, shown):
    await house.says(ANNA, f"/settings zone {BERLIN}")
    await house.says(ANNA, f"/settings {typed}")
    assert house.screen(ANNA).splitlines()[3] == f"News: {shown}"
    assert await _timing(house) == timing
    await house.says(ANNA, "/settings now")
    await house.says(ANNA, "/settings quiet off")
    assert await _timing(house) == AT_ONCE
    assert house.screen(ANNA).splitlines()[3] == "News: at once"


async def test_quiet_hours_stay_when_the_rest_changes_and_the_next_list_is_told(house):
    await house.says(ANNA, f"/settings zone {BERLIN}")
    await house.says(ANNA, "/settings quiet 22-7")
    await house.says(ANNA, "/settings daily 20:00")
    assert await _timing(house) == Timing(Mode.DAILY, minute=1200, quiet=Quiet(1320, 420))
    assert house.screen(ANNA).splitlines()[-1] == "Next: today, 20:00 Berlin."
    await house.says(ANNA, "/settings daily 08:00")
    assert house.screen(ANNA).splitlines()[-1] == "Next: tomorrow, 08:00 Berlin."
    await house.says(ANNA, "/settings daily 08:00 sat")
    assert house.screen(ANNA).splitlines()[-1] == "Next: Saturday, 08:00 Berlin."
    await house.says(ANNA, "/settings now")
    assert (await _timing(house)).quiet == Quiet(1320, 420)


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("quiet 22:00-22:00", "“22:00-22:00” would be quiet all day, or never. Write two different times:"),
        ("quiet 00:00-24:00", "“00:00-24:00” would be quiet all day, or never."),
        ("quiet 22:00", "“22:00” says no quiet hours. Write when they begin and end:"),
        ("quiet 25:00-07:00", "There is no time “25:00”. Write hours and minutes"),
        ("quiet @all", "“@all” says no quiet hours."),
        ("daily 24:00", "There is no time “24:00”."),
        ("daily 08:00 someday", "“someday” is no day of the week."),
        ("daily 08:00 \u202emon", "“mon” is no day of the week."),
        ("calm 0", "“0” is no number of stories an hour. Write one from 1 to 60:"),
        ("calm many", "“many” is no number of stories an hour."),
        ("now please", "“now please” is not among the choices."),
        ("pause 2026-02-30", "There is no day “2026-02-30”."),
        ("pause 2026-03-01", "“2026-03-01” is not within the next year."),
        ("pause 9 weeks ago", "There is no day “9 weeks ago”."),
        ("quiet " + "x" * 4000, "“xxx"),
        ("daily " + "9" * 4000, "There is no time “999"),
    ],
)
async def test_what_cannot_be_is_answered_with_what_to_write_and_changes_nothing(house, typed, answer):
    await house.says(ANNA, "/settings hourly")
    before = await house.chat(ANNA)
    await house.says(ANNA, f"/settings {typed}")
    assert plain(house.screen(ANNA)).startswith(answer)
    assert len(house.screen(ANNA)) < 600
    assert house.buttons(ANNA)[-1] == ["Back"]
    assert await house.chat(ANNA) == before


@pytest.mark.parametrize(
    ("typed", "begins"),
    [
        ("daily", "At which time should the daily list come?"),
        ("calm", "News comes at once."),
        ("quiet", "No quiet hours."),
        ("pause", "On which day should news come again?"),
    ],
)
async def test_without_a_value_the_choices_are_shown(house, typed, begins):
    await house.says(ANNA, f"/settings {typed}")
    assert house.screen(ANNA).startswith(begins)
    assert await _timing(house) == AT_ONCE


async def test_a_digest_is_chosen_by_buttons_on_one_message(house):
    await house.says(ANNA, f"/settings zone {BERLIN}")
    await house.presses(ANNA, "Change times")
    messages = len(house.screens(ANNA))
    assert house.buttons(ANNA) == [
        ["✓ At once", "Hourly"],
        ["1 an hour", "3 an hour", "5 an hour", "10 an hour"],
        ["Daily"],
        ["Quiet hours", "Pause"],
        ["Back"],
    ]
    await house.presses(ANNA, "Daily")
    assert len(house.buttons(ANNA)) == 5
    assert await house.presses(ANNA, "08:00") == "News comes daily at 08:00, Berlin"
    assert house.buttons(ANNA)[4] == ["✓ 08:00", "08:15", "08:30", "08:45"]
    await house.presses(ANNA, "08:30")
    assert await _timing(house) == Timing(Mode.DAILY, minute=510)
    await house.presses(ANNA, "Back")
    await house.presses(ANNA, "Weekdays")
    await house.presses(ANNA, "Mon to Fri")
    assert await house.presses(ANNA, "✓ Wed") == "News comes daily at 08:30, Mon, Tue, Thu and Fri, Berlin"
    assert await _timing(house) == Timing(Mode.DAILY, minute=510, days=0b0011011)
    for name in ("✓ Mon", "✓ Tue", "✓ Thu"):
        await house.presses(ANNA, name)
    assert await house.presses(ANNA, "✓ Fri") == "One day has to stay. A pause is under Change times"
    await house.presses(ANNA, "Back")
    assert await house.presses(ANNA, "3 an hour") == "News comes at once, at most 3 an hour"
    assert house.buttons(ANNA)[1][1] == "✓ 3 an hour"
    assert len(house.screens(ANNA)) == messages


async def test_quiet_hours_are_chosen_moved_and_given_up_by_buttons(house):
    await house.says(ANNA, "/settings")
    await house.presses(ANNA, "Change quiet hours")
    assert await house.presses(ANNA, "22:00 to 07:00") == "Quiet from 22:00 to 07:00"
    await house.presses(ANNA, "Begin later")
    await house.presses(ANNA, "End earlier")
    assert (await _timing(house)).quiet == Quiet(1350, 390)
    assert house.screen(ANNA).startswith("Quiet from 22:30 to 06:30.")
    await house.presses(ANNA, "No quiet hours")
    assert (await _timing(house)).quiet is None


async def test_a_pause_ends_by_itself_on_its_day(house):
    await house.says(ANNA, f"/settings zone {BERLIN}")
    await house.presses(ANNA, "Change times")
    await house.presses(ANNA, "Pause")
    assert await house.presses(ANNA, "Tomorrow") == "Paused until 3 Mar 2026"
    assert house.screen(ANNA).splitlines()[-1] == "Paused until 3 Mar 2026. /start lets news come again at once."
    chat = await house.chat(ANNA)
    assert (chat.state, chat.paused_until) == (ChatState.PAUSED, datetime(2026, 3, 2, 23, tzinfo=UTC))
    midnight = datetime(2026, 3, 2, 23, tzinfo=UTC)
    assert await membership.end_pauses(house.db, midnight - timedelta(seconds=1)) == midnight
    assert (await house.chat(ANNA)).state is ChatState.PAUSED
    assert await membership.end_pauses(house.db, midnight) is None
    assert (await house.chat(ANNA)).state is ChatState.ACTIVE
    await house.says(ANNA, "/settings pause 24.12.")
    assert (await house.chat(ANNA)).paused_until == datetime(2026, 12, 23, 23, tzinfo=UTC)
    await house.says(ANNA, "/settings pause off")
    assert (await house.chat(ANNA)).state is ChatState.ACTIVE
    await house.says(ANNA, "/settings pause 5 days")
    await house.says(ANNA, "/stop")
    assert (await house.chat(ANNA)).paused_until is None  # said last: until /start
    await house.says(ANNA, "/start")
    assert (await house.chat(ANNA)).state is ChatState.ACTIVE
    assert date(2026, 3, 2) == house.clock().date()


async def test_subscriptions_and_the_picker_say_when_news_comes(house):
    async with house.db.transaction() as conn:
        energy = (await topics.resolve(conn, ["Energy"]))["Energy"]
        await topics.accept(conn, energy)
    await house.starts(ANNA)
    await subscribing.follow(house.db, ANNA, energy, thread=0, now=house.clock())
    await house.says(ANNA, f"/settings zone {BERLIN}")
    await house.says(ANNA, "/settings daily 08:00")
    await house.says(ANNA, "/settings quiet 22:00-07:00")
    await house.says(ANNA, "/subscriptions")
    assert "News comes daily at 08:00, Berlin; quiet from 22:00 to 07:00." in house.screen(ANNA)
    await house.says(ANNA, "/topics")
    await house.presses(ANNA, "Done")
    assert (
        plain(house.screen(ANNA)) == "You follow Energy. News comes daily at 08:00, Berlin; quiet from 22:00 to 07:00."
    )
    await house.says(ANNA, "/settings pause 3 days")
    await house.says(ANNA, "/subscriptions")
    assert "Nothing comes by itself until 5 Mar 2026; /start lets news come again at once." in house.screen(ANNA)


async def test_only_administrators_choose_for_a_group_and_buttons_of_others_do_nothing(house):
    house.world.add_bot(EDITH, house.group)
    await house.settle()
    for typed in ("daily 08:00", "calm 3", "hourly", "now", "quiet 22-7", "pause 3 days"):
        before = await house.chat(house.group)
        await house.says(ANNA, f"/settings {typed}", house.group)
        assert house.screen(house.group) == "Only administrators of this chat can change this."
        assert await house.chat(house.group) == before
    await house.says(EDITH, "/settings daily 08:00", house.group)
    assert (await house.chat(house.group)).timing == Timing(Mode.DAILY, minute=480)
    await house.presses(EDITH, "Change times", house.group)
    assert await house.presses(ANNA, "Hourly", house.group) == "Only administrators of this chat can change this."
    assert (await house.chat(house.group)).timing == Timing(Mode.DAILY, minute=480)


async def test_forged_buttons_change_nothing_that_there_is_not(house):
    await house.says(ANNA, "/settings hourly")
    before = await house.chat(ANNA)
    message_id, _ = house.button(ANNA, "Change times")
    for data in (
        press("set_delivery", 9, 0),
        press("set_delivery", -1, 0),
        press("set_delivery", 1, 0),
        press("set_delivery", 1, 2**40),
        press("set_delivery", 3, 1440),
        press("set_delivery"),
        press("set_day", 9, 1),
        press("set_day", 2**40),
        press("set_day"),
        press("set_quiet", 5),
        press("set_quiet", 60, 60),
        press("set_quiet", -60, 2**40),
        press("set_pause", 9999),
        press("settings", 99),
    ):
        await house.presses_data(ANNA, data, message_id)
        after = await house.chat(ANNA)
        if data == press("set_delivery"):
            assert after.timing.mode is Mode.NOW
            await house.says(ANNA, "/settings hourly")
        elif data == press("set_quiet", 5):
            assert after.timing.quiet == Quiet(5, 0)
            await house.says(ANNA, "/settings quiet off")
        else:
            assert (after.timing, after.state) == (before.timing, before.state), data
