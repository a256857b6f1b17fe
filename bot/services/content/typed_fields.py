"""
What an editor typed or sent for a field of an article, as the article would say it, or why it cannot: the same
complaints as about files.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from bot.content.articles.cleaning import EXCERPT_LIMIT, TITLE_LIMIT, excerpt_of, title_of
from bot.content.articles.links import judged
from bot.content.plain_text import NAME_LIMIT, shown
from bot.domain.article import MAX_RELATED, Article, Picture, Related
from bot.domain.editing import EditField, Fault, Refusal, Said, Ticked, Value, Without, with_related
from bot.domain.fetch_rules import FetchRules
from bot.domain.picture_size import SMALLEST, may_be_a_photo
from bot.domain.topic import joined_names, topic_key
from bot.services.content.topic_names import SUGGESTIONS, closest, names_in
from bot.store.content import topics
from bot.store.engine.database import Connection, Database

EVERYBODY = "all"
"""What stands for all who follow an article's topics where only some may be meant."""


async def read(conn: Connection, article: Article, field: EditField, said: Said, allow: FetchRules) -> Value:
    """Return what an editor said of a field as the article would say it. Raises: Refusal."""
    typed = said if isinstance(said, str) else None
    match field:
        case EditField.TITLE:
            return _title(typed or "")
        case EditField.EXCERPT:
            return _excerpt(typed or "", article.story.title)
        case EditField.LINK:
            return _link(typed or "", allow)
        case EditField.TOPICS if isinstance(said, Ticked):
            return await _ticked(conn, said)
        case EditField.TOPICS:
            return await _topics(conn, article, typed or "")
        case EditField.PICTURE:
            return _pictures(article, typed, allow, said if isinstance(said, Picture) else None)
        case EditField.CREDIT:
            return _credit(article, typed)
        case EditField.RELATED if isinstance(said, Related | Without):
            return with_related(article.story, said, MAX_RELATED)
        case EditField.RELATED:
            return ()


async def _ticked(conn: Connection, ticked: Ticked) -> tuple[str, ...]:
    """Return what ticked topics are called. One that was merged into another since is left out."""
    known = await topics.names(conn, ticked.topics)
    names = tuple(known[number] for number in ticked.topics if number in known)
    if not names:
        raise Refusal(Fault.EMPTY)
    return names


def _pictures(article: Article, typed: str | None, allow: FetchRules, sent: Picture | None) -> tuple[Picture, ...]:
    """Return the one picture that the article is to have; those that it had are not tried any more."""
    if sent is None and typed is None:
        return ()
    wanted = sent if sent is not None else Picture(_link(typed or "", allow))
    sides = [side for side in (wanted.width, wanted.height) if side]
    if any(side < SMALLEST for side in sides):
        raise Refusal(Fault.TOO_SMALL, (f"{wanted.width} × {wanted.height}",), number=SMALLEST)
    if not may_be_a_photo(wanted.width, wanted.height):
        raise Refusal(Fault.WRONG_SHAPE, (f"{wanted.width} × {wanted.height}",))
    return tuple(one for one in article.story.pictures[:1] if one.url == wanted.url) or (wanted,)


def _credit(article: Article, typed: str | None) -> str | None:
    if not article.story.pictures:
        raise Refusal(Fault.NO_PICTURE)
    if typed is None:
        return None
    if len(" ".join(typed.split())) > NAME_LIMIT:
        raise Refusal(Fault.TOO_LONG, number=NAME_LIMIT)
    credit = shown(typed)
    if not credit:
        raise Refusal(Fault.EMPTY)
    return credit


def _title(typed: str) -> str:
    if len(" ".join(typed.split())) > TITLE_LIMIT:
        raise Refusal(Fault.TOO_LONG, number=TITLE_LIMIT)
    title = title_of(typed)
    if not title:
        raise Refusal(Fault.EMPTY)
    return title


def _excerpt(typed: str, title: str) -> str:
    if len(typed) > EXCERPT_LIMIT:
        raise Refusal(Fault.TOO_LONG, number=EXCERPT_LIMIT)
    if excerpt_of(typed, "") is None:
        raise Refusal(Fault.EMPTY)
    excerpt = excerpt_of(typed, title)
    if excerpt is None:
        raise Refusal(Fault.REPEATS_TITLE)
    return excerpt


def _link(typed: str, allow: FetchRules) -> str:
    words = typed.split()
    if not words:
        raise Refusal(Fault.EMPTY)
    # In a file a blank in a link is mended; what is typed behind one is another word.
    judgement = judged(words[0] if len(words) == 1 else typed.strip(), allow)
    if judgement.url is None or len(words) > 1:
        raise Refusal(Fault.NO_LINK, (judgement.fault,) if judgement.fault else ())
    return judgement.url


async def _topics(conn: Connection, article: Article, typed: str) -> tuple[str, ...]:
    return tuple((await topics_named(conn, article, typed)).values())


async def audience_typed(
    db: Database, article: Article, typed: str, everybody: Collection[str] = (EVERYBODY,)
) -> tuple[int, ...]:
    """Do what `audience_named` does, outside a transaction. Raises: Refusal."""
    async with db.reading() as conn:
        return await audience_named(conn, article, typed, everybody)


async def audience_named(
    conn: Connection, article: Article, typed: str, everybody: Collection[str] = (EVERYBODY,)
) -> tuple[int, ...]:
    """Return the topics that were written between commas, to whose followers alone an article is to go.

    None at all when it is a word for `everybody`, and no topic is called so. Raises: Refusal.
    """
    try:
        return tuple(await topics_named(conn, article, typed))
    except Refusal:
        if typed.strip().casefold() in map(str.casefold, everybody):
            return ()
        raise


async def topics_named(conn: Connection, article: Article, typed: str) -> dict[int, str]:
    """Return the topics that were typed, each with what it is called, in their order. Raises: Refusal.

    Nothing new is made of a name: a slip would be one. What an article bears is known for it.
    """
    pieces = names_in(typed)
    if not pieces:
        raise Refusal(Fault.EMPTY)
    established = await topics.established(conn)
    worn = await topics.topics(conn)
    known = established | {topic: worn[topic] for topic in article.topics if topic in worn}
    called = await topics.called(conn, _keys_of(pieces))
    numbers = {key: topic for key, topic in called.items() if topic in known}
    names = joined_names(pieces, numbers.__contains__)
    unknown = [name for name in names if topic_key(name) not in numbers]
    if unknown:
        near = [topic.name for name in unknown for topic in closest(established, name)]
        raise Refusal(Fault.UNKNOWN_TOPICS, tuple(unknown), tuple(dict.fromkeys(near))[:SUGGESTIONS])
    return {number: known[number].name for number in (numbers[topic_key(name)] for name in names)}


def _keys_of(pieces: Sequence[str]) -> set[str]:
    """Return the keys of every name that pieces between commas may stand for."""
    asked: set[str] = set()

    def ask(key: str) -> bool:
        asked.add(key)
        return False

    joined_names(pieces, ask)
    return asked | {topic_key(piece) for piece in pieces}
