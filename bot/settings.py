"""
Configuration: environment variables, or the same names in a `.env` file. The only place that reads either.

Every wrong value stops the start with one line that names its variable.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, get_type_hints
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from dotenv.parser import parse_stream

from bot.domain.database_place import Place, place_of
from bot.domain.fetch_rules import PUBLIC_ONLY, FetchRules
from bot.domain.parts import ALL_PARTS, Parts, read_parts
from bot.errors import SettingsError

PREFIX = "NEWSBOT_"
TELEGRAM = "https://api.telegram.org"
"""The Bot API server that is used unless another is named."""
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_MAX_DURATION = timedelta(days=3653)  # beyond, the calendar ends somewhere
_LONGEST_SHOWN = 100  # characters of a path that is refused
_DURATION = re.compile(r"(\d{1,6})(s|m|h|d|w)")
_UTC = ZoneInfo("UTC")
_TOKEN = re.compile(r"\d{1,20}:[A-Za-z0-9_-]{3,100}")


def _duration(value: object) -> timedelta:
    text = str(value).strip().lower()
    if text == "0":
        return timedelta(0)
    if match := _DURATION.fullmatch(text):
        length = timedelta(seconds=int(match[1]) * _UNITS[match[2]])
        if length > _MAX_DURATION:
            raise ValueError(f'"{value}" is longer than ten years')
        return length
    raise ValueError(f'"{value}" is not a duration; write 48h, 7d or 0')


def _window(value: object) -> timedelta | None:
    if str(value).strip().lower() == "inf":
        return None
    try:
        return _duration(value)
    except ValueError as error:
        raise ValueError(str(error).replace("48h, 7d or 0", "48h, 7d, 0 or inf")) from None


def _age(value: object) -> timedelta | None:
    age = _window(value)
    return age or None  # no age at all means what no limit means: for ever


def _zone(value: object) -> ZoneInfo:
    name = str(value).strip()
    if name not in available_timezones():
        raise ValueError(f'"{value}" is not a time zone; write UTC or a name such as Europe/Berlin')
    return ZoneInfo(name)


def _people(value: object) -> frozenset[int]:
    names = [part.strip() for part in str(value).split(",") if part.strip()]
    for name in names:
        if not re.fullmatch(r"[1-9]\d{0,15}", name):
            raise ValueError(f'"{name}" is not a numeric Telegram user id; write 12345,67890')
    return frozenset(map(int, names))


def _whole(low: int, high: int) -> Callable[[object], int]:
    def read(value: object) -> int:
        text = str(value).strip()
        if not re.fullmatch(r"\d{1,9}", text) or not low <= int(text) <= high:
            raise ValueError(f'"{value}" is not a whole number from {low:,} to {high:,}')
        return int(text)

    return read


def _token(value: object) -> str:
    text = str(value).strip()
    if not _TOKEN.fullmatch(text):
        raise ValueError("that is not a Bot API token; @BotFather gives one like 123456:ABC-DEF")
    return text


def _web(value: object) -> str:
    text = str(value).strip().rstrip("/")
    try:
        parts = urlsplit(text)
        is_web = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_web = False
    if not is_web or parts.query or parts.fragment or any(char.isspace() for char in text):
        raise ValueError(
            f'"{value}" is not an http or https address; write it like https://host or https://host:8443/path'
        )
    return text


def _database(value: object) -> Place:
    try:
        return place_of(str(value))
    except OSError as error:
        raise ValueError(_cannot_be_used(value, error)) from None


def _server(value: object) -> str:
    place = place_of(str(value))
    if isinstance(place, Path):
        raise ValueError(f'"{value}" is a file; write the address of the server, postgresql://USER:PASSWORD@HOST/NAME')
    return place.url


def _folder(value: object) -> Path:
    path = Path(str(value))
    try:
        is_other = path.exists() and not path.is_dir()
    except OSError as error:
        raise ValueError(_cannot_be_used(value, error)) from None
    if is_other:
        raise ValueError(f'"{value}" is not a folder')
    return path


def _cannot_be_used(value: object, error: OSError) -> str:
    """Say why nothing can be looked up at a path: its name is too long, or a folder above it is closed to us."""
    text = str(value)
    shown = text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"
    return f'"{shown}" cannot be used: {error.strerror}'


def _address(value: object) -> tuple[str, int]:
    host, _, port = str(value).strip().rpartition(":")
    if not host or not re.fullmatch(r"[0-9]{1,5}", port) or int(port) > 65535:
        raise ValueError(f'"{value}" is not host:port; write 127.0.0.1:8080')
    return host.strip("[]"), int(port)


def _secret(value: object) -> str:
    # https://core.telegram.org/bots/api#setwebhook (secret_token)
    text = str(value).strip()
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", text):
        raise ValueError("a secret is 1 to 256 of A-Z, a-z, 0-9, _ and -")
    return text


def _switch(value: object) -> bool:
    text = str(value).strip()
    if text not in ("0", "1"):
        raise ValueError(f'"{value}" is neither 1 (on) nor 0 (off)')
    return text == "1"


def _parts(value: object) -> Parts:
    try:
        return read_parts(str(value))
    except ValueError as error:
        parts = ",".join(ALL_PARTS)
        raise ValueError(f'"{error}" is no part of a push; write some of {parts}, or title for none') from None


def _language(value: object) -> str:
    # https://www.rfc-editor.org/rfc/rfc5646#section-2.1.1 (case says nothing; a region is written BR, a script Hans)
    language, *others = str(value).strip().replace("_", "-").split("-")
    if not re.fullmatch(r"[A-Za-z]{2,3}", language) or not all(re.fullmatch(r"[A-Za-z0-9]{2,8}", s) for s in others):
        raise ValueError(f'"{value}" is not a language; write it as en or pt-BR')
    return "-".join((language.lower(), *(s.title() if len(s) == 4 else s.upper() for s in others)))


def _fetch_rules(value: object) -> FetchRules:
    return FetchRules.parse(str(value))


def _log(value: object) -> tuple[str, str]:
    form, _, level = str(value).strip().lower().partition(":")
    if form not in ("text", "json") or level not in ("", "debug", "info", "warning", "error"):
        raise ValueError(f'"{value}" is not a log setting; write text:info or json:warning')
    return form, level or "info"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Every setting. Field names are the variables' without `NEWSBOT_`, in lower case.

    Beside its type each names what makes its value of a text, or raises ValueError; `checked` asks that.
    """

    token: Annotated[str | None, _token] = field(default=None, repr=False)
    admins: Annotated[frozenset[int], _people] = frozenset()
    database: Annotated[Place, _database] = Path("data/newsbot.db")
    database_direct: Annotated[str | None, _server] = field(default=None, repr=False)
    content: Annotated[Path | None, _folder] = None
    api_url: Annotated[str, _web] = TELEGRAM
    rate: Annotated[int, _whole(2, 1000)] = 30
    paid_per_day: Annotated[int, _whole(0, 100_000_000)] = 0
    push_window: Annotated[timedelta | None, _window] = timedelta(hours=48)
    burst: Annotated[int, _whole(0, 1_000_000)] = 10
    undo: Annotated[timedelta, _duration] = timedelta(seconds=10)
    stale: Annotated[timedelta, _duration] = timedelta(hours=24)
    parts: Annotated[Parts, _parts] = ALL_PARTS
    four_eyes: Annotated[bool, _switch] = False
    keep: Annotated[timedelta | None, _age] = timedelta(days=90)
    forget_after: Annotated[timedelta | None, _age] = timedelta(days=180)
    site: Annotated[str | None, _web] = None
    fetch_allow: Annotated[FetchRules, _fetch_rules] = PUBLIC_ONLY
    timezone: Annotated[ZoneInfo, _zone] = _UTC
    language: Annotated[str, _language] = "en"
    contact: Annotated[str | None, str] = None
    webhook_url: Annotated[str | None, _web] = None
    listen: Annotated[tuple[str, int], _address] = ("127.0.0.1", 8443)
    webhook_secret: Annotated[str | None, _secret] = field(default=None, repr=False)
    http: Annotated[tuple[str, int] | None, _address] = None
    backup: Annotated[Path | None, _folder] = None
    log: Annotated[tuple[str, str], _log] = ("text", "info")


