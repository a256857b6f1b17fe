"""Copies that readers have, changed by real processes: whatever is refused, killed or deleted in between."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from street import Json, Street, buttons, street

from bot.sandbox.tour.stage import plain
from bot.sandbox.world.faults import Refuse

WHY = "one person was arrested, not seven."


async def _delivered(here: Street, readers: int, slug: str = "arrests") -> list[int]:
    """Start the bot, and let so many readers get an article from a file; return them."""
    here.topic("energy", "Energy")
    await here.imported()
    await here.open()
    await here.starts(here.cast.edith)
    crowd = await here.crowd(readers)
    here.article(f"{slug}.json", "Seven arrested")
    await here.until(lambda: all(_copy(here, person) for person in crowd), "all have it")
    return crowd


def _copy(here: Street, person: int) -> Json | None:
    """Return a reader's copy of an article: the message with its buttons, or what it became."""
    found = [one for one in here.of_bot(person) if "Save" in buttons(one) or "taken back" in plain(one)]
    return found[-1] if found else None


def _says(here: Street, crowd: list[int], text: str) -> int:
    return sum(text in plain(copy) for person in crowd if (copy := _copy(here, person)) is not None)


async def _delivery(here: Street, slug: str = "arrests") -> dict[str, Any]:
    printed = await here.shell("delivery", slug, "--json")
    assert printed.status == 0, printed.err
    found: dict[str, Any] = json.loads(printed.out)["delivery"]
    return found


async def test_a_file_that_is_changed_is_asked_about_and_every_copy_shows_it_then(tmp_path: Path) -> None:
    async with street(tmp_path) as here:
        crowd = await _delivered(here, 12)
        edith, ids = here.cast.edith, {person: _copy(here, person)["message_id"] for person in crowd}  # type: ignore[index]
        here.article("arrests.json", "One arrested", heat=400)
        asked = await here.sees(edith, "was changed: title")
        assert buttons(asked) == ["Lists only", "Every copy", "Leave it"]
        assert _says(here, crowd, "Seven arrested") == 12
        await here.presses(edith, "Every copy", asked)
        await here.until(lambda: _says(here, crowd, "One arrested") == 12, "12 corrected copies")
        await here.until(
            lambda: "Corrected on 12 of 12 phones." in plain(here.now(asked)), lambda: plain(here.now(asked))
        )
        assert _says(here, crowd, "Corrected ") == 12
        assert ids == {person: _copy(here, person)["message_id"] for person in crowd}  # type: ignore[index]
        told = await _delivery(here)
        assert (told["corrected"], told["correcting"], told["not_corrected"]) == (12, 0, 0)
        log = await here.shell("log")
        assert "correct  #1  title" in log.out


async def test_a_correction_is_finished_after_a_kill_and_under_faults_and_accounts_for_every_copy(
    tmp_path: Path,
) -> None:
    async with street(tmp_path, RATE="40") as here:
        crowd = await _delivered(here, 60)
        here.world.history.remove(crowd[0], _copy(here, crowd[0])["message_id"])  # type: ignore[index]
        for person in crowd[1:20]:
            here.world.faults.add(Refuse(500, "Internal Server Error"), chat=person, times=1)
        await here.asks(here.cast.edith, f"/correct arrests {WHY}")
        await here.until(lambda: _says(here, crowd, WHY) >= 10, "10 corrected copies")
        await here.kill()
        assert _says(here, crowd, WHY) < 59
        await here.open()
        await here.until(lambda: _says(here, crowd, WHY) == 59, lambda: f"{_says(here, crowd, WHY)} of 59")
        await here.sees(here.cast.edith, "1 could not be changed")
        told = await _delivery(here)
        assert (told["corrected"], told["correcting"], told["not_corrected"]) == (59, 0, 1)
        assert told["copies_reasons"] == [{"reason": "message to edit not found", "copies": 1}]
        assert all(len([one for one in here.of_bot(person) if "Save" in buttons(one)]) == 1 for person in crowd[1:])


async def test_a_correction_during_the_broadcast_reaches_who_has_it_and_who_gets_it_only_now(tmp_path: Path) -> None:
    async with street(tmp_path, RATE="40", UNDO="0s") as here:
        here.topic("energy", "Energy")
        here.article("arrests.json", "Seven arrested", published=False)
        await here.imported()
        await here.open()
        edith = here.cast.edith
        await here.starts(edith)
        crowd = await here.crowd(80)
        here.world.say(edith, edith, "/publish arrests")
        await here.until(lambda: _says(here, crowd, "Seven arrested") >= 15, "15 of 80")
        here.world.say(edith, edith, f"/correct arrests {WHY}")
        await here.until(lambda: _says(here, crowd, WHY) == 80, lambda: f"{_says(here, crowd, WHY)} of 80")
        assert all(len([one for one in here.of_bot(person) if "Save" in buttons(one)]) == 1 for person in crowd)


