"""The list of what is not out yet, and the buttons that decide about all that is held."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from bot.domain.article import Article, ArticleState
from bot.domain.message import Button, Message
from bot.domain.press import press
from bot.domain.text import Text
from bot.render.editor.desk import called, open_button, state
from bot.render.editor.verbs import Verb
from bot.render.locale import Words
from bot.render.text import bold, join


def drafts(
    words: Words,
    articles: Sequence[Article],
    zone: ZoneInfo,
    *,
    held: int,
    older: tuple[int, int] | None,
    is_first: bool,
) -> Message:
    """Return one page of what is not out yet. `older` is where the next page begins; None at the end."""
    if not articles and is_first:
        return Message(
            Text(words("No drafts. Send a document, or put a file into the content folder, and it is listed here."))
        )
    lines: list[Text | str] = [bold(words("Drafts"))]
    for article in articles:
        when = words.date(article.story.published_at, zone)
        lines.append(
            words.text(
                "{article} ({state}, {date})", article=called(article), state=state(words, article, zone), date=when
            )
            if article.state is not ArticleState.SCHEDULED
            else words.text("{article} ({state})", article=called(article), state=state(words, article, zone))
        )
    if held:
        lines.append(
            words.count("{n} article is held until you choose.", "{n} articles are held until you choose.", held)
        )
    opens = [open_button(words, article.number) for article in articles]
    turning = []
    if not is_first:
        turning.append(Button(words("Newest"), data=press(Verb.DRAFTS)))
    if older is not None:
        turning.append(Button(words("Older"), data=press(Verb.DRAFTS, *older)))
    rows = [tuple(opens[start : start + 3]) for start in range(0, len(opens), 3)]
    if held:
        rows.insert(0, held_row(words))  # always the same row: `choosing` has nothing but `Next` where `Choose` was
    if turning:
        rows.append(tuple(turning))
    return Message(join(lines, "\n"), keyboard=tuple(rows))


def held_row(words: Words) -> tuple[Button, ...]:
    return (
        Button(words("Push all"), data=press(Verb.PUSH_HELD)),
        Button(words("Choose"), data=press(Verb.CHOOSE)),
        Button(words("Archive"), data=press(Verb.ARCHIVE_HELD)),
    )


def decide_row(words: Words) -> tuple[Button, ...]:
    """Return the buttons that decide about all that is held, where there is nothing to choose from."""
    push, _, archive = held_row(words)
    return push, archive
