"""Four eyes in chat: what waits for another editor, who asks, and what both are told."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.domain.approval import ApprovalRequest, DeskNews, Verdict, Wanted
from bot.domain.article import Article, ArticleState
from bot.domain.message import Button, Keyboard, Message
from bot.domain.press import press
from bot.domain.progress import Phase, Standing
from bot.domain.text import Text
from bot.render.editor.article_note import paused
from bot.render.editor.desk import called, open_button
from bot.render.editor.editors import called as called_person
from bot.render.editor.moments import arrives, moment_of
from bot.render.editor.publishing import undo_keyboard
from bot.render.editor.verbs import Verb
from bot.render.locale import Words
from bot.render.text import foreign, join


def waits(words: Words, article: Article, others: int) -> Message:
    """Return what somebody reads who has asked: it waits for one of so many others."""
    if others:
        told = words.count(
            "{n} other editor can approve it, and is told.", "{n} other editors can approve it, and are told.", others
        )
    else:
        told = words("Nobody else may approve it yet; an owner invites editors with /editors.")
    return Message(
        join([words.text("{article} waits for another editor.", article=called(article)), told], " "),
        keyboard=((open_button(words, article.number), _decline(words, article.number, is_own=True)),),
    )


def waits_already(words: Words, article: Article) -> Message:
    """Return what somebody reads who asks for the same again."""
    return Message(
        words.text("{article} waits for another editor already.", article=called(article)),
        keyboard=((open_button(words, article.number), _decline(words, article.number, is_own=True)),),
    )


def asked(
    words: Words,
    article: Article,
    request: ApprovalRequest,
    names: Mapping[int, str],
    zone: ZoneInfo,
    reach: int,
    only_to: str = "",
) -> Message:
    """Return the question to the other editors, with what says yes alone in the last row.

    `only_to` is a sentence about whom alone it goes to, if that was chosen.
    """
    text = asked_text(words, article, request, names, zone)
    if request.wanted is not Wanted.LIST:
        text = join([text, only_to], " ")
    return Message(
        text,
        keyboard=(
            (open_button(words, article.number), _decline(words, article.number)),
            (approve_button(words, request, reach),),
        ),
    )


def asked_text(
    words: Words, article: Article, request: ApprovalRequest, names: Mapping[int, str], zone: ZoneInfo
) -> Text:
    """Return who asks for what, and how it is to arrive."""
    said: dict[str, Text | str | int] = {
        "who": _who(words, request.asked_by, request.key, names),
        "article": called(article),
    }
    match request.wanted:
        case Wanted.PUBLISH:
            text = words.text("{who} wants to publish {article}.", **said)
        case Wanted.LIST:
            text = words.text("{who} wants to list {article} without pushing it.", **said)
        case Wanted.SCHEDULE:
            at = _when(words, request, zone)
            text = words.text("{who} wants {article} to go out on {when}.", when=at, **said)
    if (how := arrives(words, request.manner)) is not None:
        text = join([text, how], " ")
    return text


def asks(words: Words, request: ApprovalRequest, names: Mapping[int, str], zone: ZoneInfo, asked_by: int | None) -> str:
    """Return what stands under an article's copy while a request waits."""
    if request.asked_by == asked_by:
        return words("You have asked for it; another editor approves it.")
    who = _who(words, request.asked_by, request.key, names)
    match request.wanted:
        case Wanted.SCHEDULE:
            return words("{who} wants it to go out on {when}.", who=who, when=_when(words, request, zone))
        case Wanted.LIST:
            return words("{who} wants to list it without a push.", who=who)
        case Wanted.PUBLISH:
            return words("{who} wants to publish it.", who=who)


def approve_button(words: Words, request: ApprovalRequest, reach: int) -> Button:
    """Return the button that says yes to what was asked, and to nothing that was asked later."""
    data = press(Verb.APPROVE, request.article, request.revision)
    if request.wanted is Wanted.LIST:
        return Button(words("Approve"), data=data)
    return Button(words("Approve to {n}", n=words.number(reach)), data=data)


