"""Editors in the store: roles and one-time links."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from databases import empty_database

from bot.domain.role import Role
from bot.store.desk import editors
from bot.store.desk.role_reconciliation import reconcile_roles
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


async def test_a_code_is_long_fits_a_deep_link_and_is_not_in_the_database(conn):
    code = await editors.invite(conn, Role.OWNER, NOW)
    assert len(code) >= 22
    assert len(f"o_{code}") <= 64
    assert code.replace("-", "").replace("_", "").isalnum()
    [row] = await conn.execute_fetchall("SELECT * FROM invitations")
    assert code not in map(str, tuple(row))


async def test_an_export_names_the_role_the_name_and_what_was(conn):
    await editors.add(conn, 7, Role.EDITOR, by=1, now=NOW)
    await editors.set_name(conn, 7, "Grace")
    [kept] = (await export.export(conn, 7))["editor"]
    assert kept == {"role": "editor", "since": NOW.isoformat(), "added_by": 1, "name": "Grace", "ended_at": None}
    await editors.dismiss(conn, 7, NOW)
    [kept] = (await export.export(conn, 7))["editor"]
    assert (kept["role"], kept["ended_at"]) == (None, NOW.isoformat())
    assert (await export.export(conn, 8))["editor"] == []


@pytest.mark.parametrize(
    ("before", "after", "left"),
    [
        (Role.OWNER, Role.EDITOR, Role.EDITOR),
        (Role.OWNER, Role.CONTRIBUTOR, Role.CONTRIBUTOR),
        (Role.EDITOR, Role.CONTRIBUTOR, Role.CONTRIBUTOR),
        (Role.EDITOR, None, None),
        (Role.CONTRIBUTOR, None, None),
        (Role.CONTRIBUTOR, Role.OWNER, Role.CONTRIBUTOR),  # nobody gains anything by a restore
        (Role.EDITOR, Role.EDITOR, Role.EDITOR),
    ],
)
async def test_an_older_copy_gives_nobody_back_more_than_they_have_now(tmp_path, before, after, left):
    copy, replaced = tmp_path / "copy.db", tmp_path / "now.db"
    for path, is_later in ((copy, False), (replaced, True)):
        empty_database(path)
        db = await Database.open(path)
        async with db.transaction() as conn:
            await editors.set_role(conn, 7, before, 1, NOW)
            if is_later and after is None:
                await editors.dismiss(conn, 7, NOW + timedelta(hours=1))
            elif is_later:
                await editors.set_role(conn, 7, after, 1, NOW + timedelta(hours=1))
        await db.close()
    reconcile_roles(copy, replaced, NOW + timedelta(hours=2))
    db = await Database.open(copy)
    async with db.reading() as conn:
        assert await editors.role(conn, 7, NONE) is left
    await db.close()
