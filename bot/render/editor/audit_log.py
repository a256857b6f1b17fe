"""The audit log (`/log`) and statistics (`/stats`)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from zoneinfo import ZoneInfo

from bot.domain.article import ArticleState
from bot.domain.chat import ChatState
from bot.domain.message import Message
from bot.domain.restriction import Restriction
from bot.domain.source import ListedSource
from bot.domain.text import Text
from bot.render.editor.desk import paused
from bot.render.editor.editors import called
from bot.render.locale import Words
from bot.render.text import bold, clip, foreign, join, tame

_DETAIL = 60  # UTF-16 code units
_TOPIC = 60
_REASON = 100

Line = tuple[datetime, int | None, str, int | None, str | None, str | None]
"""When, who (None for a program, a file, the shell or newsbot itself), what, about which article, more of it, and the
name of the program's API key."""


_ID = re.compile(r"\d{1,19}", re.ASCII)
_ABOUT_PEOPLE = ("let go", "remove owner", "not brought back")
"""Acts whose detail is a person's id."""


def log(
    words: Words,
    entries: Sequence[Line],
    zone: ZoneInfo,
    names: Mapping[int, str] = MappingProxyType({}),
    asked_by: int | None = None,
) -> Message:
    """Return the last acts, newest first. `names` are people's, by their ids; `asked_by` is called “you”."""
    if not entries:
        return Message(Text(words("Nothing has been done yet.")))
    lines: list[Text | str] = [bold(words("Log"))]
    for at, person, act, article, detail, key in entries:
        when = words("{date}, {time}", date=words.date(at, zone), time=words.time(at, zone))
        what = _act(words, act)
        about = f" #{article}" if article is not None else ""
        who = _who(words, person, names, asked_by) if key is None else words("key {name}", name=key)
        more = _about(words, act, detail, names, asked_by)
        why = f" ({more})" if more else ""
        lines.append(words("{when}: {who}: {what}", when=when, who=who, what=f"{what}{about}{why}"))
    return Message(join(lines, "\n"))


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


def _act(words: Words, act: str) -> str:
    """Return an act in words; one of a newer newsbot stays as it is written."""
    known = {
        "publish": words("published"),
        "retract": words("took back"),
        "archive": words("listed without pushing"),
        "hold": words("held"),
        "schedule": words("scheduled"),
        "stop": words("stopped"),
        "resume": words("sent the rest of"),
        "topic": words("added a topic to"),
        "send now": words("sent without waiting"),
        "try again": words("tried failed ones again for"),
        "plainer": words("sent in a plainer form"),
        "invite": words("invited an editor"),
        "owner link": words("made a link for an owner"),
        "become editor": words("became an editor"),
        "become owner": words("became an owner"),
        "withdraw": words("withdrew an invitation"),
        "let go": words("let an editor go"),
        "remove owner": words("took an owner’s role away"),
        "not brought back": words("left out of the copy who was let go since"),
        "pause": words("paused all pushes"),
        "resume all": words("let pushes go on"),
        "restore": words("put a copy of the database in place"),
        "source": words("sources"),
        "withdrawn": words("made a draft again"),
        "key": words("made a key for a program"),
        "remove key": words("removed a program’s key"),
        "add": words("added"),
        "edit": words("edited"),
        "correct": words("corrected"),
    }
    return known.get(act, act)


def _who(words: Words, person: int | None, names: Mapping[int, str], asked_by: int | None) -> str:
    if person is None:
        return words("newsbot")
    if person == asked_by:
        return words("you")
    return called(person, names) if person in names else words("editor {person}", person=person)


def _about(words: Words, act: str, detail: str | None, names: Mapping[int, str], asked_by: int | None) -> str:
    """Return more of an act: whom it was done to, who invited them, or what else there is to say."""
    if act == "source":
        return _about_source(words, detail)
    person = int(detail) if detail is not None and _ID.fullmatch(detail) else None
    if person is not None and act in _ABOUT_PEOPLE:
        return words("you") if person == asked_by else called(person, names)
    if act in ("become editor", "become owner") and person is not None and person == asked_by:
        return words("invited by you")
    if act in ("become editor", "become owner"):
        return "" if person is None else words("invited by {person}", person=called(person, names))
    return "" if act == "withdraw" else _detail(words, detail)


def _about_source(words: Words, detail: str | None) -> str:
    """Return what was done with which source."""
    verb, _, name = (detail or "").partition(" ")
    known = {
        "add": words("added"),
        "remove": words("removed"),
        "pause": words("paused"),
        "resume": words("resumed"),
        "change": words("changed"),
    }
    if verb not in known:
        return _detail(words, detail)
    return f"{known[verb]} {foreign(tame(clip(name, _DETAIL)))}"


def _detail(words: Words, detail: str | None) -> str:
    """Return more of an act, where it says more than the act; numbers and names stay as they are."""
    known = {
        "file": words("by file"),
        "source": words("by feed"),
        "feed": words("gone from its feed before its date"),
        "history": words("it was there before its source was added"),
        "burst": words("more at once than expected"),
        "restored": words("older copy of the database"),
        "unreachable": words("many chats could not be reached"),
        "topics": words("nobody knows its topics"),
        "broken": words("it cannot be put together"),
        "refused": words("Telegram refuses it in every form"),
        "files never push": words("files never push"),
        "stopped": "",
    }
    return known.get(detail or "", tame(clip(detail or "", _DETAIL)))
