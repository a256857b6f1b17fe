"""The audit log (`/log`): who did what, with what was there before and after, in pages and groups."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from zoneinfo import ZoneInfo

from bot.domain.audit import Entry, LogGroup
from bot.domain.copies import Delivered
from bot.domain.editing import IN_CHAT, EditField
from bot.domain.limits import TEXT
from bot.domain.message import Button, Keyboard, Message
from bot.domain.press import press
from bot.domain.role import Role
from bot.domain.text import Text
from bot.render.editor.editing import field_name
from bot.render.editor.editors import called
from bot.render.locale import Words
from bot.render.text import bold, clip, foreign, join, tame

_DETAIL = 60  # UTF-16 code units
_VALUE = 60

GROUPS = (LogGroup.ALL, LogGroup.ARTICLES, LogGroup.PEOPLE, LogGroup.SOURCES, LogGroup.PROGRAMS)
"""By their places, which buttons hold: another group would come behind them."""

_ID = re.compile(r"\d{1,19}", re.ASCII)
_ABOUT_PEOPLE = ("role", "let go", "remove owner", "not brought back")
"""Acts whose detail is a person's id."""


_SAY_IT_ALL = ("invite", "let go", "publish", "archive", "retract")
"""Acts that say themselves what was before and after."""


class LogVerb(StrEnum):
    """What the buttons do."""

    PAGE = "log_page"  # a group's place in GROUPS, an article or 0, the entry behind which the page begins or 0


def log(
    words: Words,
    entries: Sequence[Entry],
    zone: ZoneInfo,
    names: Mapping[int, str] = MappingProxyType({}),
    asked_by: int | None = None,
    *,
    group: LogGroup = LogGroup.ALL,
    article: int | None = None,
    older: int | None = None,
    is_first: bool = True,
) -> Message:
    """Return a page of acts, newest first. `names` are people's, by their ids; `asked_by` is called “you”.

    `older` is the entry behind which the next page begins; None at the end.
    """
    title = words("Log") if article is None else words("Log of #{number}", number=article)
    lines: list[Text | str] = [bold(title)]
    if not entries:
        is_all = group is LogGroup.ALL and article is None
        lines = [words("Nothing has been done yet.") if is_all else words("Nothing of that was done yet.")]
    for entry in entries:
        when = words("{date}, {time}", date=words.date(entry.at, zone), time=words.time(entry.at, zone))
        what = _act(words, entry)
        about = f" #{entry.article}" if entry.article is not None else ""
        more = _about(words, entry, names, asked_by)
        why = f" ({more})" if more else ""
        changed = _changed(words, entry, zone)
        lines.append(
            words(
                "{when}: {who}: {what}",
                when=when,
                who=_who(words, entry, names, asked_by),
                what=f"{what}{about}{why}{changed}",
            )
        )
    keyboard = _keyboard(words, group, article, older, is_first=is_first)
    return Message(clip(join(lines, "\n"), TEXT), keyboard=keyboard)


def _keyboard(words: Words, group: LogGroup, article: int | None, older: int | None, *, is_first: bool) -> Keyboard:
    labels = {
        LogGroup.ALL: words("All"),
        LogGroup.ARTICLES: words("Articles"),
        LogGroup.PEOPLE: words("People"),
        LogGroup.SOURCES: words("Sources"),
        LogGroup.PROGRAMS: words("Programs"),
    }
    place = GROUPS.index(group)
    turning = []
    if not is_first:
        turning.append(Button(words("Newest"), data=press(LogVerb.PAGE, place, article or 0, 0)))
    if older is not None:
        turning.append(Button(words("Older"), data=press(LogVerb.PAGE, place, article or 0, older)))
    narrowing = tuple(
        Button(f"\N{CHECK MARK} {labels[one]}" if one is group else labels[one], data=press(LogVerb.PAGE, number, 0, 0))
        for number, one in enumerate(GROUPS)
    )
    rows = (narrowing[:3], narrowing[3:]) if article is None else ()
    return (*rows, tuple(turning)) if turning else rows


def _changed(words: Words, entry: Entry, zone: ZoneInfo) -> str:
    """Return what was there before an act and after it, where that was written down."""
    values = (entry.before, entry.after)
    if entry.act in ("schedule", "ask"):
        values = (_moment(words, entry.before, zone), _moment(words, entry.after, zone))
    if entry.act == "role":
        called_so = {"contributor": words("contributor"), "editor": words("editor"), "owner": words("owner")}
        values = (called_so.get(entry.before or "", entry.before), called_so.get(entry.after or "", entry.after))
    before, after = (
        words("a picture sent in chat") if value == IN_CHAT else value and foreign(tame(clip(value, _VALUE)))
        for value in values
    )
    if entry.act.startswith("become") or entry.act in _SAY_IT_ALL or (before is None and after is None):
        return ""
    if before is None:
        return words(": {after}", after=after)
    if after is None:
        return words(": was {before}", before=before)
    return words(": {before} → {after}", before=before, after=after)


