"""A folder of files as an editorial system leaves them, seen from readers' and editors' telephones."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from street import Street, buttons, data, forms, street

from bot.sandbox.tour.stage import plain

SHARED = Path(__file__).resolve().parents[2] / "../shared"


async def _reader(here: Street, *, movable: bool = False) -> int:
    """Start the bot with Anna following Energy, and Edith who edits."""
    here.topic("energy", "Energy")
    here.topic("fence", "Fence")
    await here.open(movable=movable)
    await here.starts(here.cast.edith)
    await here.starts(here.cast.anna)
    assert "Following Energy and Fence" in plain(await here.asks(here.cast.anna, "/subscribe energy, Fence"))
    return here.cast.anna


async def test_a_flag_is_an_event_whatever_else_changes_in_the_file(tmp_path: Path) -> None:
    async with street(tmp_path) as here:
        anna = await _reader(here)
        here.article("first.json", published=False)
        await here.fence(anna)
        assert here.screens(anna, "First") == []
        for flag, heat in ((True, 1), (True, 2), (False, 2)):
            here.article("first.json", published=flag, heat=heat)
            await here.fence(anna)
            listed = plain(await here.asks(anna, "/latest Energy"))
            assert ("First" in listed) is flag
        here.article("first.json", published=True, heat=3)
        await here.fence(anna)
        (here.content / "first.json").rename(here.content / "moved.json")
        await here.fence(anna)
        (here.content / "moved.json").unlink()
        here.article("again.json", "First", webUrl="https://news.example/first?utm_source=x")
        await here.fence(anna)
        pushed = [one for one in here.screens(anna, "First") if "Read" in buttons(one)]
        assert len(pushed) == 1
        assert "First" in plain(await here.asks(anna, "/latest Energy"))
        assert (await here.shell("delivery", "first")).status == 0
        assert (await here.shell("delivery", "moved")).status == 0


async def test_a_second_file_about_a_known_story_is_told_to_editors_and_not_pushed(tmp_path: Path) -> None:
    async with street(tmp_path) as here:
        anna = await _reader(here, movable=True)
        here.article("first.json", published=False)
        await here.fence(anna)
        here.article("copy.json", "First, a copy", webUrl="https://NEWS.example:443/first/?utm_source=x#top")
        await here.fence(anna)
        assert here.screens(here.cast.edith, "copy.json") == []
        here.later(120)
        told = await here.sees(here.cast.edith, "copy.json")
        await here.fence(anna)
        assert here.screens(anna, "First") == []
        await here.presses(here.cast.edith, "Publish", told)
        assert "a copy" not in plain(await here.sees(anna, "First"))
        await here.fence(anna)
        assert len(here.screens(anna, "First")) == 1


async def test_a_site_that_moves_to_https_and_to_another_spelling_of_its_host_pushes_nothing_again(
    tmp_path: Path,
) -> None:
    async with street(tmp_path) as here:
        anna = await _reader(here)
        here.article("first.json", webUrl="http://www.news.example//first")
        await here.sees(anna, "First")
        for link in ("https://www.news.example/first", "https://news.example./%66irst/", "http://news.example/first"):
            here.article("first.json", webUrl=link)
            await here.fence(anna)
        (here.content / "first.json").unlink()
        here.article("moved.json", "First", webUrl="https://news.example/first")
        await here.fence(anna)
        assert len([one for one in here.screens(anna, "First") if "Read" in buttons(one)]) == 1


async def test_a_renamed_file_with_its_new_link_is_pushed_once(tmp_path: Path) -> None:
    async with street(tmp_path) as here:
        anna = await _reader(here)
        old = here.article("first.json")
        await here.sees(anna, "First")
        text = old.read_text()
        old.unlink()
        here.write("renamed.json", text.replace("news.example/first", "news.example/renamed"))
        await here.fence(anna)
        assert len([one for one in here.screens(anna, "First") if "Read" in buttons(one)]) == 1
        assert (await here.shell("delivery", "first")).out == (await here.shell("delivery", "renamed")).out


async def test_an_article_of_tomorrow_is_nowhere_until_it_is_published_by_hand(tmp_path: Path) -> None:
    async with street(tmp_path) as here:
        anna, edith = await _reader(here), here.cast.edith
        tomorrow = datetime.now(UTC) + timedelta(days=1)
        here.article("early.json", "Early bird", publishedDateTime=tomorrow.isoformat())
        soon = datetime.now(UTC) + timedelta(seconds=5)
        here.article("soon.json", "Soon enough", publishedDateTime=soon.isoformat(timespec="milliseconds"))
        await here.fence(anna)
        assert datetime.now(UTC) < soon, "the machine is too slow for this test"
        for asked in (
            "/latest",
            "/latest Energy",
            "/search early",
            "/top",
            "bird",
            "enough",
            "/start a_1",
            "/start a_2",
        ):
            answer = await here.asks(here.world.add_person("Reader").id, asked)
            assert "Early" not in plain(answer) and "Soon" not in plain(answer), asked
        drafts = await here.asks(edith, "/drafts")
        assert "Early bird" in plain(drafts)
        await here.sees(anna, "Soon enough")
        assert datetime.now(UTC) >= soon
        await here.presses(edith, "Open #", drafts)
        await here.presses(edith, "Publish now")
        await here.sees(anna, "Early bird")


async def test_twelve_true_files_at_once_are_held_until_an_editor_pushes_all(tmp_path: Path) -> None:
    async with street(tmp_path) as here:
        anna, edith = await _reader(here), here.cast.edith
        ben = here.cast.ben
        here.topic("robotics", "Robotics")
        await here.fence(anna)
        await here.starts(ben, "t_robotics")
        for one in range(1, 13):
            here.article(f"burst-{one:02}.json", topics=["Energy"] if one % 2 else ["Robotics"])
        asked = await here.sees(edith, "held")
        assert here.screens(anna, "Burst") == []
        assert "12" in plain(asked) and {"Push all", "Choose", "Archive"} <= set(buttons(asked))
        assert await here.close() == 0
        await here.open()
        here.world.say(edith, edith, "/drafts")
        await here.sees(edith, "12 articles are held until you choose.")  # what was being told at the end is told again
        assert here.screens(anna, "Burst") == []
        push_all = data(asked, "Push all")
        await here.presses(edith, "Push all", asked)
        for one in range(1, 13):
            await here.sees(anna if one % 2 else ben, f"Burst {one:02}")
        await here.sends(edith, edith, asked["message_id"], push_all)
        assert plain(here.now(asked)) == "Nothing is held."
        assert [len(here.screens(person, "Burst")) for person in (anna, ben)] == [6, 6]


async def test_what_a_hostile_folder_holds_is_named_to_editors_and_harms_nothing(tmp_path: Path) -> None:
    async with street(tmp_path) as here:
        anna, edith = await _reader(here, movable=True), here.cast.edith
        here.write(
            "grid-storage.md",
            "---\ntitle: Grid\nwebUrl: https://news.example/g\n\npublishedDateTime: 31.02.2026\n---\n",
        )
        here.write("code.md", "---\ntitle: !!python/object/apply:os.system ['touch pwned']\n---\n")
        here.write("latin.md", b"---\ntitle: \xff\xfe\n---\n")
        here.write("script.json", '{"title": "x", "publishedDateTime": "2026-01-01", "webUrl": "javascript:alert(1)"}')
        here.write("empty.md", "")
        here.write("huge.md", "x" * 1_100_000)
        (here.content / "out.md").symlink_to("/etc/passwd")
        (here.content / "dir.md").mkdir()
        await here.fence(anna)
        assert here.screens(edith, "grid-storage.md") == []
        here.later(120)
        told = await here.sees(edith, "grid-storage.md")
        assert "line 5" in plain(told) and "publishedDateTime" in plain(told)
        here.article("good.json")
        await here.sees(anna, "Good")
        assert not (tmp_path / "pwned").exists()
        assert "root:" not in plain(told)


async def test_a_bad_value_costs_itself_and_the_story_is_pushed_with_its_next_picture(tmp_path: Path) -> None:
    async with street(tmp_path) as here:
        anna, edith = await _reader(here, movable=True), here.cast.edith
        here.write("hero.avif", b"\x00\x00\x00\x1cftypavif")
        here.article(
            "storm.json",
            heat=1.5,
            images=[
                "hero.avif",
                "http://10.0.0.1/a.jpg",
                {"url": "https://pictures.example/b.jpg", "width": 800, "height": 600},
            ],
            related=[
                {"title": "Inside", "webUrl": "http://192.168.0.1/"},
                {"title": "Before the storm", "webUrl": "https://other.example/"},
            ],
        )
        push = await here.sees(anna, "Storm")
        assert push["photo"] and "Before the storm" in plain(push) and "Inside" not in plain(push)
        here.later(120)
        told = plain(await here.sees(edith, "warnings about files that were taken"))
        assert "heat: “1.5” is not a whole number" in told and "hero.avif" in told
        checked = await here.shell("check", "content")
        assert checked.status == 0 and checked.err.count(": warning: ") == len(checked.err.splitlines()) == 5
        here.article("bad.json", webUrl="javascript:alert(1)")
        assert (await here.shell("check", "content")).status == 1


async def test_the_reference_article_arrives_as_the_voice_has_it(tmp_path: Path) -> None:
    seed = SHARED / "corpus/seed.md"
    if not seed.exists():
        pytest.skip("the shared corpus is not here")
    async with street(tmp_path) as here:
        anna, edith = here.cast.anna, here.cast.edith
        here.write("met-police.md", seed.read_bytes())
        here.topic("computer-vision", "Computer Vision", hashtags="ComputerVision")
        await here.open()
        await here.starts(anna)
        await here.asks(anna, "/subscribe Computer Vision")
        await here.asks(edith, "/publish met-police")
        push = await here.sees(anna, "Met Police")
        assert push["photo"] and buttons(push) == ["Read", "Save", "Share", "More"]
        assert [len(row) for row in push["reply_markup"]["inline_keyboard"]] == [1, 3]
        lines = plain(push).split("\n")
        assert lines[0].startswith("Met Police's arrested one person")
        assert "newsoneplace.com, 12 Feb 2021" in lines
        assert "#ComputerVision #AI" in lines
        assert any(line.startswith("Also: Daily Mail: Minority reported") for line in lines)
        kinds = [(entity["type"], entity.get("url")) for entity in push["caption_entities"]]
        assert kinds[0] == ("bold", None)
        assert any(kind == "text_link" and "dailymail" in url for kind, url in kinds)
        assert push["reply_markup"]["inline_keyboard"][0][0]["url"].startswith(
            "https://www.newsoneplace.com/6811692012"
        )


async def test_captions_keep_their_limits_and_titles_cannot_be_tapped(tmp_path: Path) -> None:
    async with street(tmp_path) as here:
        anna = await _reader(here)
        related = [
            {
                "title": f"Related story {n} 😀 about a rather long matter that goes on",
                "webUrl": f"https://other.example/{n}",
                "publishedDateTime": "2026-01-01",
                "provider": {"name": f"Source {n}"},
            }
            for n in range(12)
        ]
        here.article(
            "long.json",
            "Long 👩‍👩‍👧‍👦 story",
            excerpt="Words 👩‍👩‍👧‍👦 and more of them. " * 100,
            related=related,
            images=[{"url": "https://pictures.example/a.jpg", "width": 800, "height": 600}],
        )
        push = await here.sees(anna, "Long")
        caption = push["caption"]
        length = len(caption.encode("utf-16-le")) // 2
        assert length <= 1024 and "\ufffd" not in caption
        assert push["photo"]
        for entity in push["caption_entities"]:
            assert entity["offset"] + entity["length"] <= length
        await here.presses(anna, "More", push)
        assert "Related (12)" in buttons(here.now(push))
        await here.presses(anna, "Related", push)
        listed = await here.sees(anna, "Related story 11")
        assert listed["message_id"] > push["message_id"]
        here.article("tap.json", "Type /stop @someone example.com #now $USD +49 170 1234567 a@b.example.com t.me/x")
        tap = await here.sees(anna, "Type")
        assert not forms(tap) & {"bot_command", "mention", "url", "email", "cashtag", "phone_number"}
        said = {entity["offset"] for entity in tap.get("entities", ()) if entity["type"] == "hashtag"}
        assert all(tap["text"].encode("utf-16-le")[2 * at :].decode("utf-16-le").startswith("#Energy") for at in said)


@pytest.mark.parametrize("written", ["1968-05-10T09:30:00Z", "1970-01-01T00:00:00Z", "2099-12-31T12:00:00Z"])
async def test_a_story_of_another_age_is_delivered_and_spoils_no_list(tmp_path: Path, written: str) -> None:
    """A date_time entity of such a moment is a 400 for the whole message, on Telegram as in the sandbox."""
    async with street(tmp_path, PUSH_WINDOW="inf") as here:
        anna = await _reader(here)
        here.article("today.json")
        await here.sees(anna, "Today")
        here.article("old.json", "The harbour of old", published=False, publishedDateTime=written)
        await here.fence(anna)
        edith = here.cast.edith
        preview = await here.asks(edith, "/preview old")
        assert "The harbour of old" in plain(preview)
        assert (await here.shell("publish", "old")).status == 0
        pushed = await here.sees(anna, "The harbour of old")
        assert "Read" in buttons(pushed)
        assert written[:4] in plain(pushed)
        assert "date_time" not in forms(pushed)
        for listing in ("/latest", "/top", "/search harbour"):
            listed = await here.asks(anna, listing)
            assert "The harbour of old" in plain(listed)
            assert written[:4] in plain(listed)
        assert "date_time" in forms(await here.asks(anna, "/latest"))
