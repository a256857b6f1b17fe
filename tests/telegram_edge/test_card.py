"""One article in a chat, and what people do with the buttons under it."""

from datetime import timedelta

import pytest
from newsroom_samples import PICTURE, RELATED, SECTIONS, define, plain, put
from story import ANNA, BEN, EDITH, story_house

from bot.content.web.pictures import PictureSource
from bot.domain.article import Picture
from bot.domain.chat import ChatState
from bot.domain.press import press
from bot.domain.statistics import Act
from bot.render.reader.article import push
from bot.sandbox.world.faults import Refuse
from bot.services.readers import reading, subscribing
from bot.settings import packaged_seeds

CARD = [["Read"], ["Save", "Share", "More"]]


@pytest.fixture
async def newsroom(house):
    await define(house, *SECTIONS)
    await put(house, "Eyes", worn=["Computer Vision"], related=(RELATED,), excerpt="They see.")
    return house


async def pushed(house, chat):
    """Put the article into a chat as a push for the topic Computer Vision does, and return the message's id."""
    known = await house.chat(chat)
    opened = await reading.opened(house.db, 1, person=None, source=PictureSource())
    look = house.ctx.look(known)
    message = push(opened.article, opened.topics, look, house.clock.now, reason=opened.topics[0])
    return (await house.ctx.replies.send(known, message)).message_id


async def test_a_listed_article_opens_below_the_list_and_is_saved_in_place(newsroom):
    house = newsroom
    await house.says(ANNA, "/latest")
    await house.presses(ANNA, "Open 1")
    assert plain(house.screen(ANNA)).startswith("Eyes\n\nThey see.")
    assert house.buttons(ANNA) == CARD
    assert await house.presses(ANNA, "Save") == "Saved. /saved lists what you keep"
    assert house.buttons(ANNA)[1][0] == "✓ Saved"
    await house.says(ANNA, "/saved")
    assert plain(house.screen(ANNA)).startswith("What you saved\n\n1. Eyes")
    await house.presses(ANNA, "Open 1")
    assert await house.presses(ANNA, "✓ Saved") == "No longer saved"
    await house.says(ANNA, "/saved")
    assert house.screen(ANNA) == "Nothing saved yet. Save under a story keeps it here."


async def test_a_link_opens_an_article_and_changes_nothing_else(newsroom):
    house = newsroom
    await house.starts(ANNA, "a_1")
    assert plain(house.screen(ANNA)).startswith("Eyes")
    assert not (await subscribing.follows(house.db, ANNA, now=house.clock())).topics
    for payload, number in (("a_77", 77), ("a_0", 0), ("a_" + "9" * 60, 999999999999999999)):
        await house.starts(ANNA, payload)
        assert plain(house.screen(ANNA)) == f"There is no story #{number} to read. /latest lists those there are."


async def test_in_a_group_everybody_opens_what_a_link_shows_as_often_as_a_list(newsroom):
    house = newsroom
    house.world.add_bot(EDITH, house.group)
    await house.settle()
    for payload, shown in (("a_1", "Eyes"), ("m_1", "Nothing else is like Eyes"), ("t_energy", "Only administrators")):
        await house.says(ANNA, f"/start@{house.world.bot['username']} {payload}", house.group)
        assert plain(house.screen(house.group)).startswith(shown), payload
        await house.says(BEN, "/start a_1", house.group)
        assert "once a minute" in house.screen(house.group) or payload.startswith("t_")
        house.clock.advance(timedelta(minutes=1))
    assert not (await subscribing.follows(house.db, house.group, now=house.clock())).topics


@pytest.mark.parametrize("payload", ["a_", "a_x", "a_-1", "a_0x1", "t_", "t_-"])
async def test_a_link_that_names_nothing_says_so_and_where_to_look(house, payload):
    await house.starts(ANNA, payload)
    story = payload.startswith("a_")
    assert plain(house.screen(ANNA)) == f"This link leads to no {'story' if story else 'topic'}."
    assert house.buttons(ANNA) == [["Latest" if story else "All topics"]]


async def test_a_refused_picture_leaves_the_article_as_text(house):
    await put(house, "Eyes", pictures=(PICTURE,))
    house.world.faults.add(Refuse(400, "Bad Request: wrong file identifier/HTTP URL specified"), method="sendPhoto")
    await house.starts(ANNA, "a_1")
    assert plain(house.screen(ANNA)).startswith("Eyes")
    assert "photo" not in house.messages(ANNA)[-1]


