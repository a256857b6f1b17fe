"""
An edition: one article as it goes out now, with its picture settled once and its bodies prepared once per look.

The picture is tried with the first chat whose turn it is, while the others wait; whatever Telegram says then holds for
all. So a picture that fails costs a few calls for an article, not a few for every chat. Nobody waits behind a chat that
waits itself: while nothing is on the wire, whoever has a turn tries, and a call that takes long is not waited for.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from bot.content.web.pictures import PictureSource
from bot.domain.article import Article
from bot.domain.chat import Pictures
from bot.domain.delivery import (
    Outcome,
    PictureRefused,
    Rejected,
    Sent,
    Subject,
    SubjectType,
    Throttled,
)
from bot.domain.following import Reason, reason_number
from bot.domain.message import Message, Photo
from bot.domain.rejections import FEW, Form, Refusals, alike
from bot.domain.shared_refusals import SharedRefusals
from bot.domain.topic import Topic
from bot.render.look import Look
from bot.render.reader.article import in_form, push, without_photo
from bot.services.delivery.composing import Attempt, Bodies, Body, Composition
from bot.services.delivery.pictures import ArticlePictures, pictures_of, remember
from bot.store.content import articles, topics
from bot.store.delivery.followers import Followers, followers_of
from bot.store.engine.database import Connection

log = logging.getLogger(__name__)
_LARGE, _PLAIN = Pictures.LARGE, Form.PLAIN
PICTURE_TIMEOUT = 2.0
"""Seconds for which a picture on the wire is waited for before another chat tries it too: then 4 s more, then 8 s, so
that a call which hangs for its 15 s costs three tries and no chat more than 2 s."""
PICTURE_PENDING = Throttled(timedelta(0))
"""Not sent: another chat is trying the picture or the form, and the result will be known in a moment."""

_Key = tuple[Form, Look, int, bool]  # what a body depends on


class Edition(Composition[Body]):
    """One article of one campaign. `prepare` turns a Message into what the wire sends again and again."""

    def __init__(
        self,
        article: Article,
        worn: dict[int, Topic],
        audience: Followers,
        pictures: ArticlePictures,
        prepare: Callable[[Message], Body],
        form: Form,
        few: int,
        continues: Sequence[int] = (),
    ) -> None:
        covers = ((Subject(SubjectType.ARTICLE, article.number), article.revision),)
        super().__init__(f"article {article.number}", audience, covers, article.revision)
        self.continues = tuple(continues)
        self.article = article
        self._topics = [worn[number] for number in article.topics if number in worn]
        others: tuple[Reason, ...] = (*audience.phrases, *audience.stories)
        self._reasons: Mapping[int, Reason] = {**worn, **{reason_number(one): one for one in others}}
        self._pictures = pictures
        self._prepare = prepare
        self._photo: Photo | None = None
        self._is_settled = not pictures.ways
        self._trials = 0  # pictures that are on the wire while nothing is settled
        self._next_trial_at = 0.0  # on the loop's clock: when another may be tried beside them
        self._trial_ended = asyncio.Event()
        self._bodies = Bodies[_Key, Body]()
        self._form = form
        self._refusals = Refusals(few)
        self._shared = SharedRefusals(few)
        self._taken_instead: dict[str, Form | None] = {}  # by the words that many chats share; None: no form is
        self._is_on_trial = False
        self._trial_of_form_ended = asyncio.Event()

    @property
    def picture(self) -> Photo | None:
        """The article's picture as far as Telegram has it or can fetch it; None: there is none, or only its bytes."""
        if self._photo is not None:
            return None if self._photo.data is not None else self._photo
        best = self._pictures.ways.best
        return None if best is None else best.photo

    @property
    def topics(self) -> Sequence[Topic]:
        """The article's, in the file's order."""
        return self._topics

    async def send(self, attempt: Attempt[Body]) -> tuple[Outcome, bool]:
        """Send the article to one chat. One that forbids photos gets text.

        When Telegram refuses the message and not the chat, this chat shows which plainer form it takes; see `adopted`
        and `refused`. When it refuses it in many chats and takes it in others, this chat gets a plainer one; see
        `refused_by_some`.
        """
        if self._is_on_trial:
            await self._form_shown()
        if self._is_on_trial or self.refused is not None:
            return PICTURE_PENDING, False
        form = self._form
        outcome, has_photo = await self._send(form, attempt)
        match outcome:
            case Sent():
                self._refusals.sent()
                self._shared.taken()
            case Rejected(words):
                if self._is_on_trial or self.refused is not None or form is not self._form:
                    return PICTURE_PENDING, False  # it was refused in a form of which more is known by now
                if self._refusals.refused(words):
                    return await self._try_forms(words, attempt)
                if self._shared.refused(attempt.chat, words):
                    return await self._send_instead(words, form, attempt)
        return outcome, has_photo

    def list_refused(self, chat: int, words: str) -> bool:
        """Take note of a list of several articles, this one first, that a chat refused as plain text too.

        Return whether it is no chat that is odd; then nothing of this article is to leave.
        """
        if self.refused is None and self._refusals.refused(words):
            self.refused = words
        if self._shared.refused(chat, words) and self.refused is None:
            self._goes_instead(words, None)
        return self.refused is not None

    async def _form_shown(self) -> None:
        """Wait a moment while another chat shows which form Telegram takes."""
        with suppress(TimeoutError):
            async with asyncio.timeout(PICTURE_TIMEOUT):
                await self._trial_of_form_ended.wait()

    async def _try_forms(self, words: str, attempt: Attempt[Body]) -> tuple[Outcome, bool]:
        """Try the plainer forms with this chat, one after the other, until Telegram takes one."""
        before = self._form
        is_taken = False
        self._is_on_trial = True
        self._trial_of_form_ended.clear()
        try:
            for form in before.plainer:
                self._go_on_in(form)
                outcome, has_photo = await self._send(form, attempt)
                if isinstance(outcome, Rejected):
                    continue
                if isinstance(outcome, Sent):
                    is_taken = True
                    self.adopted, self._refusals = (form, words), Refusals()
                    log.warning("article %d: it goes on in a plainer form: %s", self.article.number, words)
                return outcome, has_photo  # else nothing is said about the form: the next chat tries it
            self.refused = words
            log.warning("article %d: Telegram refuses it in every form: %s", self.article.number, words)
            return PICTURE_PENDING, False
        finally:
            if not is_taken:
                self._go_on_in(before)
            self._is_on_trial = False
            self._trial_of_form_ended.set()

    async def _send_instead(self, words: str, form: Form, attempt: Attempt[Body]) -> tuple[Outcome, bool]:
        """Send a plainer form to a chat that refused this one as many did, but not all: the others get it as it is.

        Once it is known which one such chats take, no other is tried.
        """
        known = alike(words)
        forms = form.plainer
        if known in self._taken_instead:
            forms = tuple(one for one in forms if one is self._taken_instead[known])
        for plainer in forms:
            outcome, has_photo = await self._send(plainer, attempt)
            match outcome:
                case Rejected():
                    continue
                case Sent():
                    self._goes_instead(words, plainer)
            return outcome, has_photo
        self._goes_instead(words, None)
        return Rejected(words), False

    def _goes_instead(self, words: str, form: Form | None) -> None:
        if alike(words) not in self._taken_instead:
            self._taken_instead[alike(words)] = form
            self.refused_by_some = form, words

    def _go_on_in(self, form: Form) -> None:
        self._form = form
        self._bodies.clear()

    async def _send(self, form: Form, attempt: Attempt[Body]) -> tuple[Outcome, bool]:
        """Send the article in a form, with the picture once that is settled; not when another form is tried by then."""
        begun_in = self._form
        wants_photo = attempt.look.pictures is _LARGE and form is not _PLAIN
        has_passed = False  # its turn came while the picture was being sent to another chat
        while True:
            if wants_photo and not self._is_settled:
                await self._trial_of_another()
            not_now = await attempt.turn(has_passed)
            if not_now is not None:
                return not_now, False
            if self._form is not begun_in:
                return PICTURE_PENDING, False
            if not wants_photo or self._is_settled:
                break
            if not self._may_try():
                has_passed = True
                continue
            outcome = await self._try_picture(form, attempt)
            match outcome:
                case None:
                    break  # no picture is left, and this turn can be used for the text
                case PictureRefused(here_only=True):
                    wants_photo = False
                case PictureRefused():
                    pass
                case _:
                    return outcome, True  # unless it was sent, nothing is said about the picture
            has_passed = False
        if wants_photo and self._photo is not None:
            outcome = await attempt.leave(self._body(form, attempt, self._photo))
            if not isinstance(outcome, PictureRefused):
                return outcome, True
            not_now = await attempt.turn()
            if not_now is not None:
                return not_now, False
        return await attempt.leave(self._body(form, attempt, None)), False

    def _may_try(self) -> bool:
        """Return whether a chat whose turn it is tries the picture, or lets its turn pass."""
        return not self._trials or asyncio.get_running_loop().time() >= self._next_trial_at

    async def _trial_of_another(self) -> None:
        """Wait while the picture is being sent to another chat, but no longer than until the next trial is due."""
        while self._trials and not self._is_settled:
            left = self._next_trial_at - asyncio.get_running_loop().time()
            if left <= 0:
                return
            with suppress(TimeoutError):
                async with asyncio.timeout(left):
                    await self._trial_ended.wait()

    async def _try_picture(self, form: Form, attempt: Attempt[Body]) -> Outcome | None:
        """Try the next way that can be had with this chat; None when there is none left, and nothing was sent."""
        self._next_trial_at = asyncio.get_running_loop().time() + PICTURE_TIMEOUT * 2**self._trials
        self._trials += 1
        try:
            tried = await self._pictures.next_photo(attempt.db, attempt.now)
            if tried is None:
                self._is_settled = True
                return None
            way, photo = tried
            outcome = await attempt.leave(self._prepare(self._message(form, attempt, photo)))
            finding = self._pictures.ways.answered(way, outcome)
            match outcome:
                case Sent(file_id=file_id):
                    if self._photo is None:
                        self._photo = photo if file_id is None else Photo(file_id=file_id, credit=photo.credit)
                    self._is_settled = True
                case PictureRefused(refusal, here_only=False):
                    log.info("article %d: a picture was refused: %s", self.article.number, refusal)
                    self._is_settled = self._is_settled or not self._pictures.ways
        finally:
            self._trials -= 1
            self._next_trial_at = 0.0  # if nothing is settled, the next chat tries at once, beside any that hang
            self._trial_ended.set()
            self._trial_ended = asyncio.Event()  # of the next: who waits for that must not find this one's set
        await remember(attempt.db, finding, attempt.now)
        return outcome

    def _body(self, form: Form, attempt: Attempt[Body], photo: Photo | None) -> Body:
        key = (form, attempt.look, attempt.reason, photo is not None)
        return self._bodies.get(key, lambda: self._prepare(self._message(form, attempt, photo)))

    def _message(self, form: Form, attempt: Attempt[Body], photo: Photo | None) -> Message:
        reason = self._reasons.get(attempt.reason)
        message = push(self.article, self._topics, attempt.look, attempt.now, photo=photo, reason=reason)
        return in_form(message if photo is not None else without_photo(message), form, self.article.story.link)


async def edition_of(
    conn: Connection,
    article: int,
    fixed_at: datetime,
    source: PictureSource,
    prepare: Callable[[Message], Body],
    *,
    form_of: Callable[[int], Form] = lambda revision: Form.FULL,
    few: int = FEW,
) -> Edition[Body]:
    """Return an article ready to be sent. Raises: UnknownArticle.

    `form_of` says in which form a revision goes, `few` how many chats with the same words mean that Telegram refuses
    that.
    """
    found = await articles.article(conn, article)
    return Edition(
        found,
        await topics.topics(conn),
        await followers_of(conn, article, fixed_at),
        await pictures_of(conn, found, source),
        prepare,
        form_of(found.revision),
        few,
        await articles.of_one_story(conn, article),
    )
