"""How updates reach the bot: by asking, or at its own door."""

import asyncio
from typing import Any

import pytest
from aiohttp import web

from bot.sandbox.world.world import World


async def polled(call: Any, **params: Any) -> list[dict[str, Any]]:
    status, body = await call("getUpdates", **params)
    assert status == 200, body
    updates: list[dict[str, Any]] = body["result"]
    return updates


async def polling(world: World) -> None:
    """Let the server work until a poll is waiting."""
    while world.updates.poll is None:  # noqa: ASYNC110 - the far side has no event for "about to wait"
        await asyncio.sleep(0)


async def test_updates_wait_until_they_are_confirmed(world: World, call: Any, anna: int) -> None:
    for text in ("one", "two", "three"):
        world.say(anna, anna, text)
    first = await polled(call)
    assert [update["message"]["text"] for update in first] == ["one", "two", "three"]
    assert await polled(call, limit=1) == first[:1]
    assert await polled(call, offset=first[1]["update_id"]) == first[1:]
    assert await polled(call, offset=-1) == first[2:]
    assert await polled(call, offset=first[2]["update_id"] + 1) == []


async def test_a_long_poll_ends_when_something_happens(world: World, call: Any, anna: int) -> None:
    poll = asyncio.create_task(polled(call, timeout=30))
    await polling(world)
    world.say(anna, anna, "at last")
    assert [update["message"]["text"] for update in await asyncio.wait_for(poll, 30)] == ["at last"]


async def test_a_second_poll_ends_the_first(world: World, call: Any, anna: int) -> None:
    first = asyncio.create_task(call("getUpdates", timeout=30))
    await polling(world)
    assert await polled(call) == []
    status, body = await asyncio.wait_for(first, 30)
    assert status == 409
    assert body["description"] == (
        "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
    )


async def test_only_kinds_that_were_asked_for_arrive(world: World, call: Any, anna: int) -> None:
    await polled(call, allowed_updates=["callback_query"])
    world.say(anna, anna, "unheard")
    world.queue_update(message_reaction={"chat": {}})
    assert await polled(call) == []
    await polled(call, allowed_updates=[])
    world.say(anna, anna, "heard")
    assert len(await polled(call)) == 1


@pytest.fixture
async def door() -> Any:
    """A webhook on this machine: `requests` it got, `statuses` it will answer before 200."""

    class Door:
        def __init__(self) -> None:
            self.requests: asyncio.Queue[tuple[dict[str, str], dict[str, Any]]] = asyncio.Queue()
            self.statuses: list[int] = []
            self.url = ""

        async def take(self, request: web.Request) -> web.Response:
            await self.requests.put((dict(request.headers), await request.json()))
            return web.Response(status=self.statuses.pop(0) if self.statuses else 200)

    door = Door()
    app = web.Application()
    app.router.add_post("/hook", door.take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    door.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    yield door
    await runner.cleanup()


async def test_a_webhook_gets_updates_with_its_secret_until_it_takes_them(
    world: World, call: Any, anna: int, door: Any
) -> None:
    door.statuses = [500]
    assert (await call("setWebhook", url=door.url, secret_token="s3cret"))[0] == 200
    world.say(anna, anna, "knock")
    headers, update = await asyncio.wait_for(door.requests.get(), 30)
    assert headers["X-Telegram-Bot-Api-Secret-Token"] == "s3cret"
    assert update["message"]["text"] == "knock"
    assert (await asyncio.wait_for(door.requests.get(), 30))[1] == update
    info = (await call("getWebhookInfo"))[1]["result"]
    assert info["url"] == door.url
    assert info["last_error_message"] == "Wrong response from the webhook: 500 Internal Server Error"


async def test_polling_and_a_webhook_exclude_each_other(world: World, call: Any, door: Any) -> None:
    await call("setWebhook", url=door.url)
    status, body = await call("getUpdates")
    assert status == 409 and "while webhook is active" in body["description"]
    world.start(7001)
    await asyncio.wait_for(door.requests.get(), 30)
    await call("deleteWebhook", drop_pending_updates=True)
    assert await polled(call) == []


async def test_a_webhook_is_on_https_or_on_this_machine(call: Any) -> None:
    for url in ("http://example.com/hook", "https://example.com/hook", "ftp://127.0.0.1/"):
        assert "bad webhook" in (await call("setWebhook", url=url))[1]["description"]
    refused = await call("setWebhook", url="https://127.0.0.1/", secret_token="not allowed!")
    assert "unallowed characters" in refused[1]["description"]
