"""`newsbot keys`: keys of programs, each shown once, and gone for good when it is removed."""

from __future__ import annotations

import hashlib
import json
import re
import stat

import pytest
from databases import empty_database

KEY = re.compile(r"newsbot_[A-Za-z0-9_-]{43}")


@pytest.fixture
def shell(shell):
    empty_database(shell.database)
    return shell


async def test_a_key_stands_alone_on_the_last_line_and_only_its_hash_is_kept(shell):
    made = await shell("keys", "add", "deploy.1_x-y", "--role", "editor")
    assert (made.status, made.err) == (0, "")
    key = made.out.splitlines()[-1]
    assert KEY.fullmatch(key) and made.out.count(key) == 1
    assert "publishes as an editor does" in made.out
    [(name, role, hashed, secret)] = shell.rows("SELECT name, role, hash, secret FROM api_keys")
    assert (name, role, secret) == ("deploy.1_x-y", "editor", None)
    assert hashed == hashlib.sha256(key.encode()).hexdigest()
    for path in shell.database.parent.iterdir():
        assert key.encode() not in path.read_bytes()
    assert key not in (await shell("keys")).out + (await shell("log")).out + (await shell("keys", "--json")).out


async def test_a_key_is_a_contributor_s_unless_said_otherwise_and_two_are_never_the_same(shell):
    made = [(await shell("keys", "add", name)).out.splitlines()[-1] for name in ("one", "two")]
    assert len(set(made)) == 2
    assert shell.rows("SELECT name, role FROM api_keys ORDER BY name") == [
        ("one", "contributor"),
        ("two", "contributor"),
    ]


async def test_a_ghost_site_gets_an_address_and_a_secret_which_has_to_be_kept_in_clear(shell):
    shell.variables["NEWSBOT_HTTP"] = "127.0.0.1:8080"
    made = await shell("keys", "add", "blog", "--ghost")
    secret = made.out.splitlines()[-1]
    assert KEY.fullmatch(secret)
    assert "\nAddress: http://127.0.0.1:8080/api/v1/hooks/ghost/blog\n" in made.out
    assert shell.rows("SELECT role, secret FROM api_keys") == [("editor", secret)]  # its editors publish there
    assert stat.S_IMODE(shell.database.stat().st_mode) & 0o077 == 0
    assert (await shell("keys", "add", "drafts", "--ghost", "--role", "contributor")).status == 0
    told = json.loads((await shell("keys", "--json")).out)
    assert [(one["name"], one["role"], one["ghost"], one["used_at"]) for one in told] == [
        ("blog", "editor", True, None),
        ("drafts", "contributor", True, None),
    ]
    assert secret not in (await shell("keys")).out


async def test_keys_are_listed_with_what_they_may_and_when_they_were_used(shell):
    assert "There are no keys" in (await shell("keys")).out
    assert json.loads((await shell("keys", "--json")).out) == []
    await shell("keys", "add", "ci")
    shell.change("UPDATE api_keys SET used_at = created_at")
    [line] = (await shell("keys")).out.splitlines()
    assert re.fullmatch(r"ci +contributor +made 20\S+ \S+ +last used 20\S+ \S+", line)


async def test_a_removed_key_is_gone_and_its_name_is_free_again(shell):
    await shell("keys", "add", "ci")
    again = await shell("keys", "add", "ci")
    assert again.status == 1 and "already" in again.err and again.out == ""
    assert (await shell("keys", "remove", "ci")).status == 0
    gone = await shell("keys", "remove", "ci")
    assert gone.status == 1 and "there is no key ci" in gone.err
    assert (await shell("keys", "add", "ci")).status == 0
    acts = [
        (one["act"], one["detail"], one["before"], one["after"])
        for one in json.loads((await shell("log", "--json")).out)
    ]
    made = ("key", "ci", None, "contributor")
    assert acts == [made, ("key", "ci", "contributor", None), made]


@pytest.mark.parametrize("name", ["", "a:b", "a=b", "../x", "-x", ".x", "x y", "x\ny", "ä", "x" * 65])
async def test_a_name_that_could_be_mistaken_is_wrong_usage(shell, name):
    for how in (("add",), ("remove",)):
        answer = await shell("keys", *how, "--", name)
        assert answer.status == 2 and "is no name for a key" in answer.err and len(answer.err.splitlines()) == 1
    assert shell.rows("SELECT count(*) FROM api_keys") == [(0,)]


async def test_there_is_no_third_role_and_no_database_is_made(shell):
    answer = await shell("keys", "add", "x", "--role", "owner")
    assert answer.status == 2
    assert answer.err.startswith(
        "newsbot: Invalid value for '--role': 'owner' is not one of 'contributor', 'editor'; `newsbot keys add --help`"
    )
    shell.variables["NEWSBOT_DATABASE"] = "none.db"
    for how in ((), ("add", "x"), ("remove", "x")):
        answer = await shell("keys", *how)
        assert answer.status == 2 and str(shell.folder / "none.db") in answer.err
    assert not (shell.folder / "none.db").exists()


async def test_there_are_never_more_keys_than_a_request_can_be_compared_with(shell):
    shell.change(
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100)"
        " INSERT INTO api_keys (name, role, hash, created_at) SELECT 'k' || i, 'editor', 'h' || i, 1 FROM n"
    )
    answer = await shell("keys", "add", "one-more")
    assert answer.status == 1 and "no room for more" in answer.err


async def test_a_key_that_was_removed_since_the_copy_was_made_is_not_brought_back(shell):
    for name in ("stays", "goes", "blog"):
        await shell("keys", "add", name, *(["--ghost"] if name == "blog" else []))
    assert (await shell("backup", "copy.db")).status == 0
    for name in ("goes", "blog"):
        assert (await shell("keys", "remove", name)).status == 0
    await shell("keys", "add", "goes")  # a new one by the same name, which the copy does not know
    for _ in range(2):  # the copy is still as old, and this database still knows
        assert (await shell("restore", "copy.db")).status == 0
        assert shell.rows("SELECT name FROM api_keys") == [("stays",)]
