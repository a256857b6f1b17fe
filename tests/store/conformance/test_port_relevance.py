"""
The search answers the same whichever engine is asked: what it finds, and in which order by relevance.

Both are compared with what `domain` says of the texts, for what people type that is hard (`C++`, `GPT-4o`, 北京, ışık,
the Arabic with its vowels), among articles that hold some of that anywhere.
"""

import random
from collections.abc import Sequence
from itertools import product

import pytest
from port_samples import HOUR, Engine, numbers, put_article, put_topics, story

from bot.domain.article import Provider, Story
from bot.domain.relevance import COUNTED, MOST_PIECES, Part, rarity, relevance
from bot.domain.search_question import pieces, terms
from bot.domain.search_terms import SearchQuery, holds, indexed
from bot.store.readers import relevance as by_relevance
from bot.store.readers import searching

TYPED = (
    *("C++", "C#", "F#", ".NET", "R.", "GPT-4o", "gpt4o", "COVID-19", "covid19", "AT&T", "2.5%", "O'Neill", "O’Neill"),
    *("oneill", "A.I.", "AI", "北京", "大学", "京", "タワー", "ﾀﾜｰ", "火災", "ข่าว", "ข", "발표", "हिन्दी", "দিন", "กิน"),
    *("العربية", "اَلْعَرَبِيَّةُ", "שלום", "שָׁלוֹם", "ışık", "IŞIK", "isik", "İstanbul", "ISTANBUL", "Straße", "strasse"),
    *("Łódź", "lodz", "smorrebrod", "Đorđević", "Æon", "ёлка", "елка", "Ελλάδα", "ﬁ", "ＡＩ", "Bundestag", "cafe"),
    *('"cats and cows"', "-cats", "OR", "NEAR(", "node", "Node.js", "example", "www.example.com/a-b", "it's", "back\\"),
)
WRITTEN = (
    *(
        "C++",
        "C#",
        "C",
        "F#",
        ".NET",
        "R",
        "GPT-4o",
        "GPT4o",
        "COVID-19",
        "AT&T",
        "2.5%",
        "25",
        "O’Neill",
        "A.I.",
        "#AI",
    ),
    *(
        "在北京大学的新闻",
        "京北",
        "東京タワーの火災",
        "山火災",
        "อ่านข่าวไปกินข้าว",
        "정부발표했다",
        "발표",
        "आज हिन्दी",
        "আজ দিন",
    ),
    *("اَلْعَرَبِيَّةُ", "العربية", "שָׁלוֹם", "Işık", "isik", "İstanbul", "Straße", "Strasse", "Łódź", "Smørrebrød", "Đorđević"),
    *(
        "Æon",
        "Ёлка",
        "Ελλάδα",
        "ﬁ",
        "ＡＩ",
        "Bundestagswahl",
        "Café",
        "cats and cows",
        "cows",
        "or",
        "near the",
        "Node.js",
    ),
    *("www.example.com/a-b", "it’s", "back\\slash", "'", ":", "&", "|", "!", "\U0001f600", "ﷺ"),
)
MANY = 60


def articles(seed: int) -> list[Story]:
    """Return stories whose parts hold any of what is written, some of it several times."""
    chance = random.Random(seed)

    def some(least: int, most: int) -> str:
        return " ".join(chance.choices(WRITTEN, k=chance.randint(least, most)))

    return [
        story(
            number,
            title=some(1, 9),
            excerpt=some(0, 12) or None,
            provider=Provider(some(1, 2), f"source{number % 3}.example"),
            topics=(chance.choice(("AI", "Łódź news", "北京", "C++")),),
            age=chance.randint(1, 9) * HOUR,
        )
        for number in range(1, MANY + 1)
    ]


def texts(told: Story) -> dict[Part, str]:
    return {
        Part.TITLE: indexed(told.title),
        Part.EXCERPT: indexed(told.excerpt or ""),
        Part.TOPICS: indexed(" ".join(told.topics)),
        Part.SOURCE: indexed(told.provider.name or ""),
    }


