"""How every command behaves before it does anything: help, wrong usage, wrong configuration, no database."""

from __future__ import annotations

import asyncio
import re
import signal
import sys
from pathlib import Path

import pytest

COMMANDS = [
    *("setup", "run", "sandbox", "check", "import", "drafts", "publish", "retract", "correct", "takedown", "held"),
    *("delivery", "stats", "log", "pause", "resume", "backup", "restore", "move", "editors", "sources", "keys"),
]


async def test_help_names_every_command_in_the_contracts_order(shell):
    answer = await shell("--help")
    assert answer.status == 0
    listed = answer.out.partition("Commands:")[2].splitlines()
    assert [line.split()[0] for line in listed if line.startswith("  ") and line[2] != " "] == COMMANDS
    assert "..." not in answer.out.partition("Commands:")[2], "a summary was cut short"


async def test_the_version_is_told(shell):
    answer = await shell("--version")
    assert (answer.status, answer.out.split()[0]) == (0, "newsbot")


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("frobnicate",),
        ("--frobnicate",),
        ("publish",),
        ("import",),
        ("drafts", "too", "many"),
        ("held", "--push", "--archive"),
        ("sandbox", "--port", "eighty"),
        ("sandbox", "--port", "70000"),
        ("sandbox", "--tour", "frobnicate"),
        ("sandbox", "--tour="),
    ],
)
async def test_wrong_usage_is_one_line_and_exit_status_2(shell, arguments):
    answer = await shell(*arguments)
    assert (answer.status, answer.out) == (2, "")
    assert answer.err.startswith("newsbot: ") and answer.err.count("\n") == 1
    assert list(shell.folder.iterdir()) == []


async def test_a_wrong_setting_stops_the_start_with_the_line_of_the_voice(shell):
    shell.variables["NEWSBOT_PUSH_WINDOW"] = "2 days"
    answer = await shell("drafts")
    assert (answer.status, answer.out) == (2, "")
    assert answer.err == 'newsbot: NEWSBOT_PUSH_WINDOW: "2 days" is not a duration; write 48h, 7d, 0 or inf\n'


async def test_a_setting_in_the_dotenv_file_counts(shell):
    shell.write(".env", "NEWSBOT_RATE=fast\n")
    answer = await shell("stats")
    assert answer.status == 2 and answer.err.startswith("newsbot: NEWSBOT_RATE: ")


@pytest.mark.parametrize(
    "arguments",
    [
        ("drafts",),
        ("publish", "1"),
        ("retract", "1"),
        ("retract", "1", "--copies", "notice"),
        ("correct", "1", "--why", "a slip"),
        ("held",),
        ("held", "--push"),
        ("delivery", "1"),
        ("stats",),
        ("log", "--json"),
        ("pause",),
        ("resume",),
        ("backup", "copy.db"),
        ("backup", "-"),
    ],
)
async def test_without_a_database_the_others_name_where_they_looked_and_make_none(shell, arguments):
    answer = await shell(*arguments)
    assert (answer.status, answer.out) == (2, "")
    assert str(shell.database) in answer.err and answer.err.count("\n") == 1
    assert list(shell.folder.iterdir()) == []


async def test_a_database_of_something_else_is_refused_in_one_line(shell):
    shell.write("data/newsbot.db", "this is no database, whatever its name says " * 50)
    answer = await shell("stats")
    assert answer.status == 2
    assert str(shell.database) in answer.err and answer.err.count("\n") == 1


async def test_running_without_a_token_names_the_variable(shell):
    answer = await shell("run")
    assert answer.status == 2
    assert answer.err.startswith("newsbot: NEWSBOT_TOKEN") and answer.err.count("\n") == 1


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LANGUAGE", "tlh"),
        ("WEBHOOK_URL", "http://news.example/hook"),
        ("DATABASE", "a-file/newsbot.db"),
        ("CONTENT", "a-file/articles"),
        ("CONTENT", "a-file"),
    ],
)
async def test_a_value_that_cannot_work_stops_the_start_and_is_named(shell, name, value):
    shell.write("a-file", "")
    shell.variables |= {"NEWSBOT_TOKEN": "123456:ABC-DEF", f"NEWSBOT_{name}": value}
    answer = await shell("run")
    assert answer.status == 2
    assert answer.err.startswith(f"newsbot: NEWSBOT_{name}: ") and answer.err.count("\n") == 1
    assert value.split("/")[0] in answer.err
    assert not (shell.folder / "data").exists() or not any((shell.folder / "data").iterdir())


