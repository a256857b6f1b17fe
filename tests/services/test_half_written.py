"""Files that are looked at while they are being written: what is published is the whole of each, once."""

from __future__ import annotations

import asyncio
import json
import os
import tempfile
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from import_desk import NOON, POLICY, Desk, open_desk
from properties import examples

from bot.content.articles.surroundings import ReadingRules
from bot.content.files.write_detection import PICTURE_WAIT, Settling
from bot.domain.article import ArticleState
from bot.domain.quiet_period import QUIET_PERIOD
from bot.services.content.folder_import import ImportedPaths, take_folder, take_paths
from bot.services.content.imports import Report

UTC = ZoneInfo("UTC")
TITLE = "Mayor says she is not the one to blame"
FIELDS = {
    "title": TITLE,
    "publishedDateTime": "2026-03-02T11:00:00Z",
    "webUrl": "https://news.example/grid",
    "topics": ["Energy"],
    "published": True,
}
JPEG = next((Path(__file__).resolve().parents[2] / "seeds/articles").glob("*.jpg")).read_bytes()


def yaml(**changed: object) -> str:
    return "".join(
        f"{name}: {json.dumps(value)}\n" for name, value in {**FIELDS, **changed}.items() if value is not None
    )


def md(**changed: object) -> str:
    return f"---\n{yaml(**changed)}---\nA text.\n"


class Watched:
    """A watched folder in a time that the test moves. Files bear the time they were written at."""

    def __init__(self, desk: Desk, root: Path) -> None:
        self.desk = desk
        self.root = root
        self.seconds = 0.0
        self.looks = 0
        self.settling = Settling()
        self.report = Report()
        self.went_out: list[tuple[object, ...]] = []  # what readers see of each publish
        root.mkdir(exist_ok=True)

    def write(self, path: str, content: str | bytes, *, age: float = 0.0) -> None:
        """Write in place, under the final name."""
        place = self.root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content if isinstance(content, bytes) else content.encode())
        at = NOON.timestamp() + self.seconds - age
        os.utime(place, (at, at))

    async def look(self) -> Report:
        self.looks += 1
        self.desk.now = NOON + timedelta(seconds=self.seconds)
        report, _ = await take_folder(
            self.desk.db,
            self.root,
            rules=ReadingRules(UTC),
            now=self.desk.now,
            policy=POLICY,
            settling=self.settling,
            at=1000.0 + self.seconds,
        )
        self.report.add(report)
        for number in report.published:
            article = await self.desk.article(str(number))
            self.went_out.append((article.story.title, article.story.topics, article.story.link))
        return report

    async def passes(self, seconds: float) -> Report:
        """Let time pass, with the looks that are asked for; return what came of them."""
        end, whole = self.seconds + seconds, Report()
        while (again := self.settling.look_again_at) is not None and again - 1000.0 <= end:
            self.seconds = max(self.seconds, again - 1000.0)
            whole.add(await self.look())
        self.seconds = end
        return whole

    def restart(self) -> None:
        self.settling = Settling()

    async def published(self, words: str = "grid") -> tuple[str, int]:
        """Return a title and how often it went out."""
        return (await self.desk.article(words)).story.title, len(await self.desk.pushes(words))


@pytest.fixture
async def watched(tmp_path: Path) -> AsyncIterator[Watched]:
    async with open_desk(tmp_path) as desk:
        await desk.follow()
        watched = Watched(desk, tmp_path / "content")
        await watched.look()
        yield watched


@pytest.mark.parametrize("name", ["grid.md", "grid.yaml", "grid.json"])
async def test_a_file_is_acted_on_once_it_has_been_the_same_for_two_seconds(watched: Watched, name: str) -> None:
    watched.write(name, {"grid.md": md(), "grid.yaml": yaml(), "grid.json": json.dumps(FIELDS)}[name])
    assert (await watched.look()).is_empty
    assert (await watched.passes(QUIET_PERIOD - 0.1)).is_empty
    assert len((await watched.passes(0.1)).published) == 1
    assert (await watched.passes(60)).is_empty and watched.settling.look_again_at is None