_READERS: dict[str, Callable[[object], object]] = {
    name: hint.__metadata__[0] for name, hint in get_type_hints(Settings, include_extras=True).items()
}
KNOWN = frozenset({*_READERS, "token_file"})
# What a service called `newsbot` puts into the environment of every container beside it.
# https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables
_OF_KUBERNETES = re.compile(r"service_host|service_port(_\w+)?|port(_\d+_(tcp|udp|sctp)(_(proto|port|addr))?)?")


def read_settings(environment: Mapping[str, str] | None = None, dotenv: Path = Path(".env")) -> Settings:
    """Return the settings of this process. What the environment says goes before what `.env` says.

    Raises: SettingsError, one line that begins with the variable's name.
    """
    environment = os.environ if environment is None else environment
    written = _written(dotenv)
    given = dict(written)
    if f"{PREFIX}TOKEN_FILE" in environment:
        given.pop(f"{PREFIX}TOKEN", None)  # else what `.env` says would go before what the environment says
    given.update(environment)
    values = {
        key.removeprefix(PREFIX).lower(): value
        for key, value in given.items()
        if key.startswith(PREFIX) and value.strip()
    }
    for name in sorted(values.keys() - KNOWN):
        if f"{PREFIX}{name.upper()}" in written:
            raise SettingsError(f"{PREFIX}{name.upper()}: {_no_such(name)}")
        del values[name]  # `warnings` names it: container platforms put names of their own into every environment
    token_file = values.pop("token_file", None)
    if "token" in values:
        token_file = None
    if token_file is not None:
        values["token"] = _checked("token", _read_token(Path(token_file)), f"{PREFIX}TOKEN_FILE")
    return checked(**values)