async def test_a_picture_that_was_never_pushed_is_uploaded_once_and_then_known_by_its_id(tmp_path):
    """Telegram names a picture that was sent by a file id, which may be sent again as often as one likes.

    Source: https://core.telegram.org/bots/api#sending-files
    """
    content = tmp_path / "content"
    content.mkdir()
    seed = next((packaged_seeds() / "articles").glob("*.jpg"))
    (content / "one.jpg").write_bytes(seed.read_bytes())
    async with story_house(tmp_path, content=content) as house:
        await put(house, "Eyes", pictures=(Picture("one.jpg", is_local=True),))
        for reader in (ANNA, BEN, ANNA):
            await house.starts(reader, "a_1")
            assert house.messages(reader)[-1]["photo"]
        first, *others = [call.params["photo"] for call in house.world.ledger.of("sendPhoto")]
        assert not isinstance(first, str)  # the bytes themselves
        assert len(others) == 2 and all(isinstance(photo, str) for photo in others)


async def test_a_picture_that_telegram_never_takes_is_tried_once_and_not_at_each_opening(tmp_path):
    content = tmp_path / "content"
    content.mkdir()
    (content / "one.png").write_bytes(b"\x89PNG\r\n\x1a\n" + b"no picture " * 20)
    async with story_house(tmp_path, content=content) as house:
        await put(house, "Eyes", pictures=(Picture("one.png", is_local=True),))
        for _ in range(3):
            await house.starts(ANNA, "a_1")
            assert plain(house.screen(ANNA)).startswith("Eyes")
        assert len(house.world.ledger.of("sendPhoto")) == 1


async def test_a_chat_that_forbids_pictures_says_nothing_about_the_picture(newsroom):
    house = newsroom
    await put(house, "Ears", pictures=(PICTURE,))
    refusal = Refuse(400, "Bad Request: not enough rights to send photos to the chat")
    house.world.faults.add(refusal, method="sendPhoto", chat=ANNA)
    await house.starts(ANNA, "a_2")
    assert plain(house.screen(ANNA)).startswith("Ears")
    await house.starts(BEN, "a_2")
    assert house.messages(BEN)[-1]["photo"]


async def test_a_chat_that_forbids_pictures_is_asked_once_however_many_ways_there_are(newsroom):
    """The file id, the link and the bytes would all be refused for the same right.

    Source: https://core.telegram.org/bots/api#chatpermissions (can_send_photos)
    """
    house = newsroom
    await put(house, "Ears", pictures=(PICTURE,))
    await house.starts(BEN, "a_2")  # from now on Telegram's file id for it is known
    refusal = Refuse(400, "Bad Request: not enough rights to send photos to the chat")
    house.world.faults.add(refusal, method="sendPhoto", chat=ANNA)
    await house.starts(ANNA, "a_2")
    assert [call.method for call in house.world.ledger.calls_to(ANNA)[-2:]] == ["sendPhoto", "sendMessage"]
    assert len([call for call in house.world.ledger.of("sendPhoto") if call.chat_id == ANNA]) == 1


async def test_more_swaps_the_row_and_back_leads_back(newsroom):
    house = newsroom
    await house.starts(ANNA, "a_1")
    await house.presses(ANNA, "More")
    assert house.buttons(ANNA)[1] == ["Related (1)", "Less of this", "Back"]
    await house.presses(ANNA, "Related (1)")
    assert plain(house.screen(ANNA)) == "Related to Eyes:\n\nHarbour Post: Why the coast buys batteries"
    await house.presses(ANNA, "Back")
    count = len(house.screens(ANNA))
    assert count == 2


async def test_each_way_to_less_is_answered_with_an_undo_in_its_place(newsroom):
    house = newsroom
    await house.says(ANNA, "/subscribe AI")
    message = await pushed(house, ANNA)
    await house.presses(ANNA, "More")
    await house.presses(ANNA, "Less of this")
    assert house.buttons(ANNA)[1:] == [
        ["Mute Computer Vision 24 h"],
        ["Unfollow Computer Vision"],
        ["Never from Northgate"],
        ["Back"],
    ]
    assert await house.presses(ANNA, "Mute Computer Vision 24 h") == "Computer Vision is muted until tomorrow, 12:00"
    assert house.buttons(ANNA)[1] == ["Undo"]
    assert await house.presses(ANNA, "Undo") == "Computer Vision is no longer muted"
    assert await house.presses(ANNA, "Unfollow Computer Vision") == "No longer following Computer Vision"
    follows = await subscribing.follows(house.db, ANNA, now=house.clock())
    assert [topic.name for topic in follows.left_out] == ["Computer Vision"]
    assert await house.presses(ANNA, "Undo") == "Following Computer Vision"
    assert not (await subscribing.follows(house.db, ANNA, now=house.clock())).left_out
    assert await house.presses(ANNA, "Never from Northgate") == "Nothing more from Northgate"
    assert await house.presses(ANNA, "Undo") == "Northgate is allowed again"
    assert house.messages(ANNA)[-1]["message_id"] == message


