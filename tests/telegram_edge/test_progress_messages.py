"""What editors and owners are told unasked."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from desk_stories import Desk, desk_of, plain
from press_room import POLICY
from story import BEN, EDITH

from bot.domain.article import Story
from bot.domain.delivery_time import Mode, Timing
from bot.domain.role import Role
from bot.errors import Complaint, ContentError
from bot.sandbox.world.faults import Page, Refuse
from bot.services.content.imports import Seen, take
from bot.services.delivery.dispatcher import Alarm
from bot.services.newsroom import campaign_control, incidents
from bot.services.readers import preferences
from bot.store.delivery import campaigns
from bot.store.delivery.campaigns import CampaignState
from bot.store.desk import editors
from bot.store.desk.incidents import IncidentKind
from bot.store.engine import metadata
from bot.store.readers import chat_settings, timings


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with desk_of(tmp_path) as desk:
        yield desk


async def refuse(desk: Desk, *paths: str) -> None:
    """Let a watched folder refuse these files."""
    seen = [
        Seen(path, path, ContentError(Complaint(path, 5, "publishedDateTime", "“31.02.2026” is not a date")))
        for path in paths
    ]
    await take(desk.house.db, seen, now=desk.house.clock(), policy=POLICY)


async def test_refused_files_are_told_after_two_minutes_and_then_folded_for_ten(desk: Desk) -> None:
    messages = len(desk.screens)
    await refuse(desk, "a.md")
    await desk.passes(119)
    assert len(desk.screens) == messages
    await desk.passes(1)
    assert desk.screen == ("1 complaint about files:\na.md, line 5, publishedDateTime: “31.02.2026” is not a date.")
    await refuse(desk, "b.md")
    await desk.passes(300)
    await refuse(desk, "c.md")
    await desk.passes(299)
    assert len(desk.screens) == messages + 1
    await desk.passes(1)
    assert len(desk.screens) == messages + 2
    assert desk.screen.startswith("2 complaints about files:\nb.md, line 5, ")


async def test_what_is_mended_or_gone_within_two_minutes_is_never_told(desk: Desk) -> None:
    messages = len(desk.screens)
    await refuse(desk, "mended.md", "gone.md", "other.md")
    await desk.passes(60)
    await desk.room.draft("mended", "Energy")
    await take(desk.house.db, [], gone=["gone.md"], now=desk.house.clock(), policy=POLICY)
    await refuse(desk, "other.md")  # another fault in the same file is the same trouble
    await desk.passes(60)
    assert desk.screen.startswith("1 complaint about files:\nother.md, ")
    await desk.passes(3600)
    assert len(desk.screens) == messages + 1


async def test_a_story_that_lost_its_picture_is_told_at_once_because_that_has_lasted_already(desk: Desk) -> None:
    lost = Complaint("grid.md", 0, "images", "grid.jpg was not there and whole within 2 minutes")
    story = Story(title="Grid", link="https://news.example/grid", published_at=desk.house.clock())
    seen = Seen("grid.md", "1", story, ("grid",), warnings=(lost,))
    await take(desk.house.db, [seen], now=desk.house.clock(), policy=POLICY)
    await desk.turn()
    assert desk.screen.startswith("1 complaint about files:\ngrid.md, images: grid.jpg was not there")


async def test_hundreds_of_refusals_fit_one_message(desk: Desk) -> None:
    await refuse(desk, *(f"{'deep/' * 30}{number}.md" for number in range(150)))
    await desk.passes(120)
    assert desk.screen.startswith("150 complaints about files:")
    assert desk.screen.endswith("and 138 more")


async def test_a_doubled_story_that_says_published_is_offered_for_publishing(desk: Desk) -> None:
    people = await desk.room.people(2)
    await desk.room.follow(people, "Energy")
    article = await desk.room.draft("grid-storage", "Energy")
    twin = replace(article.story, published=True)
    await desk.room.take({"copy/grid.md": twin})
    await desk.passes(120)
    assert desk.screen == (f"copy/grid.md tells the story of #{article.number} Grid storage and was not taken.")
    assert desk.buttons == [[f"Publish #{article.number}"]]
    await desk.presses(f"Publish #{article.number}")
    await desk.run()
    assert desk.screens[-2].startswith("copy/grid.md tells")
    assert desk.screen.startswith(f"#{article.number} is out. 2 sent")


async def test_without_anybody_to_tell_notices_wait(tmp_path: Path) -> None:
    async with desk_of(tmp_path, admins="") as desk:
        messages = len(desk.screens)
        await refuse(desk, "a.md")
        await desk.passes(120)
        async with desk.house.db.transaction() as conn:
            await editors.add(conn, EDITH, Role.EDITOR, None, desk.house.clock())
        await desk.turn()
        assert len(desk.screens) == messages + 1


async def test_a_file_that_reaches_many_shows_every_editor_first_what_readers_will_see(desk: Desk) -> None:
    async with desk.house.db.transaction() as conn:
        await editors.add(conn, BEN, Role.EDITOR, EDITH, desk.house.clock())
    await desk.house.starts(BEN)
    people = await desk.room.people(120)
    await desk.room.follow(people, "Energy")
    story = Story(
        title="By file",
        link="https://news.example/by-file",
        published_at=desk.house.clock(),
        topics=("Energy",),
        published=True,
    )
    await desk.room.take({"by-file.md": story}, replace(POLICY, undo=timedelta(seconds=10)))
    await desk.run()
    for person in (EDITH, BEN):
        assert "By file" in desk.house.screens(person)[-2]
        assert desk.house.screen(person) == "#1 goes to 120 chats in 10 seconds, taking about 4 seconds."
        assert desk.house.buttons(person) == [["Stop", "Send now"]]
    desk.house.clock.advance(timedelta(seconds=10))
    await desk.run()
    assert desk.house.screen(BEN).startswith("#1 is out. 120 sent")


async def test_an_announced_file_that_a_burst_takes_back_is_said_to_be_held(desk: Desk) -> None:
    await desk.room.follow(await desk.room.people(120), "Energy")
    policy = replace(POLICY, undo=timedelta(seconds=10))
    for place in range(12):
        story = Story(
            title=f"Story {place}",
            link=f"https://news.example/{place}",
            published_at=desk.house.clock(),
            topics=("Energy",),
            published=True,
        )
        await desk.room.take({f"{place}.md": story}, policy)
        if place == 0:
            await desk.turn()
            assert desk.screen.startswith("#1 goes to 120 chats")
    await desk.turn()
    assert "#1 Story 0 is held with others: nothing of it has left." in desk.screens
    assert "12 articles became news and are held until you choose." in desk.screens


async def test_a_file_that_reaches_few_is_not_announced(desk: Desk) -> None:
    messages = len(desk.screens)
    await desk.room.follow(await desk.room.people(3), "Energy")
    await desk.room.publish(await desk.room.draft("grid-storage", "Energy"))
    await desk.run()
    assert len(desk.screens) == messages


async def test_an_older_database_asks_before_anything_leaves(desk: Desk) -> None:
    people = await desk.room.people(3)
    await desk.room.follow(people, "Energy")
    article = await desk.room.draft("grid-storage", "Energy")
    campaign = await desk.room.publish(article)
    await campaign_control.hold_everything(desk.house.db, now=desk.house.clock())
    await desk.run()
    assert desk.screen.startswith(f"#{article.number} Grid storage is held: this database is an older copy")
    assert desk.buttons == [["Send the rest", "Take back"]]
    messages = len(desk.screens)
    await desk.passes(60)
    assert len(desk.screens) == messages
    await Desk(desk.house, desk.room).turn()  # one that knows nothing but what is in the database
    assert len(desk.screens) == messages
    await desk.presses("Send the rest")
    await desk.run()
    assert (await desk.room.campaign(campaign)).state is CampaignState.DONE
    assert desk.screen.startswith(f"#{article.number} is out. 3 sent")


async def test_an_older_database_with_many_publishes_on_their_way_asks_once_about_all(desk: Desk) -> None:
    """Stories that wait for digests are on their way for days: one question about each would bury the editor."""
    people = await desk.room.people(3)
    await desk.room.follow(people, "Energy")
    async with desk.house.db.transaction() as conn:
        await timings.choose(conn, people[0], Timing(Mode.DAILY, minute=480))
    numbers = [(await desk.room.draft(f"story-{n}", "Energy")) for n in range(6)]
    published = [await desk.room.publish(article) for article in numbers]
    await desk.run()
    assert {(await desk.room.campaign(one)).state for one in published} == {CampaignState.RUNNING}
    await campaign_control.hold_everything(desk.house.db, now=desk.house.clock())
    messages = len(desk.screens)
    for _ in range(3):
        await desk.passes(60)
    await Desk(desk.house, desk.room).turn()  # one that knows nothing but what is in the database
    assert len(desk.screens) == messages + 1
    assert "6 publishes it had on their way are held until you choose" in desk.screen
    assert desk.buttons == [["Push all", "Archive"]]
    await desk.says(f"/publish {numbers[2].number}")
    assert f"#{numbers[2].number} Story 2 is held: this database is an older copy" in desk.screen
    await desk.presses("Push all")
    desk.house.clock.now = datetime(2026, 3, 3, 8, tzinfo=UTC)
    await desk.run()
    assert {(await desk.room.campaign(one)).state for one in published} == {CampaignState.DONE}
    assert desk.room.got(people[0]) == ["Your 08:00 news: 6 stories"]


async def test_the_time_left_does_not_count_what_stood_still(desk: Desk) -> None:
    async def sent(many: int) -> None:
        async with desk.house.db.transaction() as conn:
            await conn.execute("UPDATE campaigns SET sent = ?, first_sent_at = fixed_at", (many,))

    await desk.room.follow(await desk.room.people(120), "Energy")
    await desk.room.draft("grid-storage", "Energy")
    await desk.says("/publish grid-storage")
    await desk.presses("Send now")
    await desk.room.spread()
    await sent(20)
    await desk.passes(10)
    await desk.presses("Stop")
    await desk.passes(300)
    await desk.presses("Send the rest")
    assert "20 of 120 sent (16 %), about 3 seconds left." in desk.screen
    await sent(30)
    await desk.passes(60)
    assert "30 of 120 sent (25 %), about 9 min left." in desk.screen


async def test_paused_pushes_are_said_to_be_paused(desk: Desk) -> None:
    await desk.room.follow(await desk.room.people(3), "Energy")
    async with desk.house.db.transaction() as conn:
        await metadata.put(conn, "paused", "1")
    await desk.room.draft("grid-storage", "Energy")
    await desk.says("/publish grid-storage")
    assert desk.screen.endswith("All pushes are paused from the shell; “newsbot resume” lets them go on.")


async def test_a_trouble_is_told_once_a_day_and_once_when_it_is_over(desk: Desk) -> None:
    now = desk.house.clock
    messages = len(desk.screens)
    await incidents.note(desk.house.db, IncidentKind.BACKUP, True, now())
    await desk.turn()
    assert desk.screen == "The daily backup failed. The log of newsbot says why. Since 2 Mar 2026, 12:00."
    for _ in range(3):
        await desk.passes(3600)
        await incidents.note(desk.house.db, IncidentKind.BACKUP, True, now())
    assert len(desk.screens) == messages + 1
    await desk.passes(22 * 3600)
    assert len(desk.screens) == messages + 2
    await incidents.note(desk.house.db, IncidentKind.BACKUP, False, now())
    await desk.turn()
    assert desk.screen == "The daily backup works again. It had lasted since 2 Mar 2026, 12:00."
    await desk.passes(2 * 86_400)
    assert len(desk.screens) == messages + 3


async def test_a_trouble_that_comes_and_goes_within_a_day_is_told_once(desk: Desk) -> None:
    messages = len(desk.screens)
    for _ in range(5):
        await incidents.note(desk.house.db, IncidentKind.DISK, True, desk.house.clock())
        await desk.notifications.turn()
        await desk.passes(10)
        await incidents.note(desk.house.db, IncidentKind.DISK, False, desk.house.clock())
        await desk.passes(10)
    assert len(desk.screens) == messages + 2


async def test_only_owners_hear_of_troubles(desk: Desk) -> None:
    async with desk.house.db.transaction() as conn:
        await editors.add(conn, BEN, Role.EDITOR, EDITH, desk.house.clock())
    await desk.house.starts(BEN)
    messages = len(desk.house.screens(BEN))
    await incidents.note(desk.house.db, IncidentKind.BACKUP, True, desk.house.clock())
    await desk.turn()
    assert len(desk.house.screens(BEN)) == messages


async def test_deliveries_that_wait_without_anything_moving_are_a_trouble(desk: Desk) -> None:
    await desk.room.follow(await desk.room.people(3), "Energy")
    await desk.room.publish(await desk.room.draft("grid-storage", "Energy"))
    await desk.room.spread()
    await desk.passes(600)
    messages = len(desk.screens)
    await desk.passes(61)
    assert desk.screen.startswith("The oldest waiting delivery has been waiting for more than 10 minutes")
    await desk.run()
    await desk.passes(61)
    assert desk.screen.startswith("Deliveries no longer wait.")
    assert len(desk.screens) == messages + 2


@pytest.mark.parametrize("is_asleep", [False, True])
async def test_what_waited_while_newsbot_was_down_is_no_trouble_when_it_moves(desk: Desk, is_asleep: bool) -> None:
    if is_asleep:
        await desk.turn()
    await desk.room.follow(await desk.room.people(3), "Energy")
    await desk.room.publish(await desk.room.draft("grid-storage", "Energy"))
    await desk.room.spread()
    messages = len(desk.screens)
    desk.house.clock.advance(timedelta(hours=1))
    await desk.turn()
    await desk.run()
    await desk.passes(61)
    assert len(desk.screens) == messages


async def test_a_broadcast_that_moves_is_no_trouble_however_long_it_takes(desk: Desk) -> None:
    anna, _ = people = await desk.room.people(2)
    await desk.room.follow(people, "Energy")
    desk.house.world.faults.add(Page(), chat=anna)
    await desk.room.publish(await desk.room.draft("grid-storage", "Energy"))
    await desk.run()
    messages = len(desk.screens)
    await desk.passes(660)
    async with desk.house.db.transaction() as conn:  # somebody has just got theirs
        await conn.execute("UPDATE campaigns SET last_sent_at = ?", (int(desk.house.clock().timestamp()),))
    desk.house.clock.advance(timedelta(seconds=30))
    assert await incidents.stuck_for(desk.house.db, desk.house.clock()) is None
    desk.house.clock.advance(timedelta(seconds=31))
    assert await incidents.stuck_for(desk.house.db, desk.house.clock()) is not None
    assert len(desk.screens) >= messages


async def test_a_locked_database_is_one_line_in_the_log(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    async with desk.house.db.transaction() as conn:
        await conn.execute("PRAGMA busy_timeout = 1")
    with closing(sqlite3.connect(desk.house.db.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        await desk.turn()
    assert (
        f"notifications failed at incidents: cannot use the database {desk.house.db.path}: database is locked"
        in caplog.text
    )
    assert "Traceback" not in caplog.text


async def test_a_disk_that_is_nearly_full_is_a_trouble_until_there_is_room(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(incidents, "MIN_FREE_DISK_BYTES", 2**62)
    await desk.passes(61)
    assert "disk" in desk.screen
    messages = len(desk.screens)
    monkeypatch.setattr(incidents, "MIN_FREE_DISK_BYTES", 0)
    await desk.passes(61)
    assert len(desk.screens) == messages + 1 and "disk" in desk.screen


async def test_a_refused_token_is_a_trouble_until_it_is_no_longer_reported(desk: Desk) -> None:
    await desk.notifications.alarm(Alarm.HALTED, None, "Telegram refuses the token")
    await desk.turn()
    assert desk.screen.startswith("Telegram refused the token")
    await desk.passes(120)
    assert desk.screen.startswith("Telegram refused the token")
    await desk.passes(120)
    assert desk.screen.startswith("Telegram takes the token again.")


async def test_a_progress_message_that_was_deleted_is_let_go(desk: Desk) -> None:
    await desk.room.follow(await desk.room.people(3), "Energy")
    article = await desk.room.draft("grid-storage", "Energy")
    await desk.house.says(EDITH, "/publish grid-storage")
    message_id = desk.house.messages(EDITH)[-1]["message_id"]
    await desk.house.application.bot.delete_message(EDITH, message_id)
    messages = len(desk.screens)
    await desk.run()
    await desk.passes(10)
    assert len(desk.screens) == messages
    async with desk.house.db.reading() as conn:
        [campaign] = await campaigns.of_article(conn, article.number)
        rows = list(await conn.execute_fetchall("SELECT finished FROM progress WHERE campaign = ?", (campaign.id,)))
    assert [row["finished"] for row in rows] == [1]


async def test_a_progress_message_that_cannot_be_changed_is_not_tried_each_second(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    await desk.room.follow(await desk.room.people(3), "Energy")
    await desk.room.draft("grid-storage", "Energy")
    await desk.house.says(EDITH, "/publish grid-storage")
    desk.house.world.faults.add(Refuse(401, "Unauthorized"), method="editMessageText")
    await desk.run()
    with caplog.at_level("INFO"):
        for _ in range(60):
            await desk.passes(1)
    assert len(desk.house.world.faults.happened) <= 7
    assert caplog.text.count("could not be changed") <= 1
    desk.house.world.faults.clear()
    await desk.passes(10)
    assert desk.screen.startswith("#1 is out.")


async def test_who_is_no_editor_any_more_is_shown_nothing_more(desk: Desk) -> None:
    async with desk.house.db.transaction() as conn:
        await editors.add(conn, BEN, Role.EDITOR, EDITH, desk.house.clock())
        await chat_settings.set_language(conn, BEN, "en")
    await desk.house.starts(BEN)
    await desk.room.follow(await desk.room.people(3), "Energy")
    await desk.room.draft("grid-storage", "Energy")
    await desk.house.says(BEN, "/publish grid-storage")
    before = desk.house.screen(BEN)
    async with desk.house.db.transaction() as conn:
        await editors.remove(conn, BEN)
    await desk.run()
    assert desk.house.screen(BEN) == before


async def test_an_editor_who_cannot_be_reached_is_tried_again_when_they_let_the_bot_in_and_not_every_second(
    tmp_path: Path,
) -> None:
    async with desk_of(tmp_path, admins=str(BEN)) as desk:  # Ben never started the bot
        await refuse(desk, "a.md")
        desk.house.clock.advance(timedelta(minutes=2))
        await desk.room.follow(await desk.room.people(3), "Energy")
        await desk.room.publish(await desk.room.draft("grid-storage", "Energy"))
        await campaign_control.hold_everything(desk.house.db, now=desk.house.clock())
        await incidents.note(desk.house.db, IncidentKind.BACKUP, True, desk.house.clock())
        for _ in range(10):
            await desk.passes(1)
        assert len(desk.house.world.ledger.calls_to(BEN)) == 3
        await desk.house.starts(BEN)
        await desk.passes(1)
        told = plain("".join(desk.house.screens(BEN)))
        assert "The daily backup failed." in told and "a.md" in told and "this database is an older copy" in told


async def test_a_locked_database_is_not_taken_for_a_full_disk(desk: Desk) -> None:
    messages = len(desk.screens)
    await desk.notifications.alarm(Alarm.DISK, None, "database is locked")
    await desk.turn()
    assert len(desk.screens) == messages
    await desk.notifications.alarm(Alarm.DISK, None, "database or disk is full")
    await desk.turn()
    assert desk.screen.startswith("The disk is nearly full.")


async def test_what_telegram_refuses_in_every_form_is_asked_about_at_once_with_its_words(desk: Desk) -> None:
    people = await desk.room.people(12)
    await desk.room.follow(people, "Energy")
    article = await desk.room.draft("grid-storage", "Energy", pictures=())
    desk.house.world.faults.judge = lambda method, given: (
        Refuse(400, "Bad Request: BUTTON_OF_NEXT_YEAR_INVALID") if given.get("chat_id") in people else None
    )
    await desk.room.publish(article)
    await desk.run()
    assert desk.screen.startswith(f"#{article.number} Grid storage is held: Telegram refuses it with its buttons, ")
    assert "It says: “BUTTON_OF_NEXT_YEAR_INVALID”. Nobody counts as failed. 0 chats have it, 12 wait." in desk.screen
    assert desk.buttons == [["Try again", "Fix first", "Archive"]]
    desk.house.world.faults.judge = None
    assert await desk.presses("Archive") == "Stopped. Nothing more leaves."
    assert desk.screen == "Stopped. 0 chats have it, 12 will not get it."
    await desk.run()
    assert not any(map(desk.room.got, people))
    assert await desk.presses("Send the rest") == "Sending the rest"
    await desk.run()
    assert all(desk.room.got(chat) == ["Grid storage"] for chat in people)


async def test_a_broadcast_that_goes_on_without_its_buttons_is_told_at_once_and_once(desk: Desk) -> None:
    await refuse(desk, "a.md")
    await desk.passes(121)  # files are silent for ten minutes from now on
    people = await desk.room.people(12)
    await desk.room.follow(people, "Energy")
    article = await desk.room.draft("grid-storage", "Energy")
    desk.house.world.faults.judge = lambda method, given: (
        Refuse(400, "Bad Request: BUTTON_URL_INVALID")
        if given.get("chat_id") in people and "reply_markup" in given
        else None
    )
    await desk.room.publish(article)
    await desk.run()
    assert desk.screen == (
        f"#{article.number} Grid storage goes out without its buttons, because Telegram refuses them. It says: "
        "“BUTTON_URL_INVALID”."
    )
    assert desk.buttons == [["Fix first", "Delivery"]]
    messages = len(desk.screens)
    await desk.passes(3600)
    assert len(desk.screens) == messages
    await desk.says("/log")
    assert f"newsbot: sent in a plainer form #{article.number} (BUTTON_URL_INVALID)" in desk.screen


async def test_an_editor_who_comes_later_or_speaks_another_language_has_a_menu_in_it(tmp_path: Path) -> None:
    """A chat's own menu can be set only when the bot knows the chat: before that Telegram answers `chat not found`.

    Source: https://core.telegram.org/bots/api#botcommandscopechat
    """
    async with desk_of(tmp_path, admins=f"{EDITH},{BEN}") as desk:
        house = desk.house

        def menu(person: int) -> dict[str, str]:
            given = house.world.commands_for(house.world.people[person], house.world.chats[person])
            return {one["command"]: one["description"] for one in given}

        await desk.turn()
        assert "drafts" in menu(EDITH) and "drafts" not in menu(BEN)
        await house.starts(BEN)
        await desk.turn()
        assert "drafts" in menu(BEN)
        english = menu(BEN)["drafts"]
        chat = await house.chat(BEN)
        assert chat is not None
        await preferences.set_language(house.db, chat, "de")  # wherever it was chosen
        await desk.turn()
        assert menu(BEN)["drafts"] != english


async def test_a_menu_that_telegram_refuses_is_tried_again_ten_minutes_later(tmp_path: Path) -> None:
    async with desk_of(tmp_path) as desk:
        desk.house.world.faults.add(Refuse(400, "Bad Request: nope"), method="setMyCommands", times=1)
        await desk.passes(1)
        await desk.passes(60)
        assert len(desk.house.world.ledger.of("setMyCommands")) == 1
        await desk.passes(600)
        await desk.passes(600)
        assert len(desk.house.world.ledger.of("setMyCommands")) == 2
