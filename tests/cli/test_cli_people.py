"""`newsbot editors`: who may publish, and taking roles and links back from the shell."""

from __future__ import annotations

import asyncio
import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from databases import empty_database

from bot.domain.role import Role
from bot.services.newsroom import roles
from bot.store.desk import editors
from bot.store.engine.database import Database

EDITH, GRACE, BEN = 7003, 7100, 7002


@pytest.fixture
async def staffed(shell):
    """A shell with Edith, an owner of the configuration, Grace, one by link, Ben, whom she invited, and open links."""
    shell.variables["NEWSBOT_ADMINS"] = str(EDITH)
    empty_database(shell.database)
    db = await Database.open(shell.database)
    now = datetime.now(UTC)
    admins = frozenset({EDITH})
    code = await roles.owner_code(db, now)
    await roles.accept_invitation(db, code, GRACE, name="Grace Hopper", admins=admins, now=now)
    invitation = await roles.invite(db, Role.EDITOR, by=GRACE, admins=admins, now=now)
    assert invitation is not None
    await roles.accept_invitation(db, invitation, BEN, name="Ben\x1b[2J \u202eOkafor", admins=admins, now=now)
    for owner in (GRACE, EDITH):
        await roles.invite(db, Role.EDITOR, by=owner, admins=admins, now=now)
    async with db.transaction() as conn:
        await editors.invite(conn, Role.EDITOR, now - timedelta(hours=1), by=EDITH)  # too old
    await db.close()
    return shell


async def test_everybody_who_may_publish_is_listed_with_where_they_have_it_from(staffed):
    answer = await staffed("editors")
    assert (answer.status, answer.err) == (0, "")
    assert "\x1b" not in answer.out and "\u202e" not in answer.out
    lines = [" ".join(line.split()) for line in answer.out.splitlines()]
    assert lines[0] == f"owner {EDITH} NEWSBOT_ADMINS"
    assert lines[1].startswith(f"owner Grace Hopper ({GRACE}) by the shell, 20")
    assert re.fullmatch(rf"editor Ben.+Okafor \({BEN}\) invited by Grace Hopper \({GRACE}\), 20.+", lines[2])
    assert lines[3].startswith("Links that are still good")
    assert [line.split(" until ")[0] for line in lines[4:]] == [
        f"3 makes an editor by Grace Hopper ({GRACE})",
        f"4 makes an editor by {EDITH}",
    ]
    told = json.loads((await staffed("editors", "--json")).out)
    assert [(one["person"], one["role"], one["by"], one["invited_by"]) for one in told["people"]] == [
        (EDITH, "owner", "NEWSBOT_ADMINS", None),
        (GRACE, "owner", "link", None),
        (BEN, "editor", "link", GRACE),
    ]
    assert [(one["number"], one["role"], one["made_by"]) for one in told["links"]] == [
        (3, "editor", GRACE),
        (4, "editor", EDITH),
    ]


async def test_an_owner_by_link_is_removed_with_the_links_they_made(staffed):
    answer = await staffed("editors", "remove", str(GRACE))
    assert (answer.status, answer.err) == (0, "")
    assert answer.out.startswith(f"Grace Hopper ({GRACE}) is no owner any more.")
    assert staffed.rows("SELECT person, role FROM editors") == [(BEN, "editor")]
    assert staffed.rows("SELECT number FROM invitations ORDER BY number") == [(4,), (5,)]
    again = await staffed("editors", "remove", str(GRACE))
    assert again.status == 1 and again.out == "" and again.err.count("\n") == 1
    assert staffed.rows("SELECT count(*) FROM log WHERE act = 'withdraw'") == [(1,)]
    log = (await staffed("log")).out
    assert re.search(rf"shell \(\S+\) +let go +Grace Hopper \({GRACE}\) \[owner -> \]", log)
    assert re.search(rf"\({BEN}\) +become editor +invited by Grace Hopper \({GRACE}\)", log)
    entries = json.loads((await staffed("log", "--json")).out)
    assert entries[0]["about"] == {"person": GRACE, "name": "Grace Hopper"}
    assert (entries[-1]["act"], entries[-1]["about"]) == ("owner link", None)