async def test_the_row_shows_what_holds_today(newsroom):
    house = newsroom
    await house.says(ANNA, "/subscribe AI")
    await pushed(house, ANNA)
    await house.presses(ANNA, "More")
    await house.presses(ANNA, "Less of this")
    await house.presses(ANNA, "Mute Computer Vision 24 h")
    await house.presses(ANNA, "Back")
    house.clock.advance(timedelta(hours=25))
    await house.presses(ANNA, "More")
    await house.presses(ANNA, "Less of this")
    assert house.buttons(ANNA)[1] == ["Mute Computer Vision 24 h"]


async def test_in_a_group_save_is_for_who_pressed_and_less_for_administrators(newsroom):
    house = newsroom
    house.world.add_bot(EDITH, house.group)
    await house.settle()
    await house.says(EDITH, "/subscribe vision", house.group)
    await pushed(house, house.group)
    assert await house.presses(BEN, "Save", house.group) == "Saved for you. Send /saved in your own chat with the bot"
    assert (await house.chat(BEN)).state is ChatState.UNREACHABLE
    await house.presses(BEN, "More", house.group)
    assert "administrators" in await house.presses(BEN, "Less of this", house.group)
    assert house.buttons(house.group)[1] == ["Related (1)", "Less of this", "Back"]
    await house.presses(EDITH, "Less of this", house.group)
    assert "administrators" in await house.presses(BEN, "Unfollow Computer Vision", house.group)
    await house.presses(EDITH, "Unfollow Computer Vision", house.group)
    assert not (await subscribing.follows(house.db, house.group, now=house.clock())).topics
    await house.starts(BEN)
    await house.says(BEN, "/saved")
    assert plain(house.screen(BEN)).startswith("What you saved\n\n1. Eyes")
    await house.says(ANNA, "/saved")
    assert house.screen(ANNA).startswith("Nothing saved yet.")


async def test_who_saves_in_a_group_is_spoken_to_in_their_own_language_later(newsroom):
    house = newsroom
    house.world.set_language(BEN, "de-AT")
    house.world.add_bot(EDITH, house.group)
    await house.settle()
    await pushed(house, house.group)
    await house.presses(BEN, "Save", house.group)
    await house.starts(BEN)
    assert house.screen(BEN).startswith("Hier ist Northgate News.")
    await house.says(BEN, "/saved")
    assert "Was du gemerkt hast" in house.screen(BEN)


async def test_what_one_saved_is_not_shown_to_a_group(newsroom):
    house = newsroom
    house.world.add_bot(EDITH, house.group)
    await house.settle()
    await house.says(ANNA, "/saved", house.group)
    assert house.screen(house.group) == "This works in your own chat with the bot."
    message = house.messages(house.group)[-1]["message_id"]
    assert "too old" in await house.presses_data(ANNA, press("saved"), message, house.group)


async def test_forged_buttons_do_no_harm(newsroom):
    house = newsroom
    await house.starts(ANNA, "a_1")
    message = house.messages(ANNA)[-1]["message_id"]
    verbs = ("open", "card_save", "card_unsave", "card_more", "card_less", "card_back", "card_related")
    acts = ("card_mute", "card_unmute", "card_unfollow", "card_refollow", "card_never", "card_allow")
    for verb in verbs + acts:
        for numbers in ((), (1,), (1, 999), (2**63 - 1, 2**63 - 1), (-(2**63), -1)):
            toast = await house.presses_data(ANNA, press(verb, *numbers), message)
            assert toast != "That did not work. The fault is on this side and has been noted.", (verb, numbers)


async def test_what_readers_do_with_an_article_is_counted_and_taken_back_and_names_nobody(newsroom):
    house = newsroom

    async def acts():
        async with house.db.reading() as conn:
            rows = await conn.execute_fetchall("SELECT act, many FROM article_acts WHERE article = 1 AND many > 0")
        return {Act(row["act"]): row["many"] for row in rows}

    for person in (ANNA, BEN):
        await house.starts(person, "a_1")
    await house.starts(ANNA, "a_77")
    assert await acts() == {Act.OPENED: 2}
    for person in (ANNA, BEN):
        await pushed(house, person)
        await house.presses(person, "More")
        await house.presses(person, "Less of this")
        for label in ("Mute Computer Vision 24 h", "Never from Northgate"):
            await house.presses(person, label)
    assert await acts() == {Act.OPENED: 2, Act.MUTED: 2, Act.REFUSED_SOURCE: 2}
    await house.presses(ANNA, "Undo")
    assert sum((await acts()).values()) == 5
