"""A small newsroom for the stories of this room: topics with parents, and articles that readers can browse."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from story import StoryHouse

from bot.domain.article import Picture, Provider, Related, Story
from bot.domain.topic import TopicFile
from bot.store.content import imports, known_topics, topics

AI = TopicFile("ai", "AI")
VISION = TopicFile(
    "computer-vision",
    "Computer Vision",
    "Vision",
    "AI",
    "How machines “see”",
    ("face recognition",),
    ("#ComputerVision",),
)
SPEECH = TopicFile("speech", "Speech", parent="AI")
ROBOTICS = TopicFile("robotics", "Robotics")
ENERGY = TopicFile("energy", "Energy")
WINDOWS = TopicFile("windows", "Windows")
WINDOWS_11 = TopicFile("windows-11", "Windows 11")
SECTIONS = (AI, VISION, SPEECH, ROBOTICS, ENERGY)


async def define(house: StoryHouse, *files: TopicFile) -> dict[str, int]:
    """Define topics as their files do; return their numbers by name."""
    async with house.db.transaction() as conn:
        return {file.name: await topics.define(conn, file) for file in files}


async def put(
    house: StoryHouse, *titles: str, worn: Sequence[str] = (), state: str = "published", **story: Any
) -> list[int]:
    """Store articles about the topics named in `worn`, each an hour older than the one before; return their numbers."""
    numbers = []
    age = story.pop("age", timedelta(hours=1))
    async with house.db.transaction() as conn:
        for place, title in enumerate(titles):
            number = await imports.next_number(conn)
            told = Story(
                **{
                    "title": title,
                    "link": f"https://northgate.example/{number}",
                    "published_at": house.clock() - age - timedelta(hours=place),
                    "topics": tuple(worn),
                    "provider": Provider("Northgate", "northgate.example"),
                    **story,
                }
            )
            await imports.add(conn, {number: (f"slug-{number}", told)}, house.clock())
            await imports.index(conn, {number: told}, await topics.resolve(conn, worn))
            await conn.execute(
                "UPDATE articles SET state = :state WHERE number = :number", {"state": state, "number": number}
            )
            numbers.append(number)
        await known_topics.make_known(conn, numbers)
    return numbers


RELATED = Related("Why the coast buys batteries", "https://harbour.example/batteries", Provider("Harbour Post"))
PICTURE = Picture("https://images.northgate.example/one.jpg", 800, 600)


def plain(text: str) -> str:
    """Return a text without its invisible isolates and joiners, as people read it."""
    return "".join(char for char in text if char not in "\u2060\u2068\u2069")
