"""
Where a database is: a file, or a server that is named by a URL which may hold a password.

A place is shown in messages, logs and marks; a password in it never is, whatever is wrong with the URL around it.
Source: https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl, quote, unquote, urlsplit

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):/")
_PARAMETERS = re.compile(r"(?:^|\s)(?:host|hostaddr|port|dbname|user|password|passfile|service)\s*=")
_WRITTEN = "write postgresql://USER:PASSWORD@HOST/NAME, or the name of a file"


@dataclass(frozen=True, slots=True)
class ServerAddress:
    """A PostgreSQL database by its URL, and as it is `shown`: without a password."""

    url: str = field(repr=False)

    @property
    def shown(self) -> str:
        """postgresql://anna@db.example:5433/news"""
        parts = urlsplit(self.url)
        _, _, hosts = parts.netloc.rpartition("@")
        user = _user(self.url)
        return f"postgresql://{f'{quote(user)}@' if user else ''}{hosts}{parts.path}"

    def __str__(self) -> str:
        return self.shown


Place = Path | ServerAddress


def place_of(text: str) -> Place:
    """Return where a database is that somebody named. Raises: ValueError, without what may be a password."""
    given = text.strip()
    if scheme := _SCHEME.match(given):
        if scheme[1].lower() not in ("postgresql", "postgres"):
            raise ValueError(f"a {scheme[1].lower()}: address cannot be used; {_WRITTEN}")
        # Others than in small letters are no URLs to libpq, which repeats all of them in its complaint.
        return _server(f"postgresql{given[len(scheme[1]) :]}")
    if _PARAMETERS.search(given):
        raise ValueError(f"the parameters of a connection cannot be used; {_WRITTEN}")
    if (path := Path(text)).is_dir():
        raise ValueError(f'"{text}" is a folder; write the name of a file')
    return path


def _server(url: str) -> ServerAddress:
    try:
        parts = urlsplit(url)
        options = dict(parse_qsl(parts.query, strict_parsing=bool(parts.query)))
    except ValueError:
        raise ValueError(f"that is not an address of a database; {_WRITTEN}") from None
    if any(char.isspace() for char in url) or parts.fragment:
        # A # in a password that is not written as %23 ends the address for everybody who reads it.
        raise ValueError(f"a blank or # in an address of a database is written %20 or %23; {_WRITTEN}")
    if not (parts.path.strip("/") or options.get("dbname")):
        raise ValueError(f"that address names no database; {_WRITTEN}")
    return ServerAddress(url)


def _user(url: str) -> str:
    parts = urlsplit(url)
    name, _, _ = parts.netloc.rpartition("@")[0].partition(":")
    return unquote(name) or dict(parse_qsl(parts.query)).get("user", "")
