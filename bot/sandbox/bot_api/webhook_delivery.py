"""
Delivering updates to a bot's webhook: one at a time, again until it says 2xx.

Source: https://core.telegram.org/bots/api#setwebhook
"""

from __future__ import annotations

import asyncio
from datetime import timedelta

import aiohttp

from bot.sandbox.world.world import World

FIRST_PAUSE = timedelta(milliseconds=100)
MAX_PAUSE = timedelta(seconds=30)
ANSWER_WITHIN = aiohttp.ClientTimeout(total=60)
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"


async def deliver(world: World, client: aiohttp.ClientSession) -> None:
    """Post updates while there is a webhook, for as long as the sandbox runs."""
    pause = FIRST_PAUSE
    while True:
        await world.webhook.is_set.wait()
        await world.updates.arrival()
        if not world.webhook.url:
            continue
        update = world.updates.first(1)[0]
        complaint = await _post(world, client, update)
        if complaint is None:
            world.updates.confirm(update["update_id"] + 1)
            pause = FIRST_PAUSE
        else:
            world.webhook.last_error = int(world.clock()), complaint
            await asyncio.sleep(pause.total_seconds())
            pause = min(MAX_PAUSE, pause * 2)


async def _post(world: World, client: aiohttp.ClientSession, update: dict[str, object]) -> str | None:
    """Return None when the bot took the update, and what went wrong otherwise."""
    headers = {SECRET_HEADER: world.webhook.secret} if world.webhook.secret else {}
    try:
        # A redirect is not followed, as Telegram does not: the update and the secret go where the bot said or nowhere.
        async with client.post(
            world.webhook.url, json=update, headers=headers, timeout=ANSWER_WITHIN, allow_redirects=False
        ) as answer:
            if 200 <= answer.status < 300:
                return None
            return f"Wrong response from the webhook: {answer.status} {answer.reason}"
    except TimeoutError:
        return "Read timeout expired"
    except (aiohttp.ClientError, OSError):
        return "Connection refused"
