"""What leaves, to whom, how often, and what is written down about it."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from press_room import PICTURE, PressRoom, press_room
from story import StoryHouse
from what_became import WHAT_BECAME

from bot.domain.article import Picture
from bot.domain.chat import ChatState, Pictures
from bot.domain.delivery import Status, Subject, SubjectType
from bot.sandbox.world.faults import CutAfter, CutBefore, Fault, Page, Refuse, Throttle
from bot.services.delivery.dispatcher import Alarm
from bot.services.newsroom import campaign_control, newsroom
from bot.store.content.story_json import story_json
from bot.store.delivery import leases, outbox, settlement
from bot.store.delivery.campaigns import CampaignState
from bot.store.delivery.settlement import Settled
from bot.store.desk import audit_log
from bot.store.engine import metadata
from bot.store.readers import chat_rows, chat_settings, chats
from bot.telegram_edge.botapi.pacer import Pacer


@pytest.fixture
async def room(house: StoryHouse, tmp_path: Path) -> AsyncIterator[PressRoom]:
    async with press_room(house, tmp_path) as room:
        yield room


async def test_an_article_reaches_exactly_those_who_follow_it_and_once(room: PressRoom) -> None:
    energy, robots = await room.people(5), await room.people(3, 30_000)
    await room.follow(energy, "Energy")
    await room.follow(energy[:2], "Storage")
    await room.follow(robots, "Robotics")
    article = await room.draft("grid-storage", "Storage", "Energy")
    campaign = await room.publish(article)
    await room.run()
    await room.run()
    assert [len(room.world.ledger.sent_to(chat)) for chat in energy + robots] == [1] * 5 + [0] * 3
    assert await room.statuses(article) == {Status.SENT: 5}
    done = await room.campaign(campaign)
    assert (done.state, done.total, done.sent, done.unsure) == (CampaignState.DONE, 5, 5, 0)


async def test_the_picture_goes_by_link_once_and_by_file_id_to_the_others(room: PressRoom) -> None:
    people = await room.people(6)
    await room.follow(people, "Energy")
    await room.publish(await room.draft("grid-storage", "Energy"))
    await room.run()
    photos = [call.params["photo"] for call in room.world.ledger.of("sendPhoto")]
    assert photos[0] == PICTURE.url
    assert len(set(photos[1:])) == 1 and photos[1] != PICTURE.url


async def test_a_refused_picture_costs_a_few_calls_for_the_article_not_for_every_chat(
    room: PressRoom, tmp_path: Path
) -> None:
    (tmp_path / "cell.png").write_bytes(_png())
    people = await room.people(12)
    await room.follow(people, "Energy")
    gone = Picture("https://pictures.example/gone.jpg", 800, 600)
    room.world.web[gone.url] = "WEBPAGE_CURL_FAILED"
    article = await room.draft("grid-storage", "Energy", pictures=(gone, Picture("cell.png", 800, 600, is_local=True)))
    await room.publish(article)
    await room.run()
    refused = [call for call in room.world.ledger.of("sendPhoto") if call.status == 400]
    assert len(refused) == 1
    assert all(len(room.world.ledger.sent_to(chat)) == 1 for chat in people)
    assert all("photo" in room.house.messages(chat)[-1] for chat in people)


async def test_without_a_usable_picture_the_article_goes_out_as_text(room: PressRoom) -> None:
    people = await room.people(3)
    await room.follow(people, "Energy")
    room.world.web[PICTURE.url] = "wrong type of the web page content"
    await room.publish(await room.draft("grid-storage", "Energy"))
    await room.run()
    assert [len(room.house.messages(chat)) for chat in people] == [1, 1, 1]
    assert room.got(people[0]) == ["Grid storage"]
    assert "photo" not in room.house.messages(people[0])[0]


async def test_a_chat_that_wants_no_pictures_gets_text_while_others_get_the_photo(room: PressRoom) -> None:
    plain, rich = await room.people(2)
    await room.follow([plain, rich], "Energy")
    async with room.db.transaction() as conn:
        await chat_settings.set_pictures(conn, plain, Pictures.NONE)
    await room.publish(await room.draft("grid-storage", "Energy"))
    await room.run()
    assert "photo" not in room.house.messages(plain)[0]
    assert "photo" in room.house.messages(rich)[0]


async def test_who_pauses_unfollows_or_mutes_before_the_message_leaves_does_not_get_it(room: PressRoom) -> None:
    paused, unfollowed, muted, stays = await room.people(4)
    number = await room.follow([paused, unfollowed, muted, stays], "Energy")
    article = await room.draft("grid-storage", "Energy")
    await room.publish(article)
    await room.spread()
    async with room.db.transaction() as conn:
        await chats.set_state(conn, paused, ChatState.PAUSED, room.house.clock())
        await conn.execute("DELETE FROM subscriptions WHERE chat = ?", (unfollowed,))
        await conn.execute("INSERT INTO exceptions (chat, topic, kind) VALUES (?, ?, 'muted')", (muted, number))
    await room.run()
    assert [len(room.world.ledger.sent_to(chat)) for chat in (paused, unfollowed, muted, stays)] == [0, 0, 0, 1]
    assert await room.statuses(article) == {Status.UNWANTED: 3, Status.SENT: 1}


async def test_who_follows_after_the_publish_is_not_in_the_audience(room: PressRoom) -> None:
    early, late = await room.people(2)
    await room.follow([early], "Energy")
    await room.publish(await room.draft("grid-storage", "Energy"))
    room.house.clock.advance(timedelta(seconds=1))
    await room.follow([late], "Energy")
    await room.run()
    assert [len(room.world.ledger.sent_to(chat)) for chat in (early, late)] == [1, 0]


async def test_a_reader_who_blocked_the_bot_is_switched_off_and_not_tried_again(room: PressRoom) -> None:
    [anna] = await room.people(1)
    await room.follow([anna], "Energy")
    room.world.block(anna)
    article = await room.draft("grid-storage", "Energy")
    await room.publish(article)
    await room.run()
    room.house.clock.advance(timedelta(hours=2))
    await room.run()
    assert len(room.world.ledger.calls_to(anna)) == 1
    assert await room.statuses(article) == {Status.UNREACHABLE: 1}
    assert (await room.house.chat(anna)).state is ChatState.UNREACHABLE  # type: ignore[union-attr]


@pytest.mark.parametrize("fault", [Refuse(500, "Internal Server Error"), Page(502), Page(503), CutBefore()])
async def test_what_was_never_taken_is_sent_again_later_and_comes_once(room: PressRoom, fault: object) -> None:
    [anna] = await room.people(1)
    await room.follow([anna], "Energy")
    room.world.faults.add(fault, chat=anna, times=2)  # type: ignore[arg-type]
    article = await room.draft("grid-storage", "Energy")
    campaign = await room.publish(article)
    for _ in range(4):
        await room.run()
        room.house.clock.advance(timedelta(minutes=5))
    assert len(room.world.ledger.sent_to(anna)) == 1
    assert (await room.campaign(campaign)).sent == 1


@pytest.mark.parametrize("fault", [CutAfter(), Page(502, accepted=True), Page(504), Page(524), Page(408)])
async def test_a_message_whose_answer_never_came_is_counted_as_perhaps_twice(room: PressRoom, fault: Fault) -> None:
    [anna] = await room.people(1)
    await room.follow([anna], "Energy")
    room.world.faults.add(fault, chat=anna, times=1)
    campaign = await room.publish(await room.draft("grid-storage", "Energy"))
    await room.run()
    assert (await room.campaign(campaign)).state is CampaignState.RUNNING
    room.house.clock.advance(timedelta(minutes=2))
    await room.run()
    done = await room.campaign(campaign)
    assert (done.sent, done.unsure, done.state) == (1, 1, CampaignState.DONE)


async def test_hours_of_bad_gateways_lose_nobody(room: PressRoom) -> None:
    people = await room.people(3)
    await room.follow(people, "Energy")
    room.world.faults.add(Page(502))
    campaign = await room.publish(await room.draft("grid-storage", "Energy"))
    for _ in range(6 * 12):
        await room.run()
        room.house.clock.advance(timedelta(minutes=5))
    assert (await room.campaign(campaign)).failed == 0
    room.world.faults.clear()
    for _ in range(12):
        await room.run()
        room.house.clock.advance(timedelta(minutes=5))
    assert [len(room.world.ledger.sent_to(chat)) for chat in people] == [1, 1, 1]


async def test_a_throttled_chat_waits_as_told_and_loses_no_attempt(room: PressRoom) -> None:
    anna, ben = await room.people(2)
    await room.follow([anna, ben], "Energy")
    room.world.faults.add(Throttle(30), chat=anna, times=1)
    campaign = await room.publish(await room.draft("grid-storage", "Energy"))
    await room.run()
    assert [len(room.world.ledger.sent_to(chat)) for chat in (anna, ben)] == [0, 1]
    async with room.db.reading() as conn:
        [row] = await conn.execute_fetchall("SELECT attempts, not_before FROM deliveries")
    assert row["attempts"] == 0
    assert row["not_before"] >= room.house.clock().timestamp() + 30
    assert (await room.campaign(campaign)).state is CampaignState.RUNNING


async def test_a_refused_token_stops_the_dispatcher_and_keeps_its_rows(
    room: PressRoom, caplog: pytest.LogCaptureFixture
) -> None:
    people = await room.people(20)
    await room.follow(people, "Energy")
    room.world.faults.add(Refuse(401, "Unauthorized"))
    campaign = await room.publish(await room.draft("grid-storage", "Energy"))
    await room.run()
    assert room.alarms and room.alarms[0][0] is Alarm.HALTED
    assert len(room.world.faults.happened) <= 8
    async with room.db.reading() as conn:
        rows = await conn.execute_fetchall("SELECT attempts FROM deliveries")
    assert [row["attempts"] for row in rows] == [0] * 20
    # Owners cannot be told in chat, so the log must say it.
    assert "Telegram refuses the bot: Unauthorized; no news leaves" in caplog.text
    room.world.faults.clear()
    room.house.clock.advance(timedelta(minutes=2))
    await room.run()
    assert (await room.campaign(campaign)).sent == 20


async def test_nothing_leaves_while_polling_is_refused(room: PressRoom) -> None:
    people = await room.people(20)
    await room.follow(people, "Energy")
    room.dispatcher.refused("Conflict: terminated by other getUpdates request")
    campaign = await room.publish(await room.draft("grid-storage", "Energy"))
    await room.run()
    assert not any(map(room.got, people))
    room.house.clock.advance(timedelta(minutes=2))
    await room.run()
    assert (await room.campaign(campaign)).sent == 20


async def test_a_wave_of_chats_that_cannot_be_reached_holds_the_broadcast(room: PressRoom) -> None:
    people = await room.people(600)
    await room.follow(people, "Energy")
    for chat in people[::2]:
        room.world.people[chat].has_blocked = True
    campaign = await room.publish(await room.draft("grid-storage", "Energy"))
    await room.run()
    held = await room.campaign(campaign)
    assert (held.state, held.why) == (CampaignState.HELD, "unreachable")
    assert held.settled <= 200 + 8  # the window, and what was on the wire
    assert (Alarm.NOBODY_THERE, campaign, None) in room.alarms
    async with room.db.reading() as conn:
        entry, *_ = await audit_log.latest(conn)
    assert (entry.act, entry.detail, entry.person) == ("hold", "unreachable", None)


async def test_an_editor_who_knows_that_many_are_gone_is_not_asked_again(room: PressRoom) -> None:
    people = await room.people(600)
    await room.follow(people, "Energy")
    for chat in people[::2]:
        room.world.people[chat].has_blocked = True
    campaign = await room.publish(await room.draft("grid-storage", "Energy"))
    await room.run()
    await campaign_control.resume(room.db, campaign, by=1, now=room.house.clock())
    await room.run()
    done = await room.campaign(campaign)
    assert (done.state, done.sent, done.unreachable) == (CampaignState.DONE, 300, 300)


@pytest.mark.parametrize("acts", ["rest stop rest", "stop rest", "rest stop rest stop rest"])
async def test_what_an_editor_has_confirmed_stays_confirmed_after_a_stop(room: PressRoom, acts: str) -> None:
    people = await room.people(600)
    await room.follow(people, "Energy")
    for chat in people[::2]:
        room.world.people[chat].has_blocked = True
    campaign = await room.publish(await room.draft("grid-storage", "Energy"))
    await room.run()
    assert (await room.campaign(campaign)).state is CampaignState.HELD
    for act in acts.split():
        verb = campaign_control.resume if act == "rest" else campaign_control.stop
        await verb(room.db, campaign, by=1, now=room.house.clock())
    await room.run()
    done = await room.campaign(campaign)
    assert (done.state, done.sent, done.unreachable) == (CampaignState.DONE, 300, 300)


async def test_stopping_what_nobody_asked_about_confirms_nothing(room: PressRoom) -> None:
    people = await room.people(600)
    await room.follow(people, "Energy")
    for chat in people[::2]:
        room.world.people[chat].has_blocked = True
    campaign = await room.publish(await room.draft("grid-storage", "Energy"))
    await campaign_control.stop(room.db, campaign, by=1, now=room.house.clock())
    await campaign_control.resume(room.db, campaign, by=1, now=room.house.clock())
    await room.run()
    assert (await room.campaign(campaign)).state is CampaignState.HELD


async def test_stop_lets_nothing_more_leave_and_the_rest_goes_to_exactly_the_others(room: PressRoom) -> None:
    people = await room.people(300)
    await room.follow(people, "Energy")
    article = await room.draft("grid-storage", "Energy")
    campaign = await room.publish(article)
    await room.spread()
    await campaign_control.stop(room.db, campaign, by=1, now=room.house.clock())
    await room.run()
    assert room.world.ledger.of("sendPhoto") == []
    await campaign_control.resume(room.db, campaign, by=1, now=room.house.clock())
    await room.run()
    assert all(len(room.world.ledger.sent_to(chat)) == 1 for chat in people)


async def test_publishing_again_after_a_retraction_reaches_nobody_twice(room: PressRoom) -> None:
    people = await room.people(4)
    await room.follow(people, "Energy")
    article = await room.draft("grid-storage", "Energy")
    await room.publish(article)
    await room.run()
    await newsroom.retract(room.db, article.number, by=1, now=room.house.clock())
    await room.follow(await room.people(1, 40_000), "Energy")
    await room.publish(article)
    await room.run()
    assert len(room.world.ledger.of("sendPhoto")) == 4


async def test_paused_pushes_wait_and_go_out_when_resumed(room: PressRoom) -> None:
    people = await room.people(4)
    await room.follow(people, "Energy")
    async with room.db.transaction() as conn:
        await metadata.put(conn, "paused", "1")
    await room.publish(await room.draft("grid-storage", "Energy"))
    await room.run()
    assert room.world.ledger.of("sendPhoto") == []
    async with room.db.transaction() as conn:
        await metadata.put(conn, "paused", None)
    await room.run()
    assert len(room.world.ledger.of("sendPhoto")) == 4


async def test_a_group_that_became_a_supergroup_gets_the_article_at_its_new_place(room: PressRoom) -> None:
    group = room.house.group
    async with room.db.transaction() as conn:
        await chats.get_or_create(conn, group, chats.ChatKind.GROUP, "en", room.house.clock())
    room.world.add_bot(next(iter(room.world.people)), group)
    await room.follow([group], "Energy")
    new = room.world.migrate(group)
    await room.publish(await room.draft("grid-storage", "Energy"))
    await room.run()
    await room.run()
    assert len(room.world.ledger.sent_to(new)) == 1
    async with room.db.reading() as conn:
        assert await chats.chat(conn, group) is None
        [row] = await conn.execute_fetchall("SELECT chat FROM subscriptions")
    assert row["chat"] == new


async def test_news_keeps_to_the_pace_of_a_group(house: StoryHouse, tmp_path: Path) -> None:
    group, pacer = house.group, Pacer(1000)
    house.equip(pacer=pacer)
    async with press_room(house, tmp_path) as room:
        [anna] = await room.people(1)
        async with room.db.transaction() as conn:
            await chats.get_or_create(conn, group, chats.ChatKind.GROUP, "en", room.house.clock())
        room.world.add_bot(anna, group)
        await room.follow([anna, group], "Energy")
        for count in range(3):
            assert pacer.held_until(group) is None
            await room.publish(await room.draft(f"story-{count}", "Energy"))
            await room.run()
        assert len(room.world.ledger.sent_to(group)) == 3
        assert pacer.held_until(group) is not None and pacer.held_until(anna) is None


async def test_a_closed_thread_falls_back_to_the_group_itself(room: PressRoom) -> None:
    forum = room.world.add_chat("supergroup", "Forum", is_forum=True, bot_status="member")
    thread = room.world.open_thread(forum.id, "Energy")
    async with room.db.transaction() as conn:
        await chats.get_or_create(conn, forum.id, chats.ChatKind.GROUP, "en", room.house.clock())
    await room.follow([forum.id], "Energy", thread)
    room.world.delete_thread(forum.id, thread)
    article = await room.draft("grid-storage", "Energy")
    await room.publish(article)
    await room.run()
    await room.run()
    assert await room.statuses(article) == {Status.SENT: 1}


async def test_an_outage_costs_no_attempts_and_asks_with_one_message_at_a_time(room: PressRoom) -> None:
    people = await room.people(100)
    await room.follow(people, "Energy")
    room.world.faults.add(CutBefore())
    campaign = await room.publish(await room.draft("grid-storage", "Energy"))
    for _ in range(40):
        await room.run()
        room.house.clock.advance(timedelta(minutes=2))
    tries = len(room.world.faults.happened)
    assert tries < 8 + 5 + 40
    async with room.db.reading() as conn:
        [row] = await conn.execute_fetchall("SELECT max(attempts) AS most, count(*) AS rows FROM deliveries")
    assert (row["most"] <= 5, row["rows"]) == (True, 100)
    room.world.faults.clear()
    for _ in range(3):
        room.house.clock.advance(timedelta(minutes=2))
        await room.run()
    assert (await room.campaign(campaign)).sent == 100
    assert all(len(room.world.ledger.sent_to(chat)) == 1 for chat in people)


async def test_news_that_could_not_leave_for_a_day_comes_as_one_list(room: PressRoom) -> None:
    anna, ben = await room.people(2)
    await room.follow([anna, ben], "Energy")
    await room.follow([anna], "Robotics")
    async with room.db.transaction() as conn:
        await metadata.put(conn, "paused", "1")
    numbers = []
    for slug, topic in (("grid-storage", "Energy"), ("quiet-robots", "Robotics"), ("tidal-power", "Energy")):
        numbers.append(await room.publish(await room.draft(slug, topic)))
    await room.run()
    room.house.clock.advance(timedelta(hours=25))
    numbers.append(await room.publish(await room.draft("fresh-news", "Energy")))
    async with room.db.transaction() as conn:
        await metadata.put(conn, "paused", None)
    await room.run()
    lists = [screen for screen in room.house.screens(anna) if "you have not had yet" in screen]
    assert len(lists) == 1 and lists[0].startswith("3 stories")
    assert [len(room.world.ledger.sent_to(chat)) for chat in (anna, ben)] == [2, 2]
    assert room.got(ben)[-1] == "Fresh news"
    assert [(await room.campaign(number)).state for number in numbers] == [CampaignState.DONE] * 4
    async with room.db.reading() as conn:
        [row] = await conn.execute_fetchall(f"SELECT count(*) AS all_of_them FROM {WHAT_BECAME} WHERE status = 1")
    assert row["all_of_them"] == 7


async def test_what_an_editor_resumes_after_days_is_news(room: PressRoom) -> None:
    people = await room.people(2)
    await room.follow(people, "Energy")
    campaign = await room.publish(await room.draft("grid-storage", "Energy"))
    await campaign_control.stop(room.db, campaign, by=1, now=room.house.clock())
    room.house.clock.advance(timedelta(days=3))
    await campaign_control.resume(room.db, campaign, by=1, now=room.house.clock())
    await room.run()
    assert room.got(people[0]) == ["Grid storage"]


def _png() -> bytes:
    import struct
    import zlib

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + b"\x55\xaa\x33" * 320 for _ in range(180))
    head = struct.pack(">IIBBBBB", 320, 180, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


async def test_who_asks_to_be_forgotten_while_a_message_is_on_the_wire_leaves_no_trace(room: PressRoom) -> None:
    anna, ben = await room.people(2)
    await room.follow([anna, ben], "Energy")
    article = await room.draft("grid-storage", "Energy")
    campaign = await room.publish(article)
    await room.spread()
    now = room.house.clock()
    async with room.db.transaction() as conn:
        term = await leases.take(conn, "another", now)
        claimed = await outbox.claim(conn, now, 2, owner=term)
        await chat_rows.delete(conn, anna)
    async with room.db.transaction() as conn:
        sent = [one._replace(status=Status.SENT, message_id=1) for one in claimed]
        covers = [(Subject(SubjectType.ARTICLE, article.number), 1)]
        await settlement.settle(conn, [Settled(one, covers, True) for one in sent], now, owner=term)
        rows = await conn.execute_fetchall(f"SELECT chat FROM {WHAT_BECAME}")
    assert [row["chat"] for row in rows] == [ben]
    done = await room.campaign(campaign)
    assert (done.sent, done.settled) == (1, done.total)


async def test_an_article_that_cannot_be_put_together_does_not_stop_the_others(room: PressRoom) -> None:
    people = await room.people(3)
    await room.follow(people, "Energy")
    spoiled, sound = await room.draft("grid-storage", "Energy"), await room.draft("tidal-power", "Energy")
    numbers = [await room.publish(article) for article in (spoiled, sound)]
    async with room.db.transaction() as conn:
        await conn.execute("UPDATE articles SET story = '{}' WHERE number = ?", (spoiled.number,))
    await room.run()
    assert [room.got(chat) for chat in people] == [["Tidal power"]] * 3
    stopped, done = [await room.campaign(number) for number in numbers]
    assert (stopped.state, stopped.why, done.state) == (CampaignState.STOPPED, "broken", CampaignState.DONE)
    async with room.db.transaction() as conn:
        await conn.execute(
            "UPDATE articles SET story = ? WHERE number = ?", (story_json(spoiled.story), spoiled.number)
        )
    await campaign_control.resume(room.db, stopped.id, by=1, now=room.house.clock())
    await room.run()
    assert (await room.campaign(stopped.id)).sent == 3


async def test_messages_that_cannot_be_built_are_given_up_and_are_no_outage(room: PressRoom) -> None:
    spoiled, sound = await room.people(8), await room.people(3, 30_000)
    await room.follow(spoiled, "Robotics")
    await room.follow(sound, "Energy")
    async with room.db.transaction() as conn:
        await conn.execute("UPDATE chats SET zone = 'Mars/Olympus_Mons' WHERE id < 30000")
    failing = await room.publish(await room.draft("quiet-robots", "Robotics"))
    await room.publish(await room.draft("grid-storage", "Energy"))
    await room.run()
    assert all(map(room.got, sound))
    for _ in range(12):
        room.house.clock.advance(timedelta(hours=1))
        await room.run()
    done = await room.campaign(failing)
    assert (done.state, done.failed) == (CampaignState.DONE, 8)
