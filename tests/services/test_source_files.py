"""Sources that files define: a file is the source's, while it is there."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from feed_site import Site, item
from import_desk import NOON
from source_desk import SourceDesk, source_desk

from bot.domain.source import Origin, SourceChoices, SourceFile, SourceState, TakenAs
from bot.errors import Complaint, OutOfTurn
from bot.services.sources import sources

Here = tuple[SourceDesk, Site]


@pytest.fixture
async def here(tmp_path) -> AsyncIterator[Here]:
    async with source_desk(tmp_path) as both:
        both[1].feed(item("old", at=NOON.replace(day=1)))
        yield both


def file(site: Site, path: str = "/feed", **choices: object) -> SourceFile:
    return SourceFile(f"{site.url}{path}", SourceChoices(topics=("Energy",), **choices))  # type: ignore[arg-type]


async def test_a_file_adds_a_source_and_changes_what_was_chosen_for_it(here: Here) -> None:
    desk, site = here
    report = await desk.take({"blog.md": file(site)})
    assert report.sources == 1 and report.warned == []
    source = await desk.source()
    assert (source.origin, source.file, source.next_at) == (Origin.FILE, "blog.md", NOON)
    await desk.read()
    assert await desk.states() == {"old": "archived"}
    await desk.take({"blog.md": file(site, taken_as=TakenAs.DRAFTS)})
    assert (await desk.source()).choices.taken_as is TakenAs.DRAFTS
    assert len(await sources.listed(desk.db)) == 1
    with pytest.raises(OutOfTurn, match=r"blog\.md"):
        await sources.choose(desk.db, 1, SourceChoices(), by=None, now=desk.now)


async def test_a_file_that_goes_takes_its_source_along_and_what_came_stays(here: Here) -> None:
    desk, site = here
    await desk.take({"blog.md": file(site)})
    await desk.read()
    await desk.take({}, gone=("blog.md",))
    assert await sources.listed(desk.db) == [] and await desk.states() == {"old": "archived"}
    site.feed(item("meanwhile", at=NOON), item("old", at=NOON.replace(day=1)))
    await desk.take({"blog.md": file(site)})
    assert (await desk.source()).state is SourceState.ACTIVE
    await desk.read()
    assert await desk.pushed() == ["meanwhile"]  # it was away for a moment only, such as an unmounted folder


async def test_a_file_that_is_renamed_keeps_its_source(here: Here) -> None:
    desk, site = here
    await desk.take({"blog.md": file(site)})
    await desk.read()
    await desk.take({"renamed.md": file(site)}, gone=("blog.md",))
    source = await desk.source()
    assert (source.number, source.file, source.state) == (1, "renamed.md", SourceState.ACTIVE)
    assert source.read_at is not None and len(await sources.listed(desk.db)) == 1


async def test_a_second_file_of_one_source_is_a_warning(here: Here) -> None:
    desk, site = here
    await desk.take({"a.md": file(site)})
    report = await desk.take({"b.md": file(site, name="Other")})
    assert report.warned == [Complaint("b.md", 1, "url", "is the source that a.md defines; this file is not read")]
    assert (await desk.source()).file == "a.md"


async def test_a_file_takes_over_a_source_that_was_added_by_hand(here: Here) -> None:
    desk, site = here
    await desk.add(f"{site.url}/feed", name="By hand")
    await desk.take({"blog.md": file(site, name="By file")})
    source = await desk.source()
    assert (source.name, source.file, source.number) == ("By file", "blog.md", 1)
    assert len(await sources.listed(desk.db)) == 1


async def test_a_changed_address_moves_the_source_and_pushes_nothing(here: Here) -> None:
    desk, site = here
    await desk.take({"blog.md": file(site)})
    await desk.read()
    site.feed(item("old", at=NOON.replace(day=1)), path="/new")
    await desk.take({"blog.md": file(site, "/new")})
    source = await desk.source()
    assert (source.number, source.url) == (1, f"{site.url}/new")
    await desk.read()
    assert await desk.pushed() == [] and len(await desk.states()) == 1


async def test_a_file_that_says_something_else_now_is_no_source_any_more(here: Here) -> None:
    from import_desk import story

    desk, site = here
    await desk.take({"blog.md": file(site)})
    await desk.take({"blog.md": replace(story("blog"), published=False)})
    assert await sources.listed(desk.db) == []
