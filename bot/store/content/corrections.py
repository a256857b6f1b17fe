"""What readers are told of an article's changes: stored with the article, and each a revision of its own."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence

from bot.domain.correction import KEPT, Correction, Field
from bot.store.content.story_json import epoch, moment
from bot.store.engine.database import Connection
from bot.store.engine.lists import number_list


async def add(conn: Connection, article: int, known: Sequence[Correction], correction: Correction) -> None:
    """Let an article bear one more correction than the `known` ones, which is a new revision of it."""
    kept = [*known, correction][-KEPT:]
    await conn.execute(
        """
        UPDATE articles SET corrections = :corrections, uncorrected = NULL, revision = revision + 1
        WHERE number = :article
        """,
        {
            "article": article,
            "corrections": json.dumps([[epoch(one.at), one.why, one.fields] for one in kept], ensure_ascii=False),
        },
    )


async def note_changed(conn: Connection, changed: Mapping[int, Iterable[Field]]) -> None:
    """Remember which fields of articles differ from what their copies show, beside those that are remembered."""
    known = await uncorrected(conn, changed)
    await conn.executemany(
        "UPDATE articles SET uncorrected = ? WHERE number = ?",
        [
            (json.dumps([field for field in Field if field in {*fields, *known.get(number, ())}]), number)
            for number, fields in changed.items()
        ],
    )


async def uncorrected(conn: Connection, articles: Iterable[int]) -> dict[int, tuple[Field, ...]]:
    """Return the fields in which articles differ from what their copies show; articles without any are left out."""
    rows = await conn.execute_fetchall(
        """
        SELECT number, uncorrected FROM articles
        WHERE uncorrected IS NOT NULL AND number IN (SELECT value FROM json_each(:articles))
        """,
        {"articles": number_list(articles)},
    )
    return {row["number"]: _fields(json.loads(row["uncorrected"])) for row in rows}


async def drop_changed(conn: Connection, article: int) -> None:
    """Forget which fields of an article differ from what its copies show: they are to stay as they are."""
    await conn.execute("UPDATE articles SET uncorrected = NULL WHERE number = :article", {"article": article})


async def set_retraction(conn: Connection, article: int, why: str | None) -> None:
    """Set what is said of an article's retraction in copies that are left, which is a new revision of it."""
    await conn.execute(
        "UPDATE articles SET retracted_why = :why, revision = revision + 1 WHERE number = :article",
        {"article": article, "why": why},
    )


def corrections_from(stored: str | None) -> tuple[Correction, ...]:
    """Return the corrections that `add` stored."""
    if stored is None:
        return ()
    return tuple(Correction(moment(at), why, _fields(fields)) for at, why, fields in json.loads(stored))


def _fields(names: Iterable[str]) -> tuple[Field, ...]:
    """Return the fields of these names; those of a newer version are left out."""
    known = set(Field)
    return tuple(Field(name) for name in names if name in known)
