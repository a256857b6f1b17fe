"""
Logging: one line an event, as text or JSON, and never a token.

What newsbot logs names things by number; message texts are not logged anywhere. The filter here is for what
libraries say, whose addresses hold the token.
"""

from __future__ import annotations

import json
import logging
import re
import sys
from datetime import UTC, datetime

# Addresses hold it as `/bot123:ABC/`, so no word begins where the token does; some libraries quote the colon.
_TOKEN = re.compile(r"\d{1,20}(?::|%3A)[A-Za-z0-9_-]{8,}", re.IGNORECASE)
_CONTROLS = {code: f"\\x{code:02x}" for code in (*range(32), *range(127, 160))} | {9: "\t", 10: "\\n", 13: "\\r"}
HIDDEN = "<token>"


def without_token(text: str) -> str:
    """Return `text` with everything that looks like a Bot API token replaced."""
    return _TOKEN.sub(HIDDEN, text)


class _Text(logging.Formatter):
    def formatMessage(self, record: logging.LogRecord) -> str:
        # A file's name may hold a line break: it must not write a line of its own.
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


def configure(form: str, level: str) -> None:
    """Log to standard error as `text` or `json`, from `level` up."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Json() if form == "json" else _Text("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    # Libraries speak up only when something is wrong: aiosqlite's debug lines would hold SQL parameters.
    for noisy in ("aiohttp", "aiosqlite", "asyncio", "telegram", "watchfiles"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    # What this one says at its worst are the updates that it cannot read, message texts and all.
    logging.getLogger("telegram.ext.ExtBot").setLevel(logging.CRITICAL + 1)
