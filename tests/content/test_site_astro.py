"""
An Astro folder is read as Astro collects it.

Each address below is where Astro 5.18.2 put the page of the same file, by its id in the collection, on 2026-11-30.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from site_folder import Read, page, read

CONFIG = "import { defineConfig } from 'astro/config';\nexport default defineConfig({});\n"
LOADERS = """
import { defineCollection, z } from 'astro:content';
import { glob } from 'astro/loaders';
const blog = defineCollection({
  loader: glob({ base: './src/content/blog', pattern: '**/*.{md,mdx,markdown}' }),
});
const n = defineCollection({ loader: glob({ pattern: "**/[^_]*.md", base: "./notes" }), schema: z.object({}) });
export const collections = { blog, 'my-notes': n };
"""
DAY = "2026-03-01"


def one(tmp_path: Path, text: str | bytes, name: str = "blog/a.md", config: str = CONFIG, zone: str = "UTC") -> Read:
    return read(tmp_path, {"astro.config.mjs": config, f"src/content/{name}": text}, "src/content", zone=zone)


ADDRESSES = {
    "notes/(paren) [x].md": "/my-notes/paren-x/",
    "notes/a.md": "/my-notes/a/",
    "src/content/blog/2013-07-25_nixops-1.0.md": "/blog/2013-07-25_nixops-10/",
    "src/content/blog/My Post É & Co.md": "/blog/my-post-é--co/",
    "src/content/blog/Sub Dir/deep.md": "/blog/sub-dir/deep/",
    "src/content/blog/_u.md": "/blog/_u/",
    "src/content/blog/sub/index.md": "/blog/sub/",
    "src/content/blog/v1.5.md": "/blog/v15/",
    "src/content/blog/x.md": "/blog/x/",
    "src/pages/md/post.md": "/md/post/",
}


def test_pages_lie_where_astro_put_them(tmp_path: Path) -> None:
    files = {name: page(title="T", date=DAY) for name in ADDRESSES}
    others = {
        "notes/_left-out.md": page(title="T", date=DAY),
        "src/content/blog/.dot.md": page(title="T", date=DAY),
        "src/content/blog/x.markdown": page(title="T", date=DAY),
        "src/pages/_u/x.md": page(title="T", date=DAY),
        "src/components/x.md": page(title="T", date=DAY),
        "node_modules/x/y.md": page(title="T", date=DAY),
        "README.md": page(title="T", date=DAY),
    }
    found = read(tmp_path, {"astro.config.mjs": CONFIG, "src/content.config.ts": LOADERS, **files, **others}, ".")
    assert found.addresses() == ADDRESSES


def test_a_slug_is_the_id_unchanged(tmp_path: Path) -> None:
    found = one(tmp_path, page(title="T", date=DAY, slug="custom/Slug X"))
    assert found.addresses() == {"blog/a.md": "/blog/custom/Slug X/"}


def test_pages_may_lie_elsewhere_than_their_id(tmp_path: Path) -> None:
    files = {
        "astro.config.mjs": CONFIG,
        "src/content/newsbot.yaml": "permalink: {blog: /posts/:id/, notes: '/:year/:slug'}\n",
        "src/content/blog/Sub/A.md": page(title="T", date=DAY),
        "src/content/notes/b.md": page(title="T", date=DAY),
        "src/content/other/c.md": page(title="T", date=DAY),
    }
    assert read(tmp_path, files, "src/content").addresses() == {
        "blog/Sub/A.md": "/posts/sub/a/",
        "notes/b.md": "/2026/b",
        "other/c.md": "/other/c/",
    }


def test_base_is_a_prefix(tmp_path: Path) -> None:
    config = "export default defineConfig({ site: 'https://example.org', base: '/docs' });\n"
    assert one(tmp_path, page(title="T", date=DAY), config=config).addresses() == {"blog/a.md": "/docs/blog/a/"}


def test_a_collections_folder_alone_is_recognised_when_newsbot_yaml_names_the_generator(tmp_path: Path) -> None:
    files = {
        "site/astro.config.mjs": CONFIG,
        "site/src/content/blog/newsbot.yaml": "generator: astro\n",
        "site/src/content/blog/a.md": page(title="T", date=DAY),
    }
    assert read(tmp_path, files, "site/src/content/blog").addresses() == {"a.md": "/blog/a/"}


def test_a_folder_in_a_constant_is_found_and_so_is_a_content_folder_that_no_text_names(tmp_path: Path) -> None:
    loaders = """
