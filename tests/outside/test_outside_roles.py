"""Who may publish, seen from outside: links that are opened, withdrawn and raced for, and roles that end at once."""

from __future__ import annotations

import json
import re
from pathlib import Path

from street import TOKEN, Street, buttons, data, street

from bot.sandbox.tour.stage import plain


async def _invited(here: Street, owner: int) -> str:
    """Return the payload of a fresh invitation."""
    await here.asks(owner, "/editors")
    await here.presses(owner, "Invite an editor")
    found = re.search(r"start=(e_\S+)$", plain(await here.sees(owner, "Pass this link on")))
    assert found is not None
    return found[1]


async def test_owners_learn_who_took_an_invitation_and_let_them_go(tmp_path: Path) -> None:
    async with street(tmp_path) as here:
        _, ben = await here.move_in("first")
        edith = here.cast.edith
        await here.starts(ben, await _invited(here, edith))
        told = await here.sees(edith, "took the invitation of Edith Lindqvist")
        assert plain(told).startswith(f"Ben Okafor ({ben}) ") and buttons(told) == ["Let Ben Okafor go"]
        note = await here.asks(ben, "/preview first")
        note = await here.sees(ben, "It would go to")
        pressed = data(told, "Let")
        await here.presses(edith, "Let Ben", told)
        assert "too old" in await here.sends(ben, ben, note["message_id"], data(note, "Publish to"))
        assert "nothing for that" in plain(await here.asks(ben, "/drafts"))
        again = await here.sends(edith, edith, told["message_id"], pressed)
        assert "out of date" in again
        log = plain(await here.asks(edith, "/log"))
        for line in (
            f"you: let an editor go (Ben Okafor ({ben}))",
            f"Ben Okafor ({ben}): became an editor (invited by you)",
            "you: invited an editor",
        ):
            assert line in log
        assert f"Ben Okafor ({ben})" in (await here.shell("log")).out


async def test_a_link_is_withdrawn_from_the_shell_and_one_of_many_gets_another(tmp_path: Path) -> None:
    async with street(tmp_path) as here:
        anna, ben = await here.move_in()
        edith = here.cast.edith
        link = await _invited(here, edith)
        [listed] = json.loads((await here.shell("editors", "--json")).out)["links"]
        assert (listed["role"], listed["made_by"]) == ("editor", edith)
        assert (await here.shell("editors", "withdraw", str(listed["number"]))).status == 0
        withdrawn = plain(await here.starts(ben, link))
        assert withdrawn == plain(await here.starts(anna, "e_" + "x" * 22))  # one that nobody made
        link = await _invited(here, edith)
        crowd = [here.world.add_person(f"Reader {n}", id=20_000 + n).id for n in range(12)]
        for person in crowd:
            here.world.start(person, link)
        await here.until(lambda: all(here.of_bot(person) for person in crowd), "12 answers")
        made = [person for person in crowd if "You are an editor" in plain(here.of_bot(person)[-1])]
        assert len(made) == 1
        assert {plain(here.of_bot(person)[-1]) for person in crowd if person not in made} == {withdrawn}
        people = json.loads((await here.shell("editors", "--json")).out)["people"]
        assert [(one["person"], one["role"]) for one in people] == [(edith, "owner"), (made[0], "editor")]


async def test_an_owner_by_link_who_is_removed_from_the_shell_is_a_reader_at_once(tmp_path: Path) -> None:
    async with street(tmp_path, TOKEN="") as here:
        here.topic("energy", "Energy")
        here.article("first.json", published=False)
        printed = await here.shell("setup", given=TOKEN + "\n")
        link = re.search(r"start=(o_\S+)", printed.out)
        assert printed.status == 0 and link is not None
        await here.imported()
        await here.open()
        edith, ben = here.cast.edith, here.cast.ben
        await here.starts(edith)
        assert "You are an owner" in plain(await here.starts(ben, link[1]))
        told = plain(await here.sees(edith, "opened the owner link"))
        assert f"newsbot editors remove {ben}" in told
        roster = await here.asks(ben, "/editors")
        invite = data(roster, "Invite an editor")
        removed = await here.shell("editors", "remove", str(ben))
        assert removed.status == 0 and removed.out.startswith(f"Ben Okafor ({ben}) is no owner any more.")
        assert "too old" in await here.sends(ben, ben, roster["message_id"], invite)
        assert "nothing for that" in plain(await here.asks(ben, "/editors"))
        await here.until(lambda: here.world.ledger.of("deleteMyCommands"), "the editors' menu taken away")
        refused = await here.shell("editors", "remove", str(edith))
        assert refused.status == 1 and "NEWSBOT_ADMINS" in refused.err
        log = plain(await here.asks(edith, "/log"))
        assert f"let somebody go (Ben Okafor ({ben}))" in log and "made a link for an owner" in log


async def test_a_restore_brings_no_editor_back_and_says_who_may_publish(tmp_path: Path) -> None:
    async with street(tmp_path) as here:
        anna, ben = await here.move_in("first")
        edith = here.cast.edith
        for person in (anna, ben):
            await here.starts(person, await _invited(here, edith))
        assert (await here.shell("backup", "copy.db")).status == 0
        await here.asks(edith, "/editors")
        await here.presses(edith, "Let Ben")
        assert await here.close() == 0
        restored = await here.shell("restore", "copy.db")
        assert restored.status == 0
        assert f"Ben Okafor ({ben}) was let go after the copy was made" in restored.out
        said = restored.out.partition("Who may publish:")[2]
        assert f"Anna Weber ({anna})" in said and str(edith) in said and "NEWSBOT_ADMINS" in said
        assert str(ben) not in said
        await here.open()
        assert "nothing for that" in plain(await here.asks(ben, "/drafts"))
        assert "First" in plain(await here.asks(anna, "/drafts"))