async def test_bare_yaml_that_was_cut_is_never_taken_for_the_whole(watched: Watched) -> None:
    whole = yaml(published=None)
    for text in (f"published: true\n{whole}"[: -len(TITLE)], f"published: true\n{whole}"):
        watched.write("grid.yaml", text)
        await watched.look()
        await watched.passes(1.2)
    assert watched.report.is_empty
    await watched.passes(2)
    assert await watched.published() == (TITLE, 1)
    assert await watched.desk.promised("grid") == [501, 502, 503]


async def test_a_published_file_rewritten_with_its_flag_last_is_neither_retracted_nor_pushed_again(
    watched: Watched,
) -> None:
    watched.write("grid.yaml", yaml())
    await watched.look()
    await watched.passes(3)
    again = yaml(title="Mayor clears her name")
    for end in (0, 20, len(again) - 20, len(again)):
        watched.write("grid.yaml", again[:end])
        await watched.look()
        await watched.passes(1.5)
    await watched.passes(10)
    assert watched.report.retracted == [] and len(watched.report.published) == 1
    assert await watched.published() == ("Mayor clears her name", 1)


async def test_a_write_that_stops_for_longer_takes_nothing_back(watched: Watched) -> None:
    watched.write("grid.yaml", yaml())
    await watched.look()
    await watched.passes(3)
    watched.write("grid.yaml", yaml(published=None))
    await watched.look()
    await watched.passes(60)
    assert await watched.desk.state("grid") is ArticleState.PUBLISHED


async def test_a_file_that_grows_for_an_hour_blocks_nobody_and_is_looked_at_less_often(watched: Watched) -> None:
    text = "published: true\n" + yaml(published=None, excerpt="")[:-1]
    looks = []
    for second in range(3600):
        text += "#"
        watched.write("grid.yaml", text)
        before = watched.looks
        if not watched.settling.ignores("grid.yaml"):
            await watched.look()
        if second == 1800:
            watched.write("other.md", md(title="Other", webUrl="https://news.example/other"))
            await watched.look()
        if second == 1804:
            assert await watched.published("other") == ("Other", 1)
        await watched.passes(1)
        looks.append(watched.looks - before)
    assert len(watched.report.published) == 1
    assert sum(looks[-600:]) <= 25
    await watched.passes(60)
    assert await watched.published() == (TITLE, 1)


async def test_a_thousand_files_that_arrive_together_are_looked_at_together(watched: Watched) -> None:
    for n in range(1000):
        watched.write(f"{n}.md", md(title=f"Story {n}", webUrl=f"https://news.example/{n}", published=n < 12))
    await watched.look()
    await watched.passes(3)
    # Twelve at once are a burst, whatever the order in which they were seen; and the drafts have waited for nothing.
    assert len(watched.report.drafts) == 988 and len(watched.report.held) == 12 and watched.report.published == []
    assert watched.looks <= 4


async def test_a_burst_that_trickles_in_is_judged_as_a_whole(watched: Watched) -> None:
    for n in range(12):
        watched.write(f"{n}.md", md(title=f"Story {n}", webUrl=f"https://news.example/{n}"))
        await watched.look()
        await watched.passes(0.2)
    await watched.passes(6)
    assert len(watched.report.held) == 12 and watched.report.published == []


async def test_what_is_old_at_the_start_is_taken_at_once_and_what_is_fresh_is_not(tmp_path: Path) -> None:
    async with open_desk(tmp_path) as desk:
        await desk.follow()
        watched = Watched(desk, tmp_path / "content")
        watched.write("old.md", md(title="Old", webUrl="https://news.example/old"), age=2)
        watched.write("new.yaml", yaml(webUrl="https://news.example/new"), age=1.5)
        watched.write("skewed.yaml", yaml(title="Skewed", webUrl="https://news.example/skewed"), age=-86_400)
        assert len((await watched.look()).published) == 1
        assert await watched.published("old") == ("Old", 1)
        await watched.passes(3)
        assert await watched.published("new") == (TITLE, 1)
        assert await watched.published("skewed") == ("Skewed", 1)


