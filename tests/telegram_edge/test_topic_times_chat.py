"""When the news of a single topic comes, by the buttons of its card and typed."""

from datetime import UTC, datetime

import pytest
from newsroom_samples import plain
from story import ANNA, EDITH

from bot.domain.delivery_time import AT_ONCE, Mode, Timing
from bot.domain.press import press
from bot.domain.topic import TopicFile
from bot.store.content import topics
from bot.store.readers import topic_wishes


@pytest.fixture
async def numbers(house):
    """Topics that readers know, by name; Anna follows two of them."""
    async with house.db.transaction() as conn:
        found = {
            name: await topics.define(conn, TopicFile(name.casefold().replace(" ", "-"), name))
            for name in ("Energy", "Computer Vision", "Robotics", "Daily News")
        }
    await house.says(ANNA, "/subscribe Energy, Computer Vision")
    return found


async def _wishes(house, chat=ANNA):
    async with house.db.reading() as conn:
        return await topic_wishes.of_chat(conn, chat)


@pytest.mark.parametrize(
    ("typed", "timing", "shown"),
    [
        ("now", AT_ONCE, "at once"),
        ("silently", Timing(silent=True), "at once, without a sound"),
        ("Calm 2", Timing(Mode.CALM, per_hour=2), "at once, at most 2 an hour"),
        ("hourly", Timing(Mode.HOURLY), "hourly, as one list"),
        ("daily 8:30 mon-fri", Timing(Mode.DAILY, minute=510, days=31), "daily at 08:30, Mon to Fri, Berlin"),
    ],
)
@pytest.mark.parametrize("name", ["Computer Vision", "#computer-vision", "“computer vision”"])
async def test_a_wish_for_a_topic_is_typed_shown_and_taken_back(house, numbers, name, typed, timing, shown):
    await house.says(ANNA, "/settings zone Europe/Berlin")
    await house.says(ANNA, "/settings quiet 22-7")
    await house.says(ANNA, f"/settings {name} {typed}")
    assert plain(house.screen(ANNA)).splitlines()[:2] == [
        "Computer Vision",
        f"News of it comes {shown}; quiet from 22:00 to 07:00.",
    ]
    assert await _wishes(house) == {numbers["Computer Vision"]: timing}
    assert (await house.chat(ANNA)).timing.mode is Mode.NOW
    await house.says(ANNA, "/subscriptions")
    assert f"Computer Vision: {shown}" in plain(house.screen(ANNA)).splitlines()
    await house.says(ANNA, f"/settings {name} auto")
    assert plain(house.screen(ANNA)).splitlines()[1].startswith("News of it comes as all news here: at once; quiet")
    assert await _wishes(house) == {}


async def test_a_wish_for_a_topic_is_chosen_by_the_buttons_of_its_card(house, numbers):
    await house.says(ANNA, "/subscriptions")
    assert house.buttons(ANNA)[:2] == [["Computer Vision"], ["Energy"]]
    messages = len(house.screens(ANNA))
    await house.presses(ANNA, "Energy")
    assert house.buttons(ANNA) == [
        ["At once", "Silently", "Hourly"],
        ["1 an hour", "3 an hour", "5 an hour", "10 an hour"],
        ["Daily", "✓ As all news here"],
        ["Pause", "Unfollow"],
        ["All subscriptions"],
    ]
    assert await house.presses(ANNA, "Silently") == "Energy: at once, without a sound"
    assert house.buttons(ANNA)[0] == ["At once", "✓ Silently", "Hourly"]
    assert await house.presses(ANNA, "3 an hour") == "Energy: at once, at most 3 an hour"
    await house.presses(ANNA, "Daily")
    assert await house.presses(ANNA, "08:00") == "Energy: daily at 08:00, UTC"
    await house.presses(ANNA, "08:45")
    await house.presses(ANNA, "Back")
    assert await _wishes(house) == {numbers["Energy"]: Timing(Mode.DAILY, minute=525)}
    assert house.buttons(ANNA)[2] == ["✓ Daily", "As all news here"]
    assert await house.presses(ANNA, "As all news here") == "Energy: as all news here"
    await house.presses(ANNA, "At once")
    assert await _wishes(house) == {numbers["Energy"]: AT_ONCE}
    await house.presses(ANNA, "All subscriptions")
    assert "Energy: at once" in plain(house.screen(ANNA)).splitlines()
    assert len(house.screens(ANNA)) == messages