export const BLOG_PATH = "src/data/blog";
const blog = defineCollection({ loader: glob({ pattern: "**/[^_]*.md", base: `./${BLOG_PATH}` }) });
const log = defineCollection({ loader: glob({ pattern: "**/*.md", base: `./${computed()}` }) });
"""
    files = {
        "astro.config.ts": CONFIG,
        "src/content.config.ts": loaders,
        "src/data/blog/a.md": page(title="T", date=DAY),
        "src/data/blog/_b.md": page(title="T", date=DAY),
        "src/data/log/c.md": page(title="T", date=DAY),
        "src/data/log/newsbot.yaml": "generator: astro\n",
    }
    assert read(tmp_path, files, "src/data").addresses() == {"blog/a.md": "/blog/a/"}
    assert read(tmp_path, {}, "src/data/log").addresses() == {"c.md": "/log/c/"}


@pytest.mark.parametrize(
    ("says", "text", "moment"),
    [
        ("YAML without a zone is UTC", page(title="T", date="2026-03-01 23:30:00"), "2026-03-01T23:30"),
        ("an offset", page(title="T", date="2026-03-01T23:30:00-05:00"), "2026-03-02T04:30"),
        ("a TOML time is the building machine's", '+++\ntitle = "T"\ndate = 2026-03-01T23:30:00\n+++\n',
         "2026-03-02T04:30"),
        ("a TOML day is UTC", '+++\ntitle = "T"\ndate = 2026-03-01\n+++\n', "2026-03-01T00:00"),
        ("words are the building machine's", page(title="T", pubDate="Jul 08 2022"), "2022-07-08T04:00"),
        ("after blank lines, closed by a line that begins with dashes", "\n\n---\ntitle: T\ndate: 2026-03-01\n---x\n",
         "2026-03-01T00:00"),
        ("after a byte-order mark", b"\xef\xbb\xbf---\ntitle: T\ndate: 2026-03-01\n---\n", "2026-03-01T00:00"),
    ],
)  # fmt: skip
def test_a_date_is_astros(tmp_path: Path, says: str, text: str | bytes, moment: str) -> None:
    story = one(tmp_path, text, zone="America/New_York" if "machine" in says else "UTC").story()
    assert story.published_at.strftime("%Y-%m-%dT%H:%M") == moment


@pytest.mark.parametrize(("draft", "published"), [("true", False), ("yes", False), ("1", False), ("false", True)])
def test_a_draft_hides_although_astro_has_no_such_rule(tmp_path: Path, draft: str, published: bool) -> None:
    assert one(tmp_path, page(title="T", date=DAY, draft=draft)).story().published is published


def test_a_date_to_come_is_an_embargo(tmp_path: Path) -> None:
    story = one(tmp_path, page(title="T", date="2027-03-01")).story()
    assert story.published and story.published_at.year == 2027


@pytest.mark.parametrize("text", ["Body\n", "---json\n{}\n---\n", page(title="Undated")])
def test_what_has_no_data_is_no_story_and_no_complaint(tmp_path: Path, text: str) -> None:
    found = one(tmp_path, text)
    assert not found.stories and not found.refused


def test_unfinished_front_matter_is_refused(tmp_path: Path) -> None:
    assert "has no end" in str(one(tmp_path, "---\ntitle: L\n...\nBody\n").refused["blog/a.md"])


def test_an_mdx_page_gives_its_first_paragraph(tmp_path: Path) -> None:
    body = "import X from '../x.astro';\nexport const y = 1;\n\n<X />\n\nHello *there*.\n"
    assert one(tmp_path, page(body, title="T", date=DAY), "blog/a.mdx").story().excerpt == "Hello there."


@pytest.mark.parametrize("hero", ["../../assets/x.jpg", "@assets/x.jpg", "~/assets/x.jpg"])
def test_a_picture_that_only_a_build_can_place_is_left_out(tmp_path: Path, hero: str) -> None:
    files = {
        "astro.config.mjs": CONFIG,
        "src/content/blog/a.md": page(title="T", date=DAY, heroImage=f'"{hero}"'),
        "src/content/blog/b.md": page(title="T", date=DAY, heroImage=f'"{hero}"'),
        "src/assets/x.jpg": b"\xff\xd8\xff\xe0",
    }
    found = read(tmp_path, files, "src/content")
    assert all(not story.pictures and not story.as_read.warnings for story in found.stories.values())
    assert len(found.notes) == (1 if hero.startswith("..") else 0)
    whole = read(tmp_path, files, ".")
    assert len(whole.stories["src/content/blog/a.md"].pictures) == (1 if hero.startswith("..") else 0)


@pytest.mark.parametrize(
    ("hero", "url"),
    [("/img/x.jpg", "https://example.org/img/x.jpg"), ("https://cdn.example/x.png", "https://cdn.example/x.png")],
)
def test_a_hero_image_is_the_picture(tmp_path: Path, hero: str, url: str) -> None:
    story = one(tmp_path, page(title="T", date=DAY, heroImage=hero)).story()
    assert [picture.url for picture in story.pictures] == [url]
