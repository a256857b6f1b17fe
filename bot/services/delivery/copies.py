"""
What changes copies that were delivered: a correction edits each, a retraction makes each a notice or deletes it.

A copy keeps its kind, text or photo, and the buttons that stood under it. What stands in a chat is known by its receipt
(`Recipient.stands`); who is asked about is whoever shows an older revision (`store.delivery.audiences.Holders`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Protocol

from bot.domain.article import Article, ArticleState
from bot.domain.copies import deletable_from
from bot.domain.correction import Field, is_fixed
from bot.domain.delivery import WITHDRAWAL, Outcome, PictureRefused, Rejected, Sent, Subject, SubjectType
from bot.domain.following import Reason, reason_number
from bot.domain.message import Message, Photo
from bot.domain.picture_ways import Way
from bot.domain.rejections import Form
from bot.render.look import Look
from bot.render.reader.article import in_form, push, without_photo
from bot.render.reader.retracted import retracted
from bot.services.delivery.composing import Attempt, Bodies, Body, Composition, Deletion, Tools
from bot.services.delivery.pictures import ArticlePictures, pictures_of, remember
from bot.store.content import articles, topics
from bot.store.delivery import campaigns
from bot.store.delivery.audiences import Holders
from bot.store.delivery.campaigns import Campaign
from bot.store.delivery.followers import Followers, followers_of
from bot.store.engine.database import Connection, Database
from bot.store.readers import subscriptions

_NEUTRAL = Path(__file__).parent / "retracted.png"


@dataclass(frozen=True, slots=True)
class Outdated:
    """Whoever has a copy that can still be changed, each with what it follows the article for, if it still does."""

    holders: Holders
    followers: Followers | None
    """None: of what nobody follows."""
    joined: Holders | None = None
    """Of whom it is also for if they come to it later; None: for those alone."""

    async def end_of_piece(self, conn: Connection, after: int, until: int, size: int) -> int | None:
        return await self.holders.end_of_piece(conn, after, until, size)

    def recipients(self, head: str, tail: str = "", **values: object) -> tuple[str, dict[str, object]]:
        return self.holders.recipients(head, tail, **values)

    async def wanting(self, conn: Connection, chats: Sequence[int], now: datetime) -> dict[int, int]:
        held = await (self.joined or self.holders).wanting(conn, chats, now)
        reasons = await self.followers.wanting(conn, list(held), now) if held and self.followers is not None else {}
        return {chat: reasons.get(chat, 0) for chat in held}


class NewPicture(Protocol):
    """A picture that takes the place of what photos show. Its ways are tried one after the other."""

    async def next(self, db: Database, now: datetime) -> Photo | None:
        """Return what Telegram is given; None when no way is left, and photos keep what they show."""

    async def answered(self, outcome: Outcome, db: Database, now: datetime) -> None:
        """Take note of what became of the way that `next` returned last."""


_Key = tuple[Form, Look, int, bool, bool, bool]  # what a body depends on
_Words = Callable[[Look, int, bool, str | None, datetime], Message]


class Rewriting(Composition[Body]):
    """Makes every copy say what its article says now.

    `message` is asked with look, reason, whether the chat is one of the `savers`, whose the copy's picture is, and
    time; `prepare` turns it into what the wire edits with again and again. `credit` says whose the picture is that
    photos show as long as they keep it; None where nobody is named, or it is not known which they show.
    """

    def __init__(
        self,
        name: str,
        audience: Outdated,
        article: Article,
        message: _Words,
        picture: NewPicture | None,
        prepare: Callable[[Message], Body],
        savers: Collection[int] = (),
        credit: str | None = None,
    ) -> None:
        covers = ((Subject(SubjectType.ARTICLE, article.number), article.revision),)
        super().__init__(name, audience, covers, article.revision)
        self._link = article.story.link
        self._message = message
        self._new_picture = picture
        self._prepare = prepare
        self._savers = savers
        self._credit = credit
        self._bodies = Bodies[_Key, Body]()
        self._photo: Photo | None = None
        self._trial = asyncio.Lock()

    async def send(self, attempt: Attempt[Body]) -> tuple[Outcome, bool]:
        """Edit one chat's copy. What Telegram refuses is tried in plainer forms, unless it takes none."""
        outcome: Outcome = Rejected("")
        for form in Form:
            outcome = await self._edit(form, attempt)
            if not isinstance(outcome, Rejected) or is_fixed(outcome.reason):
                break
        return outcome, attempt.is_photo

    def _body(self, form: Form, attempt: Attempt[Body], photo: Photo | None) -> Body:
        look, reason, is_photo, saved = attempt.look, attempt.reason, attempt.is_photo, attempt.chat in self._savers

        def make() -> Body:
            credit = (self._credit if is_photo else None) if photo is None else photo.credit
            message = in_form(self._message(look, reason, saved, credit, attempt.now), form, self._link)
            return self._prepare(_with(message, photo))

        if photo is not None and photo is not self._photo:
            return make()  # one that is tried
        return self._bodies.get((form, look, reason, saved, photo is not None, is_photo), make)

    async def _edit(self, form: Form, attempt: Attempt[Body]) -> Outcome:
        if attempt.is_photo and self._new_picture is not None:
            async with self._trial:  # only until it is settled: then it is None
                if self._new_picture is not None:
                    outcome = await self._try_pictures(self._new_picture, form, attempt)
                    if outcome is not None:
                        return outcome
        photo = self._photo if attempt.is_photo else None
        outcome = await attempt.turn() or await attempt.leave(self._body(form, attempt, photo))
        if isinstance(outcome, PictureRefused) and photo is not None:
            outcome = await attempt.turn() or await attempt.leave(self._body(form, attempt, None))
        return outcome

    async def _try_pictures(self, picture: NewPicture, form: Form, attempt: Attempt[Body]) -> Outcome | None:
        """Try with one copy which way Telegram takes; None when no way is left, and nothing was changed."""
        while (photo := await picture.next(attempt.db, attempt.now)) is not None:
            not_now = await attempt.turn()
            if not_now is not None:
                return not_now
            outcome = await attempt.leave(self._body(form, attempt, photo))
            await picture.answered(outcome, attempt.db, attempt.now)
            match outcome:
                case Sent(file_id=file_id):
                    self._photo = photo if file_id is None else Photo(file_id=file_id, credit=photo.credit)
                    self._new_picture = None
                    return outcome
                case PictureRefused():
                    continue
            return outcome
        self._new_picture = None
        return None