async def test_a_correction_goes_on_while_a_broadcast_of_another_article_runs(tmp_path: Path) -> None:
    async with street(tmp_path, RATE="30", UNDO="0s") as here:
        crowd = await _delivered(here, 8)
        here.article("other.json", "Another story", published=False)
        edith = here.cast.edith
        many = await here.crowd(300, called="Late", first=30_000)
        here.world.say(edith, edith, "/publish other")
        await here.until(lambda: _says(here, many, "Another story") >= 20, "20 of 300")
        here.world.say(edith, edith, f"/correct arrests {WHY}")

        def corrected() -> int:
            return sum(WHY in plain(one) for person in crowd for one in here.of_bot(person))

        await here.until(lambda: corrected() == 8, lambda: f"{corrected()} of 8")
        assert _says(here, many, "Another story") < 300


async def test_a_retraction_turns_copies_into_notices_and_says_how_many(tmp_path: Path) -> None:
    async with street(tmp_path) as here:
        crowd = await _delivered(here, 8)
        here.world.history.remove(crowd[0], _copy(here, crowd[0])["message_id"])  # type: ignore[index]
        await here.asks(here.cast.edith, "/retract arrests notice it was another city")
        await here.until(
            lambda: _says(here, crowd, "This story was taken back: it was another city") == 7, "seven notices"
        )
        await here.until(
            lambda: here.screens(
                here.cast.edith, "Turned into a notice on 7 of 8 phones; 1 could not be changed (1 deleted it)."
            ),
            "an account",
        )
        told = await _delivery(here)
        assert (told["noticed"], told["deleted"], told["retracting"], told["not_retracted"]) == (7, 1, 0, 0)
        latest = await here.asks(here.cast.anna, "/latest")
        assert "arrested" not in plain(latest)


async def test_copies_are_deleted_when_an_editor_says_so(tmp_path: Path) -> None:
    async with street(tmp_path) as here:
        crowd = await _delivered(here, 6)
        edith = here.cast.edith
        answer = await here.asks(edith, "/retract arrests")
        await here.presses(edith, "Delete copies", answer)
        await here.until(lambda: not any(_copy(here, person) for person in crowd), "no copies")
        await here.until(
            lambda: "Deleted on 6 of 6 phones." in plain(here.now(answer)), lambda: plain(here.now(answer))
        )
        assert (await _delivery(here))["deleted"] == 6


async def test_the_shell_corrects_and_takes_back_what_a_running_bot_has_delivered(tmp_path: Path) -> None:
    async with street(tmp_path) as here:
        crowd = await _delivered(here, 6)
        saver, *others = crowd  # whose copy bears another button from now on
        await here.presses(saver, "Save", _copy(here, saver))
        done = await here.shell("correct", "arrests", "--title", "One arrested", "--why", WHY, "--tell", "saved")
        assert (done.status, done.err) == (0, "")
        assert done.out.splitlines()[0] == "#1 is corrected in the lists; 6 copies will be corrected"
        await here.until(
            lambda: _says(here, others, "One arrested") == 5 and _says(here, others, WHY) == 5, "5 corrected copies"
        )
        await here.until(lambda: any("Open" in buttons(one) for one in here.of_bot(saver)), "a note to who saved it")
        done = await here.shell("retract", "arrests", "--copies", "notice", "--why", "it was another city")
        assert (done.status, done.err) == (0, "")
        await here.until(lambda: _says(here, others, "taken back: it was another city") == 5, "five notices")
        told = "You saved this story. It was taken back: it was another city"
        await here.until(lambda: any(told in plain(one) for one in here.of_bot(saver)), "a note to who saved it")
        log = (await here.shell("log")).out
        assert [act for act in ("correct", "edit", "retract", "take back copies") if f"  {act}  " not in log] == []


async def test_what_the_shell_corrects_while_no_bot_runs_is_done_at_the_next_start(tmp_path: Path) -> None:
    async with street(tmp_path) as here:
        crowd = await _delivered(here, 4)
        await here.kill()
        done = await here.shell("correct", "arrests", "--why", WHY)
        assert done.out.strip().endswith("4 copies will be corrected; no bot is running on this database")
        assert _says(here, crowd, WHY) == 0
        await here.open()
        await here.until(lambda: _says(here, crowd, WHY) == 4, "4 corrected copies")
