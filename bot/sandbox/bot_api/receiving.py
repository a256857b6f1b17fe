"""
The methods with which a bot gets its updates: long polling, or a webhook; never both.

Source: https://core.telegram.org/bots/api#getting-updates
"""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Any

from bot.domain.limits import WEBHOOK_SECRET
from bot.sandbox.bot_api.local_only import port_here
from bot.sandbox.bot_api.sending import Uploads
from bot.sandbox.world.api_error import Refused, bad_request
from bot.sandbox.world.people import Json

if TYPE_CHECKING:
    from bot.sandbox.world.world import World

MAX_POLL_SECONDS = 50
_UPDATES = 100
_OTHER_POLL = "terminated by other getUpdates request; make sure that only one bot instance is running"
_WEBHOOK_ACTIVE = "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
_SECRET = re.compile(rf"[A-Za-z0-9_-]{{1,{WEBHOOK_SECRET}}}")


async def get_updates(world: World, params: Json, uploads: Uploads) -> list[Json]:
    """Return what waits, or wait for it. Raises: Refused (409) to whoever was polling before, or with a webhook."""
    if world.webhook.url:
        raise Refused(409, _WEBHOOK_ACTIVE)
    updates = world.updates
    if "allowed_updates" in params:
        updates.allow(params["allowed_updates"])
    updates.confirm(params.get("offset", 0))
    limit = params.get("limit", _UPDATES)
    limit = limit if 1 <= limit <= _UPDATES else _UPDATES
    updates.end_poll(_OTHER_POLL)
    timeout = min(max(0, params.get("timeout", 0)), MAX_POLL_SECONDS)
    if not updates and timeout:
        await _arrival(world, timeout)
    return updates.first(limit)


async def _arrival(world: World, timeout: int) -> None:
    """Wait for an update, for `timeout` seconds, or until another poll takes over."""
    updates = world.updates
    ended: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
    updates.poll = ended
    arrival: asyncio.Future[Any] = asyncio.ensure_future(updates.arrival())
    try:
        await asyncio.wait([arrival, ended], timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
    finally:
        arrival.cancel()
        if updates.poll is ended:
            updates.poll = None
    if ended.done() and ended.result():
        raise Refused(409, ended.result())


def set_webhook(world: World, params: Json, uploads: Uploads) -> bool:
    url = params.get("url", "")
    secret = params.get("secret_token")
    if not url:
        return delete_webhook(world, params, uploads)
    _check_webhook_url(url)
    if secret is not None and not _SECRET.fullmatch(secret):
        raise bad_request("secret token contains unallowed characters")
    if "allowed_updates" in params:
        world.updates.allow(params["allowed_updates"])
    if params.get("drop_pending_updates"):
        world.updates.clear()
    world.webhook.set(url, secret, min(max(1, params.get("max_connections", 40)), 100))
    world.updates.end_poll(_WEBHOOK_ACTIVE)
    return True


def _check_webhook_url(url: str) -> None:
    """Plain HTTP, and any port, is fine on this machine; nowhere else, because nothing leaves the sandbox."""
    if port_here(url) is not None:
        return
    if not url.lower().startswith("https://"):
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    raise bad_request("bad webhook: the sandbox delivers to this machine only")


def delete_webhook(world: World, params: Json, uploads: Uploads) -> bool:
    if params.get("drop_pending_updates"):
        world.updates.clear()
    world.webhook.unset()
    return True


def get_webhook_info(world: World, params: Json, uploads: Uploads) -> Json:
    info: dict[str, Any] = {
        "url": world.webhook.url,
        "has_custom_certificate": False,
        "pending_update_count": len(world.updates),
    }
    if world.webhook.url:
        info["max_connections"] = world.webhook.max_connections
        info["ip_address"] = "127.0.0.1"
    if world.webhook.last_error:
        info["last_error_date"], info["last_error_message"] = world.webhook.last_error
    if world.updates.allowed:
        info["allowed_updates"] = sorted(world.updates.allowed)
    return info
