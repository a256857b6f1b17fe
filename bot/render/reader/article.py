"""
An article as one message, and as one line of a list.

A push is a photo with a caption whenever a picture can be had, so everything readers see of an article fits a
caption. Text pushes keep to the same length: a picture that fails must not change what is said.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain.article import Article, ArticleState, Provider, Related, Story
from bot.domain.chat import Pictures
from bot.domain.correction import Correction, Field
from bot.domain.following import KnownStory, Reason
from bot.domain.limits import CAPTION, TEXT
from bot.domain.message import Message, Photo
from bot.domain.parts import Part
from bot.domain.phrases import KnownPhrase
from bot.domain.rejections import Form
from bot.domain.text import Text, utf16_len
from bot.domain.topic import Topic
from bot.render.locale import Words
from bot.render.look import Look
from bot.render.reader.card import keyboard, related_links
from bot.render.text import bold, clip, date_time, fit, fits, foreign, hashtag, italic, join, link, tame

# UTF-16 code units, before taming and isolating.
_SOURCE = 60
_PHRASE = 100
_RELATED_TITLE = 90
_HEADLINE_TITLE = 120
_MAX_LINK_LENGTH = 500
_CORRECTION = 250
_SHORT_EXCERPT = 400
_MIN_EXCERPT_LENGTH = 120  # below this an excerpt says nothing: related links make room for it

_MAX_RELATED = 3
_MAX_HASHTAGS = 5
_AGO_WITHIN = timedelta(days=7)
_AHEAD_WITHIN = timedelta(hours=1)  # of clocks that disagree; what was published before its date bears the date
_CUT_BY_SOURCE = re.compile(r"\s*(?:\[?(?:\.{3,}|…)\]?)$")


def push(
    article: Article,
    topics: Sequence[Topic],
    look: Look,
    now: datetime,
    *,
    photo: Photo | None = None,
    reason: Reason | None = None,
    saved: bool = False,
    credit: str | None = None,
) -> Message:
    """Return the article as its one message.

    `topics` are the article's, in the file's order; `reason` the followed one for which this chat gets it, or
    a phrase or a story, which is then named in a line of its own. A photo says whose it is; `credit` says it of one
    that is there already.
    Without a photo, or for a chat that does not want large ones, it is text, with a link preview unless the chat
    wants no pictures at all.
    """
    wants_photo = look.pictures is Pictures.LARGE
    return Message(
        text=caption(
            article,
            topics,
            look,
            now,
            reason=reason,
            credit=credit if photo is None else photo.credit if wants_photo else None,
        ),
        photo=photo if wants_photo else None,
        keyboard=keyboard(article, look, reason=reason, saved=saved),
        preview=None if look.pictures is Pictures.NONE else article.story.link or None,
        preview_small=look.pictures is Pictures.SMALL,
    )


def example(found: Article | None, topics: Sequence[Topic], look: Look, now: datetime) -> Text:
    """Return how a push looks: that of an article, with a sample of each part that it lacks; None: all of a sample."""
    words = look.words
    sample = sample_story(words, now)
    told = sample if found is None else found.story
    shown = replace(
        told,
        excerpt=told.excerpt or sample.excerpt,
        provider=told.provider if _source(told.provider) else sample.provider,
        related=told.related or sample.related,
    )
    tagged = [topic for topic in topics if topic.hashtag] or [Topic(0, "", words("Topic"))]
    return caption(Article(0, "", ArticleState.PUBLISHED, 1, shown, ()), tagged, look, now)


def sample_story(words: Words, now: datetime) -> Story:
    """Return a made-up story, for examples where none is published yet."""
    return Story(
        title=words("The title of a story"),
        link="https://example.org/",
        published_at=now,
        excerpt=words("What it is about, in a sentence or two."),
        provider=Provider(words("Where it is from")),
        related=(Related(words("A story that belongs to it"), "https://example.org/related"),),
    )


def without_photo(message: Message) -> Message:
    """Return the same message as text with its link preview, for a picture that cannot be had or is not allowed."""
    return replace(message, photo=None)


def in_form(message: Message, form: Form, link: str = "") -> Message:
    """Return the message with less in it that Telegram may refuse. Without buttons, `link` stands in the text."""
    if form is Form.FULL:
        return message
    limit = CAPTION if message.photo is not None and form is not Form.PLAIN else TEXT
    tail = f"\n\n{link}" if 0 < utf16_len(link) <= _MAX_LINK_LENGTH else ""
    text = join([clip(message.text, limit - utf16_len(tail)), tail], "")
    if form is Form.PLAIN:
        return Message(Text(text.string))
    return replace(message, text=text, keyboard=())


def caption(
    article: Article,
    topics: Sequence[Topic],
    look: Look,
    now: datetime,
    *,
    reason: Reason | None = None,
    credit: str | None = None,
) -> Text:
    """Return the article's text, within Telegram's limit for captions. Whose its picture is (`credit`) and a phrase
    that it came for stand at its end.

    What does not fit goes in this order: the end of the excerpt, related links (they are behind `More`), hashtags,
    the rest of the excerpt, the end of the title.
    """
    title = bold(foreign(article.story.title))
    excerpt = tame(_excerpt(article)) if Part.EXCERPT in look.parts else ""
    signed = {Part.SOURCE: Text(_source(article.story.provider)), Part.DATE: _date(article, look, now)}
    also = [look.words.text("Also: {link}", link=_related_link(related)) for related in related_links(article)]
    also = also[:_MAX_RELATED] if Part.RELATED in look.parts else []
    tags = _hashtags(topics) if Part.HASHTAGS in look.parts else []
    why = _why(reason, look)
    shown_by = look.words.text("Picture: {credit}", credit=foreign(clip(credit, _SOURCE))) if credit else Text()
    told = join([corrected(one, look) for one in article.corrections], "\n")

    def assembled(title: Text, excerpt: str) -> Text:
        """Return the title and the parts in their order; the excerpt is a paragraph, and of the others each a line."""
        paragraphs: list[Text | str] = [title]
        lines: list[Text] = []
        for before, part in zip((None, *look.parts), look.parts, strict=False):
            match part:
                case Part.EXCERPT:
                    paragraphs += [join(lines, "\n"), excerpt]
                    lines = []
                case Part.SOURCE | Part.DATE if before in signed:
                    lines[-1] = _in_one(lines[-1], signed[part], look)
                case Part.SOURCE | Part.DATE:
                    lines.append(signed[part])
                case Part.RELATED:
                    lines += also
                case Part.HASHTAGS:
                    lines.append(join(tags, " "))
        lines.append(shown_by)
        return join((*paragraphs, join(lines, "\n"), told, why), "\n\n")

    least = min(utf16_len(excerpt), _MIN_EXCERPT_LENGTH)
    while (room := CAPTION - len(assembled(title, "")) - len("\n\n")) < least and (also or tags):
        (also or tags).pop()
    if room >= least:
        return fit(assembled(title, clip(excerpt, room)))
    return fit(assembled(clip(title, CAPTION - len(assembled(Text(), "")) - len("\n\n")), ""))


def _why(reason: Reason | None, look: Look) -> Text:
    """Return the line that says for which phrase or story an article came; empty when it came for a topic."""
    if isinstance(reason, KnownStory):
        title = foreign(clip(reason.title, _PHRASE))
        return italic(look.words.text("For the story “{title}”, which is followed here.", title=title))
    if not isinstance(reason, KnownPhrase):
        return Text()
    return italic(look.words.text("For the phrase “{phrase}”.", phrase=foreign(clip(reason.words, _PHRASE))))


def corrected(correction: Correction, look: Look) -> Text:
    """Return the line that tells of a correction: when it was, and why or of what."""
    words = look.words
    time = words.time(correction.at, look.zone)
    if correction.why:
        return words.text("Corrected {time}: {why}", time=time, why=tame(clip(correction.why, _CORRECTION)))
    if not correction.fields:
        return words.text("Corrected {time}.", time=time)
    names = {
        Field.TITLE: words("title"),
        Field.EXCERPT: words("text"),
        Field.LINK: words("link"),
        Field.PICTURE: words("picture"),
    }
    return words.text("Corrected {time}: {why}", time=time, why=words.list([names[one] for one in correction.fields]))


def headline(article: Article, look: Look, now: datetime) -> Text:
    """Return the article as one line of a list: its linked title, its source, and how long ago or when it came."""
    words, at = look.words, article.story.published_at
    is_recent = -_AHEAD_WITHIN < now - at < _AGO_WITHIN
    when = date_time(words.ago(at, now), at, now, "r") if is_recent else date_time(words.date(at, look.zone), at, now)
    name = foreign(clip(article.story.title, _HEADLINE_TITLE))
    title = link(name, article.story.link) if article.story.link else Text(name)
    source = _source(article.story.provider)
    if not source:
        return words.text("{title} ({when})", title=title, when=when)
    return words.text("{title} ({source}, {when})", title=title, source=source, when=when)


def related_list(article: Article, look: Look, now: datetime) -> Message:
    """Return every related article that fits one message, each beginning with its source."""
    text = look.words.text("Related to {title}:", title=bold(foreign(clip(article.story.title, _HEADLINE_TITLE))))
    for related in related_links(article):
        longer = text + "\n\n" + _related_link(related)
        if related.published_at is not None:
            when = date_time(look.words.date(related.published_at, look.zone), related.published_at, now)
            longer = longer + "\n" + when
        if len(longer) > TEXT or not fits(longer):
            break
        text = longer
    return Message(text)


def short_excerpt(article: Article) -> str:
    """Return what a story is about in a few lines; empty when it does not say."""
    return clip(tame(_excerpt(article)), _SHORT_EXCERPT)


def source_of(article: Article) -> str:
    """Return the name of an article's source; empty when it has none."""
    return _source(article.story.provider)


def _excerpt(article: Article) -> str:
    """Return the excerpt as one paragraph; sources that cut theirs do it with `...`, `[…]` and the like."""
    return _CUT_BY_SOURCE.sub("…", " ".join((article.story.excerpt or "").split()))


def _in_one(first: Text, second: Text, look: Look) -> Text:
    """Return source and date, or date and source, in one line."""
    if not first or not second:
        return first or second
    return look.words.text("{source}, {date}", source=first, date=second)


def _date(article: Article, look: Look, now: datetime) -> Text:
    at = article.story.published_at
    return date_time(look.words.date(at, look.zone), at, now)


def _source(provider: Provider) -> str:
    return foreign(clip(provider.name or provider.domain or "", _SOURCE))


def _related_link(related: Related) -> Text:
    title = foreign(clip(related.title, _RELATED_TITLE))
    source = _source(related.provider)
    return link(f"{source}: {title}" if source else title, related.link)


def _hashtags(topics: Sequence[Topic]) -> list[Text]:
    tags: dict[str, Text] = {}
    for topic in topics:
        tag = hashtag(topic.hashtag)
        if tag:
            tags.setdefault(tag.string.casefold(), tag)
    return list(tags.values())[:_MAX_HASHTAGS]