async def test_a_topic_is_paused_until_a_day_and_its_pause_ends_by_a_button(house, numbers):
    await house.says(ANNA, "/settings Energy pause 5 days")
    assert "Paused until 7 Mar 2026." in house.screen(ANNA).splitlines()
    async with house.db.reading() as conn:
        [row] = await conn.execute_fetchall("SELECT topic, until FROM exceptions WHERE kind = 'muted'")
    assert (row["topic"], row["until"]) == (numbers["Energy"], int(datetime(2026, 3, 7, tzinfo=UTC).timestamp()))
    assert await house.presses(ANNA, "End the pause") == "Energy: news comes again"
    await house.presses(ANNA, "Pause")
    assert house.buttons(ANNA)[0][0] == "Tomorrow"
    assert await house.presses(ANNA, "Tomorrow") == "Energy: paused until 3 Mar 2026"
    await house.says(ANNA, "/settings Energy pause off")
    assert "Paused" not in house.screen(ANNA)


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("Energy daily 24:30", "There is no time “24:30”."),
        ("Energy daily", "Energy\nNews of it comes as all news here: at once."),
        ("Energy calm 0", "“0” is no number of stories an hour."),
        ("Energy now please", "“now please” is not among the choices."),
        ("Energy pause 2026-02-30", "There is no day “2026-02-30”."),
        ("Energy pause", "Energy\nNews of it comes as all news here: at once."),
        ("Robotics hourly", "Robotics is not followed here."),
        ("Enregy hourly", "No topic “Enregy”. Did you mean:"),
        ("@all hourly", "No topic “@all”."),
        ('"' + "x" * 90 + '" hourly', "No topic “xxx"),
        ("x" * 150 + " hourly", "No topic “xxx"),
    ],
)
async def test_what_cannot_be_wished_is_answered_and_changes_nothing(house, numbers, typed, answer):
    await house.says(ANNA, f"/settings {typed}")
    assert plain(house.screen(ANNA)).startswith(answer)
    assert len(house.screen(ANNA)) < 500
    assert await _wishes(house) == {}
    assert (await house.chat(ANNA)).timing == AT_ONCE


async def test_a_topic_that_is_called_like_a_setting_is_named_in_quotation_marks(house, numbers):
    await house.says(ANNA, "/subscribe Daily News")
    await house.says(ANNA, '/settings "Daily News" daily 09:00')
    assert await _wishes(house) == {numbers["Daily News"]: Timing(Mode.DAILY, minute=540)}
    await house.says(ANNA, "/settings Berlin")
    assert (await house.chat(ANNA)).zone == "Europe/Berlin"


async def test_a_topic_that_a_parent_brings_has_a_wish_of_its_own_and_an_old_card_says_when_it_is_gone(house):
    async with house.db.transaction() as conn:
        await topics.define(conn, TopicFile("ai", "AI"))
        child = await topics.define(conn, TopicFile("ml", "Learning", parent="AI"))
    await house.says(ANNA, "/subscribe AI")
    await house.says(ANNA, "/settings Learning hourly")
    assert await _wishes(house) == {child: Timing(Mode.HOURLY)}
    await house.says(ANNA, "/subscriptions")
    assert "Learning: hourly, as one list" in plain(house.screen(ANNA))
    await house.says(ANNA, "/settings Learning hourly")
    message, data = house.button(ANNA, "Silently")
    await house.says(ANNA, "/unsubscribe AI")
    await house.presses_data(ANNA, data, message)
    shown = next(one for one in house.messages(ANNA) if one["message_id"] == message)
    assert plain(shown["text"]) == "Learning is not followed here."
    assert await _wishes(house) == {child: Timing(Mode.HOURLY)}  # for an undo


@pytest.mark.parametrize("numbers_of", [(2**40,), (1, 99), (), (0, 4, 2**50)])
async def test_a_forged_card_changes_nothing(house, numbers, numbers_of):
    await house.says(ANNA, "/settings Energy hourly")
    message, _ = house.button(ANNA, "Silently")
    before = await _wishes(house)
    for verb in ("topic_times", "set_topic", "pause_topic"):
        if verb != "set_topic" or numbers_of != (1, 99):
            await house.presses_data(ANNA, press(verb, *numbers_of), message)
    await house.presses_data(ANNA, press("set_topic", numbers["Energy"], 1, 10**6), message)
    assert await _wishes(house) == before


async def test_only_administrators_wish_for_a_group(house, numbers):
    house.world.add_bot(EDITH, house.group)
    await house.settle()
    await house.says(EDITH, "/subscribe Energy", house.group)
    await house.says(ANNA, "/settings Energy hourly", house.group)
    assert await _wishes(house, house.group) == {}
    await house.says(EDITH, "/settings Energy hourly", house.group)
    assert await _wishes(house, house.group) == {numbers["Energy"]: Timing(Mode.HOURLY)}
