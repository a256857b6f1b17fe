"""A newsroom of several, seen from outside: four eyes over a kill, a schedule in German, a contributor, and the log."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from street import Street, data, street

from bot.sandbox.tour.stage import plain


async def _acts(here: Street) -> list[tuple[str, str | None, str | None]]:
    """Return what was done to articles, by whom in chat or at the shell, oldest first."""
    entries = json.loads((await here.shell("log", "--json")).out)
    return [(one["act"], one["name"], one["shell"]) for one in reversed(entries) if one["article"] is not None]


async def test_four_eyes_hold_over_a_kill_and_every_act_is_in_the_log(tmp_path: Path) -> None:
    async with street(tmp_path, FOUR_EYES="1", UNDO="0") as here:
        anna, ben = await here.move_in("first", "second")
        edith = here.cast.edith
        await here.asks(edith, f"/editors add {ben} editor")
        assert "waits for another editor" in plain(await here.asks(edith, "/publish first"))
        await here.kill()
        assert [act for act, *_ in await _acts(here)] == ["ask"]
        await here.open()
        asked = await here.sees(ben, "wants to publish #1 First")
        assert "Approve" in str(asked) and not here.screens(anna, "First")
        await here.asks(edith, "/approve first")  # what she typed before the kill may be answered once more
        await here.sees(edith, "You asked for that yourself")
        await here.sends(ben, ben, asked["message_id"], data(asked, "Approve"))
        await here.sees(anna, "First")
        assert f"Ben Okafor ({ben}) approved #1" in plain(await here.sees(edith, "approved"))
        # The shell is the operator's: one is enough.
        assert (await here.shell("publish", "second")).status == 0
        await here.sees(anna, "Second")
        acts = await _acts(here)
        assert [act for act, *_ in acts] == ["ask", "approve", "publish", "publish"]
        assert [name for _, name, _ in acts[:3]] == ["Edith Lindqvist", "Ben Okafor", "Edith Lindqvist"]
        assert acts[3][1] is None and acts[3][2], "by whom at the shell"
        await here.sees(edith, "#1 is out")
        said = plain(await here.asks(edith, "/log"))
        assert f"Ben Okafor ({ben}): approved #1" in said and f"shell ({acts[3][2]}): published #2" in said
        assert "you: changed a role" in said


async def test_a_contributor_leaves_publishing_to_others_and_a_schedule_in_german_survives_a_restart(
    tmp_path: Path,
) -> None:
    async with street(tmp_path, TIMEZONE="Europe/Berlin") as here:
        anna, ben = await here.move_in("first", movable=True)
        edith = here.cast.edith
        assert (await here.shell("editors", "add", str(ben), "--role", "contributor")).status == 0
        assert "First" not in plain(await here.asks(ben, "/drafts"))
        assert "nothing for that" in plain(await here.asks(ben, "/publish first"))
        await here.asks(edith, "/settings language de")
        assert "verstehe ich nicht" in plain(await here.asks(edith, "/schedule first irgendwann"))
        said = plain(await here.asks(edith, "/schedule first übermorgen um halb neun"))
        assert said.startswith("#1 First geht hinaus:") and said.endswith("08:30 (Ortszeit Berlin).")
        assert await here.close() == 0
        await here.open(movable=True)
        [draft] = json.loads((await here.shell("drafts", "--json")).out)
        assert draft["state"] == "scheduled"
        assert datetime.fromisoformat(draft["scheduled_at"]) - datetime.now(UTC) > timedelta(days=1)
        assert "geplant" in plain(await here.asks(edith, "/drafts"))
        soon = plain(await here.asks(edith, "/schedule first in 1 Minute"))
        assert soon.startswith("#1 First geht hinaus:")
        here.later(70)
        await here.sees(anna, "First")
