"""
Logging: one line an event, as text or JSON, and never a token or an API key.

What newsbot logs names things by number; message texts are not logged anywhere. The filter here is for what
libraries say, whose addresses hold the token.

What strangers can bring about by sending things is said once and then counted, and the count is said once a minute:
so nobody can fill the disk by sending requests. Each event that the operator's own files and commands cause has a line.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import threading
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TextIO

# Addresses hold it as `/bot123:ABC/`, so no word begins where the token does; some libraries quote the colon.
_TOKEN = re.compile(r"\d{1,20}(?::|%3A)[A-Za-z0-9_-]{8,}|newsbot_[A-Za-z0-9_-]{40,}", re.IGNORECASE)
_CONTROLS = {code: f"\\x{code:02x}" for code in (*range(32), *range(127, 160))} | {9: "\t", 10: "\\n", 13: "\\r"}
HIDDEN = "<token>"

STRANGERS = (
    *("bot.telegram_edge", "bot.http_server", "bot.http_api", "bot.connection_limits"),
    *("aiohttp", "asyncio", "telegram"),
)
"""Loggers, with all below them, of what is done because somebody outside sent something."""
SUMMED_UP_EVERY = timedelta(minutes=1)
KINDS = 50
"""Kinds of lines counted apart; what is beyond them counts together."""


def without_token(text: str) -> str:
    """Return `text` with everything that looks like a Bot API token, or a key of our HTTP API, replaced."""
    return _TOKEN.sub(HIDDEN, text)


class _Text(logging.Formatter):
    def formatMessage(self, record: logging.LogRecord) -> str:
        # A file's name may hold a line break, which must not start a forged log line.
        return super().formatMessage(record).translate(_CONTROLS)

    def format(self, record: logging.LogRecord) -> str:
        return without_token(super().format(record))


class _Json(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        entry = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            entry["traceback"] = self.formatException(record.exc_info)
        return without_token(json.dumps(entry, ensure_ascii=False))


@dataclass(slots=True)
class _Count:
    """How many lines of one kind were left out, and the last of them."""

    record: logging.LogRecord
    number: int = 0


_Kind = tuple[object, ...]


class SummingHandler(logging.StreamHandler[TextIO]):
    """Writes every line, but of each kind that strangers bring about only the first in a minute, and then the count.

    A kind is a place in the code and, for failures, where they were raised: never what a stranger chose.
    """

    def __init__(self, stream: TextIO, every: timedelta = SUMMED_UP_EVERY) -> None:
        super().__init__(stream)
        self._every = every
        self._counts: dict[_Kind, _Count] = {}
        self._timer: threading.Timer | None = None

    def emit(self, record: logging.LogRecord) -> None:
        if not _is_strangers(record):
            super().emit(record)
            return
        kind = _kind(record)
        if kind not in self._counts and len(self._counts) >= KINDS:
            kind = ()
        known = self._counts.get(kind)
        if known is not None:
            known.number += 1
            known.record = record
            return
        self._counts[kind] = _Count(record)
        super().emit(record)
        if self._timer is None:
            self._timer = threading.Timer(self._every.total_seconds(), self.sum_up)
            self._timer.daemon = True
            self._timer.start()

    def sum_up(self) -> None:
        """Write how many lines of each kind were left out since the first, and start counting again."""
        self.acquire()
        try:
            counts, self._counts, self._timer = self._counts, {}, None
            for kind, count in counts.items():
                if count.number:
                    super().emit(_summary(count, self._every, of_many=not kind))
        finally:
            self.release()

    def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self.sum_up()
        super().close()


def _is_strangers(record: logging.LogRecord) -> bool:
    return any(record.name == name or record.name.startswith(f"{name}.") for name in STRANGERS)


def _kind(record: logging.LogRecord) -> _Kind:
    """Return what lines are counted together by."""
    place: _Kind = (record.name, record.levelno, record.pathname, record.lineno)
    if record.exc_info is None or record.exc_info[0] is None:
        return place
    raised_at = record.exc_info[2]
    while raised_at is not None and raised_at.tb_next is not None:
        raised_at = raised_at.tb_next
    where = (raised_at.tb_frame.f_code.co_filename, raised_at.tb_lineno) if raised_at is not None else ()
    return (*place, record.exc_info[0].__name__, *where)


def _summary(count: _Count, every: timedelta, of_many: bool) -> logging.LogRecord:
    last = count.record
    said = "of other kinds" if of_many else f"like: {last.getMessage()}"
    text = f"{count.number:,} more within {every.total_seconds():.0f} s {said}"
    return logging.LogRecord(last.name, last.levelno, last.pathname, last.lineno, text, None, None)


def configure(form: str, level: str) -> None:
    """Log to standard error as `text` or `json`, from `level` up."""
    handler = SummingHandler(sys.stderr)
    handler.setFormatter(_Json() if form == "json" else _Text("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    # Libraries speak up only when something is wrong: aiosqlite's debug lines would hold SQL parameters.
    for noisy in ("aiohttp", "aiosqlite", "asyncio", "telegram", "watchfiles"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    # What fails it raises as well, and then warns of how it cleans up after that.
    logging.getLogger("psycopg").setLevel(logging.ERROR)
    # This logger writes out whole updates that it cannot read, message texts included.
    logging.getLogger("telegram.ext.ExtBot").setLevel(logging.CRITICAL + 1)
