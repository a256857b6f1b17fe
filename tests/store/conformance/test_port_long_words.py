"""Words longer than one engine takes: stored, found, and no error on any."""

import pytest
from port_samples import Engine, numbers, put_article

from bot.domain.article import Provider
from bot.domain.search_terms import LONGEST_WORD
from bot.store.readers import searching
from bot.store.readers.relevance import best


@pytest.mark.parametrize("letter", ["a", "é", "\U00010400", "北"])
@pytest.mark.parametrize("many", [LONGEST_WORD - 1, LONGEST_WORD, LONGEST_WORD + 1, 2_047, 2_048, 5_000])
async def test_a_word_may_be_as_long_as_a_message(engine: Engine, letter: str, many: int) -> None:
    """A word of a tsvector has less than 2 kB (textsearch-limitations.html), one of FTS5 any number."""
    word = "".join(chr(0x4E00 + number) for number in range(many)) if letter == "北" else letter * many
    async with engine.transaction() as conn:
        await put_article(
            conn, 1, title=word[:300], excerpt=f"before {word} behind", provider=Provider("Daily", "d.ex")
        )
        await put_article(conn, 2, title="Another")
        for question in (word, f"before {word}", f'"{word} behind"', f"{word} behind"):
            assert numbers(await searching.found(conn, question, None, 9)) == [1]
            assert await best(conn, question, 0, 9) == [1]
        assert await best(conn, f"{word} nothing", 0, 9) == []
        if letter != "北" and many < LONGEST_WORD:
            assert await best(conn, f"{word}{letter}", 0, 9) == []


@pytest.mark.parametrize(
    "text",
    ["C" + "+" * 9_000, "C" + "#" * 9_000, "." + "n" * 9_000, "-".join(["w" * 499] * 6), "ก" + "\u0e31" * 9_000,
     "ก" * 3 + "\u0e31" * 9_000, "\u0301" * 9_000, "ﷺ" * 1_000, "1" * 9_000],
)  # fmt: skip
async def test_nothing_that_makes_a_long_word_is_an_error(engine: Engine, text: str) -> None:
    async with engine.transaction() as conn:
        await put_article(conn, 1, title="Title", excerpt=text, provider=Provider(text, "d.ex"))
        for question in (text, f'"{text}"', f"{text} x", f"{text}*"):
            assert numbers(await searching.found(conn, question, None, 9)) in ([1], [])
            assert await best(conn, question, 0, 9) in ([1], [])