def checked(**values: object) -> Settings:
    """Return settings made of what may stand in the variables of these names; the others have their defaults.

    Raises: SettingsError, for the first in the order of the fields that is wrong.
    """
    return Settings(**{name: _checked(name, values[name]) for name in _READERS if name in values})


def _checked(name: str, value: object, variable: str | None = None) -> Any:
    try:
        return _READERS[name](value)
    except ValueError as error:
        reason = " ".join(str(error).split())
        raise SettingsError(f"{variable or PREFIX + name.upper()}: {reason}") from None


def _written(dotenv: Path) -> dict[str, str]:
    """Return what stands in a `.env` file; nothing when there is none."""
    if not dotenv.is_file():
        return {}
    try:
        # utf-8-sig: some editors begin a file with a mark that would hide the first name.
        with dotenv.open(encoding="utf-8-sig") as file:
            lines = list(parse_stream(file))
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f".env: cannot be read: {_why(error)}") from error
    for original in (line.original for line in lines if line.error):
        blank = len(original.string) - len(original.string.lstrip("\n"))  # lines before it that say nothing
        raise SettingsError(f".env: line {original.line + blank} is neither NAME=value nor a # comment")
    return {line.key: line.value for line in lines if line.key is not None and line.value is not None}


def warnings(environment: Mapping[str, str] | None = None, dotenv: Path = Path(".env")) -> list[str]:
    """Return what an operator should know about settings that were taken, or left alone: one line each."""
    environment = os.environ if environment is None else environment
    found = []
    for key in sorted(environment):
        name = key.removeprefix(PREFIX).lower()
        if key.startswith(PREFIX) and name not in KNOWN and not _OF_KUBERNETES.fullmatch(name):
            found.append(f"{key}: {_no_such(name)}")
    if (mode := _open_to_others(dotenv)) is not None:
        found.append(
            f"{dotenv.absolute()} may hold the token and is open to other users (mode {mode:04o}); chmod 600 {dotenv}"
        )
    return found


def _no_such(name: str) -> str:
    """Say that there is no setting of this name, and which one may be meant."""
    from rapidfuzz import fuzz, process

    nearest = process.extractOne(name, sorted(KNOWN), scorer=fuzz.ratio, score_cutoff=60)
    meant = f"did you mean {PREFIX}{nearest[0].upper()}?" if nearest else "the README lists them all"
    return f"there is no such setting; {meant}"


def _open_to_others(dotenv: Path) -> int | None:
    """Return the mode of a `.env` that more than its owner can reach; None when all is well or there is none."""
    try:
        mode = stat.S_IMODE(dotenv.stat().st_mode)
    except OSError:
        return None
    return mode if mode & (stat.S_IRWXG | stat.S_IRWXO) else None


def _read_token(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")[:200]
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"NEWSBOT_TOKEN_FILE: cannot read {path.absolute()}: {_why(error)}") from error


def _why(error: OSError | UnicodeDecodeError) -> str:
    return "it is not UTF-8" if isinstance(error, UnicodeDecodeError) else str(error.strerror)


def packaged_seeds() -> Path:
    """Return the folder of sample articles that travels with newsbot."""
    here = Path(__file__).parent
    inside = here / "seeds"
    return inside if inside.is_dir() else here.parent / "seeds"
