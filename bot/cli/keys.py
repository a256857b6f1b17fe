"""`newsbot keys`: lists the keys of programs that use the HTTP API, makes them, and removes them."""

from __future__ import annotations

import asyncio

from bot.cli.process import REFUSED
from bot.cli.shell import columns, iso, me, moment, now, opened, refuse, say, say_json
from bot.domain.api_key import MAX_KEYS, ApiKey, KeyRole
from bot.services.api import keys
from bot.services.api.keys import Refused
from bot.settings import Settings, read_settings

HOOK = "/api/v1/hooks/ghost/"
_MAY = {
    KeyRole.CONTRIBUTOR: "makes drafts and changes its own",
    KeyRole.EDITOR: "publishes as an editor does",
}
_GHOST_MAY = {
    KeyRole.CONTRIBUTOR: "What that site publishes becomes a draft here.",
    KeyRole.EDITOR: "What that site publishes is published here as by file: --role contributor makes drafts of it.",
}


def listed(*, as_json: bool) -> int:
    """List every key; none is shown itself."""
    settings = read_settings()
    found = asyncio.run(_listed(settings))
    if as_json:
        say_json([_as_json(key) for key in found])
    elif found:
        say(columns([_row(key, settings) for key in found]))
    else:
        say("There are no keys. `newsbot keys add NAME` makes one.")
    return 0


def add(name: str, role: KeyRole | None, *, is_ghost: bool) -> int:
    """Make a key and print it, this once, alone on the last line; 1 when the name is taken or there are too many."""
    settings = read_settings()
    given = role or (KeyRole.EDITOR if is_ghost else KeyRole.CONTRIBUTOR)
    made = asyncio.run(_add(settings, name, given, is_ghost=is_ghost))
    if made is Refused.KNOWN:
        refuse(f"newsbot: there is a key {name} already; `newsbot keys remove {name}` makes room for a new one")
        return REFUSED
    if isinstance(made, Refused):
        refuse(f"newsbot: there are {MAX_KEYS} keys, and no room for more; `newsbot keys remove NAME` makes some")
        return REFUSED
    if is_ghost:
        say(f"{name}: a Ghost site. {_GHOST_MAY[given]}")
        say("In Ghost: Settings, Integrations, a custom integration, four webhooks (Post published, Published post")
        say("updated, Post unpublished, Post deleted), each with this address and the secret on the last line.")
        say(f"Address: {_root(settings)}{HOOK}{name}")
        say("The secret is shown this once:")
    else:
        say(f"{name}: a key that {_MAY[given]}. Send it as “Authorization: Bearer KEY” to {_root(settings)}/api/v1/")
        say("It is shown this once; only its hash is kept:")
    print(made, flush=True)
    return 0


def remove(name: str) -> int:
    """Remove a key; 1 when there is none of this name."""
    if not asyncio.run(_remove(read_settings(), name)):
        refuse(f"newsbot: there is no key {name}; `newsbot keys` lists them")
        return REFUSED
    say(f"The key {name} is removed. What was made with it stays.")
    return 0


async def _listed(settings: Settings) -> list[ApiKey]:
    async with opened(settings) as db:
        return await keys.listed(db)


async def _add(settings: Settings, name: str, role: KeyRole, *, is_ghost: bool) -> str | Refused:
    async with opened(settings) as db:
        return await keys.add(db, name, role, is_ghost=is_ghost, by=me(), now=now())


async def _remove(settings: Settings, name: str) -> bool:
    async with opened(settings) as db:
        return await keys.remove(db, name, by=me(), now=now())


def _root(settings: Settings) -> str:
    """Return where the API is reached on this machine, or what has to be put in its place."""
    if settings.http is None:
        return "http://HOST:PORT"  # NEWSBOT_HTTP is off, here at least
    host, port = settings.http
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _row(key: ApiKey, settings: Settings) -> tuple[str, ...]:
    used = "never used" if key.used_at is None else f"last used {moment(key.used_at, settings)}"
    return (
        key.name,
        f"ghost, {key.role}" if key.is_ghost else key.role,
        f"made {moment(key.created_at, settings)}",
        used,
    )


def _as_json(key: ApiKey) -> dict[str, object]:
    return {
        "name": key.name,
        "role": key.role,
        "ghost": key.is_ghost,
        "created_at": iso(key.created_at),
        "used_at": iso(key.used_at),
    }