async def test_a_port_that_is_taken_is_one_short_line(shell):
    taken = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    async with taken:
        port = taken.sockets[0].getsockname()[1]
        answer = await shell("sandbox", "--port", str(port))
    assert answer.status == 2
    assert answer.err == f"newsbot: port {port} cannot be used: Address already in use; choose another with --port\n"


async def test_a_terminal_without_the_alphabet_of_a_title_is_no_error(shell):
    shell.article("news/one.md", "Zürich “新闻”")
    await shell("import", "news")
    shell.variables["PYTHONIOENCODING"] = "ascii"
    answer = await shell("drafts")
    assert answer.status == 0 and r"Z\xfcrich" in answer.out


@pytest.mark.parametrize(
    ("redirected", "status", "said"),
    [
        ("stats >&-", 0, ""),
        ("stats 2>&-", 0, ""),
        ("setup <&-", 2, "newsbot: NEWSBOT_TOKEN: "),
        ("stats >/dev/full", 2, "newsbot: No space left on device\n"),
        ("stats --json >/dev/full", 2, "newsbot: No space left on device\n"),
    ],
)
async def test_streams_that_are_closed_or_full_are_no_traceback(shell, redirected, status, said):
    shell.article("news/one.md", "One")
    await shell("import", "news")
    process = await asyncio.create_subprocess_shell(
        f"{sys.executable} -m bot {redirected}", cwd=shell.folder, env=shell.variables, stderr=asyncio.subprocess.PIPE
    )
    _, err = await process.communicate()
    assert process.returncode == status
    assert err.decode().startswith(said) and err.count(b"\n") == bool(said)


async def test_a_reader_who_has_had_enough_is_no_error(shell):
    for number in range(300):
        shell.article(f"news/{number}.md", f"Story {number} " + "with a long title " * 20)
    await shell("import", "news")
    process = await asyncio.create_subprocess_shell(
        f"'{sys.executable}' -m bot drafts | head -n 1",
        cwd=shell.folder,
        env=shell.variables,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    assert out.startswith(b"#") and err == b""


@pytest.mark.parametrize(("mode", "is_named"), [(0o644, True), (0o640, True), (0o604, True), (0o600, False)])
async def test_settings_that_other_users_may_read_are_named_at_the_start_with_what_mends_it(shell, mode, is_named):
    shell.write(".env", "NEWSBOT_TOKEN=123456:ABC-DEF\n").chmod(mode)
    shell.write("a-file", "")
    shell.variables["NEWSBOT_DATABASE"] = "a-file/newsbot.db"  # so that it ends there
    answer = await shell("run")
    assert answer.status == 2
    warning = f".env may hold the token and is open to other users (mode {mode:04o}); chmod 600 .env"
    assert (warning in answer.err) is is_named
    assert "ABC-DEF" not in answer.err


@pytest.mark.parametrize(
    ("variable", "proxy", "reason"),
    [
        ("ALL_PROXY", "socks5://anna:secret@127.0.0.1:1080", "a socks5 proxy cannot be used"),
        ("https_proxy", "socks5h://127.0.0.1:1080", "a socks5h proxy cannot be used"),
        ("HTTPS_PROXY", "http://[::1", "is not the address of a proxy"),
    ],
)
async def test_a_proxy_that_cannot_be_used_stops_the_start_and_its_variable_is_named(shell, variable, proxy, reason):
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        shell.variables.pop(name, None)
        shell.variables.pop(name.upper(), None)
    shell.variables |= {"NEWSBOT_TOKEN": "123456:ABC-DEF", variable: proxy}
    answer = await shell("run")
    assert answer.status == 2
    expected = f"newsbot: {variable.lower()}: {reason}; give an http proxy such as http://host:3128, or unset it\n"
    assert answer.err == expected
    assert not (shell.folder / "data").exists()


async def test_a_bot_that_is_told_to_stop_while_it_is_being_loaded_exits_with_0(shell):
    shell.variables |= {"NEWSBOT_TOKEN": "123456:ABC-DEF", "NEWSBOT_API_URL": "http://127.0.0.1:9"}
    process = await shell.start("run", forked=False)
    status = Path(f"/proc/{process.pid}/status")
    async with asyncio.timeout(30):
        while True:  # until the process listens for it; before, nobody could
            caught = re.search(r"^SigCgt:\s*([0-9a-f]+)$", status.read_text(), re.MULTILINE)
            if caught is not None and int(caught[1], 16) >> (signal.SIGTERM - 1) & 1:
                break
            await asyncio.sleep(0.005)
    process.terminate()
    assert (await shell.finish(process)).status == 0
