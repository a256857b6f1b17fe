"""What files say and do: one story one article, the flag as an event, embargoes, bursts, renames."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from import_desk import EDITOR, NOON, POLICY, READERS, Desk, open_desk, refusal, seen, story

from bot.domain.article import ArticleState, Picture, Related
from bot.domain.publishing import PushWindow
from bot.domain.topic import TopicFile
from bot.errors import OutOfTurn, StoreError
from bot.services.content import imports
from bot.services.content.imports import Policy
from bot.services.newsroom import arriving_news, campaign_control, held_news, newsroom
from bot.store.content import articles
from bot.store.delivery.campaigns import CampaignState
from bot.store.desk import notices
from bot.store.engine import metadata
from bot.store.readers import searching

UNDO = Policy(PushWindow(timedelta(hours=48)), burst=10, undo=timedelta(seconds=10))
NEVER = Policy(PushWindow(timedelta(0)), burst=10, undo=timedelta(0))
ALWAYS = Policy(PushWindow(None), burst=10, undo=timedelta(0))
TOMORROW = NOON + timedelta(days=1)
LAST_YEAR = NOON - timedelta(days=365)


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with open_desk(tmp_path) as desk:
        await desk.follow()
        yield desk


# The flag


async def test_a_flag_that_goes_false_true_true_false_true_pushes_once(desk: Desk) -> None:
    draft = story(published=False)
    for file in (draft, story(), story(heat=90), draft, story()):
        await desk.take({"grid.md": file})
        desk.now += timedelta(minutes=1)
    assert await desk.state("grid") is ArticleState.PUBLISHED
    assert len(await desk.pushes("grid")) == 1
    assert await desk.promised("grid") == list(READERS)


async def test_a_missing_flag_says_nothing_in_a_known_file_and_is_false_in_a_new_one(desk: Desk) -> None:
    await desk.take({"grid.md": story(published=None), "wind.md": story("wind")})
    assert [await desk.state("grid"), await desk.state("wind")] == [ArticleState.DRAFT, ArticleState.PUBLISHED]
    report = await desk.take({"grid.md": story(published=None, heat=1), "wind.md": story("wind", published=None)})
    assert (report.published, report.retracted) == ([], [])
    assert await desk.state("wind") is ArticleState.PUBLISHED
    # What it said last still counts: the flag comes back unchanged, and a false one takes the story back.
    assert (await desk.take({"wind.md": story("wind")})).published == []
    assert len(await desk.pushes("wind")) == 1
    await desk.take({"moved.md": story("wind", published=None)}, gone=("wind.md",))
    assert await desk.state("wind") is ArticleState.PUBLISHED
    assert len((await desk.take({"moved.md": story("wind", published=False)})).retracted) == 1


async def test_importing_unchanged_files_again_changes_nothing(desk: Desk) -> None:
    given = {
        "grid.md": story(
            heat=0,
            quality=0,
            published_at=NOON.replace(microsecond=250_000) - timedelta(hours=1),
            pictures=(Picture("https://p.example/a.jpg", 0, None),),
            related=(Related("More", "https://other.example/", published_at=NOON.replace(microsecond=1)),),
        ),
        "wind.md": story("wind", published=False),
    }
    await desk.take(given)
    before = [await desk.article(name) for name in ("grid", "wind")]
    desk.now += timedelta(hours=1)
    report = await desk.take(given)
    assert report.is_empty
    assert [await desk.article(name) for name in ("grid", "wind")] == before
    assert len(await desk.pushes("grid")) == 1


async def test_a_story_of_the_first_second_of_1970_can_be_read_again(desk: Desk) -> None:
    first = NOON.fromtimestamp(0, NOON.tzinfo)
    await desk.take({"grid.md": story(published_at=first)})
    assert (await desk.article("grid")).story.published_at == first


async def test_heat_quality_and_related_articles_update_silently(desk: Desk) -> None:
    await desk.take({"grid.md": story()})
    changed = story(heat=7, quality=-1, related=(Related("More", "https://other.example/"),))
    report = await desk.take({"grid.md": changed})
    article = await desk.article("grid")
    assert report.updated == [article.number]
    assert (article.revision, article.story.heat) == (1, 7)


async def test_a_changed_field_that_newsbot_does_not_know_is_kept(desk: Desk) -> None:
    await desk.take({"grid.md": story(payload={"secured": "old"})})
    await desk.take({"grid.md": story(payload={"secured": "new"})})
    assert await desk.rows("SELECT payload, revision FROM articles") == [('{"secured": "new"}', 1)]


async def test_changed_words_and_topics_replace_those_an_article_was_found_by(desk: Desk) -> None:
    old = Picture("https://pictures.example/old.jpg")
    await desk.take({"grid.md": story(title="Batteries", topics=("Energy", "Mines"), pictures=(old,))})
    await desk.take({"grid.md": story(title="Flywheels", topics=("Energy",))})
    async with desk.db.reading() as conn:
        assert await searching.found(conn, "batteries", None, 5) == []
        assert len(await searching.found(conn, "flywheels", None, 5)) == 1
    assert len((await desk.article("grid")).topics) == 1
    assert await desk.rows("SELECT picture FROM article_pictures") == []


async def test_an_unchanged_flag_never_overrides_an_editor(desk: Desk) -> None:
    await desk.take({"grid.md": story(), "wind.md": story("wind", published=False)})
    grid, wind = await desk.article("grid"), await desk.article("wind")
    await newsroom.retract(desk.db, grid.number, by=EDITOR, now=desk.now)
    await newsroom.publish(desk.db, wind.number, by=EDITOR, now=desk.now, undo=timedelta(0))
    await desk.take({"grid.md": story(title="New words"), "wind.md": story("wind", published=False, heat=3)})
    assert await desk.state("grid") is ArticleState.RETRACTED
    assert await desk.state("wind") is ArticleState.PUBLISHED


async def test_taking_a_flag_back_stops_what_is_queued_and_setting_it_again_resumes_it(desk: Desk) -> None:
    await desk.take({"grid.md": story()})
    assert await desk.promised("grid") == list(READERS)
    report = await desk.take({"grid.md": story(published=False)})
    [campaign] = await desk.pushes("grid")
    assert report.retracted and (campaign.state, campaign.why) == (CampaignState.STOPPED, "retracted")
    await desk.follow(range(601, 602))
    await desk.take({"grid.md": story()})
    [campaign] = await desk.pushes("grid")
    assert campaign.state is CampaignState.RUNNING
    assert await desk.promised("grid") == list(READERS)  # the audience is who followed then


async def test_a_story_first_seen_as_published_goes_out_only_within_the_push_window(desk: Desk) -> None:
    files = {"new.md": story("new"), "old.md": story("old", published_at=LAST_YEAR)}
    await desk.take(files)
    assert [await desk.state(name) for name in ("new", "old")] == [ArticleState.PUBLISHED, ArticleState.ARCHIVED]
    assert await desk.pushes("old") == []


async def test_without_a_window_everything_first_seen_as_published_goes_out(desk: Desk) -> None:
    await desk.take({"old.md": story("old", published_at=LAST_YEAR)}, policy=ALWAYS)
    assert len(await desk.pushes("old")) == 1


async def test_a_known_draft_goes_out_whatever_its_date(desk: Desk) -> None:
    await desk.take({"old.md": story("old", published_at=LAST_YEAR, published=False)})
    await desk.take({"old.md": story("old", published_at=LAST_YEAR)})
    assert len(await desk.pushes("old")) == 1


async def test_with_a_window_of_zero_files_never_push_and_hands_still_do(desk: Desk) -> None:
    await desk.take({"known.md": story("known", published=False)}, policy=NEVER)
    await desk.take({"known.md": story("known"), "new.md": story("new")}, policy=NEVER)
    await desk.take({"later.md": story("later", published_at=TOMORROW)}, policy=NEVER)
    desk.now = TOMORROW
    assert await desk.embargoes(NEVER) == []
    assert {await desk.state(name) for name in ("known", "new", "later")} == {ArticleState.ARCHIVED}
    article = await desk.article("new")
    await newsroom.publish(desk.db, article.number, by=EDITOR, now=desk.now, undo=timedelta(0))
    assert await desk.promised("new") == list(READERS)


# Embargoes


async def test_a_date_to_come_is_an_embargo_and_pushes_once_when_its_time_comes(desk: Desk) -> None:
    report = await desk.take({"grid.md": story(published_at=TOMORROW)})
    assert report.scheduled and await desk.state("grid") is ArticleState.SCHEDULED
    desk.now = TOMORROW - timedelta(seconds=1)
    assert await desk.embargoes() == []
    assert await desk.pushes("grid") == []
    desk.now = TOMORROW
    assert len(await desk.embargoes()) == 1
    assert await desk.embargoes() == []
    assert await desk.promised("grid") == list(READERS)
    assert len(await desk.pushes("grid")) == 1


async def test_publish_now_overrides_an_embargo(desk: Desk) -> None:
    await desk.take({"grid.md": story(published_at=TOMORROW)})
    article = await desk.article("grid")
    await newsroom.publish(desk.db, article.number, by=EDITOR, now=desk.now, undo=timedelta(0))
    desk.now = TOMORROW + timedelta(seconds=1)
    assert await desk.embargoes() == []
    assert len(await desk.pushes("grid")) == 1


async def test_a_file_moves_the_date_of_its_embargo_or_lifts_it(desk: Desk) -> None:
    await desk.take({"grid.md": story(published_at=TOMORROW)})
    later = TOMORROW + timedelta(days=1)
    await desk.take({"grid.md": story(published_at=later)})
    assert (await desk.article("grid")).scheduled_at == later
    await desk.take({"grid.md": story(published_at=later, published=False)})
    assert await desk.state("grid") is ArticleState.DRAFT
    desk.now = later
    assert await desk.embargoes() == []


# Topics that nobody knows


async def test_a_new_date_of_what_is_held_for_its_topics_is_an_embargo_once_they_are_known(desk: Desk) -> None:
    files = {name: story(name, topics=("Unheard",)) for name in ("file", "article")}
    await desk.take({f"{name}.md": one for name, one in files.items()})
    assert len(await desk.held()) == 2
    later = {f"{name}.md": replace(one, published_at=TOMORROW) for name, one in files.items()}
    later["article.md"] = replace(later["article.md"], topics=("Unheard", "Energy"))
    await desk.take(later)
    assert [await desk.state(name) for name in files] == [ArticleState.HELD, ArticleState.SCHEDULED]
    await desk.take({"unheard.md": TopicFile("unheard", "Unheard")})
    assert await desk.state("file") is ArticleState.SCHEDULED
    assert await desk.rows("SELECT count(*) FROM campaigns") == [(0,)]
    desk.now = TOMORROW
    assert len(await desk.embargoes()) == 2


async def test_with_a_window_of_zero_known_topics_push_nothing_and_editors_are_still_asked(desk: Desk) -> None:
    files = {name: story(name, topics=("Unheard",)) for name in ("file", "article")}
    await desk.take({f"{name}.md": one for name, one in files.items()})
    await desk.take({"article.md": replace(files["article"], topics=("Unheard", "Energy"))}, policy=NEVER)
    await desk.take({"unheard.md": TopicFile("unheard", "Unheard")}, policy=NEVER)
    assert len(await desk.held()) == 2
    assert len(await held_news.push_held(desk.db, by=EDITOR, now=desk.now, undo=timedelta(0))) == 2


# Bursts


def _burst(many: int, first: int = 0) -> dict[str, object]:
    return {f"s{n}.md": story(f"s{n}") for n in range(first, first + many)}


async def test_twelve_published_files_at_once_are_held_over_a_restart_until_an_editor_pushes_them(desk: Desk) -> None:
    report = await desk.take(_burst(12))
    assert len(report.held) == 12 and report.published == []
    await desk.reopen()
    assert len(await desk.held()) == 12
    assert await desk.rows("SELECT count(*) FROM campaigns") == [(0,)]
    async with desk.db.reading() as conn:
        assert {notice.kind for _, notice in await notices.unasked(conn)} == {"held"}
    pushed = await held_news.push_held(desk.db, by=EDITOR, now=desk.now, undo=timedelta(0))
    assert sorted(pushed) == sorted(report.held)
    assert await held_news.push_held(desk.db, by=EDITOR, now=desk.now, undo=timedelta(0)) == []
    for n in range(12):
        assert await desk.promised(f"s{n}") == list(READERS)


async def test_ten_published_files_at_once_are_no_burst(desk: Desk) -> None:
    assert len((await desk.take(_burst(10))).published) == 10


async def test_held_articles_can_be_listed_without_a_push(desk: Desk) -> None:
    await desk.take(_burst(12))
    await held_news.archive_held(desk.db, by=EDITOR, now=desk.now)
    assert {await desk.state(f"s{n}") for n in range(12)} == {ArticleState.ARCHIVED}
    assert await desk.rows("SELECT count(*) FROM campaigns") == [(0,)]
    article = await desk.article("s3")
    await newsroom.publish(desk.db, article.number, by=EDITOR, now=desk.now, undo=timedelta(0))
    assert await desk.promised("s3") == list(READERS)


async def test_a_burst_is_judged_over_ten_minutes_of_imports(desk: Desk) -> None:
    await desk.take(_burst(6))
    await desk.spread()
    desk.now += timedelta(minutes=9)
    assert len((await desk.take(_burst(6, 6))).held) == 6  # the first six are on their way
    desk.now += timedelta(minutes=11)
    assert len((await desk.take(_burst(1, 20))).published) == 1


async def test_what_still_waits_for_its_undo_time_is_held_with_the_burst(desk: Desk) -> None:
    await desk.follow(range(1001, 1120))
    await desk.take(_burst(10), policy=UNDO)
    [campaign] = await desk.pushes("s0")
    async with desk.db.transaction() as conn:
        # An editor's message follows it already.
        await conn.execute("INSERT INTO progress (campaign, chat, message_id) VALUES (?, 1, 1)", (campaign.id,))
    assert campaign.start_at == desk.now + timedelta(seconds=10)
    desk.now += timedelta(seconds=5)
    await desk.take(_burst(2, 10), policy=UNDO)
    assert len(await desk.held()) == 12
    assert await desk.pushes("s0") == []
    await held_news.push_held(desk.db, by=EDITOR, now=desk.now, undo=timedelta(0))
    assert len(await desk.promised("s0")) == 122


async def test_a_burst_leaves_alone_what_people_published(desk: Desk) -> None:
    await desk.follow(range(1001, 1120))
    await desk.take({"hand.md": story("hand", published=False), "s0.md": story("s0")}, policy=UNDO)
    hand = await desk.article("hand")
    # `newsbot publish` has no editor's number; what an editor sends now is no longer the file's.
    await newsroom.publish(desk.db, hand.number, by=None, now=desk.now, undo=timedelta(seconds=10))
    [campaign] = await desk.pushes("s0")
    await campaign_control.send_now(desk.db, campaign.id, by=EDITOR, now=desk.now)
    await desk.take(_burst(12, 1), policy=UNDO)
    assert [await desk.state(name) for name in ("hand", "s0")] == [ArticleState.PUBLISHED] * 2
    assert len(await desk.held()) == 12


async def test_taking_publishes_back_into_a_hold_does_not_make_the_database_look_older(desk: Desk) -> None:
    await desk.follow(range(1001, 1120))
    await desk.take(_burst(10), policy=UNDO)
    async with desk.db.reading() as conn:
        before = await metadata.generation(conn)
    await desk.take(_burst(2, 10), policy=UNDO)
    await held_news.push_held(desk.db, by=EDITOR, now=desk.now, undo=timedelta(0))
    async with desk.db.reading() as conn:
        assert await metadata.generation(conn) > before
    assert await desk.rows("SELECT min(id) FROM campaigns") == [(11,)]  # no number is used twice


async def test_a_restored_database_holds_everything_that_files_make_news(desk: Desk) -> None:
    async with desk.db.transaction() as conn:
        await metadata.put(conn, "restored", "1")
    report = await desk.take({"grid.md": story(), "later.md": story("later", published_at=TOMORROW)})
    assert len(report.held) == 1 and await desk.state("grid") is ArticleState.HELD
    desk.now = TOMORROW
    assert len(await desk.embargoes()) == 1
    assert await desk.state("later") is ArticleState.HELD
    assert await desk.rows("SELECT count(*) FROM campaigns") == [(0,)]


# One story, one article


async def test_a_rename_keeps_number_history_and_audience_and_the_old_slug_as_an_alias(desk: Desk) -> None:
    await desk.take({"grid.md": story()})
    before = await desk.article("grid")
    await desk.spread()
    report = await desk.take({"storage/battery.md": story()}, gone=("grid.md",))
    assert report.is_empty
    after = await desk.article("battery")
    assert (after.number, after.state, after.revision) == (before.number, ArticleState.PUBLISHED, 1)
    assert (await desk.article("grid")).number == before.number
    assert len(await desk.pushes("grid")) == 1
    await desk.take({"grid.md": story()}, gone=("storage/battery.md",))
    assert (await desk.article("grid")).slug == "grid"
    assert (await desk.article("battery")).number == before.number


async def test_a_rename_does_not_undo_an_editors_retraction(desk: Desk) -> None:
    await desk.take({"grid.md": story()})
    article = await desk.article("grid")
    await newsroom.retract(desk.db, article.number, by=EDITOR, now=desk.now)
    await desk.take({"battery.md": story()}, gone=("grid.md",))
    assert await desk.state("battery") is ArticleState.RETRACTED


async def test_a_duplicate_is_reported_and_never_pushed(desk: Desk) -> None:
    await desk.take({"grid.md": story(published=False)})
    number = (await desk.article("grid")).number
    report = await desk.take({"copy.md": story(link="HTTPS://News.Example:443/grid/?utm_source=x#top")})
    assert report.doubled == [("copy.md", number)]
    assert await desk.state("grid") is ArticleState.DRAFT
    assert await desk.rows("SELECT kind, subject, detail, article FROM notices") == [
        ("doubled", "copy.md", "published", number)
    ]


async def test_a_file_that_comes_back_together_with_a_copy_still_owns_its_story(desk: Desk) -> None:
    await desk.take({"grid.md": story()})
    await desk.take({}, gone=("grid.md",))
    number = (await desk.article("grid")).number
    report = await desk.take({"copy.md": story(), "grid.md": story()})  # the copy is read first
    assert report.doubled == [("copy.md", number)]
    assert (await desk.article("grid")).slug == "grid"
    assert [(await desk.file(path)).owns for path in ("copy.md", "grid.md")] == [False, True]


async def test_two_new_files_with_one_link_make_one_article(desk: Desk) -> None:
    report = await desk.take(
        {"a.md": story("a", link="https://n.example/1"), "b.md": story(link="https://n.example/1")}
    )
    assert [path for path, _ in report.doubled] == ["b.md"]
    assert await desk.rows("SELECT count(*) FROM articles") == [(1,)]


async def test_a_changed_link_is_a_correction_of_the_same_article(desk: Desk) -> None:
    await desk.take({"grid.md": story()})
    before = await desk.article("grid")
    await desk.take({"grid.md": story(link="https://news.example/grid-storage")})
    after = await desk.article("https://news.example/grid-storage")
    assert (after.number, after.revision) == (before.number, before.revision + 1)
    assert (await desk.article("https://news.example/grid")).number == before.number
    assert len(await desk.pushes("grid")) == 1


async def test_a_file_that_takes_another_articles_link_keeps_its_own_article(desk: Desk) -> None:
    await desk.take({"grid.md": story(), "wind.md": story("wind")})
    grid, wind = await desk.article("grid"), await desk.article("wind")
    await newsroom.retract(desk.db, grid.number, by=EDITOR, now=desk.now)
    report = await desk.take({"grid.md": story(link="https://news.example/wind")})
    assert report.doubled == [("grid.md", wind.number)]
    await desk.take({"grid.md": story(title="Mended")})
    mended = await desk.article("grid")
    assert (mended.number, mended.state, mended.story.title) == (grid.number, ArticleState.RETRACTED, "Mended")


async def test_on_a_clash_the_longer_slug_is_used_then_a_number(desk: Desk) -> None:
    await desk.take({"grid-4.md": story("first"), "grid.md": story("a")})
    await desk.take({"energy/grid.md": story("b")})
    # Number 4 would be `grid-4`, were that not taken by a file.
    await desk.take({"x/grid.md": replace(story("c"))}, gone=())
    async with desk.db.reading() as conn:
        slugs = [article.slug for article in await articles.articles(conn, [1, 2, 3, 4])]
    assert slugs == ["grid-4", "grid", "energy-grid", "x-grid"]


async def test_when_even_the_numbered_slug_is_taken_the_next_free_one_is_used(desk: Desk) -> None:
    await desk.take({"grid.md": story("a"), "grid-3.md": story("b")})
    only = [replace(one, slugs=("grid",)) for one in seen({"c/grid.md": story("c")})]
    await imports.take(desk.db, only, now=desk.now, policy=POLICY)
    assert (await desk.article("#3")).slug == "grid-3-2"


async def test_a_refused_file_that_is_mended_goes_on_with_its_article_and_flag(desk: Desk) -> None:
    await desk.take({"grid.md": story()})
    report = await desk.take({"grid.md": refusal("grid.md")})
    assert [str(complaint) for complaint in report.refused] == ["grid.md:2: title: is missing"]
    assert (await desk.file("grid.md")).complaint is not None
    report = await desk.take({"grid.md": story(heat=2)})
    assert len(await desk.pushes("grid")) == 1 and len(report.updated) == 1
    assert (await desk.file("grid.md")).complaint is None


async def test_a_flag_first_seen_as_false_takes_nothing_back(desk: Desk) -> None:
    await desk.take({"grid.md": story()})
    # The file becomes a topic file, so that nobody owns the story; another file brings it later, as a draft.
    await desk.take({"grid.md": TopicFile("grid", "Grid")})
    await desk.take({"again.md": story(published=False)})
    assert await desk.state("grid") is ArticleState.PUBLISHED


async def test_a_file_that_is_gone_changes_nothing(desk: Desk) -> None:
    await desk.take({"grid.md": story()})
    await desk.take({}, gone=("grid.md",))
    assert await desk.state("grid") is ArticleState.PUBLISHED
    assert (await desk.file("grid.md")).is_gone


# Uploads


async def test_uploads_become_drafts_and_neither_push_nor_retract(desk: Desk) -> None:
    report = await imports.add_drafts(desk.db, seen({"grid.md": story()}), now=desk.now)
    assert len(report.drafts) == 1 and await desk.state("grid") is ArticleState.DRAFT
    article = await desk.article("grid")
    await newsroom.publish(desk.db, article.number, by=EDITOR, now=desk.now, undo=timedelta(0))
    await imports.add_drafts(desk.db, seen({"grid.md": story(published=False, heat=1)}), now=desk.now)
    assert await desk.state("grid") is ArticleState.PUBLISHED


async def test_one_story_twice_in_an_upload_is_one_draft_with_the_last_words(desk: Desk) -> None:
    both = seen({"a.md": story(title="First"), "b.md": story(title="Second")})
    await imports.add_drafts(desk.db, both, now=desk.now)
    assert (await desk.article("#1")).story.title == "Second"
    assert await desk.rows("SELECT count(*) FROM articles") == [(1,)]


async def test_a_file_takes_over_what_was_uploaded_and_publishes_it(desk: Desk) -> None:
    await imports.add_drafts(desk.db, seen({"grid.md": story()}), now=desk.now)
    await desk.take({"grid-storage.md": story()})
    assert (await desk.article("grid-storage")).number == 1
    assert len(await desk.pushes("grid-storage")) == 1


async def test_an_upload_of_what_a_file_owns_is_reported(desk: Desk) -> None:
    await desk.take({"grid.md": story(published=False)})
    report = await imports.add_drafts(desk.db, seen({"mine.md": story(title="Mine")}), now=desk.now)
    assert [number for _, number in report.doubled] == [1]
    assert (await desk.article("grid")).story.title == "Grid"


# Crashes


async def test_a_crash_between_two_batches_loses_no_news(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "BATCH", 3)
    async with desk.db.transaction() as conn:
        await conn.execute(
            "CREATE TRIGGER cut BEFORE INSERT ON articles WHEN new.slug = 's4' "
            "BEGIN SELECT raise(ABORT, 'the power is cut'); END"
        )
    with pytest.raises(StoreError, match="power"):
        await desk.take(_burst(6))
    async with desk.db.transaction() as conn:
        await conn.execute("DROP TRIGGER cut")
    await desk.reopen()
    desk.now += timedelta(seconds=30)
    assert len(await desk.embargoes()) == 3
    await desk.take({f"s{n}.md": story(f"s{n}") for n in (3, 4, 5)})
    for n in range(6):
        assert await desk.promised(f"s{n}") == list(READERS)
        assert len(await desk.pushes(f"s{n}")) == 1


async def test_a_burst_in_many_batches_is_judged_as_a_whole(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "BATCH", 3)
    assert len((await desk.take(_burst(12))).held) == 12


async def test_what_was_decided_while_the_import_went_on_is_left_alone(desk: Desk) -> None:
    await desk.take({"a.md": story("a", published_at=TOMORROW), "b.md": story("b", published_at=TOMORROW)})
    a, b = await desk.article("a"), await desk.article("b")
    await newsroom.publish(desk.db, a.number, by=EDITOR, now=desk.now, undo=timedelta(0))
    await newsroom.retract(desk.db, a.number, by=EDITOR, now=desk.now)
    async with desk.db.transaction() as conn:
        published, held = await arriving_news.news_by_file(
            conn, [a.number, b.number], now=desk.now, burst=10, undo=timedelta(0)
        )
    assert (published, held) == ([b.number], [])
    assert await desk.state("a") is ArticleState.RETRACTED
    with pytest.raises(OutOfTurn):
        await newsroom.publish(desk.db, b.number, by=EDITOR, now=desk.now, undo=timedelta(0))