async def test_an_old_time_on_a_file_that_has_just_come_proves_nothing(watched: Watched) -> None:
    # As `cp -p`, `rsync -t` and a checkout leave it, and a server whose clock is behind.
    watched.write("grid.yaml", yaml(title="Mayor says she is"), age=86_400)
    assert (await watched.look()).is_empty
    await watched.passes(1)
    watched.write("grid.yaml", yaml(), age=86_400)
    await watched.look()
    await watched.passes(3)
    assert len(watched.report.published) == 1 and await watched.published() == (TITLE, 1)


async def test_a_file_that_vanishes_while_it_waits_is_forgotten(watched: Watched) -> None:
    watched.write("grid.md", md())
    await watched.look()
    (watched.root / "grid.md").unlink()
    assert (await watched.passes(10)).is_empty
    assert watched.settling.look_again_at is None


# Pictures


async def pictures(watched: Watched) -> list[str]:
    return [picture.url for picture in (await watched.desk.article("grid")).story.pictures]


@pytest.mark.parametrize("steps", [[0, 1, 100, 9000], [1, 1, 1, 1], [0]])
async def test_a_story_waits_for_its_picture_to_be_whole(watched: Watched, steps: list[int]) -> None:
    watched.write("grid.md", md(images=[{"url": "grid.jpg"}]))
    await watched.look()
    await watched.passes(30)
    for end in steps:
        watched.write("grid.jpg", JPEG[:end])
        await watched.look()
        await watched.passes(4)
    assert watched.report.is_empty
    watched.write("grid.jpg", JPEG)
    assert len((await watched.look()).published) == 1
    assert await pictures(watched) == ["grid.jpg"]


async def test_a_picture_that_shows_no_end_is_taken_once_two_looks_agree(watched: Watched) -> None:
    watched.write("grid.md", md(images=[{"url": "grid.jpg"}]))
    watched.write("grid.jpg", JPEG[:-2])
    await watched.look()
    assert (await watched.passes(11)).is_empty
    assert len((await watched.passes(4)).published) == 1
    assert await pictures(watched) == ["grid.jpg"]


@pytest.mark.parametrize("others", [[], [{"url": "https://pictures.example/other.jpg"}]])
async def test_a_picture_that_never_comes_holds_its_story_for_two_minutes(
    watched: Watched, others: list[dict[str, str]]
) -> None:
    watched.write("grid.md", md(images=[{"url": "grid.jpg"}, *others]))
    await watched.look()
    assert (await watched.passes(PICTURE_WAIT)).is_empty
    assert len((await watched.passes(QUIET_PERIOD)).published) == 1
    assert await pictures(watched) == [one["url"] for one in others]
    (told,) = await watched.desk.rows("SELECT kind, detail FROM notices")
    assert told[0] == "left out" and "grid.jpg was not there and whole within 2 minutes" in told[1]
    # A picture that comes later still joins the story, silently.
    watched.write("grid.jpg", JPEG)
    await watched.look()
    assert len((await watched.passes(QUIET_PERIOD)).updated) == 1
    assert (await pictures(watched))[0] == "grid.jpg" and await watched.published() == (TITLE, 1)
    assert (await watched.passes(600)).is_empty


async def test_a_picture_that_grows_for_an_hour_is_neither_waited_for_nor_complained_about_again(
    watched: Watched,
) -> None:
    watched.write("grid.md", md(images=[{"url": "grid.jpg"}]))
    for second in range(600):
        watched.write("grid.jpg", JPEG[:-3].ljust(len(JPEG) + second, b"\x00"))
        if not watched.settling.ignores("grid.jpg"):
            await watched.look()
        await watched.passes(1)
    assert len(watched.report.published) == 1 and await pictures(watched) == []
    assert await watched.desk.rows("SELECT count(*) FROM notices") == [(1,)]
    assert watched.looks < 200


