"""The delivery report: how many chats got an article, which did not, and why."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.domain.article import Article
from bot.domain.copies import ChangedCopies
from bot.domain.message import Button, Message
from bot.domain.press import press
from bot.domain.progress import Phase, Standing
from bot.domain.text import Text
from bot.render.editor.desk import called, open_button
from bot.render.editor.publishing import later
from bot.render.editor.verbs import Verb
from bot.render.locale import Words
from bot.render.text import bold, clip, join, tame

LISTED = 30  # chats named at most
_REASON = 100


def report(
    words: Words,
    article: Article,
    campaign: int | None,
    standing: Standing | None,
    reasons: Sequence[tuple[str, int]],
    restricted: Sequence[tuple[str, int]],
    zone: ZoneInfo,
    copies: ChangedCopies,
) -> Message:
    """Return the delivery report of an article."""
    if standing is None or campaign is None:
        return Message(words.text("{article} was never sent to anybody.", article=called(article)))
    number = words.number
    held = standing.words if standing.phase is Phase.REFUSED else None
    lines: list[Text | str] = [
        bold(called(article)),
        *([] if held is None else [words("Held, because Telegram refuses it: {reason}", reason=_because(words, held))]),
        words("Reached: {n}", n=number(standing.sent)),
        words("Waiting: {n}", n=number(standing.waiting)),
        *([later(words, standing)] if standing.for_their_time else []),
        words("Switched off, because they blocked the bot or are gone: {n}", n=number(standing.unreachable)),
        words("Failed: {n}", n=number(standing.failed)),
    ]
    lines.extend(_reason(words, reason, many) for reason, many in reasons)
    if standing.restricted:
        lines.append(words("Kept for later, because they forbid writing: {n}", n=number(standing.restricted)))
        lines.extend(_reason(words, reason, many) for reason, many in restricted)
    lines += [
        words("Not sent, because they muted, unfollowed or paused meanwhile: {n}", n=number(standing.unwanted)),
        words("Perhaps twice: {n}", n=number(standing.unsure)),
    ]
    lines.extend(_copies(words, copies))
    if standing.first_sent_at is not None and standing.last_sent_at is not None:
        lines.append(
            words(
                "First {first}, last {last}: {rate} a second.",
                first=_when(words, standing.first_sent_at, zone),
                last=_when(words, standing.last_sent_at, zone),
                rate=number(max(1, round(standing.sent / (standing.took / timedelta(seconds=1))))),
            )
        )
    return Message(join(lines, "\n"), keyboard=_keyboard(words, article, campaign, standing))


def _copies(words: Words, copies: ChangedCopies) -> list[str]:
    """Return what became of delivered copies that were corrected or taken back; nothing when none were."""
    told = (
        (words("Copies corrected: {n}", n=words.number(copies.corrected)), copies.corrected),
        (words("Copies still to be corrected: {n}", n=words.number(copies.correcting)), copies.correcting),
        (words("Copies not corrected: {n}", n=words.number(copies.not_corrected)), copies.not_corrected),
        (words("Copies deleted: {n}", n=words.number(copies.deleted)), copies.deleted),
        (words("Copies turned into a notice: {n}", n=words.number(copies.noticed)), copies.noticed),
        (words("Copies still to be taken back: {n}", n=words.number(copies.retracting)), copies.retracting),
        (words("Copies not taken back: {n}", n=words.number(copies.not_retracted)), copies.not_retracted),
    )
    return [line for line, many in told if many] + [_reason(words, reason, many) for reason, many in copies.reasons]


def who_failed(words: Words, article: Article, failures: Sequence[tuple[int, str]], total: int) -> Message:
    """Return the chats that an article could not be sent to, each with the reason."""
    if not failures:
        return Message(words.text("{article}: nothing has failed.", article=called(article)))
    lines: list[Text | str] = [words.text("{article} could not be sent to:", article=called(article))]
    lines.extend(words("{chat}: {reason}", chat=chat, reason=_because(words, reason)) for chat, reason in failures)
    if total > len(failures):
        lines.append(words.count("and {n} more", "and {n} more", total - len(failures)))
    again = Button(words("Try failed again"), data=press(Verb.AGAIN, article.number))
    back = Button(words("Delivery"), data=press(Verb.DELIVERY, article.number))
    # `again` is not the first: where it is pressed, the account may have `Stop` in its first place.
    return Message(join(lines, "\n"), keyboard=((back, again),))


def tried_again(words: Words, many: int) -> str:
    return words.count("{n} chat is tried again", "{n} chats are tried again", many)


def nothing_failed(words: Words) -> str:
    return words("Nothing is left to try again.")


def _keyboard(words: Words, article: Article, campaign: int, standing: Standing) -> tuple[tuple[Button, ...], ...]:
    rows: list[tuple[Button, ...]] = []
    if standing.failed:
        rows.append(
            (
                Button(words("Who failed"), data=press(Verb.FAILED, article.number)),
                Button(words("Try failed again"), data=press(Verb.AGAIN, article.number)),
            )
        )
    elif standing.phase not in (Phase.DONE, Phase.WITHDRAWN):
        rows.append((open_button(words, article.number),))  # in the place of `Delivery`, which is pressed just to look
    match standing.phase:
        case Phase.UNDO | Phase.SENDING | Phase.WAITING:
            rows.append((Button(words("Stop"), data=press(Verb.STOP, campaign)),))
        case Phase.STOPPED | Phase.UNREACHED | Phase.REFUSED | Phase.RESTORED:
            rows.append((Button(words("Send the rest"), data=press(Verb.REST, campaign)),))
        case Phase.DONE | Phase.WITHDRAWN:
            pass
    return tuple(rows)


def _reason(words: Words, reason: str, many: int) -> str:
    return words("  {n} × {reason}", n=words.number(many), reason=_because(words, reason))


def _because(words: Words, reason: str) -> str:
    return tame(clip(reason, _REASON)) or words("for no reason that was told")


def _when(words: Words, at: datetime, zone: ZoneInfo) -> str:
    return words("{date}, {time}", date=words.date(at, zone), time=words.time(at, zone))
