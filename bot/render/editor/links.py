"""Answers to links that editors send: what became of them, and what is asked for."""

from __future__ import annotations

from enum import StrEnum

from bot.domain.article import Article
from bot.domain.message import Button, Message
from bot.domain.pasted_link import Unread
from bot.domain.press import press
from bot.domain.text import Text
from bot.render.editor.desk import called
from bot.render.editor.source_faults import fault_text
from bot.render.editor.verbs import Verb as Desk
from bot.render.locale import Words
from bot.render.text import clip, foreign, join, tame

_HOST = 60  # UTF-16 code units
_FAULT = 200


class Verb(StrEnum):
    """What buttons under the answer to a link do. Which link that is follows from the message."""

    FOLLOW = "link_follow"  # which of the feeds that the page names
    SKIP = "link_skip"
    LEAVE = "link_leave"


def refused(words: Words, fault: str) -> Message:
    """Return the answer to a link that cannot be one readers open. `fault` follows the link's own words."""
    return Message(Text(words("I cannot take this link: {fault}.", fault=tame(clip(fault_text(words, fault), _FAULT)))))


def reading(words: Words, host: str, more: int) -> Message:
    """Return what is said while a page is fetched; `more` links stood behind the first."""
    text = words.text("Reading {host}. The draft comes here.", host=_host(host))
    if more:
        text = join([text, words("I read one link at a time: send the others by themselves.")], " ")
    return Message(text)


def drafted(words: Words, article: Article, *, feeds: int, may_choose: bool = True) -> Message:
    """Return what the answer becomes when a link has made a draft; the draft itself is shown below.

    `may_choose`: its editor may give it a topic.
    """
    row = []
    if not article.topics and may_choose:
        row.append(Button(words("Choose a topic"), data=press(Desk.TOPICS, article.number)))
    return Message(
        words.text("{article} is a draft.", article=called(article)),
        keyboard=tuple(one for one in (tuple(row), follow_row(words, feeds)) if one),
    )


def known(words: Words, article: Article, state: str, *, feeds: int = 0) -> Message:
    """Return what is said of a link whose story is known; the article is shown below."""
    row = follow_row(words, feeds)
    return Message(
        words.text("This story is here already: {article} ({state}).", article=called(article), state=state),
        keyboard=(row,) if row else (),
    )


def taken_down(words: Words, number: int) -> Message:
    """Return what is said of a link whose story was taken down."""
    return Message(Text(words("This story was taken down as #{number}. Nothing of it is taken again.", number=number)))


def known_to_editors(words: Words) -> Message:
    """Return what a contributor learns of a link whose story somebody else has made a draft of."""
    return Message(Text(words("This story is here already. An editor has it.")))


def follow_row(words: Words, feeds: int) -> tuple[Button, ...]:
    """Return the button that adds the page's first feed as a source; none when it names no feed."""
    return (Button(words("Follow its feed"), data=press(Verb.FOLLOW, 0)),) if feeds else ()


def feed(words: Words, host: str) -> Message:
    """Return what is said of a link that leads to a feed."""
    return Message(
        words.text("{host} has a feed there, not a story.", host=_host(host)), keyboard=(follow_row(words, 1),)
    )


def ask_title(words: Words, host: str, why: Unread) -> Message:
    """Return why a page says nothing, and what can be done about it."""
    return Message(
        join(
            [
                why_unread(words, host, why),
                words("Write its title, and it becomes a draft; or send the link again later."),
            ],
            " ",
        ),
        keyboard=((Button(words("Leave it"), data=press(Verb.LEAVE)),),),
    )


def no_title(words: Words) -> Message:
    return Message(Text(words("There is nothing in that which could be a title. Write it again.")))


def left(words: Words) -> Message:
    return Message(Text(words("Left. No draft was made.")))


def ask_excerpt(words: Words, article: Article) -> Message:
    return Message(
        words.text("{article} has no excerpt. Write one, or skip it.", article=called(article)),
        keyboard=((Button(words("Skip"), data=press(Verb.SKIP)),),),
    )


def skipped(words: Words, article: Article) -> Message:
    return Message(words.text("{article} stays without an excerpt.", article=called(article)))


def excerpt_added(words: Words, article: Article) -> Message:
    return Message(words.text("{article} has an excerpt now.", article=called(article)))


def excerpt_repeats(words: Words) -> Message:
    return Message(Text(words("That says no more than the title. Write something else, or skip it.")))


def excerpt_too_late(words: Words, article: Article) -> Message:
    return Message(words.text("{article} is a draft no longer, so it was not changed.", article=called(article)))


def failed(words: Words, host: str) -> Message:
    return Message(
        words.text("Something went wrong here while {host} was read. Send the link again.", host=_host(host))
    )


def following(words: Words, name: str) -> Message:
    """Return what the answer becomes when its page's feed is a source now."""
    return Message(
        words.text(
            "{name} is followed now. What it lists today is in /latest; what comes next is news.",
            name=foreign(clip(name, _HOST)),
        )
    )


def followed_already(words: Words, name: str) -> Message:
    return Message(words.text("{name} is followed already.", name=foreign(clip(name, _HOST))))


def not_followed(words: Words, fault: str) -> Message:
    return Message(Text(words("This feed cannot be followed: {fault}.", fault=tame(clip(fault, _FAULT)))))


def adding_toast(words: Words) -> str:
    return words("Reading the feed")


def why_unread(words: Words, host: str, why: Unread) -> Text:
    place = _host(host)
    match why:
        case Unread.REFUSED:
            return words.text("{host} leads into a private network, where I do not go.", host=place)
        case Unread.UNREACHABLE:
            return words.text("{host} cannot be reached.", host=place)
        case Unread.TIMEOUT:
            return words.text("{host} took too long to answer.", host=place)
        case Unread.TLS:
            return words.text("{host} has no certificate that can be trusted now.", host=place)
        case Unread.TOO_LARGE:
            return words.text("The page at {host} is larger than 10 MB.", host=place)
        case Unread.TOO_MANY_REDIRECTS:
            return words.text("{host} redirects too often.", host=place)
        case Unread.BROKEN:
            return words.text("The answer of {host} ended early or could not be read.", host=place)
        case Unread.MISSING:
            return words.text("{host} has no page there.", host=place)
        case Unread.FORBIDDEN:
            return words.text("{host} does not let me read this page.", host=place)
        case Unread.BUSY:
            return words.text("{host} asks to be left alone for a while.", host=place)
        case Unread.LOGIN:
            return words.text("{host} wants a login before it shows this page.", host=place)
        case Unread.CONSENT:
            return words.text("{host} asks about cookies before it shows this page.", host=place)
        case Unread.CHALLENGE:
            return words.text("{host} shows this page to people only.", host=place)
        case Unread.NO_PAGE:
            return words.text("What {host} has there is a file, not a page.", host=place)
        case Unread.NO_TITLE:
            return words.text("The page at {host} names no title.", host=place)
        case Unread.FAILING | Unread.FEED:
            return words.text("{host} answered with an error.", host=place)


def _host(host: str) -> str:
    return foreign(clip(host, _HOST))
