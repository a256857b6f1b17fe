"""Texts of alerts: to editors about files, to owners about incidents, to groups about closed threads."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.domain.article import Article
from bot.domain.chat import ChatKind
from bot.domain.limits import TEXT
from bot.domain.message import Button, Message
from bot.domain.phrases import KnownPhrase
from bot.domain.press import press
from bot.domain.rejections import Form
from bot.domain.text import Text
from bot.domain.topic import Topic
from bot.errors import Complaint
from bot.render.editor.article_note import may_publish
from bot.render.editor.desk import called
from bot.render.editor.drafts import decide_row, held_row
from bot.render.editor.source_faults import fault_text
from bot.render.editor.uploads import complaint
from bot.render.editor.verbs import Verb
from bot.render.locale import Words
from bot.render.reader.picker import topic_list
from bot.render.text import clip, foreign, join, tame

ANEW = 1  # second number of a publish button on a message that must not become the progress
_SHOWN = 12  # of a kind
_BUTTONS = 6
_SAID = 200  # UTF-16 code units
_PATH = 120  # UTF-16 code units
_COMPLAINT = re.compile(r"(\d+): (.+?): (.*)", re.DOTALL)


def form_changed(words: Words, article: Article, form: Form | None, said: str) -> Message:
    """Return that a broadcast goes on in a plainer form, with Telegram's words."""
    said = tame(clip(said, _SAID))
    if form is Form.NO_BUTTONS:
        text = words.text(
            "{article} goes out without its buttons, because Telegram refuses them. It says: “{words}”.",
            article=called(article),
            words=said,
        )
    else:
        text = words.text(
            "{article} goes out as plain text, because Telegram refuses more. It says: “{words}”.",
            article=called(article),
            words=said,
        )
    return Message(text, keyboard=_about_delivery(words, article))


def refused_by_some(words: Words, article: Article, form: Form | None, said: str) -> Message:
    """Return that many chats refuse a broadcast which others get, with Telegram's words; `form` is what they take."""
    said = tame(clip(said, _SAID))
    match form:
        case None:
            text = words.text(
                "Some chats cannot get {article}, because Telegram refuses it there in every form. It says: “{words}”. "
                "The others get it.",
                article=called(article),
                words=said,
            )
        case Form.NO_BUTTONS:
            text = words.text(
                "{article} goes out without its buttons to some chats, because Telegram refuses them there. It says: "
                "“{words}”. The others get it as it is.",
                article=called(article),
                words=said,
            )
        case _:
            text = words.text(
                "{article} goes out as plain text to some chats, because Telegram refuses more there. It says: "
                "“{words}”. The others get it as it is.",
                article=called(article),
                words=said,
            )
    return Message(text, keyboard=_about_delivery(words, article))


def _about_delivery(words: Words, article: Article) -> tuple[tuple[Button, ...], ...]:
    open_ = Button(words("Fix first"), data=press(Verb.OPEN, article.number))
    return ((open_, Button(words("Delivery"), data=press(Verb.DELIVERY, article.number))),)


def folded(
    words: Words,
    *,
    refused: Sequence[tuple[str, str]],
    doubled: Sequence[tuple[str, Article, bool]],
    warned: Sequence[tuple[str, str]] = (),
    failing: Sequence[tuple[str, str]] = (),
    brought_back: Sequence[tuple[str, int]] = (),
) -> Message:
    """Return everything editors are to be told of files and sources, in one message.

    `refused` and `warned` are (path, complaint as a line); `doubled` (path, the article it doubles, whether it says
    published); `failing` (a source's name, why it gives no feed); `brought_back` (who told it, the article that was
    taken down).
    """
    blocks: list[Text] = []
    rows: list[tuple[Button, ...]] = []
    if refused:
        lines: list[Text | str] = [
            words.count("{n} complaint about files:", "{n} complaints about files:", len(refused))
        ]
        lines.extend(_refusal(words, path, line) for path, line in refused[:_SHOWN])
        blocks.append(_with_rest(words, lines, len(refused)))
    if doubled:
        told: list[Text | str] = []
        for path, article, _ in doubled[:_SHOWN]:
            told.append(
                words.text(
                    "{path} tells the story of {article} and was not taken.",
                    path=tame(clip(path, _PATH)),
                    article=called(article),
                )
            )
        blocks.append(_with_rest(words, told, len(doubled)))
        offers = {one.number: one for _, one, published in doubled if published and may_publish(one)}
        buttons = [
            Button(words("Publish #{number}", number=number), data=press(Verb.PUBLISH, number, ANEW))
            for number in list(offers)[:_BUTTONS]
        ]
        rows.extend(tuple(buttons[start : start + 3]) for start in range(0, len(buttons), 3))
    if brought_back:
        again: list[Text | str] = [
            words(
                "{name} tells #{number} again, which was taken down. Nothing of it was taken.",
                name=foreign(tame(clip(name, _PATH))),
                number=number,
            )
            for name, number in brought_back[:_SHOWN]
        ]
        blocks.append(_with_rest(words, again, len(brought_back)))
    if warned:
        odd: list[Text | str] = [
            words.count(
                "{n} warning about files that were taken:", "{n} warnings about files that were taken:", len(warned)
            )
        ]
        odd.extend(_refusal(words, path, line) for path, line in warned[:_SHOWN])
        blocks.append(_with_rest(words, odd, len(warned)))
    if failing:
        down: list[Text | str] = [
            words.count(
                "{n} source has given no feed for a day:", "{n} sources have given no feed for a day:", len(failing)
            )
        ]
        down.extend(
            words.text(
                "{source}: {reason}",
                source=foreign(clip(name, _PATH)),
                reason=tame(clip(fault_text(words, reason), _SAID)),
            )
            for name, reason in failing[:_SHOWN]
        )
        blocks.append(_with_rest(words, down, len(failing)))
    return Message(clip(join(blocks, "\n\n"), TEXT), keyboard=tuple(rows))


