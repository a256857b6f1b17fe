"""Logs: one line an event, and never a token."""

import json
import logging
import sys
from collections.abc import Iterator

import pytest
from story import StoryHouse

from bot import logs
from bot.sandbox.faults import Page

TOKEN = "123456789:AAbbCCddEEffGGhhIIjjKKllMMnnOOppQQr"
log = logging.getLogger("bot.somewhere")


@pytest.fixture(autouse=True)
def _kept() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


def _fail() -> None:
    try:
        raise ValueError(f"https://api.telegram.org/bot{TOKEN}/getMe")
    except ValueError:
        log.exception("asking failed")


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_token_is_hidden_wherever_it_stands(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(form, "info")
    log.info("plain %s", TOKEN)
    log.warning("POST https://api.telegram.org/bot%s/sendMessage", TOKEN)
    log.warning("quoted /file/bot%s/photos", TOKEN.replace(":", "%3A"))
    log.warning("%r", {"token": TOKEN})
    _fail()
    said = capsys.readouterr().err
    assert TOKEN not in said and TOKEN.split(":")[1] not in said
    assert said.count(logs.HIDDEN) >= 5


def test_times_and_addresses_are_no_tokens() -> None:
    for text in ("2026-03-02T12:30:45Z", "127.0.0.1:8081", "#412: 12:30", "[::1]:8443", "ratio 16:9"):
        assert logs.without_token(text) == text


def test_json_is_one_object_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("json", "info")
    log.info("refused: a\nb.md „ä“")
    _fail()
    first, second = map(json.loads, capsys.readouterr().err.splitlines())
    assert first["message"] == "refused: a\nb.md „ä“"
    assert (first["level"], first["logger"]) == ("info", "bot.somewhere")
    assert "ValueError" in second["traceback"]


def test_a_name_with_line_breaks_writes_no_line_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("text", "info")
    log.info("refused: %s", "a\n2026-03-02 CRITICAL bot: all is lost\x1b[31m\x9b.md")
    [line] = capsys.readouterr().err.splitlines()
    assert "\x1b" not in line and "\x9b" not in line and r"a\n2026" in line


def test_less_than_the_level_is_not_said_and_libraries_speak_only_of_trouble(
    capsys: pytest.CaptureFixture[str],
) -> None:
    logs.configure("text", "debug")
    log.debug("ours")
    logging.getLogger("aiosqlite").debug("INSERT ('a text')")
    logging.getLogger("telegram.ext").info("started")
    logging.getLogger("aiohttp.access").info("GET /")
    assert [line.split(": ")[-1] for line in capsys.readouterr().err.splitlines()] == ["ours"]
    logs.configure("text", "error")
    log.warning("quiet")
    print("end", file=sys.stderr)
    assert capsys.readouterr().err == "end\n"


async def test_updates_that_cannot_be_read_are_not_written_into_the_log(
    house: StoryHouse, capsys: pytest.CaptureFixture[str]
) -> None:
    gift = {"date": 1, "message_id": 1, "chat": {"id": 1, "type": "private"}, "text": "a secret", "gift": {"gift": {}}}
    answer = json.dumps({"ok": True, "result": [{"update_id": 1, "message": gift}]})
    house.world.faults.add(Page(200, answer), method="getUpdates", times=1)
    logs.configure("text", "debug")
    with pytest.raises(TypeError):
        await house.application.bot.get_updates()
    assert "a secret" not in capsys.readouterr().err
