"""Imports on any engine: files, links and slugs compared in one question, written so that twice is as good as once."""

from dataclasses import replace

import pytest
from port_samples import HIGHEST, HOUR, LOWEST, NOW, Engine, put_article, put_topics, story

from bot.domain.article import ArticleState, HeldWhy, Picture, Provider, Related
from bot.domain.editing import Edit, EditField
from bot.domain.ingestion import SourceItem
from bot.errors import StoreError
from bot.store.content import articles, edits, imports, media
from bot.store.readers import browsing, searching

FILE = SourceItem("a.json", "f1", None, True, True, None)
REFUSED = SourceItem("ä/b \\ 'c'.md", "f2", None, False, None, "b.md:1: title: missing")


async def test_files_are_remembered_as_they_are_now_and_found_by_path(engine: Engine) -> None:
    async with engine.transaction() as conn:
        assert await imports.files(conn, []) == {} and await imports.fingerprints(conn) == {}
        await imports.remember(conn, [FILE, REFUSED])
        await imports.remember(conn, [])
        assert await imports.files(conn, [FILE.id, REFUSED.id, "A.JSON", ""]) == {
            FILE.id: FILE,
            REFUSED.id: REFUSED,
        }
        changed = replace(FILE, fingerprint="f3", last_flag=False, complaint="no")
        await imports.remember(conn, [changed])
        assert await imports.files(conn, [FILE.id]) == {FILE.id: changed}
        assert await imports.fingerprints(conn) == {FILE.id: "f3", REFUSED.id: "f2"}


async def test_a_file_that_is_gone_has_no_fingerprint_and_keeps_what_it_said(engine: Engine) -> None:
    async with engine.transaction() as conn:
        await imports.remember(conn, [FILE, REFUSED])
        await imports.forget_fingerprints(conn, [REFUSED.id, "never.seen"])
        await imports.forget_fingerprints(conn, [])
        assert await imports.fingerprints(conn) == {FILE.id: "f1"}
        gone = (await imports.files(conn, [REFUSED.id]))[REFUSED.id]
        assert gone == replace(REFUSED, fingerprint="") and gone.is_gone


async def test_the_owner_of_an_article_is_the_file_that_its_story_follows(engine: Engine) -> None:
    async with engine.transaction() as conn:
        for number in (1, 2):
            await put_article(conn, number)
        owner, other = replace(FILE, article=1), SourceItem("other.json", "f9", 1, False, None, None)
        await imports.remember(conn, [owner, other, SourceItem("two.json", "f8", 2, False, None, None)])
        assert await imports.owners(conn, [1, 2, 404]) == {1: owner}
        assert await imports.owners(conn, []) == {}


async def test_links_and_slugs_old_and_new_lead_to_their_article(engine: Engine) -> None:
    async with engine.transaction() as conn:
        await put_article(conn, 1)
        await put_article(conn, 2)
        moved = story(1, link="http://www.northgate.example/moved/")
        await imports.unindex(conn, [1])
        await imports.index(conn, {1: moved}, {})
        await imports.rename(conn, {1: "one", 2: "two"})
        links = await imports.linked(conn, ["northgate.example/1", "https://northgate.example/1", "nowhere", ""])
        assert set(links.values()) == {1} and len(links) == 1  # by what `normal_link` makes of it
        assert await imports.slugs(conn, ["one", "slug-1", "two", "ONE", ""]) == {"one": 1, "slug-1": 1, "two": 2}
        assert await imports.linked(conn, []) == {} and await imports.slugs(conn, []) == {}
        await imports.rename(conn, {1: "slug-1"})  # back again: an alias becomes the slug
        assert await imports.slugs(conn, ["one", "slug-1"]) == {"one": 1, "slug-1": 1}
        assert (await articles.article(conn, 1)).slug == "slug-1"
        await imports.rename(conn, {})


async def test_an_article_is_known_as_it_was_stored(engine: Engine) -> None:
    told = story(7, payload={"secured": "x", "deep": [1, None, {"ä": "\x00 \x1f"}]}, heat=9)
    async with engine.transaction() as conn:
        await imports.add(conn, {7: ("seven", told), 8: ("eight", story(8))}, NOW)
        await articles.hold(conn, 8, HeldWhy.TOPICS)
        found = await imports.known(conn, [7, 8, 404, HIGHEST, LOWEST])
        assert list(found) == [7, 8]
        assert (found[7].story, found[7].state, found[7].revision) == (told, ArticleState.DRAFT, 1)
        assert (found[7].pushed_at, found[7].held_why) == (None, None)
        assert (found[8].state, found[8].held_why) == (ArticleState.HELD, HeldWhy.TOPICS)
        assert await imports.payloads(conn, [7, 8, 404]) == {7: told.payload, 8: {}}
        assert await imports.known(conn, []) == await imports.payloads(conn, []) == {}


