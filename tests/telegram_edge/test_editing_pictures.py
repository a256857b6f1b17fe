"""An article's picture, sent by an editor as a photo, as a file or as a link, and whose it is."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from edit_desk import Desk, edit_desk
from newsroom_samples import plain
from press_room import PICTURE
from story import ANNA, BEN, EDITH
from web_site import png

from bot.domain.article import SENT_IN_CHAT, Article, Picture
from bot.domain.chat import Pictures
from bot.domain.limits import PHOTO_BYTES
from bot.store.readers import chat_settings

OTHER = "https://pictures.example/other.jpg"


PNG = png(640, 360)


class PictureDesk(Desk):
    """A desk at which pictures arrive."""

    async def sends_photo(self, data: bytes | None = None, person: int = EDITH, caption: str = "") -> str:
        """Send a photo; return its file id."""
        message = self.house.world.photograph(person, person, data or PNG, caption)
        await self.house.settle()
        return str(message["photo"][-1]["file_id"])

    async def sends_file(self, name: str, data: bytes, person: int = EDITH, mime: str = "image/png") -> str:
        message = self.house.world.upload(person, person, name, data, mime)
        await self.house.settle()
        return str(message["document"]["file_id"])

    async def pictures(self, number: int = 1) -> tuple[Picture, ...]:
        return (await self.article(number)).story.pictures

    def shown(self, chat: int, back: int = 1) -> dict[str, Any]:
        """Return one of the last messages in a chat."""
        return self.house.messages(chat)[-back]

    def source(self, message: dict[str, Any]) -> str | None:
        """Return the address from which Telegram has a message's picture."""
        file = self.house.world.files.get(message["photo"][-1]["file_id"])
        assert file is not None
        return file.source

    async def delivered_to_two(self) -> tuple[int, int]:
        """Publish the draft to somebody who sees large pictures, and to somebody who wants text; return both."""
        large, text = await self.room.people(2)
        await self.room.follow([large, text], "Energy")
        async with self.house.db.transaction() as conn:
            await chat_settings.set_pictures(conn, text, Pictures.NONE)
        await self.room.publish(await self.article(), by=EDITH)
        await self.room.run()
        assert "photo" in self.shown(large) and "text" in self.shown(text)
        return large, text


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[PictureDesk]:
    async with edit_desk(tmp_path) as desk:
        yield PictureDesk(desk.room)


async def test_a_photo_that_is_sent_is_the_picture_and_goes_out_by_its_file_id(desk: PictureDesk) -> None:
    asked = await desk.chooses("Picture")
    assert asked == (
        "Send the new picture of #1 Grid: a photo, a picture as a file, or its link. "
        f"It shows now: {PICTURE.url}"
    )  # fmt: skip
    assert desk.house.buttons(EDITH) == [["Remove", "Cancel"]]
    file_id = await desk.sends_photo()
    assert await desk.pictures() == (Picture(f"{SENT_IN_CHAT}{file_id}", 640, 360),)
    assert desk.shown(EDITH, 2)["photo"][-1]["file_id"] == file_id
    assert "Picture: Telegram has it." in plain(desk.house.screen(EDITH))
    [entry] = await desk.edits()
    assert (entry.detail, entry.before, entry.after) == ("picture", PICTURE.url, "sent in chat")
    await desk.sends_photo(png(700, 400))  # nothing is asked for any more
    assert plain(desk.house.screen(EDITH)).startswith("There is nothing for that here.")
    assert len(await desk.edits()) == 1
    reader = await desk.deliver()
    assert desk.shown(reader)["photo"][-1]["file_id"] == file_id


async def test_a_file_is_fetched_and_becomes_a_photo_once(desk: PictureDesk) -> None:
    """Telegram: "It's not possible to … change the file type when resending", so a document's id is no photo's.

    Source: https://core.telegram.org/bots/api#sending-files
    """
    await desk.chooses("Picture")
    file_id = await desk.sends_file("cells.png", PNG)
    assert await desk.pictures() == (Picture(f"{SENT_IN_CHAT}{file_id}", 640, 360),)
    assert "Picture: uploaded to Telegram." in plain(desk.house.screen(EDITH))
    photo = desk.shown(EDITH, 2)["photo"][-1]["file_id"]
    assert photo != file_id
    reader = await desk.deliver()
    assert desk.shown(reader)["photo"][-1]["file_id"] == photo
    [call] = desk.house.world.ledger.sent_to(reader)
    assert call.params["photo"] == photo
    assert not [one for one in desk.house.world.ledger.of("sendPhoto") if one.params["photo"] == file_id]


