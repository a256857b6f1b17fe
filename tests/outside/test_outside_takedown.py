"""A story that is to be gone for good, over real processes: from phones, lists, the database and whatever brings it."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

from programs import ARTICLES, door
from street import Json, Street, buttons, data, street

from bot.sandbox.tour.stage import plain
from bot.sandbox.world.faults import Refuse

TITLE = "Quillfeather bribed the harbour"
EXCERPT = "Zebulon Quillfeather is said to have paid."
LINK = "https://news.example/quillfeather-harbour"
WORDS = ("quillfeather", "zebulon")
WHY = "order 12-O-34 of the court"
NOTICE = "This message was taken down."


def _story(here: Street, **fields: object) -> Path:
    told: dict[str, object] = {"excerpt": EXCERPT, "webUrl": LINK, **fields}
    return here.article("harbour.json", TITLE, **told)


async def _delivered(here: Street, readers: int) -> list[int]:
    """Start the bot, and let so many readers get the story from a file; return them."""
    here.topic("energy", "Energy")
    await here.imported()
    await here.open()
    await here.starts(here.cast.edith)
    crowd = await here.crowd(readers)
    _story(here)
    await here.until(lambda: _telling(here, crowd) == readers, "all have it")
    return crowd


def _telling(here: Street, crowd: list[int]) -> int:
    """Return how many people have a message of the bot's that tells the story."""
    return sum(any(word in plain(one).lower() for one in here.of_bot(person) for word in WORDS) for person in crowd)


def _in_files(here: Street) -> list[str]:
    """Return where a word of the story stands in the database's files."""
    return [
        f"{path.name}: {word}"
        for path in sorted((here.folder / "data").glob("newsbot.db*"))
        for word in WORDS
        if word.encode() in path.read_bytes().lower()
    ]


async def _take_down(here: Street, name: str, *more: str) -> str:
    printed = await here.shell("takedown", name, "--why", WHY, "--yes", *more)
    assert printed.status == 0, printed.err
    return printed.out


async def test_every_copy_goes_and_the_report_names_what_cannot_be_reached(tmp_path: Path) -> None:
    async with street(tmp_path) as here:
        crowd = await _delivered(here, 9)
        deleted_it, left = crowd[0], crowd[1]
        copy = here.screens(deleted_it, TITLE)[-1]
        here.world.history.remove(deleted_it, copy["message_id"])
        here.world.faults.add(Refuse(403, "Forbidden: bot was blocked by the user"), chat=left)
        edith = here.cast.edith
        asked = await here.asks(edith, f"/takedown {LINK} {WHY}")
        assert "9 copies were delivered" in plain(asked)
        assert "That cannot be undone." in plain(asked)
        assert _telling(here, crowd) == 8, "nothing happens before somebody has said yes"
        await here.presses(edith, "Take down", asked)
        await here.until(lambda: _telling(here, crowd) == 1, lambda: f"{_telling(here, crowd)} still have it")
        report = await here.until(
            lambda: found if "Out of reach:" in (found := plain(here.now(asked))) else None,
            lambda: plain(here.now(asked)),
        )
        assert "Copies delivered: 9. Deleted: 8." in report
        assert "Not reached: 1." in report
        assert "- 1 in private chats: the bot was blocked or removed there" in report
        assert "forwarded" in report
        assert "- the file harbour.json" in report
        assert not any(word in report.lower() for word in WORDS)
        log = await here.shell("log")
        assert f"take down  #1  {WHY}" in log.out
        assert not any(word in log.out.lower() for word in WORDS)
        told = await here.shell("takedown", LINK, "--why", "again", "--yes")
        assert told.out.strip() == report.strip(), "whoever takes it down again gets the same report"
        assert told.out.count("take down") == 0