async def test_taking_a_story_back_waits_for_no_picture(watched: Watched) -> None:
    watched.write("grid.md", md())
    await watched.look()
    await watched.passes(3)
    watched.write("grid.md", md(published=False, images=[{"url": "gone.jpg"}]))
    await watched.look()
    assert len((await watched.passes(3)).retracted) == 1


async def test_a_file_with_another_fault_is_refused_without_waiting_for_its_picture(watched: Watched) -> None:
    watched.write("grid.md", md(images=[{"url": "grid.jpg"}], publishedDateTime="31.02.2026"))
    await watched.look()
    assert [one.field for one in (await watched.passes(3)).refused] == ["publishedDateTime"]


# The shell


async def imported(watched: Watched, *names: str, while_waiting: str | None = None) -> tuple[ImportedPaths, float]:
    """Import by hand; return what came of it and the seconds it waited. A file may be written to meanwhile."""
    waited = 0.0

    async def pause(seconds: float) -> None:
        nonlocal waited
        waited += seconds
        watched.seconds += seconds
        if while_waiting is not None:
            watched.write(while_waiting, yaml(excerpt="x" * int(10 * waited)))

    taken = await take_paths(
        watched.desk.db,
        [watched.root / name for name in names],
        watched.root,
        rules=ReadingRules(UTC),
        now=NOON + timedelta(seconds=watched.seconds),
        policy=POLICY,
        monotonic=lambda: watched.seconds,
        pause=pause,
    )
    return taken, waited


@pytest.mark.parametrize("names", [("",), ("grid.yaml",), ("grid.yaml", "")])
async def test_an_import_waits_only_for_what_was_written_a_moment_ago(watched: Watched, names: tuple[str, ...]) -> None:
    watched.write("grid.yaml", yaml(), age=1.5)
    taken, waited = await imported(watched, *names)
    assert len(taken.report.published) == 1 and waited == pytest.approx(0.5, abs=0.1)
    watched.write("grid.yaml", yaml(heat=1), age=2.0)
    taken, waited = await imported(watched, *names)
    assert len(taken.report.updated) == 1 and waited == 0
    assert await watched.published() == (TITLE, 1)


@pytest.mark.parametrize("name", ["", "grid.md", "bad.md"])
async def test_an_import_waits_neither_for_drafts_nor_for_refusals(watched: Watched, name: str) -> None:
    watched.write("grid.md", md(published=False))
    watched.write("bad.md", md()[:40])
    taken, waited = await imported(watched, name)
    assert waited == 0
    assert len(taken.report.drafts) == (name != "bad.md") and len(taken.report.refused) == (name != "grid.md")


@pytest.mark.parametrize("name", ["", "grid.yaml"])
async def test_an_import_ends_although_a_file_goes_on_being_written(watched: Watched, name: str) -> None:
    watched.write("grid.yaml", yaml())
    taken, waited = await imported(watched, name, while_waiting="grid.yaml")
    assert taken.report.published == [] and waited == pytest.approx(10, abs=0.2)
    assert "is still being written" in str(taken.report.refused[0])
    # The folder's own watch takes it as soon as it is still.
    await watched.look()
    assert len((await watched.passes(4)).published) == 1


async def test_an_import_takes_a_story_without_its_missing_picture_and_the_watch_adds_it(
    watched: Watched,
) -> None:
    watched.write("grid.md", md(images=[{"url": "grid.jpg"}]), age=60)
    taken, waited = await imported(watched, "grid.md")
    assert waited == 0 and taken.report.published == [1] and taken.report.refused == []
    assert "neither a link nor a file" in str(taken.report.warned[0])
    await watched.look()
    watched.write("grid.jpg", JPEG)
    report = await watched.passes(6)
    assert (report.published, report.updated, report.retracted) == ([], [1], [])


