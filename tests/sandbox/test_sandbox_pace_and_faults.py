"""Telegram's limits, and trouble on order."""

import asyncio
import json
from typing import Any

import aiohttp
import pytest
from sandbox_clock import START, TOKEN, Clock

from bot.sandbox.bot_api.server import SandboxServer
from bot.sandbox.world.faults import CutAfter, CutBefore, Faults, Page, Refuse, Slow, Stall, Throttle
from bot.sandbox.world.pace import Pace
from bot.sandbox.world.world import World


def test_thirty_a_second_over_all_chats_in_any_second() -> None:
    pace = Pace()
    assert [pace.admit(chat, START + chat / 100) for chat in range(30)] == [0] * 30
    assert pace.admit(99, START + 0.9) == 1
    assert pace.admit(99, START + 1.001) == 0
    assert pace.admit(98, START + 1.001) == 1


def test_one_a_second_to_a_chat_after_a_short_burst() -> None:
    pace = Pace()
    assert [pace.admit(1, START) for _ in range(7)] == [0] * 6 + [1]
    assert pace.admit(1, START + 1) == 0
    assert pace.admit(1, START + 1) == 1
    assert pace.admit(2, START) == 0


def test_twenty_a_minute_to_a_group() -> None:
    pace = Pace()
    assert [pace.admit(-1, START + second, is_group=True) for second in range(20)] == [0] * 20
    assert pace.admit(-1, START + 20, is_group=True) == 40
    assert pace.admit(-1, START + 60, is_group=True) == 0


def test_paid_messages_go_to_a_thousand_a_second_and_are_counted() -> None:
    pace = Pace()
    assert all(pace.admit(chat, START, is_paid=True) == 0 for chat in range(1030))
    assert pace.admit(5000, START, is_paid=True) == 1
    assert pace.paid == 1000


async def test_too_fast_is_answered_with_the_seconds_to_wait(world: World, call: Any, clock: Clock, anna: int) -> None:
    for _ in range(6):
        assert (await call("sendMessage", chat_id=anna, text="x"))[0] == 200
    status, body = await call("sendMessage", chat_id=anna, text="x")
    assert status == 429
    assert body == {
        "ok": False,
        "error_code": 429,
        "description": "Too Many Requests: retry after 1",
        "parameters": {"retry_after": 1},
    }
    edited = {"chat_id": anna, "message_id": world.ledger.sent_to(anna)[0].message_id, "text": "y"}
    assert (await call("editMessageText", **edited))[0] == 429
    assert (await call("getChat", chat_id=anna))[0] == 200
    clock.pass_seconds(1)
    assert (await call("editMessageText", **edited))[0] == 200
    world.limits = False
    assert (await call("sendMessage", chat_id=anna, text="x"))[0] == 200


async def test_a_refusal_on_order_comes_so_many_times_to_one_chat(world: World, call: Any, anna: int) -> None:
    world.start(7002)
    blocked = "Forbidden: bot was blocked by the user"
    world.faults.add(Refuse(403, blocked), method="sendMessage", chat=anna, times=1)
    assert (await call("sendMessage", chat_id=7002, text="x"))[0] == 200
    assert (await call("sendMessage", chat_id=anna, text="x")) == (
        403,
        {"ok": False, "error_code": 403, "description": blocked},
    )
    assert (await call("sendMessage", chat_id=anna, text="x"))[0] == 200
    assert [made.status for made in world.ledger.calls_to(anna)] == [403, 200]


async def test_without_stars_only_what_is_to_be_paid_for_is_refused(world: World, call: Any, anna: int) -> None:
    world.faults.add(Refuse(400, "Bad Request: BALANCE_TOO_LOW"), paid=True)
    assert (await call("sendMessage", chat_id=anna, text="x"))[0] == 200
    assert (await call("sendMessage", chat_id=anna, text="x", allow_paid_broadcast=False))[0] == 200
    assert (await call("sendMessage", chat_id=anna, text="x", allow_paid_broadcast=True))[0] == 400


async def test_a_throttle_may_leave_out_how_long(world: World, call: Any, anna: int) -> None:
    world.faults.add(Throttle(7), times=1)
    assert (await call("sendMessage", chat_id=anna, text="x"))[1]["parameters"] == {"retry_after": 7}
    world.faults.add(Throttle(7, tells=False), times=1)
    assert "parameters" not in (await call("sendMessage", chat_id=anna, text="x"))[1]


async def test_a_gateway_answers_with_a_page(world: World, server: SandboxServer, anna: int) -> None:
    world.faults.add(Page(502), times=1)
    async with aiohttp.ClientSession() as client, client.get(f"{server.url}/bot{TOKEN}/getMe") as answer:
        assert answer.status == 502 and "<html>" in await answer.text()


@pytest.mark.parametrize(
    ("fault", "arrived"), [(CutBefore(), 0), (CutAfter(), 1), (Stall(0.01), 0), (Stall(0.01, accepted=True), 1)]
)
async def test_a_cut_connection_leaves_a_message_behind_or_not(
    world: World, call: Any, anna: int, fault: Any, arrived: int
) -> None:
    world.faults.add(fault, method="sendMessage")
    with pytest.raises((aiohttp.ClientError, ConnectionError)):
        await call("sendMessage", chat_id=anna, text="x")
    # aiohttp itself tries a dropped idle connection again, but never a POST.
    assert len(world.ledger.sent_to(anna)) == arrived
    world.faults.clear()
    assert (await call("sendMessage", chat_id=anna, text="x"))[0] == 200


async def test_slow_is_slow_and_right(world: World, call: Any, anna: int) -> None:
    world.faults.add(Slow(0.02), times=1)
    began = asyncio.get_running_loop().time()
    assert (await call("sendMessage", chat_id=anna, text="x"))[0] == 200
    assert asyncio.get_running_loop().time() - began >= 0.02


def test_chance_is_repeatable() -> None:
    def draws(seed: int) -> list[bool]:
        faults = Faults(seed)
        faults.add(CutBefore(), probability=0.3)
        return [faults.pick("sendMessage", 1) is not None for _ in range(50)]

    assert draws(1) == draws(1) != draws(2)
    assert 5 < sum(draws(1)) < 25


async def test_the_ledger_can_be_bounded(server: SandboxServer) -> None:
    world = World(token=TOKEN, keep_calls=3)
    world.limits = False
    for _ in range(3):
        world.add_person(has_started=True)
    async with SandboxServer(world) as small, aiohttp.ClientSession() as client:
        for chat in (7001, 7001, 7002, 7003):
            url = f"{small.url}/bot{TOKEN}/sendMessage"
            async with client.post(url, json={"chat_id": chat, "text": "x"}) as answer:
                assert json.loads(await answer.read())["ok"]
    assert [made.chat_id for made in world.ledger] == [7001, 7002, 7003]
    assert len(world.ledger.calls_to(7001)) == 1
