"""`newsbot publish --wait`: follows a publish until it is over, with a progress bar on a terminal."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from bot.cli.shell import chats, now, number, say, span
from bot.domain.database_place import Place
from bot.domain.delivery import Subject, SubjectType
from bot.services.delivery.kinds import KINDS
from bot.store.delivery import campaigns
from bot.store.delivery.audiences import reach
from bot.store.delivery.campaigns import Campaign, CampaignState
from bot.store.engine.database import Database
from bot.store.opening import is_bot_running

LOOK_EVERY = timedelta(milliseconds=300)
RESTARTED_WITHIN = timedelta(seconds=3)  # a bot that is gone for longer has been ended


async def follow(db: Database, place: Place, number_: int) -> None:
    """Wait until a campaign is done, stopped or held, or no bot is there to go on with it, and say how it ended."""
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
        disable=not Console(stderr=True).is_terminal,
    ) as progress:
        one = await _campaign(db, number_)
        task = progress.add_task(f"#{one.article}", total=await _audience(db, one))
        waits_until = now() + RESTARTED_WITHIN
        while one.state is CampaignState.RUNNING and now() < waits_until:
            if await asyncio.to_thread(is_bot_running, place):
                waits_until = now() + RESTARTED_WITHIN
            progress.update(task, completed=one.settled, total=one.total if one.is_complete else None)
            await asyncio.sleep(LOOK_EVERY.total_seconds())
            one = await _campaign(db, number_)
    say(await _ending(db, one))


async def follow_takedown(db: Database, place: Place, article: int) -> None:
    """Wait until every copy of an article that was taken down is done with, or no bot is there to go on with it."""
    waits_until = now() + RESTARTED_WITHIN
    while now() < waits_until:
        async with db.reading() as conn:
            found = await campaigns.changing(conn, Subject(SubjectType.ARTICLE, article))
        if all(one.state is not CampaignState.RUNNING for one in found):
            return
        if await asyncio.to_thread(is_bot_running, place):
            waits_until = now() + RESTARTED_WITHIN
        await asyncio.sleep(LOOK_EVERY.total_seconds())


async def _campaign(db: Database, number_: int) -> Campaign:
    async with db.reading() as conn:
        found = await campaigns.campaign(conn, number_)
    if found is None:
        # Deleted: its article was held in a burst before anything was sent.
        raise LookupError(f"campaign {number_} is gone")
    return found


async def _audience(db: Database, one: Campaign) -> int:
    """Return how many chats it is for, those it is settled for included."""
    if one.is_complete:
        return one.total
    async with db.reading() as conn:
        whom = await KINDS[one.kind].audience(conn, one)
        return one.settled + await reach(conn, whom, now())


async def _ending(db: Database, one: Campaign) -> str:
    match one.state:
        case CampaignState.DONE:
            first, last = one.first_sent_at, one.last_sent_at
            took = f" {span(last - first)}." if first is not None and last is not None else ""
            return (
                f"#{one.article} is out. {number(one.sent)} sent, {number(one.unreachable)} had blocked the bot, "
                f"{number(one.failed)} failed, {number(one.unsure)} perhaps twice.{took}"
            )
        case CampaignState.RUNNING:
            left = await _audience(db, one) - one.settled
            return f"The bot has ended. {_have(one.sent)}, {number(left)} will get it once `newsbot run` goes on."
        case _:
            left = await _audience(db, one) - one.settled
            word = "Held" if one.state is CampaignState.HELD else "Stopped"
            return f"{word}. {_have(one.sent)}, {number(left)} will not get it until somebody decides."


def _have(sent: int) -> str:
    return f"{chats(sent)} {'has' if sent == 1 else 'have'} it"
