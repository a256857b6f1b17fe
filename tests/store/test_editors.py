"""Editors in the store: roles and one-time links."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from databases import empty_database

from bot.domain.role import Role
from bot.store.desk import editors
from bot.store.engine.database import Connection, Database
from bot.store.readers import export

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
NONE: frozenset[int] = frozenset()


@pytest.fixture
async def conn(tmp_path: Path) -> AsyncIterator[Connection]:
    empty_database(tmp_path / "editors.db")
    db = await Database.open(tmp_path / "editors.db")
    async with db.transaction() as conn:
        yield conn
    await db.close()


async def test_a_stranger_has_no_role_and_an_owner_of_the_configuration_has_one(conn):
    assert await editors.role(conn, 1, NONE) is None
    assert await editors.role(conn, 1, frozenset({1})) is Role.OWNER


async def test_an_editor_can_be_added_and_removed(conn):
    await editors.add(conn, 2, Role.EDITOR, by=1, now=NOW)
    assert await editors.role(conn, 2, NONE) is Role.EDITOR
    assert await editors.editors(conn, frozenset({1})) == {1: Role.OWNER, 2: Role.EDITOR}
    assert await editors.remove(conn, 2)
    assert not await editors.remove(conn, 2)
    assert await editors.role(conn, 2, NONE) is None


async def test_an_owner_invited_as_an_editor_stays_an_owner(conn):
    await editors.add(conn, 2, Role.OWNER, by=None, now=NOW)
    await editors.add(conn, 2, Role.EDITOR, by=1, now=NOW)
    assert await editors.role(conn, 2, NONE) is Role.OWNER


async def test_a_link_works_once(conn):
    code = await editors.invite(conn, Role.OWNER, NOW)
    assert await editors.accept(conn, code, 7, NOW) is Role.OWNER
    assert await editors.accept(conn, code, 8, NOW) is None
    assert await editors.editors(conn, NONE) == {7: Role.OWNER}


async def test_a_link_lasts_fifteen_minutes(conn):
    code = await editors.invite(conn, Role.OWNER, NOW)
    assert await editors.accept(conn, code, 7, NOW + timedelta(minutes=15)) is None
    code = await editors.invite(conn, Role.EDITOR, NOW)
    assert await editors.accept(conn, code, 7, NOW + timedelta(minutes=14, seconds=59)) is Role.EDITOR


async def test_a_code_is_long_fits_a_deep_link_and_is_not_in_the_database(conn):
    code = await editors.invite(conn, Role.OWNER, NOW)
    assert len(code) >= 22
    assert len(f"o_{code}") <= 64
    assert code.replace("-", "").replace("_", "").isalnum()
    [row] = await conn.execute_fetchall("SELECT * FROM invitations")
    assert code not in map(str, tuple(row))


async def test_a_made_up_code_gives_nothing(conn):
    await editors.invite(conn, Role.OWNER, NOW)
    assert await editors.accept(conn, "made-up", 7, NOW) is None
    assert await editors.accept(conn, "", 7, NOW) is None


async def test_an_export_names_the_role_the_name_and_what_was(conn):
    await editors.add(conn, 7, Role.EDITOR, by=1, now=NOW)
    await editors.set_name(conn, 7, "Grace")
    [kept] = (await export.export(conn, 7))["editor"]
    assert kept == {"role": "editor", "since": NOW.isoformat(), "added_by": 1, "name": "Grace", "ended_at": None}
    await editors.dismiss(conn, 7, NOW)
    [kept] = (await export.export(conn, 7))["editor"]
    assert (kept["role"], kept["ended_at"]) == (None, NOW.isoformat())
    assert (await export.export(conn, 8))["editor"] == []


async def test_who_is_removed_leaves_no_link_and_no_word_behind(conn):
    await editors.add(conn, 2, Role.OWNER, by=None, now=NOW)
    code = await editors.invite(conn, Role.EDITOR, NOW, by=2)
    other = await editors.invite(conn, Role.EDITOR, NOW, by=1)
    await editors.add_newcomer_notices(conn, 3, Role.EDITOR, 2, owners=[1, 2])
    await editors.dismiss(conn, 2, NOW)
    assert await editors.invitation(conn, code, NOW) is None
    assert [one.made_by for one in await editors.open_invitations(conn, NOW)] == [1]
    assert await editors.accept(conn, other, 9, NOW) is Role.EDITOR
    assert [(one.owner, one.person) for one in await editors.untold(conn)] == [(1, 3)]
