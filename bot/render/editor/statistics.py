"""The bot's numbers (`/stats`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.domain.article import ArticleState
from bot.domain.chat import ChatState
from bot.domain.message import Message
from bot.domain.restriction import Restriction
from bot.domain.source import ListedSource
from bot.domain.text import Text
from bot.render.editor.desk import paused
from bot.render.locale import Words
from bot.render.text import bold, clip, foreign, join, tame

_TOPIC = 60  # UTF-16 code units
_REASON = 100


def statistics(
    words: Words,
    *,
    chats: Mapping[ChatState, int],
    articles: Mapping[ArticleState, int],
    sent_day: int,
    sent_week: int,
    followed: Sequence[tuple[str, int]],
    restricted: int,
    restrictions: Sequence[tuple[int, Restriction]],
    zone: ZoneInfo,
    now: datetime,
    is_paused: bool = False,
    sources: Sequence[ListedSource] = (),
) -> Message:
    """Return the bot's numbers; `restrictions` are some of the chats that forbid writing, `sources` those that most
    came of."""
    n = words.number
    lines: list[Text | str] = [paused(words)] if is_paused else []
    lines += [
        bold(words("Chats")),
        words(
            "{active} active, {paused} paused, {gone} switched off",
            active=n(chats.get(ChatState.ACTIVE, 0)),
            paused=n(chats.get(ChatState.PAUSED, 0)),
            gone=n(chats.get(ChatState.UNREACHABLE, 0)),
        ),
        *_restricted(words, restricted, restrictions, zone, now),
        bold(words("Articles")),
        words(
            "{published} published, {archived} listed only, {draft} drafts, {scheduled} scheduled, {held} held, "
            "{retracted} taken back",
            published=n(articles.get(ArticleState.PUBLISHED, 0)),
            archived=n(articles.get(ArticleState.ARCHIVED, 0)),
            draft=n(articles.get(ArticleState.DRAFT, 0)),
            scheduled=n(articles.get(ArticleState.SCHEDULED, 0)),
            held=n(articles.get(ArticleState.HELD, 0)),
            retracted=n(articles.get(ArticleState.RETRACTED, 0)),
        ),
        bold(words("Sent")),
        words("{day} in the last 24 hours, {week} in the last 7 days", day=n(sent_day), week=n(sent_week)),
    ]
    if sources:
        lines.append(bold(words("Sources")))
        lines.extend(
            words.text(
                "{source}: {came} came, {pushed} pushed, {held} held, {doubled} doubled, {refused} refused",
                source=foreign(clip(one.source.name, _TOPIC)),
                came=n(one.counts.came),
                pushed=n(one.counts.pushed),
                held=n(one.counts.held),
                doubled=n(one.counts.doubled),
                refused=n(one.counts.refused),
            )
            for one in sources
        )
    if followed:
        lines.append(bold(words("Most followed")))
        lines.extend(
            words.text("{topic}: {n}", topic=foreign(clip(topic, _TOPIC)), n=n(many)) for topic, many in followed
        )
    return Message(join(lines, "\n"))


def _restricted(
    words: Words, many: int, spells: Sequence[tuple[int, Restriction]], zone: ZoneInfo, now: datetime
) -> list[Text | str]:
    """Return the chats that forbid writing: since when, why, and when they are tried again."""
    if not many:
        return []
    lines: list[Text | str] = [words.count("{n} forbids writing for now:", "{n} forbid writing for now:", many)]
    for chat, spell in spells:
        since = words("{date}, {time}", date=words.date(spell.since, zone), time=words.time(spell.since, zone))
        reason = tame(clip(spell.reason, _REASON))
        if spell.may_try(now) or spell.next_at is None:
            lines.append(
                words("{chat}, since {since}: {reason}; the next story is tried", chat=chat, since=since, reason=reason)
            )
        else:
            again = words("{date}, {time}", date=words.date(spell.next_at, zone), time=words.time(spell.next_at, zone))
            lines.append(
                words(
                    "{chat}, since {since}: {reason}; tried again {again}",
                    chat=chat,
                    since=since,
                    reason=reason,
                    again=again,
                )
            )
    if many > len(spells):
        lines.append(words.count("and {n} more", "and {n} more", many - len(spells)))
    return lines