def expected(told: dict[int, Story], asked: Sequence[SearchQuery]) -> list[int]:
    """Return the articles that hold every piece, most relevant first, as `domain` says."""
    stands = {
        number: {piece: [part for part, text in texts(one).items() if holds(text, [piece])] for piece in asked}
        for number, one in told.items()
    }
    many = {piece: sum(bool(where[piece]) for where in stands.values()) for piece in asked}
    counting = sorted(dict.fromkeys(asked), key=lambda piece: -rarity(many[piece]))[:MOST_PIECES]

    def rank(number: int) -> tuple[int, object, int]:
        # Of one piece alone it is not asked how rare it is.
        found = [(rarity(many[piece]) if len(counting) > 1 else 1, stands[number][piece]) for piece in counting]
        return relevance(len(told[number].title), found), told[number].published_at, number

    return sorted((number for number in told if asked and all(stands[number].values())), key=rank, reverse=True)


@pytest.mark.parametrize("seed", range(3))
async def test_what_is_found_and_how_relevant_it_is_does_not_depend_on_the_engine(engine: Engine, seed: int) -> None:
    told = dict(enumerate(articles(seed), 1))
    chance = random.Random(seed)
    questions = [*TYPED, *(" ".join(pair) for pair in chance.sample(list(product(TYPED, TYPED)), 60))]
    async with engine.transaction() as conn:
        known = await put_topics(conn, *{name for one in told.values() for name in one.topics})
        for number, one in told.items():
            given = {name: getattr(one, name) for name in ("title", "excerpt", "provider", "published_at")}
            await put_article(conn, number, topics_of={name: known[name] for name in one.topics}, **given)
        found = 0
        for question in questions:
            best = expected(told, pieces(terms(question)))
            assert await by_relevance.best(conn, question, 0, MANY) == best, question
            if best:
                newest = sorted(best, key=lambda number: (told[number].published_at, number), reverse=True)
                assert numbers(await searching.found(conn, question, None, MANY)) == newest, question
                assert await by_relevance.best(conn, question, 1, 3) == best[1:4]
            found += bool(best)
        assert found > 40 and not await by_relevance.best(conn, '"NEAR(" 💥 nothing', 0, 9)


async def test_a_title_says_more_than_an_excerpt_and_a_rare_word_more_than_a_common_one(engine: Engine) -> None:
    async with engine.transaction() as conn:
        await put_article(conn, 1, title="Solar", excerpt="Zeppelin", age=9 * HOUR)
        await put_article(conn, 2, title="Zeppelin", excerpt="solar", age=8 * HOUR)
        await put_article(conn, 3, title="On the many weathers of the sea", excerpt="solar zeppelin", age=7 * HOUR)
        await put_article(conn, 4, title="Zeppelin", excerpt="solar", age=6 * HOUR)
        for number in range(10, 30):
            await put_article(conn, number, title=f"Solar {number}")
        assert await by_relevance.best(conn, "solar zeppelin", 0, 9) == [4, 2, 1, 3]
        assert await by_relevance.best(conn, "zeppelin solar", 2, 1) == [1]
        many = await searching.many_hold(conn, searching.match_query("solar"), COUNTED)
        assert many == 24
        assert await searching.many_hold(conn, searching.match_query("solar"), 5) == 6
        assert await searching.many_hold(conn, searching.match_query("nothing"), 5) == 0


@pytest.mark.parametrize("pieces_of_it", [MOST_PIECES, MOST_PIECES + 1, 40])
async def test_a_question_may_have_any_number_of_words(engine: Engine, pieces_of_it: int) -> None:
    words = [f"word{number}" for number in range(pieces_of_it)]
    async with engine.transaction() as conn:
        await put_article(conn, 1, title="Something", excerpt=" ".join(words))
        await put_article(conn, 2, title=" ".join(words[:-1]))
        await put_article(conn, 3, title=" ".join(words), age=2 * HOUR)
        assert await by_relevance.best(conn, " ".join(words), 0, 9) == [3, 1]
        assert await by_relevance.best(conn, " ".join(words * 2), 0, 9) == [3, 1]
