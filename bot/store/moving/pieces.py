"""Reading rows in pieces that are large enough to be quick, and small enough whatever the rows hold."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from bot.store.moving.tables import Record

FIRST, MOST = 32, 2_000  # rows
MEANT = 4_000_000  # characters


def in_pieces(fetch: Callable[[int], list[Record]]) -> Iterator[list[Record]]:
    """Return the rows that `fetch` gives, so many at most each time it is asked, until it gives none.

    A piece is of as many as those of the piece before say that some MiB are, and at most twice as many as that was:
    articles may be a thousand times as long as receipts.
    """
    many = FIRST
    while rows := fetch(many):
        yield rows
        seen = rows[::16]
        long = sum(len(value) for row in seen for value in row if isinstance(value, str)) // len(seen)
        many = max(1, min(MEANT // max(long, 1), 2 * many, MOST))