async def test_nothing_of_it_is_left_in_the_database_the_lists_or_behind_old_buttons(tmp_path: Path) -> None:
    async with door(tmp_path) as at:
        here = at.here
        here.topic("energy", "Energy")
        named = [{"title": TITLE, "webUrl": LINK, "publishedDateTime": "2026-01-01"}]
        _story(here, published=False, topics=["Energy", "Quillfeather"])
        here.article("other.json", "Storage grows", related=named, published=False)
        await here.imported()
        key = await at.key("desk", "--role", "editor")
        await at.counts(key)
        anna, edith = here.cast.anna, here.cast.edith
        await here.starts(edith)
        await here.starts(anna, "t_energy")
        await here.asks(edith, "/publish harbour")
        card = await here.sees(anna, TITLE)
        await here.presses(anna, "Save", card)
        await here.asks(edith, "/publish other")
        naming = await here.sees(anna, "Storage grows")
        assert TITLE in plain(naming), "it is named as related"
        listed = await here.asks(anna, "/latest")
        assert TITLE in plain(listed)
        assert (await at.asks("GET", f"{ARTICLES}/1", key)).status == 200

        await _take_down(here, "1", "--wait")
        await here.until(lambda: TITLE not in plain(here.now(naming)), lambda: plain(here.now(naming)))
        for text in ("/latest", "/saved", f"/search {WORDS[0]}", "/top"):
            found = plain(await here.asks(anna, text)).lower()
            assert TITLE.lower() not in found, text
            assert WORDS[1] not in found, text
        for pressed in (data(card, "More"), data(card, "Save"), data(listed, "Open 2")):
            toast = await here.sends(anna, anna, listed["message_id"], pressed)
            assert toast == "There is no story #1 to read. /latest lists those there are.", pressed
        assert (await at.asks("GET", f"{ARTICLES}/1", key)).status == 410
        for path in ("/feed.xml", "/feed.json"):
            said = await at.asks("GET", path)
            assert said.status == 200
            assert not any(word in said.text.lower() for word in WORDS), path
        document = await here.asks(anna, "/export")
        exported = here.file(document["document"]["file_id"]) if "document" in document else b""
        assert not any(word.encode() in exported.lower() for word in WORDS)
        assert await here.close() == 0
        assert _in_files(here) == []
        with sqlite3.connect(here.folder / "data" / "newsbot.db") as conn:
            assert conn.execute("PRAGMA integrity_check").fetchone() == ("ok",)


async def test_no_file_link_program_or_document_brings_it_back_and_each_is_told_so(tmp_path: Path) -> None:
    async with door(tmp_path) as at:
        here = at.here
        here.topic("energy", "Energy")
        _story(here)
        await here.imported()
        key = await at.key("desk", "--role", "editor")
        await at.counts(key)
        edith, anna = here.cast.edith, here.cast.anna
        await here.starts(edith)
        await here.starts(anna, "t_energy")
        await _take_down(here, LINK)
        here.article("again.json", TITLE, webUrl=f"{LINK}/?utm_source=x", excerpt=EXCERPT)
        printed = await here.shell("import", "content")
        assert printed.status == 1
        assert "again.json:0: file: tells the story of #1, which was taken down" in printed.err
        _story(here, webUrl="https://news.example/elsewhere")  # the same file with another link
        printed = await here.shell("import", "content")
        assert "harbour.json:0: file: tells the story of #1" in printed.err
        told = await at.asks("POST", ARTICLES, key, _sent())
        assert (told.status, "taken down" in told.text) == (410, True)
        pasted = await here.asks(edith, "www.news.example/quillfeather-harbour#top")
        assert plain(pasted) == "This story was taken down as #1. Nothing of it is taken again."
        here.world.upload(edith, edith, "harbour.json", (here.content / "again.json").read_bytes())
        answer = await here.sees(edith, "tells the story of #1, which was taken down")
        assert "No drafts came of this." in plain(answer)
        made = await at.asks("POST", ARTICLES, key, {**_sent(), "webUrl": "https://news.example/fine", "title": "Fine"})
        assert made.status == 201, "another story is taken as ever"
        changed = await at.asks("PATCH", f"{ARTICLES}/{made.json['number']}", key, {"webUrl": LINK})
        assert (changed.status, "taken down" in changed.text) == (422, True)
        edited = await here.asks(edith, f"/edit {made.json['number']} link {LINK}")
        assert "That link leads to #1, which was taken down. Nothing was changed." in plain(edited)
        await here.shell("takedown", str(made.json["number"]), "--why", WHY, "--yes")
        assert await here.close() == 0
        for path in ("again.json", "harbour.json"):
            (here.content / path).unlink()
        assert [one for one in _in_files(here) if WORDS[1] in one] == []