async def test_a_link_is_a_picture_too_and_it_may_be_the_same_as_before(desk: PictureDesk) -> None:
    await desk.says(f"/edit 1 picture {OTHER}")
    assert await desk.pictures() == (Picture(OTHER),)
    assert desk.source(desk.shown(EDITH, 2)) == OTHER
    assert (await desk.says(f"/edit 1 picture {OTHER}")).startswith("#1 Grid says that already")
    await desk.chooses("Picture")
    assert (await desk.says("Some words")).startswith("I cannot take this link: “Some words” is not a link")
    await desk.says("https://pictures.example/third.jpg")
    assert await desk.pictures() == (Picture("https://pictures.example/third.jpg"),)
    assert len(await desk.edits()) == 2


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("http://127.0.0.1/a.jpg", "I cannot take this link"),
        (f"{SENT_IN_CHAT}AgACAgIAAx", "I cannot take this link"),
        ("cells.jpg", "I cannot take this link"),
        ("../../etc/passwd", "I cannot take this link"),
        (f"{OTHER} and more", "One link is wanted"),
    ],
)
async def test_what_is_no_public_address_is_no_picture(desk: PictureDesk, typed: str, answer: str) -> None:
    assert (await desk.says(f"/edit 1 picture {typed}")).startswith(answer)
    assert await desk.pictures() == (PICTURE,)
    assert await desk.edits() == []


@pytest.mark.parametrize(
    ("name", "data", "answer"),
    [
        ("cells.png", b"no picture", "That file is no JPEG, PNG, GIF or WebP"),
        ("cells.heic", b"\0\0\0\x18ftypheic", "That file is no JPEG, PNG, GIF or WebP"),
        ("cells.svg", b"<svg onload='alert(1)'/>", "That file is no JPEG, PNG, GIF or WebP"),
        ("cells.png", png(90, 600), "That picture has 90 × 600 pixels; each side needs 101 at least."),
        ("cells.png", png(9000, 1100), "That picture has 9000 × 1100 pixels. Telegram takes up to 10,000"),
        ("cells.png", png(4200, 200), "That picture has 4200 × 200 pixels."),
        ("cells.png", PNG + bytes(PHOTO_BYTES), "That picture is larger than the 10 MB that Telegram takes"),
    ],
)
async def test_a_file_that_cannot_be_shown_is_refused_once_and_still_asked_for(
    desk: PictureDesk, name: str, data: bytes, answer: str
) -> None:
    await desk.chooses("Picture")
    said = len(desk.house.messages(EDITH))
    await desk.sends_file(name, data)
    assert plain(desk.house.screen(EDITH)).startswith(answer)
    assert len(desk.house.messages(EDITH)) == said + 1
    assert await desk.pictures() == (PICTURE,)
    file_id = await desk.sends_photo()
    assert [one.file_id for one in await desk.pictures()] == [file_id]


async def test_a_file_that_is_called_no_picture_is_a_document_like_others(desk: PictureDesk) -> None:
    await desk.chooses("Picture")
    story = b"---\ntitle: By file\nwebUrl: https://news.example/by-file\npublishedDateTime: 2026-03-02T10:00Z\n---\n"
    await desk.sends_file("by-file.md", story, mime="text/markdown")
    assert (await desk.article(2)).story.title == "By file"
    assert await desk.pictures() == (PICTURE,)


async def test_under_a_picture_the_command_is_enough(desk: PictureDesk) -> None:
    file_id = await desk.sends_photo(caption="/edit 1 picture")
    assert [one.file_id for one in await desk.pictures()] == [file_id]
    await desk.sends_photo(caption="/edit 1 title")  # a picture is no title: it is asked for
    assert plain(desk.house.screen(EDITH)).startswith("Write the new title of #1")
    assert (await desk.article()).story.title == "Grid"


@pytest.mark.parametrize("typed", [None, "/edit 1 picture none", "/edit 1 picture Nothing"])
async def test_a_picture_is_taken_away_and_the_article_goes_as_text(desk: PictureDesk, typed: str | None) -> None:
    if typed is None:
        await desk.chooses("Picture")
        await desk.house.presses(EDITH, "Remove")
    else:
        await desk.says(typed)
    assert await desk.pictures() == ()
    assert "Picture: none, so it goes as text with a link preview." in plain(desk.house.screen(EDITH))
    assert "text" in desk.shown(EDITH, 2)
    assert (await desk.says("/edit 1 picture none")).startswith("#1 Grid says that already")
    await desk.chooses("Picture")
    assert desk.house.buttons(EDITH) == [["Cancel"]]  # there is nothing to remove