def _moment(words: Words, written: str | None, zone: ZoneInfo) -> str | None:
    """Return a time as it is written in the log in words."""
    try:
        at = None if written is None else datetime.fromisoformat(written)
    except ValueError:
        return written
    return None if at is None else words("{date}, {time}", date=words.date(at, zone), time=words.time(at, zone))


def _act(words: Words, entry: Entry) -> str:
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
        "send now": words("skipped the wait for"),
        "try again": words("tried failed ones again for"),
        "plainer": words("sent in a plainer form"),
        "invite": words("invited an editor"),
        "owner link": words("made a link for an owner"),
        "become contributor": words("became a contributor"),
        "become editor": words("became an editor"),
        "become owner": words("became an owner"),
        "withdraw": words("withdrew an invitation"),
        "role": words("changed a role"),
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
        "audience": words("chose who gets"),
        "ask": words("asked for"),
        "approve": words("approved"),
        "decline": words("declined"),
        "announce": words("announced"),
        "correct": words("corrected"),
        "tell": words("told readers of the correction of"),
        "tell nobody": words("told nobody of taking back"),
        "lists only": words("left the delivered copies of"),
        "take back copies": words("took back the delivered copies of"),
        "take down": words("took down"),
    }
    if entry.act == "invite" and entry.after == Role.CONTRIBUTOR:
        return words("invited a contributor")
    if entry.act == "let go" and entry.before not in (None, Role.EDITOR):
        return words("let somebody go")
    if entry.act == "key" and entry.after is None and entry.before is not None:
        return words("removed a program’s key")
    if entry.act == "schedule" and entry.after is None and entry.before is not None:
        return words("unscheduled")
    return known.get(entry.act, entry.act)


def _who(words: Words, entry: Entry, names: Mapping[int, str], asked_by: int | None) -> str:
    person = entry.person
    if entry.key is not None:
        return words("key {name}", name=entry.key)
    if entry.shell is not None:
        return words("shell ({name})", name=foreign(tame(clip(entry.shell, _DETAIL))))
    if person is None:
        return words("newsbot")
    if person == asked_by:
        return words("you")
    return called(person, names) if person in names else words("editor {person}", person=person)


def _about(words: Words, entry: Entry, names: Mapping[int, str], asked_by: int | None) -> str:
    """Return more of an act: whom it was done to, who invited them, or what else there is to say."""
    act, detail = entry.act, entry.detail
    if act == "source":
        return _about_source(words, detail)
    person = int(detail) if detail is not None and _ID.fullmatch(detail) else None
    if person is not None and act in _ABOUT_PEOPLE:
        return words("you") if person == asked_by else called(person, names)
    if act.startswith("become ") and person is not None and person == asked_by:
        return words("invited by you")
    if act.startswith("become "):
        return "" if person is None else words("invited by {person}", person=called(person, names))
    match act:
        case "withdraw":
            return ""
        case "edit" | "correct" | "lists only":
            return _fields(words, detail)
        case "take back copies":
            return _copies(words, detail)
        case "take down" if entry.person is not None:
            return _written(detail)
    return _detail(words, detail)


def _written(detail: str | None) -> str:
    """Return what an editor wrote, in whose words nothing is looked for."""
    return tame(clip(detail or "", _DETAIL))


def _fields(words: Words, detail: str | None) -> str:
    """Return which fields were changed, or the reason that an editor gave."""
    names = {field.value: field_name(words, field) for field in EditField}
    pieces = (detail or "").split(", ")
    return ", ".join(names[piece] for piece in pieces) if set(pieces) <= names.keys() else _written(detail)


def _copies(words: Words, detail: str | None) -> str:
    """Return what became of delivered copies, and the reason that an editor gave."""
    how, colon, why = (detail or "").partition(": ")
    done = {Delivered.DELETE: words("deleted"), Delivered.NOTICE: words("turned into notices")}
    return f"{done[Delivered(how)]}{colon}{_written(why)}" if how in done else _written(detail)


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
        "publish": words("publishing"),
        "list": words("listing"),
        "schedule": words("scheduling"),
        "approved": words("with approval"),
        "breaking": words("as breaking news"),
        "silent": words("without a sound"),
        "announcement": words("an announcement"),
        "note": words("a note to readers"),
        "all": words("all who have it"),
        "saved": words("who saved it"),
        "changed": words("it was changed after its approval"),
    }
    return known.get(detail or "", tame(clip(detail or "", _DETAIL)))
