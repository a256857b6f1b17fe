"""
The search over many articles: how long a page of the newest takes for whatever people type, and the index's size.

    python tests/bench/search.py [--articles 100000] [--rounds 20]

Words come as often as in any language (Zipf's law), so that the commonest is in nearly every article; what people type
that is hard (`C++`, 北京, ışık) is in one of a hundred articles, one of ten thousand or in none. Each question is asked
for its first page and the one after, through the service that answers `/search` and questions in other chats. Beside
the time by the clock stands the processor's, which other work on the machine changes less.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sqlite3
import sys
import time
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from pathlib import Path

import table
import town

from bot.domain.article import ArticleState, Provider, Story
from bot.domain.browsing import Direction, Turn
from bot.services.readers.searching import found
from bot.store.content import imports, known_topics, topics
from bot.store.engine.database import Connection, Database

VOCABULARY = 60_000
TITLE, EXCERPT = 9, 34  # words, as seen in feeds of newspapers
BATCH = 2_000
TOPICS = tuple(f"Section {number}" for number in range(40))
OFTEN, RARELY = 100, 10_000  # one of so many articles holds it
TYPED = (
    *("C++", "C#", "F#", ".NET", "R.", "GPT-4o", "gpt4o", "COVID-19", "covid19", "AT&T", "2.5%", "O’Neill", "oneill"),
    *("A.I.", "北京", "大学", "京", "タワー", "火災", "ข่าว", "발표", "हिन्दी", "দিন", "กิน", "العربية", "שלום"),
    *("ışık", "İstanbul", "ISTANBUL", "Straße", "strasse", "Łódź", "lodz", "Smørrebrød", "Đorđević", "Æon", "ёлка"),
    *("Ελλάδα", "ﬁ", "ＡＩ", "Bundestag", "wahl", '"cats and cows"', "-cats", "OR", "NEAR(", '"', "!!!", "👍", " "),
)
SEEDED = (
    *(
        "Modern C++ and C#",
        "F# with .NET",
        "R for all",
        "GPT-4o speaks",
        "COVID-19 is back",
        "AT&T pays 2.5% to O’Neill",
    ),
    *(
        "A.I. for Łódź",
        "在北京大学的新闻",
        "東京タワーの火災",
        "อ่านข่าวไปกินข้าว",
        "정부발표했다",
        "आज हिन्दी দিন",
        "اَلْعَرَبِيَّةُ שָׁלוֹם",
    ),
    *("Işık İstanbul", "Neue Straße, Smørrebrød", "Đorđević Æon", "Новая ёлка Ελλάδα", "ﬁ ＡＩ", "Bundestagswahl"),
    "cats and cows near a tower",
)
CHAT = 1


def words_of(chance: random.Random) -> tuple[list[str], list[float]]:
    """Return a vocabulary, the commonest word first, and the running sum of how often each comes."""
    syllables = [one + two for one in "bdfgklmnprstvz" for two in ("a", "e", "i", "o", "u", "ar", "en", "is", "on")]
    found: dict[str, None] = dict.fromkeys(("the", "of", "and", "to", "in", "solar", "power"))
    while len(found) < VOCABULARY:
        found["".join(chance.choices(syllables, k=chance.randint(1, 4)))] = None
    return list(found), list(accumulate(1 / rank for rank in range(1, VOCABULARY + 1)))


def stories(many: int) -> list[Story]:
    chance = random.Random(7)
    vocabulary, sums = words_of(chance)
    now = datetime.now(UTC)
    made = []
    for number in range(many):
        words = chance.choices(vocabulary, cum_weights=sums, k=TITLE + EXCERPT)
        if number % OFTEN == 0:
            words[2:2] = [chance.choice(SEEDED)]
        if number % RARELY == 1:
            words[2:2] = SEEDED
        source = f"Paper {int(chance.paretovariate(1)) % 200}"
        made.append(
            Story(
                title=" ".join(words[:TITLE]),
                link=f"https://news.example/{number}",
                published_at=now - timedelta(minutes=5 * (many - number)),
                excerpt=" ".join(words[TITLE:]),
                provider=Provider(source, f"{source.replace(' ', '').lower()}.example"),
                topics=tuple(chance.sample(TOPICS, k=2)),
            )
        )
    return made


async def filled(path: Path, many: int) -> tuple[list[str], list[str]]:
    """Fill a database with published articles; return the commonest words, and some of the middle."""
    told = stories(many)
    now = datetime.now(UTC)
    db = await Database.open(path)
    try:
        for first in range(0, many, BATCH):
            some = dict(enumerate(told[first : first + BATCH], first + 1))
            async with db.transaction() as conn:
                numbers = await topics.resolve(conn, TOPICS)
                states = dict.fromkeys(some, (ArticleState.PUBLISHED, None))
                await imports.add(conn, {number: (f"s{number}", one) for number, one in some.items()}, now, states)
                await imports.index(conn, some, numbers)
                await known_topics.make_known(conn, list(some)[:100])
    finally:
        await db.close()
    vocabulary, _ = words_of(random.Random(7))
    return vocabulary[:7], vocabulary[1_000:1_003]


def index_size(path: Path) -> tuple[float, float, float]:
    """Return how many MB the index of words takes, the folded texts that it is made of, and all of the database."""
    with closing(sqlite3.connect(path)) as conn:
        sizes = dict(conn.execute("SELECT name, sum(pgsize) FROM dbstat GROUP BY name"))
    texts = sizes.pop("article_search_content")
    index = sum(size for name, size in sizes.items() if name.startswith("article_search"))
    return index / 1e6, texts / 1e6, path.stat().st_size / 1e6


async def asked(conn: Connection, question: str) -> tuple[float, float, int]:
    """Return how many milliseconds a question's page and the next take, the slower of the two, and how many it found.

    The milliseconds are the clock's and the processor's, of all threads.
    """
    slowest = busiest = 0.0
    many = 0
    turn = None
    while True:
        began, worked = time.perf_counter(), time.process_time()
        page = await found(conn, CHAT, question, size=6, turn=turn)
        slowest = max(slowest, time.perf_counter() - began)
        busiest = max(busiest, time.process_time() - worked)
        many = many or len(page.articles)
        if turn is not None or page.older is None:
            return slowest * 1000, busiest * 1000, many
        turn = Turn(Direction.OLDER, page.older)


@dataclass
class Taken:
    """Milliseconds of a question, round by round, by the clock and of the processor; articles on its page."""

    many: int = 0
    clock: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)


async def measured(path: Path, questions: list[str], rounds: int) -> dict[str, Taken]:
    """Return what each question took."""
    db = await Database.open(path)
    taken: dict[str, Taken] = {question: Taken() for question in questions}
    try:
        for _ in range(rounds):
            for question, one in taken.items():
                async with db.reading() as conn:
                    clock, processor, one.many = await asked(conn, question)
                one.clock.append(clock)
                one.processor.append(processor)
    finally:
        await db.close()
    return taken


def _summary(taken: list[Taken]) -> tuple[float, float, float]:
    """Return the 99th percentile by the clock and of the processor, and the median by the clock."""
    clock = [one for some in taken for one in some.clock]
    processor = [one for some in taken for one in some.processor]
    return table.percentile(clock, 0.99), table.percentile(processor, 0.99), table.percentile(clock, 0.5)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("--articles", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=20)
    given = parser.parse_args()
    table.pin()
    with town.scratch() as folder:
        path = town.build(folder / "search.db", 1)
        common, middling = asyncio.run(filled(path, given.articles))
        index, texts, whole = index_size(path)
        plain = [
            *TYPED,
            *common,
            *middling,
            f"{common[0]} {common[1]}",
            f'"{common[0]} {common[1]}"',
            f"{common[0]} {middling[0]}",
            f"{middling[0]} {middling[1]}",
            "so*",
            "sol*",
            "ba*",
            "nowhereatall",
        ]
        filtered = [
            "topic:Section 3",
            f"topic:Section 3 {common[0]}",
            "source:Paper 3 solar",
            f'source:"Paper 199" {common[0]}',
            f"topic:Section 3 topic:Section 4 {common[2]}",
            f"topic:Section 3 {common[5]}",
            f"topic:Section 3 source:Paper 7 {common[0]}",
            f'topic:Section 5 "{common[0]} {common[1]}"',
        ]
        questions = plain + filtered
        taken = asyncio.run(measured(path, questions, given.rounds))
    slowest = sorted(taken, key=lambda question: -table.percentile(taken[question].processor, 0.5))[:12]
    p99, worked, middle = _summary([taken[question] for question in plain])
    filtered_p99, filtered_worked, _ = _summary([taken[question] for question in filtered])
    largest = 60 * max(1.0, given.articles / 100_000)
    table.print_table(
        f"Newest first among {given.articles:,} articles",
        ("question", "on its page", "processor, median, ms", "clock, median, ms", "clock, p99, ms"),
        [
            (
                repr(question),
                taken[question].many,
                f"{table.percentile(taken[question].processor, 0.5):.2f}",
                f"{table.percentile(taken[question].clock, 0.5):.2f}",
                f"{table.percentile(taken[question].clock, 0.99):.2f}",
            )
            for question in slowest
        ],
        f"{len(plain)} questions without topic or source, {given.rounds} times: p99 {p99:.1f} ms by the clock, "
        f"{worked:.1f} ms of the processor, median {middle:.2f} ms; the target is 20 ms. {table.verdict(p99 < 20)}",
        f"{len(filtered)} with one: p99 {filtered_p99:.1f} ms by the clock, {filtered_worked:.1f} ms of the processor",
        f"Index of words: {index:.1f} MB; the folded texts beside it: {texts:.1f} MB; the database: {whole:.0f} MB. "
        f"The target for the index of 100,000 is 60 MB. {table.verdict(index <= largest)}",
    )
    return 0 if p99 < 20 and index <= largest else 1


if __name__ == "__main__":
    sys.exit(main())
