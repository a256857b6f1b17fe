"""A watched folder of a static site: what becomes of its pages as they are written, renamed and published."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from import_desk import NOON, POLICY, READERS, Desk, open_desk

from bot.content.articles.surroundings import ReadingRules
from bot.content.files.write_detection import Settling
from bot.domain.article import ArticleState
from bot.services.content.folder_import import take_folder
from bot.services.content.imports import Report

RULES = ReadingRules(ZoneInfo("UTC"), site="https://example.org")
TODAY, YEARS_AGO = "2026-03-02T11:00:00Z", "2019-01-01"


class SiteFolder:
    """A Hugo site, and looks at it after everything in it has long been written."""

    def __init__(self, desk: Desk, root: Path) -> None:
        self.desk = desk
        self.content = root / "content"
        self.content.mkdir(parents=True)
        self.rules = RULES
        (root / "hugo.toml").write_text('baseURL = "https://example.org/"\n')

    def write(self, path: str, **fields: str) -> None:
        given = {"title": "Grid", "date": TODAY, "tags": "[Energy]", **fields}
        front = "".join(f"{name}: {value}\n" for name, value in given.items() if value != "-")
        place = self.content / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(f"---\n{front}---\nOf {path}.\n" if "title" in given else "")

    def move(self, before: str, after: str) -> None:
        place = self.content / after
        place.parent.mkdir(parents=True, exist_ok=True)
        (self.content / before).rename(place)

    async def look(self) -> Report:
        settling = Settling(one_off=True, all_is_held=True)  # what is whole waits for nothing
        report, _ = await take_folder(
            self.desk.db, self.content, rules=self.rules, now=self.desk.now, policy=POLICY, settling=settling, at=0.0
        )
        return report

    async def link(self, words: str) -> str:
        return (await self.desk.article(words)).story.link


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[SiteFolder]:
    async with open_desk(tmp_path) as desk:
        await desk.follow()
        yield SiteFolder(desk, tmp_path / "site")


async def test_a_page_that_its_generator_publishes_is_news_once(site: SiteFolder) -> None:
    site.write("posts/grid.md")
    report = await site.look()
    assert (len(report.published), report.refused, report.warned) == (1, [], [])
    assert await site.desk.promised("grid") == list(READERS)
    assert (await site.look()).is_empty
    assert await site.link("grid") == "https://example.org/posts/grid/"


async def test_a_site_of_years_is_listed_at_the_first_start_and_pushed_to_nobody(site: SiteFolder) -> None:
    for n in range(30):
        site.write(f"posts/old-{n}.md", title=f"Old {n}", date=YEARS_AGO)
    site.write("posts/_index.md", title="A list")
    site.write("about.md", title="Undated", date="-")
    site.write("posts/draft.md", title="A draft", date=YEARS_AGO, draft="true")
    report = await site.look()
    assert (len(report.archived), len(report.drafts), report.published, report.refused) == (30, 1, [], [])


async def test_a_known_draft_that_becomes_public_is_pushed_whatever_its_date(site: SiteFolder) -> None:
    site.write("posts/grid.md", draft="yes", date=YEARS_AGO)
    assert len((await site.look()).drafts) == 1
    site.write("posts/grid.md", date=YEARS_AGO)
    assert len((await site.look()).published) == 1
    assert await site.desk.promised("grid") == list(READERS)


async def test_published_of_ours_means_nothing_there(site: SiteFolder) -> None:
    site.write("posts/grid.md", published="false")
    assert len((await site.look()).published) == 1
    site.write("posts/grid.md", published="true", draft="true")
    assert len((await site.look()).retracted) == 1


async def test_newsbot_yaml_names_the_flag_that_counts(site: SiteFolder) -> None:
    (site.content / "newsbot.yaml").write_text("published: live\n")
    site.write("posts/grid.md", live="false")
    site.write("posts/wind.md", title="Wind", live="true")
    report = await site.look()
    assert (len(report.published), len(report.drafts)) == (1, 1)
    assert await site.desk.state("wind") is ArticleState.PUBLISHED


async def test_a_page_with_a_date_to_come_waits_for_it(site: SiteFolder) -> None:
    site.write("posts/grid.md", publishDate="2026-03-03", date=YEARS_AGO)
    assert len((await site.look()).scheduled) == 1
    site.desk.now = NOON + timedelta(hours=12)
    assert len(await site.desk.embargoes()) == 1


async def test_a_page_past_its_expiry_date_is_taken_back_when_its_time_has_come(site: SiteFolder) -> None:
    site.write("posts/grid.md", expiryDate="2026-03-02T18:00:00Z")
    assert len((await site.look()).published) == 1
    site.desk.now = NOON + timedelta(hours=5)
    assert (await site.look()).is_empty
    site.desk.now = NOON + timedelta(hours=7)
    assert len((await site.look()).retracted) == 1
    assert (await site.look()).is_empty


async def test_a_changed_slug_is_a_correction(site: SiteFolder) -> None:
    site.write("posts/grid.md")
    await site.look()
    site.write("posts/grid.md", slug="the-grid")
    report = await site.look()
    assert (len(report.updated), report.published, report.doubled) == (1, [], [])
    assert await site.link("grid") == "https://example.org/posts/the-grid/"
    assert len(await site.desk.pushes("grid")) == 1


async def test_a_renamed_page_with_an_alias_goes_on_with_its_story(site: SiteFolder) -> None:
    site.write("posts/grid.md")
    await site.look()
    site.move("posts/grid.md", "articles/wires.md")
    site.write("articles/wires.md", title="Of wires", aliases="[/posts/grid/]")
    report = await site.look()
    assert (len(report.updated), report.published, report.drafts) == (1, [], [])
    assert await site.link("wires") == "https://example.org/articles/wires/"
    assert (await site.desk.article("grid")).number == (await site.desk.article("wires")).number


async def test_a_renamed_page_goes_on_with_its_story_by_an_alias_also_after_it_was_gone_for_a_while(
    site: SiteFolder,
) -> None:
    site.write("posts/grid.md")
    await site.look()
    (site.content / "posts/grid.md").unlink()
    await site.look()
    site.write("articles/wires.md", title="Of wires", aliases="[/posts/grid/]")
    report = await site.look()
    assert (len(report.updated), report.published, report.drafts) == (1, [], [])
    assert await site.link("grid") == "https://example.org/articles/wires/"


async def test_a_renamed_page_with_the_same_text_goes_on_with_its_story(site: SiteFolder) -> None:
    site.write("posts/grid.md")
    await site.look()
    site.move("posts/grid.md", "posts/wires.md")
    report = await site.look()
    assert (len(report.updated), report.published) == (1, [])


async def test_a_new_page_with_the_same_fields_as_one_that_went_is_another_story(site: SiteFolder) -> None:
    site.write("posts/grid.md")
    await site.look()
    (site.content / "posts/grid.md").unlink()
    site.write("posts/wind.md")  # its text is not that of the other
    report = await site.look()
    assert (len(report.published), report.updated) == (1, [])


async def test_two_pages_that_swap_their_slugs_keep_their_stories(site: SiteFolder) -> None:
    site.write("posts/a.md", title="A", slug="one")
    site.write("posts/b.md", title="B", slug="two")
    await site.look()
    site.write("posts/a.md", title="A", slug="two")
    site.write("posts/b.md", title="B", slug="one")
    report = await site.look()
    assert (len(report.updated), report.doubled, report.published) == (2, [], [])
    assert [await site.link("a"), await site.link("b")] == [
        "https://example.org/posts/two/",
        "https://example.org/posts/one/",
    ]
    assert (await site.desk.article("https://example.org/posts/two/")).story.title == "A"
    assert (await site.look()).is_empty


async def test_a_new_page_at_an_address_that_another_one_left_is_news(site: SiteFolder) -> None:
    site.write("posts/grid.md")
    await site.look()
    site.write("posts/grid.md", slug="grid-2025")
    await site.look()
    site.write("posts/new.md", title="The new grid", slug="grid")
    report = await site.look()
    assert (len(report.published), report.doubled) == (1, [])
    assert (await site.desk.article("https://example.org/posts/grid/")).story.title == "The new grid"


async def test_a_copy_of_a_page_with_its_address_is_reported_and_not_pushed(site: SiteFolder) -> None:
    site.write("posts/grid.md")
    await site.look()
    site.write("posts/copy.md", slug="grid")
    report = await site.look()
    assert (len(report.doubled), report.published) == (1, [])


async def test_without_an_address_nothing_is_taken_and_that_is_said_once(site: SiteFolder) -> None:
    site.rules = ReadingRules(ZoneInfo("UTC"))
    site.write("posts/grid.md")
    site.write("posts/wind.md", title="Wind")
    report = await site.look()
    assert [(note.field, note.line) for note in report.noted] == [("site", 0)]
    assert "NEWSBOT_SITE" in report.noted[0].reason and not report.refused and not report.drafts
    assert (await site.look()).is_empty
    site.rules = RULES
    assert len((await site.look()).published) == 2


async def test_pages_are_read_again_when_the_rules_of_their_site_change(site: SiteFolder) -> None:
    site.write("posts/grid.md")
    await site.look()
    (site.content.parent / "hugo.toml").write_text('baseURL = "https://example.org/"\nuglyURLs = true\n')
    assert len((await site.look()).updated) == 1
    assert await site.link("grid") == "https://example.org/posts/grid.html"
    (site.content / "posts/_index.md").write_text("---\ntitle: L\ncascade:\n  draft: true\n---\n")
    assert len((await site.look()).retracted) == 1


async def test_a_slip_in_newsbot_yaml_touches_no_page(site: SiteFolder) -> None:
    site.write("posts/grid.md")
    await site.look()
    (site.content / "newsbot.yaml").write_text("generator: hugo\npermalink: blog\n")
    site.write("posts/wind.md", title="Wind")
    (site.content / "posts/grid.md").unlink()
    report = await site.look()
    assert [(one.path, one.line, one.field) for one in report.refused] == [("newsbot.yaml", 2, "permalink")]
    assert (report.published, report.updated, report.drafts) == ([], [], [])
    (site.content / "newsbot.yaml").write_text("generator: hugo\n")
    assert len((await site.look()).published) == 1


async def test_files_of_ours_in_the_midst_of_a_site_are_read_as_ours(site: SiteFolder) -> None:
    (site.content / "ours.md").write_text(
        "---\ntitle: Ours\npublishedDateTime: 2026-03-02\nwebUrl: https://other.example/x\npublished: false\n---\n"
    )
    (site.content / "topics.yaml").write_text("taxonomy: topic\n_id: grids\nname: Grids\n")
    report = await site.look()
    assert (len(report.drafts), report.topics, report.refused) == (1, 1, [])
    assert await site.link("ours") == "https://other.example/x"


async def test_unfinished_front_matter_is_refused_and_the_story_stays_as_it_is(site: SiteFolder) -> None:
    site.write("posts/grid.md")
    await site.look()
    (site.content / "posts/grid.md").write_text("---\ntitle: Grid\ndraft: true\n")
    report = await site.look()
    assert "has no end" in report.refused[0].reason
    assert await site.desk.state("grid") is ArticleState.PUBLISHED