@pytest.mark.parametrize("given", [{"title": "half \ud83d"}, {"payload": {"unknown": "half \ud83d"}}])
async def test_a_story_with_half_a_surrogate_pair_in_it_is_refused_with_its_whole_block(
    engine: Engine, given: dict[str, object]
) -> None:
    """Readers of files leave none in a text (`content.json_text`)."""
    with pytest.raises(StoreError):
        async with engine.transaction() as conn:
            await imports.remember(conn, [FILE])
            await imports.add(conn, {1: ("one", story(1)), 2: ("two", story(2, **given))}, NOW)  # type: ignore[arg-type]
    async with engine.reading() as conn:
        assert await imports.known(conn, [1, 2]) == await imports.fingerprints(conn) == {}


async def test_no_number_is_given_twice_whatever_was_stored(engine: Engine) -> None:
    async with engine.transaction() as conn:
        assert await imports.next_number(conn) == 1
        await imports.add(conn, {}, NOW)
        await put_article(conn, 41)
        assert await imports.next_number(conn) == 42
    with pytest.raises(StoreError):
        async with engine.transaction() as conn:
            await imports.add(conn, {42: ("slug-41", story(42))}, NOW)  # another's slug
    with pytest.raises(StoreError):
        async with engine.transaction() as conn:
            await imports.add(conn, {41: ("other", story(41))}, NOW)  # another's number
    async with engine.reading() as conn:
        assert await imports.next_number(conn) == 42
        assert (await articles.article(conn, 41)).slug == "slug-41"


async def test_a_changed_story_is_written_with_its_revision_and_keeps_number_slug_and_state(engine: Engine) -> None:
    async with engine.transaction() as conn:
        await put_article(conn, 1)
        changed = story(1, title="Other", heat=3, age=2 * HOUR, source="Daily", payload={"a": 1})
        await imports.rewrite(conn, {1: (5, changed)})
        await imports.rewrite(conn, {})
        found = await articles.article(conn, 1)
        assert (found.story, found.revision, found.slug, found.state) == (changed, 5, "slug-1", ArticleState.PUBLISHED)
        assert await imports.payloads(conn, [1]) == {1: {"a": 1}}
        assert [one.heat for one in await browsing.hot_articles(conn, [1])] == [3]


async def test_what_is_searched_follows_the_story_and_indexing_again_adds_nothing(engine: Engine) -> None:
    async with engine.transaction() as conn:
        topics = await put_topics(conn, "AI", "Energy")
        told = await put_article(conn, 1, title="Solar at sea", topics_of={"AI": topics["AI"]}, pictures=["p"])
        changed = replace(told, title="Wind on land", topics=("Energy", "Nobody's"))
        await imports.unindex(conn, [1])
        await imports.index(conn, {1: changed}, topics)
        assert [one.number for one in await searching.found(conn, "wind", None, 9)] == [1]
        assert await searching.found(conn, "solar", None, 9) == []
        assert (await articles.article(conn, 1)).topics == (topics["Energy"],)
        await imports.unindex(conn, [1])
        await imports.unindex(conn, [1])
        await imports.unindex(conn, [])
        assert await searching.found(conn, "wind", None, 9) == []
        await imports.index(conn, {}, {})


async def test_what_telegram_made_of_a_picture_is_the_last_it_said(engine: Engine) -> None:
    async with engine.transaction() as conn:
        assert await media.known(conn, []) == {}
        await media.accepted(conn, "https://i.example/a", "file-1", NOW)
        await media.refused(conn, "https://i.example/b", "too large", NOW)
        assert await media.known(conn, ["https://i.example/a", "https://i.example/b", "https://i.example/A"]) == {
            "https://i.example/a": "file-1",
            "https://i.example/b": None,
        }
        await media.refused(conn, "https://i.example/a", "gone", NOW)
        await media.accepted(conn, "https://i.example/b", "file-2", NOW)
        assert await media.known(conn, ["https://i.example/a", "https://i.example/b"]) == {
            "https://i.example/a": None,
            "https://i.example/b": "file-2",
        }


async def test_what_was_edited_in_chat_is_stored_with_each_article_and_known_to_imports(engine: Engine) -> None:
    one = {EditField.TITLE: Edit("It's “as given”"), EditField.EXCERPT: Edit(None, is_asked=True)}
    pictures = (Picture("https://i.example/a", 640, 360, "Jo", "it's alt"), Picture("a b.jpg", is_local=True))
    other = {
        EditField.TOPICS: Edit(("Energy", "AI")),
        EditField.LINK: Edit(""),
        EditField.PICTURE: Edit(pictures, is_asked=True),
        EditField.RELATED: Edit((Related("It's", "https://a.example/1", Provider("A", "a.example"), NOW),)),
    }
    async with engine.transaction() as conn:
        for number in (1, 2, 3):
            await put_article(conn, number)
        await edits.set_edits(conn, {})
        await edits.set_edits(conn, {1: one, 2: other, 404: one})
        assert await edits.edits_of(conn, [1, 2, 3, 404, HIGHEST]) == {1: one, 2: other}
        assert await edits.edits_of(conn, []) == {}
        assert {number: article.edits for number, article in (await imports.known(conn, [1, 3])).items()} == {
            1: one,
            3: {},
        }
        await edits.set_edits(conn, {1: {}, 2: one})
        assert await edits.edits_of(conn, [1, 2]) == {2: one}
