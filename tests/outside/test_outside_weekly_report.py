"""The weekly report over real processes that are killed at the worst moments, or do not run for weeks."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from street import PATIENCE, Street, street

from bot.sandbox.tour.stage import plain
from bot.sandbox.world.faults import Fault, Held, Stall

TITLE = "The week in numbers"


def _until_monday(weeks: int = 1) -> float:
    """Return the seconds until the weeks-th Monday from now, ten past eight in UTC."""
    now = datetime.now(UTC)
    monday = now.replace(hour=8, minute=10) + timedelta(days=7 - now.weekday(), weeks=weeks - 1)
    return (monday - now).total_seconds()


async def _wanted(here: Street) -> int:
    """Let Edith want reports of a bot in whose week something happens, and kill it; return her chat."""
    anna, _ = await here.move_in("one", movable=True)
    edith = here.cast.edith
    assert "every Monday" in plain(await here.asks(edith, "/stats weekly on"))
    await here.asks(edith, "/publish one")
    await here.sees(anna, "One")
    while "Reached: 2" not in plain(await here.asks(edith, "/delivery one")):
        pass  # only what is written down is known after a kill
    await here.kill()
    return edith


def _reports(here: Street, person: int) -> int:
    return len(here.screens(person, TITLE))


async def _awake(here: Street, person: int, seconds: float) -> None:
    """Start the bot at a time to come, and wait until it answers."""
    here.later(seconds)
    await here.open(movable=True, keeps_time=True)
    await here.asks(person, "/stats")


@pytest.mark.parametrize("is_accepted", [False, True])
async def test_a_kill_while_it_is_on_the_wire_loses_nothing_and_costs_at_most_one_more(
    tmp_path: Path, is_accepted: bool
) -> None:
    async with street(tmp_path) as here:
        edith, monday = await _wanted(here), _until_monday()
        fault: Fault = Stall(3600, accepted=True) if is_accepted else Held(asyncio.Event())
        here.world.faults.add(fault, chat=edith, method="sendPhoto", times=1)
        here.later(monday)
        await here.open(movable=True, keeps_time=True)
        async with asyncio.timeout(PATIENCE):
            while fault not in [one for _, _, one in here.world.faults.happened]:  # noqa: ASYNC110  nothing tells of it
                await asyncio.sleep(0.05)
        await here.kill()  # promised, and not known to be sent
        assert _reports(here, edith) == int(is_accepted)
        await here.open(movable=True, keeps_time=True)
        await here.until(lambda: _reports(here, edith) == 1 + is_accepted, "a report")
        await here.kill()
        await _awake(here, edith, monday + 600)
        assert _reports(here, edith) == 1 + is_accepted


async def test_a_kill_between_the_promise_and_the_sending_loses_nothing_and_sends_it_once(tmp_path: Path) -> None:
    async with street(tmp_path) as here:
        edith, monday = await _wanted(here), _until_monday()
        assert (await here.shell("pause")).status == 0  # so that nothing leaves of what is promised
        await _awake(here, edith, monday)
        await here.kill()
        assert _reports(here, edith) == 0
        assert (await here.shell("resume")).status == 0
        await here.open(movable=True, keeps_time=True)
        await here.sees(edith, TITLE)
        await _awake_again(here, edith, monday + 600)
        assert _reports(here, edith) == 1


async def test_a_bot_that_did_not_run_for_weeks_sends_one_report(tmp_path: Path) -> None:
    async with street(tmp_path) as here:
        edith = await _wanted(here)
        here.later(_until_monday(5))
        await here.open(movable=True, keeps_time=True)
        await here.sees(edith, TITLE)
        await _awake_again(here, edith, _until_monday(5) + 600)
        assert _reports(here, edith) == 1


async def _awake_again(here: Street, person: int, seconds: float) -> None:
    await here.kill()
    await _awake(here, person, seconds)
