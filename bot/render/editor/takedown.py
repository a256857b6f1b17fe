"""Taking an article down: the question before, how far it has come, and the report of what cannot be reached."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC

from bot.domain.article import Article
from bot.domain.copies import Copies
from bot.domain.limits import TEXT
from bot.domain.message import Button, Message
from bot.domain.press import press
from bot.domain.progress import Phase, Standing
from bot.domain.takedown import OutOfReach, TakedownReport
from bot.domain.text import Text
from bot.render.editor.article_note import paused
from bot.render.editor.desk import asked_while_away, called, open_button
from bot.render.editor.verbs import Verb
from bot.render.locale import Words
from bot.render.text import clip, foreign, join, tame

MAX_NAMED = 8
"""Files, feeds and reasons of a kind that a report names."""
_NAME = 200  # UTF-16 code units


def ask(
    words: Words, article: Article, copies: Copies, *, asked_at: str | None = None, is_late: bool = False
) -> Message:
    """Return the question whether an article is to be taken down, with what becomes of its copies."""
    lines: list[Text | str] = [asked_while_away(words, asked_at)] if is_late else []
    lines += [words.text("Take {article} down for good?", article=called(article)), _copies(words, copies)]
    lines.append(
        words(
            "Here its text, picture, search entry and all saved copies are deleted, and no file, feed or link brings "
            "it back. That cannot be undone."
        )
    )
    leave = Button(words("Leave it"), data=press(Verb.LEAVE, article.number))
    down = Button(words("Take down"), data=press(Verb.TAKE_DOWN_NOW, article.number))
    # What cannot be undone stands in neither of the rows in which `Take down` stands elsewhere.
    return Message(join(lines, " "), keyboard=((leave,), (open_button(words, article.number),), (down,)))


def _copies(words: Words, copies: Copies) -> Text:
    if not copies.delivered:
        return Text(words("Nobody was sent a copy."))
    lines = [
        words.count(
            "{n} copy was delivered: what is younger than 48 hours is deleted.",
            "{n} copies were delivered: those younger than 48 hours are deleted.",
            copies.delivered,
        )
    ]
    if copies.too_old:
        lines.append(
            words.count(
                "{n} is older and becomes a notice without text, picture or link.",
                "{n} are older and become a notice without text, picture or link.",
                copies.too_old,
            )
        )
    if copies.in_lists:
        lines.append(
            words.count(
                "{n} stands in a list, which loses the headline.",
                "{n} stand in lists, which lose the headline.",
                copies.in_lists,
            )
        )
    if copies.out_of_reach:
        lines.append(words.count("{n} is out of reach.", "{n} are out of reach.", copies.out_of_reach))
    return Text(" ".join(lines))


def was(words: Words, number: int) -> Message:
    """Return what is said of an article that was taken down."""
    return Message(Text(was_text(words, number)), keyboard=((report_button(words, number),),))


def was_text(words: Words, number: int) -> str:
    return words("#{number} was taken down: nothing of it is left here, and nothing brings it back.", number=number)


def report_button(words: Words, number: int) -> Button:
    return Button(words("Report"), data=press(Verb.TAKEDOWN_REPORT, number))


def going(words: Words, article: Article, campaign: int, standing: Standing) -> Message:
    """Return how a takedown stands; at its end, what cannot be reached."""
    if standing.takedown is not None:
        return Message(report(words, standing.takedown))
    lines: list[Text | str] = [
        words(
            "#{number} is taken down: {done} of {audience} copies are gone ({percent}).",
            number=article.number,
            done=words.number(standing.sent),
            audience=words.number(standing.audience),
            percent=words.percent(standing.percent / 100),
        )
    ]
    unchanged = standing.failed - standing.gone + standing.unreachable
    if unchanged:
        lines.append(words.count("{n} could not be changed.", "{n} could not be changed.", unchanged))
    if standing.is_paused:
        lines.append(paused(words))
    stands = standing.phase in (Phase.STOPPED, Phase.UNREACHED, Phase.RESTORED, Phase.REFUSED)
    row = (Button(words("Go on"), data=press(Verb.REST, campaign)),) if stands else ()
    return Message(join(lines, " "), keyboard=(row,) if row else ())


def report(words: Words, found: TakedownReport) -> Text:
    """Return what became of all copies and what cannot be reached, as plain text to pass on: nothing of the article."""
    lines = [
        words(
            "#{number} was taken down on {moment} UTC.",
            number=found.number,
            moment=f"{found.at.astimezone(UTC):%Y-%m-%d %H:%M}",
        ),
        words(
            "Copies delivered: {n}. Deleted: {deleted}. Replaced by a notice that says nothing of it, or taken out of "
            "a list: {blanked}. Still to do: {waiting}. Not reached: {lost}.",
            n=words.number(found.delivered),
            deleted=words.number(found.deleted),
            blanked=words.number(found.blanked),
            waiting=words.number(found.waiting),
            lost=words.number(sum(one.copies for one in (*found.refused, *found.unknown))),
        ),
        words("Out of reach:"),
    ]
    for one in found.refused[:MAX_NAMED]:
        lines.append(_refused(words, one))
    for one in found.unknown:
        lines.append(
            words(
                "- {n} in {where}: so old that it is not known any more which message each is{names}",
                n=words.number(one.copies),
                where=_where(words, one.kind),
                names=_names(one.public),
            )
        )
    if found.twice:
        lines.append(
            words.count(
                "- {n} message that may stand beside a copy, because Telegram’s answer was lost",
                "- {n} messages that may stand beside copies, because Telegram’s answers were lost",
                found.twice,
            )
        )
    lines += [
        words("- copies that people have forwarded, photographed or shared as a card into other chats"),
        words("- lists and stories that people have opened themselves, and previews in editors’ chats"),
        words("- copies of the database made before, and what Telegram, search engines and the source itself keep"),
    ]
    lines += _still_told(words, found.files, found.feeds)
    return clip(Text("\n".join(lines)), TEXT)


def _still_told(words: Words, files: Sequence[str], feeds: Sequence[str]) -> list[str]:
    """Return where it is still told, as far as newsbot knows: it is not taken from there again."""
    told = [words("- the file {path}", path=_said(path)) for path in files[:MAX_NAMED]]
    told += [words("- the feed {url}", url=_said(url)) for url in feeds[:MAX_NAMED]]
    return [words("Still told, and not taken from there again:"), *told] if told else []


def _said(name: str) -> str:
    return foreign(tame(clip(name, _NAME)))


def _refused(words: Words, one: OutOfReach) -> str:
    n, where, names = words.number(one.copies), _where(words, one.kind), _names(one.public)
    if not one.reason:
        return words("- {n} in {where}: the bot was blocked or removed there{names}", n=n, where=where, names=names)
    reason = tame(clip(one.reason, _NAME))
    return words("- {n} in {where}: Telegram says “{reason}”{names}", n=n, where=where, reason=reason, names=names)


def _names(public: Sequence[str]) -> str:
    return f" ({', '.join(f't.me/{name}' for name in public)})" if public else ""


def _where(words: Words, kind: str) -> str:
    match kind:
        case "group":
            return words("groups")
        case "channel":
            return words("channels")
    return words("private chats")