def sources_ended(words: Words, sources: Sequence[tuple[str, str]]) -> Message:
    """Return that sources have ended, each a name and an address. What came of them stays."""
    lines: list[Text | str] = [
        words.text(
            "{source} has ended: its server says that the feed is gone for good (410). {address}",
            source=foreign(clip(name, _PATH)),
            address=tame(clip(address, _SAID)),
        )
        for name, address in sources[:_SHOWN]
    ]
    text = _with_rest(words, lines, len(sources))
    return Message(join([text, words("What came of it stays. It is not asked any more.")], "\n"))


def held(words: Words, many: int) -> Message:
    """Return the question what becomes of articles that are held together."""
    text = words.count(
        "{n} article became news and is held until you choose.",
        "{n} articles became news and are held until you choose.",
        many,
    )
    return Message(Text(text), keyboard=(held_row(words),))


def restored(words: Words, many: int) -> Message:
    """Return the question what becomes of publishes that an older copy of the database had on their way."""
    text = words.count(
        "This database is an older copy. {n} publish it had on its way is held until you choose: what it would still "
        "send may have been sent before. Digests and quiet hours are among what it waits for. /publish NUMBER asks "
        "about one.",
        "This database is an older copy. {n} publishes it had on their way are held until you choose: what they would "
        "still send may have been sent before. Digests and quiet hours are among what they wait for. /publish NUMBER "
        "asks about one.",
        many,
    )
    return Message(Text(text), keyboard=(decide_row(words),))


def incident(words: Words, kind: str, since: datetime, over_at: datetime | None, zone: ZoneInfo) -> Message:
    """Return one incident, or that it is over. `kind` is a `store.desk.incidents.IncidentKind`."""
    when = words("{date}, {time}", date=words.date(since, zone), time=words.time(since, zone))
    if over_at is not None:
        over = {
            "disk": words("The disk has room again."),
            "token": words("Telegram takes the token again."),
            "second": words("No other instance fetches updates any more."),
            "slow": words("Deliveries no longer wait."),
            "backup": words("The daily backup works again."),
            "stars": words("Telegram takes Stars from this bot again."),
        }
        return Message(Text(words("{trouble} It had lasted since {when}.", trouble=over[kind], when=when)))
    lasting: Mapping[str, str] = {
        "disk": words(
            "The disk is nearly full. When it is full, nothing more is sent, and nothing is lost. Make room on it."
        ),
        "token": words(
            "Telegram refused the token, so nothing was sent. What is waiting is kept. If it was changed, give the "
            "new one to newsbot."
        ),
        "second": words(
            "Another instance fetches updates with the same token, so some presses and commands get lost, and no news "
            "leaves. Stop one of the two."
        ),
        "slow": words(
            "The oldest waiting delivery has been waiting for more than 10 minutes, and nothing leaves. The log of "
            "newsbot says why."
        ),
        "backup": words("The daily backup failed. The log of newsbot says why."),
        "stars": words(
            "Telegram takes no Stars from this bot, so all news leaves at the free pace; nothing is lost. See whether "
            "it has enough Stars and whether paid broadcasts are enabled at @BotFather. newsbot tries again after an "
            "hour."
        ),
    }
    return Message(Text(words("{trouble} Since {when}.", trouble=lasting[kind], when=when)))


def closed_thread(
    words: Words, kind: ChatKind, topics: Sequence[Topic], phrases: Sequence[KnownPhrase] = ()
) -> Message:
    """Return what a chat is told, outside its threads, when the one in which it follows these takes no news."""
    closed = words(
        "The thread for {topics} is closed or gone. Its news comes here until it is open again.",
        topics=topic_list(words, topics, phrases),
    )
    if kind is ChatKind.PRIVATE:
        other = words("Choose another thread by sending /subscribe and a topic's name there.")
    else:
        other = words("Administrators choose another thread by sending /subscribe and a topic's name there.")
    return Message(Text(f"{closed} {other}"))


def _refusal(words: Words, path: str, line: str) -> str:
    """Return a stored complaint (`PATH:LINE: FIELD: reason`) as it is said in chat."""
    found = _COMPLAINT.fullmatch(line.removeprefix(f"{path}:"))
    if found is None:
        return tame(clip(line, _PATH * 3))
    return complaint(words, Complaint(path, int(found[1]), found[2], found[3]))


def _with_rest(words: Words, lines: Sequence[Text | str], whole: int) -> Text:
    rest = whole - _SHOWN
    more = [words.count("and {n} more", "and {n} more", rest)] if rest > 0 else []
    return join([*lines, *more], "\n")