def _sent() -> dict[str, object]:
    return {
        "title": TITLE,
        "excerpt": EXCERPT,
        "webUrl": LINK,
        "publishedDateTime": "2026-01-01T00:00:00Z",
        "published": True,
        "topics": ["Energy"],
    }


async def test_it_stops_a_running_broadcast_and_is_finished_after_a_kill(tmp_path: Path) -> None:
    async with street(tmp_path, RATE="40", UNDO="0s") as here:
        here.topic("energy", "Energy")
        _story(here, published=False)
        await here.imported()
        await here.open()
        edith = here.cast.edith
        await here.starts(edith)
        crowd = await here.crowd(120)
        here.world.say(edith, edith, "/publish harbour")
        await here.until(lambda: _telling(here, crowd) >= 30, "30 of 120")
        await _take_down(here, "harbour")
        most = _telling(here, crowd)
        assert most < 120
        await here.until(lambda: _telling(here, crowd) < most, "the first copies go")
        await here.kill()
        assert _telling(here, crowd) > 0
        await here.open()
        await here.until(lambda: _telling(here, crowd) == 0, lambda: f"{_telling(here, crowd)} still have it")
        told = await here.shell("delivery", "1", "--json")
        assert '"retracting": 0' in told.out
        assert '"state": "taken_down"' in told.out
        refused = await here.shell("publish", "1")
        assert (refused.status, "#1 was taken down" in refused.err) == (1, True)


async def test_two_editors_at_once_take_it_down_once(tmp_path: Path) -> None:
    async with street(tmp_path) as here:
        crowd = await _delivered(here, 4)
        edith, ben = here.cast.edith, here.cast.ben
        await here.starts(ben)
        printed = await here.shell("editors", "add", str(ben))
        assert printed.status == 0, printed.err
        asked = [await here.asks(person, f"/takedown {LINK}") for person in (edith, ben)]
        await asyncio.gather(*(here.presses(one["chat"]["id"], "Take down", one) for one in asked))
        await here.until(lambda: _telling(here, crowd) == 0, lambda: f"{_telling(here, crowd)} still have it")
        for one in asked:
            await here.until(
                lambda one=one: "Copies delivered: 4. Deleted: 4." in plain(here.now(one)),
                lambda one=one: plain(here.now(one)),
            )
        log = await here.shell("log")
        assert log.out.count("take down") == 1


async def test_nothing_is_done_without_a_yes_and_readers_have_no_such_command(tmp_path: Path) -> None:
    async with street(tmp_path) as here:
        crowd = await _delivered(here, 2)
        printed = await here.shell("takedown", LINK, "--why", WHY)
        assert printed.status == 2
        assert printed.err.strip() == "newsbot: nothing was done: nobody can be asked here; add --yes to take it down"
        assert "2 copies were delivered: 2 can be changed, of which 0 too old" in printed.out
        assert (await here.shell("takedown", LINK)).status == 2
        assert (await here.shell("takedown", "nothing-of-that", "--why", WHY, "--yes")).status == 1
        reader: Json = await here.asks(crowd[0], f"/takedown {LINK}")
        assert plain(reader) == "There is nothing for that here. /help lists what there is."
        here.world.press(crowd[0], crowd[0], reader["message_id"], "take_down_now:1")
        asked = await here.asks(here.cast.edith, f"/takedown {LINK}")
        assert buttons(asked)[0] == "Leave it"
        await here.presses(here.cast.edith, "Leave it", asked)
        await here.until(lambda: "Take down" not in buttons(here.now(asked)), "the question is gone")
        assert _telling(here, crowd) == 2


async def test_an_older_copy_of_the_database_does_not_bring_it_back(tmp_path: Path) -> None:
    async with street(tmp_path) as here:
        crowd = await _delivered(here, 2)
        assert (await here.shell("backup", "before.db")).status == 0
        await _take_down(here, LINK, "--wait")
        await here.until(lambda: _telling(here, crowd) == 0, "no copies")
        assert await here.close() == 0
        printed = await here.shell("restore", "before.db")
        assert printed.status == 0, printed.err
        assert "Taken down again, as they were after the copy was made: 1 article." in printed.out
        await here.open()
        assert TITLE not in plain(await here.asks(crowd[0], "/latest"))
        assert _telling(here, crowd) == 0
        assert NOTICE not in " ".join(plain(one) for one in here.of_bot(crowd[0])), "nothing more is sent"
