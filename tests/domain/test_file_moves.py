"""Which article a new file goes on with, whose path and link are both unknown."""

import pytest

from bot.domain.file_moves import Came, Left, moved

OLD = Left(1, "news/old-name.md", "https://example.com/old-name/", "the words")
OTHER = Left(2, "news/other.md", "https://example.com/other/", "other words")
TWIN = Left(3, "news/twin.md", "https://example.com/twin/", "the words")
NEW = "news/new.md"


@pytest.mark.parametrize(
    ("words", "aliases", "left", "article"),
    [
        # words     aliases                                 gone            goes on with
        ("the words", (), (OLD,), 1),
        ("the words", (), (OTHER, OLD), 1),
        ("the words", (), (), None),
        ("the Words", (), (OLD,), None),
        ("", (), (OLD,), None),
        ("new words", (), (OLD, OTHER), None),
        # An alias names the old page, in any way that people write one.
        ("new words", ("https://example.com/old-name/",), (OLD,), 1),
        ("new words", ("https://example.com/old-name",), (OLD,), 1),
        ("new words", ("http://www.example.com/old-name/",), (OLD,), 1),
        ("new words", ("HTTPS://WWW.EXAMPLE.COM/Old-Name",), (OLD,), 1),
        ("new words", ("/old-name/",), (OLD,), 1),
        ("new words", ("old-name",), (OLD,), 1),
        ("new words", (" /Old-Name ",), (OLD,), 1),
        ("new words", ("news/old-name.md",), (OLD,), 1),
        ("new words", ("news/old-name",), (OLD,), 1),
        ("new words", ("/elsewhere/", "/old-name/"), (OTHER, OLD), 1),
        # One that names nothing, or something else, is no sign; nor is one that says nothing.
        ("new words", ("/old",), (OLD,), None),
        ("new words", ("/old-name/page",), (OLD,), None),
        ("new words", ("", "/", "https://"), (OLD, Left(4, "index.md", "https://example.com/", "w")), None),
        ("new words", ("https://elsewhere.example/old-name/",), (OLD,), None),
        ("the words", ("/elsewhere/",), (OLD,), 1),
        # What it calls itself goes before what it looks like.
        ("the words", ("/other/",), (OLD, OTHER), 2),
        # Of two that say the same, the first.
        ("the words", (), (OLD, TWIN), 1),
        ("the words", (), (TWIN, OLD), 3),
        ("the words", ("/twin/",), (OLD, TWIN), 3),
    ],
)
def test_a_new_file_goes_on_with_the_article_that_it_names_or_repeats(
    words: str, aliases: tuple[str, ...], left: tuple[Left, ...], article: int | None
):
    assert moved([Came(NEW, words, aliases)], left) == ({} if article is None else {NEW: article})


def test_each_article_goes_on_in_one_file_and_the_other_is_a_new_story():
    assert moved([Came("a.md", "the words"), Came("b.md", "the words")], [OLD]) == {"a.md": 1}
    assert moved([Came("a.md", "the words"), Came("b.md", "the words")], [OLD, TWIN]) == {"a.md": 1, "b.md": 3}


def test_many_files_move_at_once_and_each_finds_its_own():
    left = [Left(n, f"old/{n}.md", f"https://example.com/old/{n}", f"words {n}") for n in range(50)]
    came = [Came(f"new/{n}.md", f"words {n}") for n in reversed(range(50))]
    assert moved(came, left) == {f"new/{n}.md": n for n in range(50)}


def test_a_file_that_names_an_article_gets_it_though_another_repeats_it_and_came_first():
    assert moved([Came("a.md", "the words"), Came("b.md", "new", ("/old-name/",))], [OLD]) == {"b.md": 1}


def test_nothing_came_and_nothing_left():
    assert moved([], [OLD]) == {} and moved([Came(NEW, "w")], []) == {} and moved([], []) == {}
