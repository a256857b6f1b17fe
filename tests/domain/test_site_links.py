"""The links that pages would have, beside those that the built site lists."""

import pytest

from bot.domain.site_links import Difference, Expected, differences, same_site

OURS = "https://example.org"


def page(path: str, is_public: bool = True) -> Expected:
    return Expected(OURS + path, is_public)


@pytest.mark.parametrize(
    ("says", "pages", "listed", "found"),
    [
        ("all are there, at another host and written otherwise", {"a.md": page("/a/")},
         ["http://127.0.0.1:8000/a", "https://example.org/tags/"], ()),
        ("an index.html is its folder", {"a.md": page("/a/")}, [OURS + "/a/index.html"], ()),
        ("one is not there", {"a.md": page("/a/")}, [], (Difference("a.md", OURS + "/a/"),)),
        ("one is elsewhere", {"a.md": page("/blog/a/")}, [OURS + "/posts/a/"],
         (Difference("a.md", OURS + "/blog/a/", OURS + "/posts/a/"),)),
        ("it is not guessed which of two", {"a.md": page("/blog/a/")}, [OURS + "/x/a/", OURS + "/y/a/"],
         (Difference("a.md", OURS + "/blog/a/"),)),
        ("what is that of another page is not proposed", {"a.md": page("/x/a/"), "b.md": page("/y/a/")},
         [OURS + "/x/a/"], (Difference("b.md", OURS + "/y/a/"),)),
        ("a draft that is there", {"a.md": page("/a/", is_public=False)}, [OURS + "/a/"],
         (Difference("a.md", OURS + "/a/", is_listed=True),)),
        ("a draft that is not", {"a.md": page("/a/", is_public=False)}, [], ()),
    ],
)  # fmt: skip
def test_a_sitemap_has_all_public_pages(
    says: str, pages: dict[str, Expected], listed: list[str], found: tuple[Difference, ...]
) -> None:
    assert differences(pages, listed, is_complete=True) == found


def test_a_feed_has_the_newest_pages_only() -> None:
    pages = {"a.md": page("/a/"), "old.md": page("/old/")}
    assert differences(pages, [OURS + "/a/"], is_complete=False) == ()
    found = differences(pages, [OURS + "/a/", OURS + "/b/"], is_complete=False)
    assert found == (Difference(None, OURS + "/b/", is_listed=True),)


def test_links_beside_the_sites_path_do_not_count() -> None:
    links = [OURS + "/blog/a/", OURS + "/shop/", "http://localhost/blog/b"]
    assert same_site(links, OURS + "/blog") == [OURS + "/blog/a/", "http://localhost/blog/b"]
    assert same_site(links, OURS) == links
