"""`newsbot check` and `newsbot import` in the folder of a static site."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

PAGE = "---\ntitle: {title}\ndate: 2026-03-01\n{more}---\nText.\n"


def page(title: str, more: str = "") -> str:
    return PAGE.format(title=title, more=more)


def hugo(shell, **more: str) -> None:
    shell.write("hugo.toml", 'baseURL = "https://example.org/"\n')
    shell.write("content/posts/one.md", page("One"))
    shell.write("content/posts/two.md", page("Two", "draft: true\n"))
    shell.write("content/posts/_index.md", "---\ntitle: Posts\n---\n")
    shell.write("content/about.md", "---\ntitle: About\n---\n")
    for path, text in more.items():
        shell.write(path, text)
    shell.variables["NEWSBOT_SITE"] = "https://example.org"


async def test_check_shows_the_link_that_each_file_would_have(shell):
    hugo(shell)
    shell.write("content/posts/later.md", "---\ntitle: Later\ndate: 2099-01-01\n---\n")
    answer = await shell("check", "content")
    assert (answer.status, answer.err) == (0, "")
    *links, summary = answer.out.splitlines()
    assert links == [
        "content/posts/later.md: https://example.org/posts/later/ (from 2099-01-01 00:00 UTC)",
        "content/posts/one.md: https://example.org/posts/one/ (public)",
        "content/posts/two.md: https://example.org/posts/two/ (draft)",
    ]
    assert summary.startswith("3 files, all accepted, 2 others are no articles, in ")


@pytest.mark.parametrize(
    ("configuration", "field"),
    [
        ("eleventy.config.js", "permalink: false"),
        ("hugo.toml", "build: {render: never}"),
        ("hugo.toml", "headless: true"),
    ],
)
async def test_what_is_no_page_of_its_own_has_no_link(shell, configuration, field):
    """https://www.11ty.dev/docs/permalinks/#skip-writing-to-the-file-system"""
    shell.write(configuration, "")
    shell.variables["NEWSBOT_SITE"] = "https://example.org"
    shell.write("content/one.md", page("One"))
    shell.write("content/part.md", page("Part", f"{field}\n"))
    answer = await shell("check", "content")
    one, part, summary = answer.out.splitlines()
    assert one.endswith("/one/ (public)") and (answer.status, answer.err) == (0, "")
    assert part == "content/part.md: no link: the site's generator makes no page of it"
    assert summary.startswith("2 files, all accepted")
    assert (await shell("import", "content")).out == "1 draft, 1 archived\n"


async def test_one_page_can_be_checked_alone(shell):
    hugo(shell)
    answer = await shell("check", "content/posts/one.md")
    assert answer.status == 0
    assert answer.out.startswith("content/posts/one.md: https://example.org/posts/one/ (public)\n1 file, all accepted")


@pytest.mark.parametrize("alias", ["http://[", "https://old.example:99999/x", "http://old.example:x/"])
async def test_an_alias_that_is_no_link_holds_nobody_up(shell, alias):
    hugo(shell)
    shell.write("content/posts/three.md", page("Three", f'aliases: ["{alias}", /old/]\n'))
    assert (await shell("check", "content")).status == 0
    assert (await shell("import", "content")).out == "1 draft, 2 archived\n"


async def test_without_an_address_check_says_so_once(shell):
    hugo(shell)
    del shell.variables["NEWSBOT_SITE"]
    answer = await shell("check", "content")
    assert answer.status == 1
    assert answer.err.splitlines() == [
        "hugo.toml:0: site: is missing; set NEWSBOT_SITE, or write the site's public address into newsbot.yaml: "
        "site: https://example.org"
    ]
    imported = await shell("import", "content")
    assert (imported.status, imported.out) == (1, "nothing new\n") and imported.err == answer.err
    shell.write("content/newsbot.yaml", "site: https://example.org\n")
    assert (await shell("check", "content")).status == 0


async def test_a_slip_in_newsbot_yaml_is_named_with_its_line(shell):
    hugo(shell)
    shell.write("content/newsbot.yaml", "generator: hugo\nfields: {}\n")
    answer = await shell("check", "content")
    assert answer.status == 1 and answer.err.startswith("content/newsbot.yaml:2: fields: names no field;")
    assert (await shell("import", "content")).status == 1


async def test_what_is_wrong_with_a_page_is_said_in_its_own_words(shell):
    hugo(shell)
    shell.write("content/posts/one.md", "+++\ntitle = 'One'\ndate = '2026-13-01'\n+++\n")
    shell.write("content/posts/three.md", "---\ntitle: Three\ndate: 2026-03-01\ntags: [{a: b}]\n")
    answer = await shell("check", "content")
    assert answer.status == 1
    assert [line.split(": ")[:2] for line in answer.err.splitlines()] == [
        ["content/posts/one.md:3", "date"],
        ["content/posts/three.md:4", "file"],
    ]


