"""
The keyboard under an article: read it, keep it, pass it on, or get less of its kind.

The row under `Read` is swapped in place, so an article never grows a second message. What a button means is in its
data: the article's number and, where the chat got it for something it follows, that topic's or phrase's.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection
from enum import StrEnum
from urllib.parse import quote

from bot.domain.article import Article, Related
from bot.domain.following import KnownStory, Reason, reason_number
from bot.domain.link import normal_link
from bot.domain.message import Button, Keyboard
from bot.domain.phrases import KnownPhrase
from bot.domain.press import press
from bot.render.look import Look, Surface
from bot.render.text import clip, isolate, tame

_LABEL_NAME = 28  # UTF-16 code units of a topic's or source's name on a button: what a phone shows of it
_SHARED_TITLE = 200
ALIKE_LINK = "m_"
"""What the payload of a link begins with that lists what is like an article."""


class Verb(StrEnum):
    """What the buttons under an article do. Numbers: the article, and what it came for where there is such a thing.

    That is a topic, or a phrase by its negative number. MUTE, UNFOLLOW and their opposites always carry it.
    """

    SAVE = "card_save"
    UNSAVE = "card_unsave"
    MORE = "card_more"
    LESS = "card_less"
    BACK = "card_back"
    RELATED = "card_related"
    ALIKE = "card_alike"
    FOLLOW_STORY = "card_story"
    STOP_STORY = "card_story_end"
    MUTE = "card_mute"
    UNMUTE = "card_unmute"
    UNFOLLOW = "card_unfollow"
    REFOLLOW = "card_refollow"
    NEVER = "card_never"
    ALLOW = "card_allow"


class CardView(StrEnum):
    """Which row stands under `Read`."""

    CARD = "card"  # Save, Share, More
    MORE = "more"  # Related, Less of this, Back; and a row below: More like this, Follow this story
    LESS = "less"  # Mute, Unfollow, Never, Back


def keyboard(
    article: Article,
    look: Look,
    *,
    view: CardView = CardView.CARD,
    reason: Reason | None = None,
    saved: bool = False,
    done: Collection[Verb] = (),
    follows_story: bool = False,
) -> Keyboard:
    """Return the keyboard under an article.

    `reason` is the followed topic, phrase or story for which this chat has the article; None when it was opened or
    listed. `follows_story`: the chat follows the story that it belongs to.
    `done` are those of MUTE, UNFOLLOW and NEVER that hold now: an `Undo` stands in their place.
    """
    opening = opening_buttons(article, look)
    rows = (opening,) if opening else ()
    if look.surface is Surface.CHANNEL:
        return ((*opening, Button(look.words("Open in bot"), url=deep_link(article, look))),)
    match view:
        case CardView.CARD:
            return (*rows, _card_row(article, look, reason, saved))
        case CardView.MORE:
            story = _story_button(article, look, reason, follows_story)
            return (*rows, _more_row(article, look, reason), (_alike_button(article, look), story))
        case CardView.LESS:
            return (*rows, *_less_rows(article, look, reason, done))


def deep_link(article: Article, look: Look) -> str:
    """Return the link that opens the article in a private chat with the bot.

    Source: https://core.telegram.org/bots/features#deep-linking
    """
    return f"https://t.me/{look.bot_username}?start=a_{article.number}"


def related_links(article: Article) -> tuple[Related, ...]:
    """Return the related articles, without the article itself and each story once."""
    seen = {normal_link(article.story.link)}
    kept = []
    for related in article.story.related:
        key = normal_link(related.link)
        if key not in seen:
            seen.add(key)
            kept.append(related)
    return tuple(kept)


def opening_buttons(article: Article, look: Look) -> tuple[Button, ...]:
    """Return the buttons that lead to the story itself, and to its video; none for a draft that lacks a link."""
    story = article.story
    if not story.link:  # a draft, which waits for one
        return () if story.video is None else (Button(look.words("Watch"), url=story.video),)
    read = Button(look.words("Read"), url=story.link)
    if story.video is None:
        return (read,)
    watch = Button(look.words("Watch"), url=story.video)
    return (watch,) if normal_link(story.video) == normal_link(story.link) else (watch, read)


def _card_row(article: Article, look: Look, reason: Reason | None, saved: bool) -> tuple[Button, ...]:
    # A group's keyboard is everybody's: it cannot show what one person saved.
    if saved and look.surface is Surface.PRIVATE:
        save = Button(look.words("✓ Saved"), data=_data(Verb.UNSAVE, article, reason))
    else:
        save = Button(look.words("Save"), data=_data(Verb.SAVE, article, reason))
    return (
        save,
        share_button(article, look),
        Button(look.words("More"), data=_data(Verb.MORE, article, reason)),
    )


def share_button(article: Article, look: Look) -> Button:
    """Return the button that passes an article on: as a card of ours where the bot can be asked in any chat."""
    name = look.words("Share")
    if look.has_inline:
        return Button(name, inline=f"#{article.number}")
    return Button(name, url=_share_link(article, look))


def _more_row(article: Article, look: Look, reason: Reason | None) -> tuple[Button, ...]:
    row = []
    related = len(related_links(article))
    if related:
        label = look.words("Related ({n})", n=look.words.number(related))
        if look.surface is Surface.PRIVATE:
            row.append(Button(label, data=_data(Verb.RELATED, article, reason)))
        else:
            row.append(Button(label, url=deep_link(article, look)))
    row.append(Button(look.words("Less of this"), data=_data(Verb.LESS, article, reason)))
    row.append(Button(look.words("Back"), data=_data(Verb.BACK, article, reason)))
    return tuple(row)


def _alike_button(article: Article, look: Look) -> Button:
    name = look.words("More like this")
    if look.surface is Surface.PRIVATE:
        return Button(name, data=press(Verb.ALIKE, article.number))
    return Button(name, url=f"https://t.me/{look.bot_username}?start={ALIKE_LINK}{article.number}")


def _story_button(article: Article, look: Look, reason: Reason | None, is_followed: bool) -> Button:
    if is_followed:
        return Button(look.words("Stop this story"), data=_data(Verb.STOP_STORY, article, reason))
    return Button(look.words("Follow this story"), data=_data(Verb.FOLLOW_STORY, article, reason))


def _less_rows(
    article: Article, look: Look, reason: Reason | None, done: Collection[Verb]
) -> tuple[tuple[Button, ...], ...]:
    words = look.words
    acts: list[tuple[Verb, Verb, str]] = []
    if reason is not None and not isinstance(reason, KnownStory):  # a story is stopped where it is followed
        if isinstance(reason, KnownPhrase):
            topic = words("“{name}”", name=_on_a_button(reason.words, look))
        else:
            topic = _on_a_button(reason.name_in(words.language), look)
        acts.append((Verb.MUTE, Verb.UNMUTE, words("Mute {topic} 24 h", topic=topic)))
        acts.append((Verb.UNFOLLOW, Verb.REFOLLOW, words("Unfollow {topic}", topic=topic)))
    source = article.story.provider.name or article.story.provider.domain
    if source:
        acts.append((Verb.NEVER, Verb.ALLOW, words("Never from {source}", source=_on_a_button(source, look))))
    rows = [
        (
            Button(words("Undo"), data=_data(opposite, article, reason))
            if verb in done
            else Button(label, data=_data(verb, article, reason)),
        )
        for verb, opposite, label in acts
    ]
    # One press on Back leads to the article's own row, however deep the reader went.
    return (*rows, (Button(words("Back"), data=_data(Verb.BACK, article, reason)),))


def _on_a_button(name: str, look: Look) -> str:
    """Return a foreign name for a label. Labels hold nothing tappable; isolates only where direction is at stake."""
    short = clip(" ".join(name.split()), _LABEL_NAME)
    turns = look.words.is_right_to_left or any(unicodedata.bidirectional(char) in ("R", "AL") for char in short)
    return isolate(short) if turns else short


def _data(verb: Verb, article: Article, reason: Reason | None) -> str:
    return press(verb, article.number) if reason is None else press(verb, article.number, reason_number(reason))


def _share_link(article: Article, look: Look) -> str:
    """Source: https://core.telegram.org/widgets/share#custom-buttons"""
    title = tame(clip(article.story.title, _SHARED_TITLE))
    opened = article.story.link or deep_link(article, look)
    return f"https://t.me/share/url?url={quote(opened, safe='')}&text={quote(title, safe='')}"
