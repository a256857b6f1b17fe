"""Logs: one line an event, and never a token."""

import io
import json
import logging
import sys
import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from story import StoryHouse

from bot import logs
from bot.sandbox.world.faults import Page

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


def test_a_key_of_the_http_api_is_hidden_too() -> None:
    key = f"newsbot_{'aB3_-' * 8}xyz"
    assert logs.without_token(f"Authorization: Bearer {key}") == f"Authorization: Bearer {logs.HIDDEN}"


def test_times_and_addresses_are_no_tokens() -> None:
    for text in (
        "2026-03-02T12:30:45Z",
        "127.0.0.1:8081",
        "#412: 12:30",
        "[::1]:8443",
        "ratio 16:9",
        "newsbot_deliveries_waiting",
    ):
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


# What strangers bring about

stranger = logging.getLogger("bot.telegram_edge.somewhere")


@pytest.fixture
def summing() -> Iterator[tuple[logs.SummingHandler, io.StringIO]]:
    written = io.StringIO()
    handler = logs.SummingHandler(written)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    yield handler, written
    handler.close()


def _knock(number: int) -> None:
    stranger.warning("update %d cannot be read", number)


def _fail_at(number: int) -> None:
    try:
        if number % 2:
            raise ValueError(str(number))
        raise KeyError(number)
    except LookupError:
        stranger.exception("/%d failed", number)
    except ValueError:
        stranger.exception("/%d failed", number)


def test_what_strangers_bring_about_is_said_once_and_then_counted(
    summing: tuple[logs.SummingHandler, io.StringIO],
) -> None:
    handler, written = summing
    for number in range(1000):
        _knock(number)
    assert written.getvalue() == "update 0 cannot be read\n"
    handler.sum_up()
    assert written.getvalue().splitlines()[1:] == ["999 more within 60 s like: update 999 cannot be read"]
    handler.sum_up()
    assert len(written.getvalue().splitlines()) == 2
    _knock(7)
    assert written.getvalue().splitlines()[2:] == ["update 7 cannot be read"]


def test_what_is_the_operators_own_has_a_line_each(summing: tuple[logs.SummingHandler, io.StringIO]) -> None:
    for number in range(100):
        log.warning("file %d is refused", number)
    assert len(summing[1].getvalue().splitlines()) == 100


def test_failures_are_told_apart_by_where_they_were_raised(summing: tuple[logs.SummingHandler, io.StringIO]) -> None:
    for number in range(100):
        _fail_at(number)
    assert summing[1].getvalue().count("Traceback") == 2
    summing[0].sum_up()
    summary = [line for line in summing[1].getvalue().splitlines() if "more within" in line]
    assert summary == ["49 more within 60 s like: /98 failed", "49 more within 60 s like: /99 failed"]


def test_a_summary_has_a_bounded_number_of_lines(summing: tuple[logs.SummingHandler, io.StringIO]) -> None:
    for line in range(1000):
        for _ in range(2):
            stranger.handle(logging.LogRecord("aiohttp.server", 40, "x.py", line, f"text {line}", None, None))
    summing[0].sum_up()
    lines = summing[1].getvalue().splitlines()
    assert len(lines) == 2 * logs.KINDS + 2
    assert lines[-1] == "1,899 more within 60 s of other kinds"


class Waited(io.StringIO):
    """A stream that says when a summary was written into it."""

    def __init__(self) -> None:
        super().__init__()
        self.summed_up = threading.Event()

    def write(self, text: str) -> int:
        if "more within" in text:
            self.summed_up.set()
        return super().write(text)


def test_the_count_is_said_by_itself_when_the_minute_is_over() -> None:
    written = Waited()
    handler = logs.SummingHandler(written, timedelta(milliseconds=50))
    handler.acquire()  # so that the minute is not over before the third
    for number in range(3):
        handler.handle(logging.LogRecord(stranger.name, 30, "x.py", 1, "knock %d", (number,), None))
    handler.release()
    assert written.summed_up.wait(5)
    assert written.getvalue() == "knock 0\n2 more within 0 s like: knock 2\n"
    handler.close()


def test_the_count_is_said_at_the_end_of_the_process(summing: tuple[logs.SummingHandler, io.StringIO]) -> None:
    for number in range(3):
        _knock(number)
    summing[0].close()
    assert summing[1].getvalue().splitlines()[1:] == ["2 more within 60 s like: update 2 cannot be read"]