async def test_a_button_that_takes_a_picture_away_does_so_only_as_long_as_it_is_asked_for(desk: PictureDesk) -> None:
    await desk.chooses("Picture")
    message_id, data = desk.house.button(EDITH, "Remove")
    await desk.sends_photo()
    await desk.house.presses_data(EDITH, data, message_id)
    assert len(await desk.pictures()) == 1
    redrawn = next(one for one in desk.house.messages(EDITH) if one["message_id"] == message_id)
    assert plain(redrawn["text"]) == "#1 Grid: nothing is to be decided there any more."
    await desk.chooses("Title")
    message_id, _ = desk.house.button(EDITH, "Cancel")
    await desk.house.presses_data(EDITH, data, message_id)  # no button that this question has
    assert (await desk.article()).story.title == "Grid"
    assert len(await desk.pictures()) == 1


async def test_only_who_may_change_an_article_gives_it_a_picture(desk: PictureDesk) -> None:
    await desk.sends_photo(person=ANNA, caption="/edit 1 picture")
    assert plain(desk.house.screen(ANNA)).startswith("There is nothing for that here.")
    await desk.says(f"/editors add {BEN} contributor")
    await desk.sends_photo(person=BEN, caption="/edit 1 picture")
    assert plain(desk.house.screen(BEN)).startswith("No single article goes by “1”")
    story = b'{"title": "By Ben", "webUrl": "https://news.example/ben", "publishedDateTime": "2026-03-02T10:00Z"}'
    await desk.house.uploads(BEN, "ben.json", story)
    await desk.chooses("Picture", BEN, number=2)
    await desk.says("/publish 2")
    await desk.sends_photo(person=BEN)  # it is a draft no longer
    assert plain(desk.house.screen(BEN)).startswith("You can change drafts that you made")
    assert await desk.pictures(1) == (PICTURE,) and await desk.pictures(2) == ()


async def test_a_picture_sent_while_newsbot_was_not_running_is_not_taken(desk: PictureDesk) -> None:
    await desk.chooses("Picture")
    desk.house.world.photograph(EDITH, EDITH, PNG)
    desk.house.clock.advance(timedelta(minutes=12))
    await desk.house.settle()
    assert "#1 Grid was not changed; send it again if it is still meant." in plain(desk.house.screen(EDITH))
    assert await desk.pictures() == (PICTURE,)


async def test_of_two_editors_the_later_ones_picture_waits_for_their_decision(desk: PictureDesk) -> None:
    await desk.says(f"/editors add {BEN} editor")
    for person in (EDITH, BEN):
        await desk.chooses("Picture", person)
    first = await desk.sends_photo(png(500, 400), BEN)
    second = await desk.sends_photo(png(640, 360))
    assert plain(desk.house.screen(EDITH)) == (
        "#1 Grid was changed while you wrote.\n"
        f"Ben Okafor (7002) changed the picture: {PICTURE.url} → a picture sent in chat\n"
        "It says now (picture): a picture sent in chat\n"
        "Yours: a picture sent in chat"
    )
    assert [one.file_id for one in await desk.pictures()] == [first]
    await desk.house.presses(EDITH, "Use mine")
    assert await desk.pictures() == (Picture(f"{SENT_IN_CHAT}{second}", 640, 360),)
    # And the same for a picture that one takes away while another changes it.
    for person in (EDITH, BEN):
        await desk.chooses("Picture", person)
    await desk.sends_photo(png(500, 400), BEN)
    await desk.house.presses(EDITH, "Remove")
    assert "Yours: nothing" in plain(desk.house.screen(EDITH))
    assert [one.file_id for one in await desk.pictures()] == [first]
    await desk.house.presses(EDITH, "Use mine")
    assert await desk.pictures() == ()


async def test_the_files_picture_waits_for_a_decision_once_an_editor_has_sent_one(desk: PictureDesk) -> None:
    await desk.told()
    file_id = await desk.sends_photo(caption="/edit 1 picture")
    await desk.told(heat=7)
    assert [one.file_id for one in await desk.pictures()] == [file_id]
    newer = Picture(OTHER, 1000, 500, credit="Jo Lens", alt="Cells")
    await desk.told(pictures=(newer,))
    assert [one.file_id for one in await desk.pictures()] == [file_id]
    assert plain(desk.house.screen(EDITH)) == (
        f"#1 Grid: its file or feed says something else now (picture): “{OTHER}”. "
        "Edited in chat, and still shown: “a picture sent in chat”."
    )
    await desk.house.presses(EDITH, "Take the other")
    assert await desk.pictures() == (newer,)


# Whose it is