async def test_an_owner_of_the_configuration_is_removed_where_they_are_named(staffed):
    answer = await staffed("editors", "remove", str(EDITH))
    assert (answer.status, answer.out) == (1, "")
    assert "NEWSBOT_ADMINS" in answer.err and answer.err.count("\n") == 1


async def test_a_link_is_withdrawn_once(staffed):
    assert (await staffed("editors", "withdraw", "3")).out == "Link 3 is withdrawn.\n"
    for number in ("3", "5", "99", "0", str(2**70)):
        answer = await staffed("editors", "withdraw", number)
        assert answer.status in (1, 2) and answer.out == "" and answer.err.count("\n") == 1
    assert staffed.rows("SELECT detail, person FROM log WHERE act = 'withdraw'") == [("editor", None)]


@pytest.mark.parametrize("words", [("remove",), ("remove", "x"), ("remove", "1", "2"), ("withdraw",), ("dismiss", "1")])
async def test_what_is_no_command_is_wrong_usage(shell, words):
    answer = await shell("editors", *words)
    assert (answer.status, answer.out) == (2, "") and answer.err.count("\n") == 1


async def test_several_shells_that_remove_one_owner_remove_them_once(staffed):
    answers = await asyncio.gather(*(staffed("editors", "remove", str(GRACE)) for _ in range(3)))
    assert sorted(answer.status for answer in answers) == [0, 1, 1]
    assert staffed.rows("SELECT count(*) FROM log WHERE act = 'let go'") == [(1,)]


async def test_only_a_database_that_is_there_is_asked(shell):
    answer = await shell("editors")
    assert answer.status == 2 and str(shell.database) in answer.err
    assert not shell.database.exists()


async def test_a_role_is_given_changed_and_taken_by_id_and_the_last_owner_stays(shell):
    empty_database(shell.database)
    given = await shell("editors", "add", str(GRACE), "--role", "owner")
    assert (given.status, given.out, given.err) == (0, f"{GRACE} is an owner now.\n", "")
    again = await shell("editors", "add", str(GRACE), "--role", "owner")
    assert (again.status, again.out) == (1, "") and "is an owner already" in again.err
    only = await shell("editors", "remove", str(GRACE))
    assert (only.status, only.out) == (1, "") and "is the only owner" in only.err and only.err.count("\n") == 1
    less = await shell("editors", "add", str(GRACE), "--role", "contributor")
    assert (less.status, less.err.count("\n")) == (1, 1) and "is the only owner" in less.err
    assert (await shell("editors", "add", str(BEN))).out == f"{BEN} is an editor now.\n"
    more = await shell("editors", "add", str(BEN), "--role", "owner")
    assert more.out == f"{BEN} is an owner now, and was an editor.\n"
    assert (await shell("editors", "remove", str(GRACE))).status == 0
    assert shell.rows("SELECT person, role FROM editors") == [(BEN, "owner")]
    acts = [
        (one["act"], one["about"]["person"], one["before"], one["after"], bool(one["shell"]))
        for one in reversed(json.loads((await shell("log", "--json")).out))
    ]
    assert acts == [
        ("role", GRACE, None, "owner", True),
        ("role", BEN, None, "editor", True),
        ("role", BEN, "editor", "owner", True),
        ("let go", GRACE, "owner", None, True),
    ]


@pytest.mark.parametrize("words", [("add",), ("add", "x"), ("add", "0"), ("add", "7", "--role", "king")])
async def test_a_role_that_is_none_is_wrong_usage(shell, words):
    answer = await shell("editors", *words)
    assert (answer.status, answer.out) == (2, "") and answer.err.count("\n") == 1