def _with(message: Message, photo: Photo | None) -> Message:
    return without_photo(message) if photo is None else Message(message.text, photo, message.keyboard)


class _ArticlePicture:
    """An article's own picture."""

    def __init__(self, pictures: ArticlePictures) -> None:
        self._pictures = pictures
        self._way: Way | None = None

    async def next(self, db: Database, now: datetime) -> Photo | None:
        tried = await self._pictures.next_photo(db, now)
        if tried is None:
            return None
        self._way, photo = tried
        return photo

    async def answered(self, outcome: Outcome, db: Database, now: datetime) -> None:
        if self._way is not None:
            await remember(db, self._pictures.ways.answered(self._way, outcome), now)


class NeutralPicture:
    """A picture that shows nothing, in the place of one that is taken back."""

    def __init__(self) -> None:
        self._is_refused = False

    async def next(self, db: Database, now: datetime) -> Photo | None:
        return None if self._is_refused else Photo(data=_neutral())

    async def answered(self, outcome: Outcome, db: Database, now: datetime) -> None:
        self._is_refused = isinstance(outcome, PictureRefused)


@cache
def _neutral() -> bytes:
    return _NEUTRAL.read_bytes()


async def correction_of(conn: Connection, campaign: Campaign, tools: Tools[Body]) -> Rewriting[Body]:
    """Return what makes every copy of an article say what it says now. Raises: UnknownArticle."""
    article = await articles.article(conn, campaign.subject.number)
    known = await topics.topics(conn)
    worn = [known[number] for number in article.topics if number in known]
    audience = await outdated(conn, campaign)
    savers = await subscriptions.savers(conn, article.number)
    phrases = () if audience.followers is None else audience.followers.phrases
    reasons: dict[int, Reason] = {**known, **{reason_number(one): one for one in phrases}}
    has_new_picture = any(Field.PICTURE in one.fields for one in article.corrections)
    picture: NewPicture | None = None
    if has_new_picture:
        pictures = await pictures_of(conn, article, tools.pictures)
        # A photo cannot become a text: one whose picture was taken away shows none.
        picture = _ArticlePicture(pictures) if article.story.pictures else NeutralPicture()
    credits = {one.credit for one in article.story.pictures}
    credit = credits.pop() if len(credits) == 1 and not has_new_picture else None

    def message(look: Look, reason: int, saved: bool, credit: str | None, now: datetime) -> Message:
        said = push(article, worn, look, now, reason=reasons.get(reason), saved=saved, credit=credit)
        return without_photo(said)

    name = f"correction of {article.number}"
    return Rewriting(name, audience, article, message, picture, tools.prepare, savers, credit)


