"""The shell on PostgreSQL: the same commands, what backs up a server instead, and the way to a file."""

from __future__ import annotations

import psycopg
import pytest
from postgres_cluster import PASSWORD

from bot.store.postgres.direct_session import direct_session


@pytest.fixture
def shell(shell, postgres_url):
    shell.variables["NEWSBOT_DATABASE"] = postgres_url
    return shell


async def one_line(shell, *arguments: str) -> str:
    """Run a command that cannot be carried out, and return the line that says so."""
    answer = await shell(*arguments)
    assert (answer.status, answer.out, answer.err.count("\n")) == (2, "", 1), answer
    assert PASSWORD not in answer.err
    return answer.err


async def test_only_some_commands_make_a_database(shell, postgres_url):
    assert "there is no bot's database at postgresql://newsbot@127.0.0.1" in await one_line(shell, "drafts")
    shell.article("news/one.md", "One")
    assert (await shell("import", "news")).out.strip().startswith("1 draft")
    assert "One" in (await shell("drafts")).out
    with psycopg.connect(postgres_url) as conn:
        assert conn.execute("SELECT title FROM newsbot.articles").fetchall() == [("One",)]


async def test_what_the_shell_publishes_waits_for_a_bot_that_runs(shell, postgres_url):
    shell.article("news/one.md", "One")
    shell.article("news/two.md", "Two")
    await shell("import", "news")
    with psycopg.connect(postgres_url) as conn:
        conn.execute("INSERT INTO newsbot.chats (id, kind, since, state_at) VALUES (7001, 'private', 1, 1)")
        conn.execute(
            "INSERT INTO newsbot.subscriptions (topic, chat, since) SELECT number, 7001, 1 FROM newsbot.topics"
        )
    assert "no bot is running on this database" in (await shell("publish", "1")).out
    async with direct_session(postgres_url):  # what each process of a bot has
        answer = await shell("publish", "2")
        assert answer.status == 0 and "no bot is running" not in answer.out


async def test_a_backup_is_the_servers_business(shell):
    shell.article("news/one.md", "One")
    await shell("import", "news")
    assert "pg_dump" in await one_line(shell, "backup", "copy.db")
    assert "pg_restore" in await one_line(shell, "restore", "copy.db")
    assert "1 draft" in (await shell("stats")).out


async def test_a_bot_is_moved_from_a_file_and_its_password_is_said_nowhere(shell, postgres_url):
    shell.variables["NEWSBOT_DATABASE"] = str(shell.database)
    shell.article("news/one.md", "One")
    await shell("import", "news")
    moved = await shell("move", postgres_url)
    assert moved.status == 0 and "with its password" in moved.out and PASSWORD not in moved.out
    assert "was moved to postgresql://newsbot@127" in await one_line(shell, "drafts")
    assert "holds 1 article" in await other(shell, "move", postgres_url)
    back = await shell("move", "--back", postgres_url)
    assert back.status == 0 and PASSWORD not in back.out
    assert "One" in (await shell("drafts")).out
    assert (await shell("move", "new.db")).status == 0
    assert "not to postgresql://newsbot@127" in await one_line(shell, "move", "--back", postgres_url)


async def other(shell, *arguments: str) -> str:
    """Run a command on another bot's file, which cannot be carried out there, and return the line that says so."""
    ours, shell.variables["NEWSBOT_DATABASE"] = shell.variables["NEWSBOT_DATABASE"], "other.db"
    shell.article("else/two.md", "Two")
    await shell("import", "else")
    line = await one_line(shell, *arguments)
    shell.variables["NEWSBOT_DATABASE"] = ours
    return line


async def test_a_bot_is_moved_to_a_file_while_none_runs(shell, postgres_url):
    shell.article("news/one.md", "One")
    await shell("import", "news")
    await shell("pause")
    async with direct_session(postgres_url):
        assert "another newsbot runs on the database postgresql://newsbot@127" in await one_line(
            shell, "move", "new.db"
        )
    moved = await shell("move", "new.db")
    assert moved.status == 0 and PASSWORD not in moved.out
    assert f"NEWSBOT_DATABASE={shell.folder}/new.db" in moved.out
    assert f"was moved to {shell.folder}/new.db" in await one_line(shell, "drafts")
    shell.variables["NEWSBOT_DATABASE"] = "new.db"
    assert "One" in (await shell("drafts")).out
    assert "held already" in (await shell("pause")).out
    shell.variables["NEWSBOT_DATABASE"] = postgres_url
    back = await shell("move", "--back")
    assert back.status == 0 and "can be used again" in back.out
    assert "One" in (await shell("drafts")).out
