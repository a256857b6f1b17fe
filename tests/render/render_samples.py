"""Articles, topics and looks that the tests of this room share."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from bot.domain.article import Article, ArticleState, Picture, Provider, Related, Story
from bot.domain.chat import Pictures
from bot.domain.parts import ALL_PARTS, Parts
from bot.domain.topic import Topic
from bot.render.locale import words_for
from bot.render.look import Look, Surface

NOON = datetime(2026, 3, 7, 12, 0, tzinfo=UTC)
ENERGY = Topic(7, "energy", "Energy", hashtags=("#Energy",))
GRID = Topic(8, "grid-storage", "Grid Storage")

NORTHGATE = Provider("northgate.example", "northgate.example")
RELATED = Related(
    title="Why the coast is buying batteries",
    link="https://harbour.example/batteries",
    provider=Provider("Harbour Post", "harbour.example"),
    published_at=datetime(2026, 3, 6, 8, 30, tzinfo=UTC),
)


def article(
    title: str = "Salt battery feeds a town for a winter night",
    *,
    number: int = 412,
    excerpt: str | None = "The store gave 40 MWh between dusk and dawn & lost a tenth of it.",
    link: str = "https://northgate.example/salt-battery",
    provider: Provider = NORTHGATE,
    related: tuple[Related, ...] = (RELATED,),
    pictures: tuple[Picture, ...] = (),
    video: str | None = None,
    published_at: datetime = NOON,
) -> Article:
    story = Story(
        title=title,
        link=link,
        published_at=published_at,
        excerpt=excerpt,
        provider=provider,
        pictures=pictures,
        related=related,
        video=video,
    )
    return Article(number, "salt-battery", ArticleState.PUBLISHED, 1, story, (ENERGY.number, GRID.number))


def look(
    language: str = "en",
    *,
    pictures: Pictures = Pictures.LARGE,
    surface: Surface = Surface.PRIVATE,
    parts: Parts = ALL_PARTS,
) -> Look:
    return Look(words_for(language), ZoneInfo("Europe/Berlin"), pictures, surface, "northgate_news_bot", parts)