def judged(
    words: Words, verdict: Verdict, article: Article, request: ApprovalRequest | None, zone: ZoneInfo
) -> Message:
    """Return why an approval has done nothing."""
    number = article.number
    row: tuple[Button, ...] = (open_button(words, number),)
    match verdict:
        case Verdict.OWN:
            said = words("You asked for that yourself; another editor approves it.")
            row = (open_button(words, number), _decline(words, number, is_own=True))
        case Verdict.CHANGED:
            said = words(
                "#{number} was changed after it was asked for, so nothing was done. Look at it again, and ask anew.",
                number=number,
            )
        case Verdict.TOO_LATE:
            at = "" if request is None else _when(words, request, zone)
            said = words("The time for #{number}, {when}, has passed. Nothing was done.", number=number, when=at)
        case _ if article.is_listed:
            said = words("#{number} is out already.", number=number)
        case _:
            said = words("Nothing waits for approval with #{number}.", number=number)
    return Message(Text(said), keyboard=(row,))


def declined(words: Words, article: Article, *, is_own: bool) -> Message:
    """Return what somebody reads who has said no, or has taken their own request back."""
    if is_own:
        text = words.text("You no longer ask for {article}. It stays as it is.", article=called(article))
    else:
        text = words.text("Declined. {article} stays as it is, and who asked is told.", article=called(article))
    return Message(text, keyboard=((open_button(words, article.number),),))


def told(
    words: Words,
    kind: DeskNews,
    article: Article,
    by: int | None,
    at: str | None,
    names: Mapping[int, str],
    standing: Standing | None = None,
    campaign: int | None = None,
    now: datetime | None = None,
) -> Message:
    """Return what an editor is told of what they asked for, or approved.

    `standing` is how its publish stands `now`, if there is one: what has not left yet can be stopped.
    """
    keyboard: Keyboard = ((open_button(words, article.number),),)
    said: dict[str, Text | str | int] = {"article": called(article), "who": _who(words, by, None, names)}
    match kind:
        case DeskNews.APPROVED if at is not None:
            text = words.text("{who} approved {article}. It goes out on {when}.", when=at, **said)
        case DeskNews.APPROVED:
            text = words.text("{who} approved {article}.", **said)
            text = join([text, _since_approved(words, article, standing, now)], " ")
            if campaign is not None and standing is not None and standing.phase is Phase.UNDO:
                keyboard = (*undo_keyboard(words, campaign), *keyboard)
        case DeskNews.DECLINED:
            text = words.text("{who} declined {article}. It stays as it is.", **said)
        case DeskNews.LAPSED:
            text = words.text("Nobody approved {article} in time, so it did not go out.", **said)
        case _:
            text = words.text(
                "{article} was changed after it had been asked for, so it is not out. Look at it again, and ask anew.",
                **said,
            )
    return Message(text, keyboard=keyboard)


def _since_approved(words: Words, article: Article, standing: Standing | None, now: datetime | None) -> str:
    """Return what has become of an approved article by now, in a sentence."""
    if article.state is ArticleState.ARCHIVED:
        return words("It is listed, without a push.")
    if article.state is not ArticleState.PUBLISHED:
        return words("It was taken back since.")
    if standing is None or now is None:
        return words("It is out.")
    if standing.phase is Phase.STOPPED:
        return words("It was stopped since.")
    if standing.is_paused and not standing.settled:
        return paused(words)
    if standing.phase is Phase.UNDO:
        return words("It goes out in {wait}; you are told then.", wait=words.span(standing.starts_in(now)))
    return words("It is out.")


def _who(words: Words, person: int | None, key: str | None, names: Mapping[int, str]) -> str:
    if key is not None:
        return words("key {name}", name=foreign(key))
    return words("newsbot") if person is None else called_person(person, names)


def _when(words: Words, request: ApprovalRequest, zone: ZoneInfo) -> str:
    return "" if request.at is None else moment_of(words, request.at, zone)


def _decline(words: Words, number: int, *, is_own: bool = False) -> Button:
    return Button(words("Withdraw") if is_own else words("Decline"), data=press(Verb.DECLINE, number))