async def test_whose_a_picture_is_stands_under_it_and_is_said_of_no_other(desk: PictureDesk) -> None:
    await desk.told()
    assert await desk.chooses("Credit") == "Write whose picture #1 Grid shows. It says now: nothing"
    await desk.says("Jo  Lens / Agency")
    assert await desk.pictures() == (replace(PICTURE, credit="Jo Lens / Agency"),)
    assert plain(desk.shown(EDITH, 2)["caption"]).splitlines()[-1] == "Picture: Jo Lens / Agency"
    # The file's next picture is somebody else's, so the editors are asked about both together.
    await desk.told(pictures=(Picture(OTHER),))
    assert await desk.pictures() == (replace(PICTURE, credit="Jo Lens / Agency"),)
    assert "says something else now (picture)" in plain(desk.house.screen(EDITH))
    await desk.house.presses(EDITH, "Take the other")
    assert await desk.pictures() == (Picture(OTHER),)
    assert "Picture:" not in plain(desk.shown(EDITH, 2)["caption"])


async def test_a_credit_is_refused_without_a_picture_and_goes_with_it(desk: PictureDesk) -> None:
    await desk.says("/edit 1 credit Jo Lens")
    assert (await desk.says("/edit 1 credit Jo Lens")).startswith("#1 Grid says that already")
    assert (await desk.says(f"/edit 1 credit {'long ' * 50}")).startswith("The credit has at most 200 characters")
    await desk.says("/edit 1 credit none")
    assert (await desk.pictures())[0].credit is None
    await desk.says("/edit 1 credit Jo Lens")
    await desk.says(f"/edit 1 picture {OTHER}")
    assert await desk.pictures() == (Picture(OTHER),)
    await desk.says("/edit 1 picture none")
    for typed in ("/edit 1 credit Jo Lens", "/edit 1 credit"):
        assert (await desk.says(typed)) == "#1 Grid has no picture, so nobody can be credited."
    await desk.says("/preview 1")
    await desk.house.presses(EDITH, "Edit")
    await desk.house.presses(EDITH, "Credit")
    assert plain(desk.house.screen(EDITH)) == "#1 Grid has no picture, so nobody can be credited."


# What is out


async def test_photos_that_are_out_get_the_new_picture_and_texts_stay_texts(desk: PictureDesk) -> None:
    large, text = await desk.delivered_to_two()
    file_id = await desk.sends_photo(caption="/edit 1 picture")
    assert plain(desk.house.screen(EDITH)).startswith(
        "#1 Grid was changed: picture. Lists show it already. 2 delivered "
    )
    assert desk.shown(EDITH, 2)["photo"][-1]["file_id"] == file_id  # as readers will see it
    assert desk.source(desk.shown(large)) == PICTURE.url
    await desk.house.presses(EDITH, "Every copy")
    await desk.turn()
    assert desk.shown(large)["photo"][-1]["file_id"] == file_id
    assert "photo" not in desk.shown(text)
    for reader, words in ((large, "caption"), (text, "text")):
        assert plain(desk.shown(reader)[words]).splitlines()[-1].endswith(": picture")
    await desk.says("/edit 1 credit Jo Lens")
    await desk.house.presses(EDITH, "Every copy")
    await desk.turn()
    assert desk.shown(large)["photo"][-1]["file_id"] == file_id
    assert "Picture: Jo Lens" in plain(desk.shown(large)["caption"])
    assert "Picture:" not in plain(desk.shown(text)["text"])
    # It stays there when something else is corrected.
    await desk.says("/edit 1 title Cells for the grid")
    await desk.house.presses(EDITH, "Every copy")
    await desk.turn()
    assert "Picture: Jo Lens" in plain(desk.shown(large)["caption"])


async def test_a_picture_that_is_taken_away_is_not_left_in_the_photos_that_are_out(desk: PictureDesk) -> None:
    """A photo cannot become a text: editMessageText is for texts. So a picture that shows nothing takes its place.

    Source: https://core.telegram.org/bots/api#editmessagetext, https://core.telegram.org/bots/api#editmessagemedia
    """
    large, text = await desk.delivered_to_two()
    before: Article = await desk.article()
    await desk.says("/edit 1 picture none")
    await desk.house.presses(EDITH, "Every copy")
    await desk.turn()
    file = desk.house.world.files.get(desk.shown(large)["photo"][-1]["file_id"])
    assert file is not None and file.source is None and file.data
    assert plain(desk.shown(large)["caption"]).startswith("Grid")
    assert plain(desk.shown(text)["text"]).startswith("Grid")
    assert (await desk.article()).revision > before.revision
