"""`newsbot check` and `newsbot import`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

CORPUS = Path(__file__).resolve().parents[2] / "../shared/corpus"


async def test_checking_good_files_counts_them_and_changes_nothing(shell):
    shell.article("news/one.md", "One")
    shell.article("news/deep/two.md", "Two")
    answer = await shell("check", "news", "news/one.md")
    assert (answer.status, answer.err) == (0, "")
    assert answer.out.startswith("2 files, all accepted, in ")
    assert [path.name for path in shell.folder.iterdir()] == ["news"]


async def test_every_refusal_is_named_with_path_line_and_field(shell):
    shell.article("news/good.md", "Good")
    shell.write("news/bad.md", "---\ntitle: Bad\npublishedDateTime: 31.02.2026\nheat: hot\nwebUrl: javascript:x\n---\n")
    answer = await shell("check", "news")
    assert answer.status == 1
    assert answer.out.startswith("2 files, 1 refused, in ")
    assert sorted(line.split(": ")[:2] for line in answer.err.splitlines()) == [
        ["news/bad.md:3", "publishedDateTime"],
        ["news/bad.md:4", "heat"],
        ["news/bad.md:5", "webUrl"],
    ]


async def test_a_path_that_is_not_there_is_refused(shell):
    for command in ("check", "import"):
        answer = await shell(command, "nowhere.md")
        assert answer.status == 1
        assert answer.err.startswith("nowhere.md:0: ")


async def test_a_file_name_cannot_move_the_cursor(shell):
    shell.write("news/\x1b[2Jbad.md", "")
    answer = await shell("check", "news")
    assert answer.status == 1 and "\x1b" not in answer.err


async def test_the_whole_corpus_is_accepted(shell):
    if not CORPUS.is_dir():
        pytest.skip("the corpus is not beside the repository")
    answer = await shell("check", CORPUS)
    assert (answer.status, answer.err) == (0, "")
    assert "all accepted" in answer.out


async def test_importing_twice_changes_nothing(shell):
    shell.article("news/draft.md", "A draft")
    shell.article("news/old.md", "Old news", published=True)
    first = await shell("import", "news")
    assert (first.status, first.out) == (0, "1 draft, 1 archived\n")
    before = shell.rows("SELECT * FROM articles ORDER BY number")
    second = await shell("import", "news")
    assert (second.status, second.out) == (0, "nothing new\n")
    third = await shell("import", "news/draft.md")
    assert (third.status, third.out) == (0, "nothing new\n")
    assert shell.rows("SELECT * FROM articles ORDER BY number") == before


async def test_what_is_bad_is_refused_each_time_and_the_rest_goes_in(shell):
    shell.article("news/good.md", "Good")
    shell.write("news/bad.md", "---\ntitle: Bad\n---\n")
    for expected in ("1 draft, 1 refused", "1 refused"):
        answer = await shell("import", "news")
        assert (answer.status, answer.out) == (1, expected + "\n")
        assert all(line.startswith("news/bad.md:") for line in answer.err.splitlines()) and answer.err


async def test_two_folders_with_files_of_one_name_hold_two_stories(shell):
    shell.article("a/index.md", "From A")
    shell.article("b/index.md", "From B")
    await shell("import", "a")
    answer = await shell("import", "b")
    assert answer.out == "1 draft\n"
    assert shell.rows("SELECT slug, title FROM articles ORDER BY number") == [("a", "From A"), ("b", "From B")]


async def test_a_folder_that_becomes_the_content_folder_later_is_not_doubled(shell):
    shell.article("news/one.md", "One")
    await shell("import", "news")
    shell.variables["NEWSBOT_CONTENT"] = "news"
    answer = await shell("import", "news")
    assert (answer.status, answer.out) == (0, "nothing new\n")
    assert shell.rows("SELECT count(*) FROM articles") == [(1,)]


async def test_a_folder_around_the_content_folder_names_its_files_as_the_content_folder_does(shell):
    shell.article("content/one.md", "One")
    shell.article("contents/two.md", "Two")
    await shell("import", ".")
    outside = shell.folder.resolve() / "contents/two.md"
    assert shell.rows("SELECT path FROM files ORDER BY path") == [(str(outside),), ("one.md",)]
    (shell.folder / "content/one.md").write_text("no fields")
    assert (await shell("import", ".")).err.startswith("content/one.md:1: ")


async def test_a_second_file_with_a_known_link_is_reported(shell):
    shell.article("news/one.md", "One")
    shell.article("news/two.md", "One again", link="https://example.com/news/one.md")
    answer = await shell("import", "news")
    assert (answer.status, answer.out) == (1, "1 draft, 1 doubled\n")
    assert answer.err == "news/two.md:0: file: tells the story of #1, which another file owns\n"


async def test_drafts_are_listed_for_people_and_for_programs(shell):
    shell.article("news/one.md", "One")
    shell.article("news/two.md", "Two \\u202E tricky")
    await shell("import", "news")
    answer = await shell("drafts")
    assert [line.split()[:2] for line in answer.out.splitlines()] == [["#2", "draft"], ["#1", "draft"]]
    listed = json.loads((await shell("drafts", "--json")).out)
    assert [(article["number"], article["slug"], article["state"]) for article in listed] == [
        (2, "two", "draft"),
        (1, "one", "draft"),
    ]
