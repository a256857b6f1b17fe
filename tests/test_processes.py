"""A process that is forked from a prepared one is what a new Python would be."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from asyncio.subprocess import PIPE, STDOUT
from pathlib import Path

import pytest
from processes import start_python

PATIENCE = 60.0  # seconds

_FACTS = """
import json, os, signal, sys
streams = {name: (one.encoding, one.errors, one.line_buffering, one.isatty(), one.mode)
           for name in ("stdin", "stdout", "stderr") for one in [getattr(sys, name)]}
print(json.dumps({
    "arguments": sys.argv, "folder": os.getcwd(), "path": sys.path[0], "name": __name__,
    "environment": {name: value for name, value in os.environ.items() if name.startswith(("NEWSBOT_", "HOME"))},
    "streams": streams, "descriptors": sorted(os.listdir("/proc/self/fd"))[:3],
    "signals": [str(signal.getsignal(one)) for one in (signal.SIGINT, signal.SIGHUP, signal.SIGCHLD, signal.SIGPIPE)],
    "said": sys.stdin.read(),
}))
print("beside", file=sys.stderr)
sys.exit(int(sys.argv[1]))
"""


def _environment(**more: str) -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"} | more


@pytest.mark.parametrize("status", [0, 7])
async def test_a_forked_process_knows_and_says_what_a_new_one_does(tmp_path: Path, status: int) -> None:
    program = tmp_path / "facts.py"
    program.write_text(_FACTS)
    seen = []
    for forked in (True, False):
        process = await start_python(
            *(program, str(status)),
            cwd=tmp_path,
            env=_environment(NEWSBOT_LANGUAGE="de", HOME=str(tmp_path)),
            stdin=PIPE,
            stdout=PIPE,
            stderr=PIPE,
            forked=forked,
        )
        async with asyncio.timeout(PATIENCE):
            out, err = await process.communicate("Zürich".encode())
        seen.append((process.returncode, json.loads(out), err))
    assert seen[0] == seen[1]
    assert seen[0][0] == status and seen[0][1]["said"] == "Zürich"


async def test_a_command_prints_the_same_whether_it_is_forked_or_not(tmp_path: Path) -> None:
    printed = []
    for forked in (True, False):
        process = await start_python(
            *("-m", "bot", "stats"), cwd=tmp_path, env=_environment(), stdout=PIPE, stderr=STDOUT, forked=forked
        )
        async with asyncio.timeout(PATIENCE):
            out, _ = await process.communicate()
        printed.append((process.returncode, out))
    assert printed[0] == printed[1]
    assert printed[0][0] == 2 and b"no database" in printed[0][1]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL, signal.SIGINT])
async def test_a_forked_process_ends_by_the_signal_that_it_is_sent(tmp_path: Path, number: signal.Signals) -> None:
    program = tmp_path / "waits.py"
    program.write_text("import sys, time\nprint('ready', flush=True)\ntime.sleep(600)\n")
    process = await start_python(program, cwd=tmp_path, env=_environment(), stdout=PIPE, stderr=STDOUT)
    assert process.stdout is not None
    async with asyncio.timeout(PATIENCE):
        assert await process.stdout.readline() == b"ready\n"
        assert process.returncode is None
        process.send_signal(number)
        assert await process.wait() == -number
    with pytest.raises(ProcessLookupError):
        process.kill()


async def test_two_forked_processes_share_nothing_that_they_change(tmp_path: Path) -> None:
    program = tmp_path / "changes.py"
    program.write_text(
        "import os, sys, random, bot\n"
        "assert not hasattr(bot, 'changed') and 'CHANGED' not in os.environ\n"
        "bot.changed = True; os.environ['CHANGED'] = '1'; os.chdir('/')\n"
        "print(random.random())\n"
    )
    drawn = set()
    for _ in range(3):
        process = await start_python(program, cwd=tmp_path, env=_environment(), stdout=PIPE, stderr=STDOUT)
        async with asyncio.timeout(PATIENCE):
            drawn.add((await process.communicate())[0])
        assert process.returncode == 0, drawn
    assert len(drawn) == 3
