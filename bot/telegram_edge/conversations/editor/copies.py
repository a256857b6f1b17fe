"""
The copy editors see: an article sent exactly as readers will get it, through the same edition as a broadcast.

Sending it is also the check of its picture: what Telegram takes or refuses here is settled for everybody.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.domain.chat import Chat, Pictures
from bot.domain.delivery import Failed, Outcome, Rejected, Sent, Throttled
from bot.domain.message import Message, Photo
from bot.render.editor.article_note import PictureCheck
from bot.services.delivery.composing import Attempt
from bot.services.delivery.edition import edition_of
from bot.telegram_edge.botapi.prepared import Prepared, Upload
from bot.telegram_edge.kit.context import BotContext
from bot.telegram_edge.kit.replies import WaitLimit, span_of
from bot.telegram_edge.kit.reply_tries import Held

TRIES = 3
COPY_TIMEOUT = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Copy:
    """What became of a copy. `failure` is Telegram's reason when it is not there; `refused` counts ways that failed
    before the one that worked."""

    picture: PictureCheck
    refused: int = 0
    failure: str | None = None


async def send_copy(ctx: BotContext, chat: Chat, number: int, patience: timedelta = COPY_TIMEOUT) -> Copy:
    """Send an article to one editor as readers will get it, large picture and all. Raises: UnknownArticle.

    Tried only where the editor's chat is held for no longer than `patience`, and than a minute.
    """
    tried: list[Photo | None] = []
    now = ctx.clock()

    def prepare(message: Message) -> Prepared | Upload:
        tried.append(message.photo)
        return ctx.gateway.prepare(message)

    async with ctx.db.reading() as conn:
        edition = await edition_of(conn, number, now, ctx.picture_source, prepare)
    outcome, has_photo = await edition.send(_CopyAttempt(ctx, chat, now, min(patience, COPY_TIMEOUT)))
    picture, refused = _checked(tried, has_photo)
    return Copy(picture, refused, None if isinstance(outcome, Sent) else _reason(outcome))


class _CopyAttempt(Attempt[Prepared | Upload]):
    """Goes out as a reply does: each call waits for its own turn, for `longest` at most."""

    def __init__(self, ctx: BotContext, chat: Chat, now: datetime, longest: timedelta) -> None:
        self.chat, self.reason, self.is_photo = chat.id, 0, False
        self.look = replace(ctx.look(chat), pictures=Pictures.LARGE)
        self.db, self.now = ctx.db, now
        self._ctx, self._to, self._longest = ctx, chat, longest

    async def turn(self, pace_only: bool = False) -> Outcome | None:
        return None

    async def leave(self, body: Prepared | Upload) -> Outcome:
        return await _patiently(self._ctx, self._to, body, self._longest)


async def send_as_it_is(ctx: BotContext, chat: Chat, message: Message, patience: timedelta) -> str | None:
    """Send one editor what everybody would get, formatting and all; return why it did not arrive, None when it did."""
    outcome = await _patiently(ctx, chat, ctx.gateway.prepare(message), min(patience, COPY_TIMEOUT))
    return None if isinstance(outcome, Sent) else _reason(outcome)


async def _patiently(ctx: BotContext, chat: Chat, body: Prepared | Upload, longest: timedelta) -> Outcome:
    """Send in the replies' lane; after a 429 wait and retry, for `longest` at most."""
    patience = WaitLimit.of(longest)
    for _ in range(TRIES):
        try:
            paid = await ctx.replies.turn(chat, patience)
        except Held as error:
            return Throttled(span_of(error))
        outcome = await ctx.gateway.send(body, chat.id, paid=paid)
        if paid and isinstance(outcome, Rejected):
            paid, outcome = False, await ctx.gateway.send(body, chat.id)
            ctx.paid_budget.answered_unpaid(outcome, ctx.clock())
        if not isinstance(outcome, Throttled):
            return outcome
        ctx.pacer.throttled(chat.id, outcome.wait.total_seconds(), paid)
    return Failed("too many requests")


def _checked(tried: Sequence[Photo | None], has_photo: bool) -> tuple[PictureCheck, int]:
    photos = [photo for photo in tried if photo is not None]
    if not photos:
        return PictureCheck.MISSING, 0
    if not has_photo:
        return PictureCheck.REFUSED, len(photos)
    last = photos[-1]
    if last.file_id is not None:
        return PictureCheck.KNOWN, len(photos) - 1
    return (PictureCheck.FETCHED if last.url is not None else PictureCheck.UPLOADED), len(photos) - 1


def _reason(outcome: Outcome) -> str:
    match outcome:
        case Throttled():
            return "too many requests"
        case _:
            return str(getattr(outcome, "reason", "it moved"))