# Whatever is seen of it, whenever

WHOLE = st.fixed_dictionaries(
    {
        "suffix": st.sampled_from([".yaml", ".md", ".json"]),
        "order": st.permutations(list(FIELDS)),
        "flag": st.sampled_from([True, False, None]),
        "was": st.sampled_from([None, True, False]),
        "old": st.booleans(),
        "pieces": st.lists(st.tuples(st.floats(0, 1), st.floats(0.05, 1.9), st.booleans()), min_size=1, max_size=5),
    }
)


def text_of(suffix: str, order: list[str], fields: dict[str, object]) -> str:
    given = {name: fields[name] for name in order if fields.get(name) is not None}
    if suffix == ".json":
        return json.dumps(given)
    return f"---\n{yaml_of(given)}---\n" if suffix == ".md" else yaml_of(given)


def yaml_of(given: dict[str, object]) -> str:
    return "".join(
        f"{name}: {value if isinstance(value, str) else json.dumps(value)}\n" for name, value in given.items()
    )


async def outcome(
    watched: Watched, before: str | None, name: str, pieces: list[tuple[str, float, bool]]
) -> list[object]:
    """Let a file be rewritten piece by piece, restarting where told; return how its story and its pushes ended."""
    await watched.desk.follow()
    await watched.look()
    if before is not None:
        watched.write(name, before)
        await watched.look()
        await watched.passes(10)
    for text, rest, restarts in pieces:
        watched.write(name, text)
        if restarts:
            watched.restart()
        await watched.look()
        await watched.passes(rest)
    await watched.passes(60)
    rows = await watched.desk.rows("SELECT title, state, published_at FROM articles")
    pushes = await watched.desk.rows("SELECT state, why FROM campaigns")
    logged = await watched.desk.rows("SELECT act FROM log ORDER BY id")
    topics = await watched.desk.rows("SELECT name FROM article_topics JOIN topics ON number = topic")
    return [rows, pushes, logged, topics, watched.went_out]


def an_example(suffix: str, last: str, was: bool | None) -> dict[str, object]:
    order = [*(name for name in reversed(FIELDS) if name != last), last]
    pieces = [(0.9, 1.9, False), (0.5, 1.5, True), (0.97, 1.9, False)]
    return {"suffix": suffix, "order": order, "flag": True, "was": was, "old": False, "pieces": pieces}


@examples(40)
@given(WHOLE)
@example(an_example(".yaml", "title", None))
@example(an_example(".yaml", "topics", False))
@example(an_example(".yaml", "published", True))
@example(an_example(".md", "topics", None))
def test_whatever_is_seen_of_a_file_the_result_is_that_of_the_whole_and_happens_once(whole: dict[str, object]) -> None:
    suffix, order = str(whole["suffix"]), whole["order"]
    assert isinstance(order, list)
    date = "2020-01-01" if whole["old"] else FIELDS["publishedDateTime"]
    fields = {**FIELDS, "published": whole["flag"], "publishedDateTime": date}
    text = text_of(suffix, order, fields)
    was = whole["was"]
    before = None if was is None else text_of(suffix, order, {**fields, "title": "Before", "published": was})
    given_pieces = whole["pieces"]
    assert isinstance(given_pieces, list)
    pieces = [(text[: int(part * len(text))], rest, restarts) for part, rest, restarts in given_pieces]

    async def both() -> tuple[list[object], list[object]]:
        ends = []
        for steps in ([], pieces):
            with tempfile.TemporaryDirectory() as folder:
                async with open_desk(Path(folder)) as desk:
                    watched = Watched(desk, Path(folder) / "content")
                    ends.append(await outcome(watched, before, f"grid{suffix}", [*steps, (text, 0.0, False)]))
        return ends[0], ends[1]

    at_once, in_pieces = asyncio.run(both())
    assert in_pieces == at_once