async def test_importing_a_site_of_years_pushes_nothing_and_importing_it_again_changes_nothing(shell):
    hugo(shell)
    answer = await shell("import", "content")
    assert (answer.status, answer.out, answer.err) == (0, "1 draft, 1 archived\n", "")
    assert (await shell("import", "content")).out == "nothing new\n"


# Online --------------------------------------------------------------------------------------------------------------

SITEMAP = '<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{}</urlset>'
FEED = """<rss version="2.0"><channel><title>T</title>{}</channel></rss>"""


def sitemap(*links: str) -> str:
    return SITEMAP.format("".join(f"<url><loc>{link}</loc></url>" for link in links))


@asynccontextmanager
async def served(shell, files: dict[str, Callable[[str], str]]) -> AsyncIterator[str]:
    """Serve what each function makes of the server's own address, and let the shell fetch from there."""

    async def answer(request: web.Request) -> web.Response:
        made = files.get(request.path)
        return web.Response(status=404) if made is None else web.Response(text=made(address), content_type="text/xml")

    app = web.Application()
    app.router.add_get("/{path:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    address = f"http://127.0.0.1:{runner.addresses[0][1]}"
    shell.variables.update(NEWSBOT_SITE=address, NEWSBOT_FETCH_ALLOW="127.0.0.1")
    try:
        yield address
    finally:
        await runner.cleanup()


async def test_links_that_the_built_site_has_are_as_they_should_be(shell):
    hugo(shell)
    async with served(shell, {"/sitemap.xml": lambda at: sitemap(f"{at}/posts/one/", f"{at}/tags/")}) as address:
        answer = await shell("check", "content", "--online")
    assert (answer.status, answer.err) == (0, "")
    last = answer.out.splitlines()[-1]
    assert last == f"{address}/sitemap.xml: 2 links, compared with 1 public pages; none differs"


async def test_links_that_differ_are_named_with_what_the_site_has(shell):
    hugo(shell)
    files = {
        "/robots.txt": lambda at: f"User-agent: *\nSitemap: {at}/maps/index.xml\n",
        "/maps/index.xml": lambda at: f"<sitemapindex><sitemap><loc>{at}/maps/a.xml</loc></sitemap></sitemapindex>",
        "/maps/a.xml": lambda at: sitemap("https://example.org/articles/one/", "https://example.org/posts/two/"),
    }
    async with served(shell, files) as address:
        answer = await shell("check", "content", "--online")
    assert answer.status == 0  # what is said is a warning: the site may not be built yet
    assert answer.err.splitlines() == [
        f"content/posts/one.md:0: link: warning: {address}/posts/one/ is not on the site, "
        "which has https://example.org/articles/one/",
        f"content/posts/two.md:0: link: warning: {address}/posts/two/ is on the site, "
        "and the file would be a draft here",
    ]


async def test_without_a_sitemap_the_links_of_its_feed_are_looked_for(shell):
    hugo(shell)

    def feed(at: str) -> str:
        items = "".join(f"<item><title>{n}</title><link>{at}/{n}/</link></item>" for n in ("posts/one", "posts/gone"))
        return FEED.format(items)

    async with served(shell, {"/index.xml": feed}) as address:
        answer = await shell("check", "content", "--online")
    assert answer.status == 0
    assert answer.err.splitlines() == [
        f"{address}/index.xml:0: link: warning: {address}/posts/gone/ is listed there, and is the link of no file"
    ]


@pytest.mark.parametrize("is_there", [True, False])
async def test_a_site_that_cannot_be_compared_is_said(shell, is_there):
    hugo(shell)
    async with served(shell, {}) as address:
        if is_there:
            answer = await shell("check", "content", "--online")
    if not is_there:
        answer = await shell("check", "content", "--online")
    assert answer.status == 1
    assert answer.err.startswith(f"{address}: ") and answer.err.count("\n") == 1


async def test_a_private_address_that_is_not_allowed_is_not_asked(shell):
    hugo(shell)
    asked: list[str] = []
    async with served(shell, {"/sitemap.xml": lambda at: asked.append(at) or sitemap()}):
        del shell.variables["NEWSBOT_FETCH_ALLOW"]
        answer = await shell("check", "content", "--online")
    assert answer.status == 1 and not asked


async def test_files_of_ours_have_nothing_to_compare(shell):
    shell.article("news/one.md", "One")
    answer = await shell("check", "news", "--online")
    assert answer.status == 1 and answer.err.startswith("--online: ")