async def notice_of(conn: Connection, campaign: Campaign, tools: Tools[Body]) -> Rewriting[Body]:
    """Return what makes every copy of an article a notice of its retraction. Raises: UnknownArticle."""
    article = await articles.article(conn, campaign.subject.number)

    def message(look: Look, reason: int, saved: bool, credit: str | None, now: datetime) -> Message:
        return retracted(article, look)

    return Rewriting(
        f"notice of {article.number}",
        await to_notify(conn, campaign),
        article,
        message,
        NeutralPicture(),
        tools.prepare,
    )


async def withdrawal_of(conn: Connection, campaign: Campaign, tools: Tools[None]) -> Deletion:
    """Return what deletes every copy of an article that is young enough for it."""
    number = campaign.subject.number
    return Deletion(
        f"withdrawal of {number}", await young(conn, campaign), ((campaign.subject, None),), campaign.revision
    )


async def outdated(conn: Connection, campaign: Campaign) -> Outdated:
    """Return whoever shows an older revision of an article than stands today."""
    number = campaign.subject.number
    holders = Holders(campaign.subject, await articles.revision(conn, number), campaign=campaign.id)
    return Outdated(holders, await followers_of(conn, number, campaign.fixed_at))


async def to_notify(conn: Connection, campaign: Campaign) -> Outdated:
    """Return whose copies become notices: all, or those that are too old where the others are deleted."""
    if campaign.subject.type != SubjectType.ARTICLE:
        every = Holders(campaign.subject, campaign.revision)
        too_old = replace(every, sent_before=deletable_from(campaign.fixed_at))
        return Outdated(too_old, None, joined=every)
    audience = await outdated(conn, campaign)
    changing = await campaigns.changing(conn, campaign.subject)
    if not any(one.kind == WITHDRAWAL and one.revision == campaign.revision for one in changing):
        return audience
    holders = replace(audience.holders, sent_before=deletable_from(campaign.fixed_at))
    # What Telegram does not delete after all becomes a notice too.
    return replace(audience, holders=holders, joined=audience.holders)


async def young(conn: Connection, campaign: Campaign) -> Holders:
    """Return whoever has a copy that a bot can still delete."""
    since = deletable_from(campaign.fixed_at)
    return Holders(campaign.subject, campaign.revision, sent_from=since, campaign=campaign.id)


async def is_taken_down(conn: Connection, campaign: Campaign) -> bool:
    """Return whether the article was taken down: nothing of it is to stay in any copy, nor of a note about it."""
    if campaign.subject.type != SubjectType.ARTICLE:
        return True
    return (await articles.even_taken_down(conn, campaign.subject.number)).state is ArticleState.TAKEN_DOWN
