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
    assert answer.out.startswith("2 files, 1 refused, 1 warning, in ")
    assert sorted(line.split(": ")[:2] for line in answer.err.splitlines()) == [
        ["news/bad.md:3", "publishedDateTime"],
        ["news/bad.md:4", "heat"],
        ["news/bad.md:5", "webUrl"],
    ]


async def test_a_field_that_is_no_yaml_is_named_and_the_story_goes_in(shell):
    shell.article("news/a.md", "A")
    given = (shell.folder / "news/a.md").read_text("utf-8")
    shell.write("news/a.md", given.replace("---\n", "---\ntopics: [AI #ML, Robots]\n", 1))
    warning = "news/a.md:2: topics: warning: not YAML: the list that begins with [ does not end, or misses a comma"
    checked = await shell("check", "news")
    assert (checked.status, checked.err.count("\n")) == (0, 1) and checked.err.startswith(warning)
    imported = await shell("import", "news")
    assert (imported.status, imported.out) == (0, "1 draft\n") and imported.err.startswith(warning)


@pytest.mark.parametrize("path", ["nowhere.md", "nowhere", "nowhere/at.all"])
async def test_a_path_that_is_not_there_is_refused(shell, path):
    for command in ("check", "import"):
        answer = await shell(command, path)
        assert answer.status == 1
        assert answer.err.startswith(f"{path}:0: file: is not there")


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


FIELDS = "title: A\npublishedDateTime: 2021-02-12\nwebUrl: https://example.com/a\n"
ROBOTICS = "taxonomy: topic\n_id: robotics\nname: Robotics\nshortname: Robots\nhashtags: '#automata'\n"


def _with_topics(shell, topics, path="news/a.md", more=""):
    shell.write(path, f"---\n{FIELDS}{more}topics: {topics}\n---\n")


@pytest.mark.parametrize("written", ["tags: [AI]", "topic: AI", "publised: true", "Topics: AI"])
async def test_a_field_that_looks_like_a_slip_is_a_warning_and_no_refusal(shell, written):
    shell.write("news/a.md", f"---\n{FIELDS}{written}\n---\n")
    answer = await shell("check", "news")
    name, meant = written.partition(":")[0], "published" if written.startswith("p") else "topics"
    assert (answer.status, answer.err) == (
        0,
        f"news/a.md:5: {name}: warning: is not read; perhaps {meant} is meant\n",
    )
    assert answer.out.startswith("1 file, all accepted, 1 warning, in ")
    imported = await shell("import", "news")
    assert (imported.status, imported.err) == (0, answer.err)


async def test_a_date_under_another_name_is_refused_and_named(shell):
    shell.write("news/a.md", "---\ntitle: A\nwebUrl: https://example.com/a\ndate: 2021-02-12\n---\n")
    answer = await shell("check", "news")
    assert answer.status == 1
    assert answer.err.splitlines() == [
        "news/a.md:0: publishedDateTime: is missing; “date” is not read",
        "news/a.md:4: date: warning: is not read; perhaps publishedDateTime is meant",
    ]


@pytest.mark.parametrize("slip", ["Robotik", "robotic", "Roboitcs", "Robot", "'#robotiks'", "Automatas"])
async def test_a_topic_close_to_one_of_the_same_folder_is_a_warning(shell, slip):
    shell.write("news/topics/robotics.yaml", ROBOTICS)
    _with_topics(shell, f"[Robotics, {slip}]")
    answer = await shell("check", "news")
    assert answer.status == 0
    bare = slip.strip("'#")
    assert answer.err == f"news/a.md:5: topics: warning: “{bare}” is no known topic; perhaps Robotics is meant\n"


@pytest.mark.parametrize("word", ["machine learning", "Machine-Learning", "machine lerning"])
async def test_a_topic_that_is_a_keyword_of_a_known_one_or_close_to_it_is_a_warning(shell, word):
    shell.write("news/topics/ai.yaml", "taxonomy: topic\n_id: ai\nname: AI\nkeywords: [machine learning, models]\n")
    _with_topics(shell, f"[AI, {word}]")
    answer = await shell("check", "news")
    warning = f"news/a.md:5: topics: warning: “{word}” is no known topic; perhaps AI is meant\n"
    assert (answer.status, answer.err) == (0, warning)


async def test_each_topic_of_a_list_is_named_by_its_own_line(shell):
    shell.write("news/topics/robotics.yaml", ROBOTICS)
    _with_topics(shell, "\n  - Robotics\n  - Robotik")
    assert (await shell("check", "news")).err.startswith("news/a.md:7: topics: warning: “Robotik” is")


@pytest.mark.parametrize(
    "known", ["Robotics", "robots", "'#Automata'", "'Robots, robotics'", "Energy", "Gardening", "AI"]
)
async def test_a_known_topic_and_one_that_is_simply_new_are_no_warnings(shell, known):
    shell.write("news/topics/robotics.yaml", ROBOTICS)
    _with_topics(shell, known)
    answer = await shell("check", "news")
    assert (answer.status, answer.err) == (0, "")


async def test_a_name_with_a_comma_in_a_list_or_of_a_known_topic_stays_one(shell):
    shell.write("news/topics/one.yaml", "taxonomy: topic\n_id: one\nname: AI, Robotics\n")
    _with_topics(shell, "AI, Robotics", "news/a.md")
    _with_topics(shell, "['Wind, Waves']", "news/b.md", "originalUrl: https://example.com/b\n")
    _with_topics(shell, "Wind, Sun", "news/c.md", "slug: c\n")
    (shell.folder / "news/b.md").write_text(
        (shell.folder / "news/b.md").read_text().replace("webUrl: https://example.com/a\n", "")
    )
    text = (shell.folder / "news/c.md").read_text()
    (shell.folder / "news/c.md").write_text(text.replace("example.com/a", "example.com/c"))
    assert (await shell("check", "news")).err == ""
    await shell("import", "news")
    bear = (
        "SELECT a.slug, t.name FROM article_topics JOIN articles a ON a.number = article "
        "JOIN topics t ON t.number = topic ORDER BY 1, place"
    )
    assert shell.rows(bear) == [
        ("a", "AI, Robotics"),
        ("b", "Wind, Waves"),
        ("c", "Wind"),
        ("c", "Sun"),
    ]


async def test_check_compares_with_the_content_folder_and_the_database_and_changes_neither(shell):
    shell.write("content/robotics.yaml", ROBOTICS)
    _with_topics(shell, "Robotik", "new/a.md")
    assert "perhaps Robotics is meant" in (await shell("check", "new")).err
    await shell("import", "content")
    (shell.folder / "content/robotics.yaml").unlink()
    before = {path: path.stat().st_mtime_ns for path in (shell.folder / "data").iterdir()}
    assert "perhaps Robotics is meant" in (await shell("check", "new/a.md")).err
    assert {path: path.stat().st_mtime_ns for path in (shell.folder / "data").iterdir()} == before


async def test_check_works_beside_a_file_that_is_no_database(shell):
    shell.write("data/newsbot.db", "not a database at all")
    _with_topics(shell, "Robotik")
    answer = await shell("check", "news")
    assert (answer.status, answer.err) == (0, "")


REPOSITORY = {
    "README.md": "# Our site\n\n---\n\nRun `make`: it builds everything.\n",
    "LICENSE.txt": "MIT License\n\nCopyright (c) 2026: the authors\n",
    "CHANGELOG.markdown": "## 1.0\n- a: b: c\n",
    "package.json": '{"name": "site", "version": "1.0.0", "private": true}',
    "package-lock.json": "[]",
    "tsconfig.json": '{\n  // comments\n  "compilerOptions": {},\n}',
    "_config.yml": "title: Our site\nurl: https://example.com\n",
    "mkdocs.yml": "site_name: Our site\nx: !!python/name:a.b\n",
    "docker-compose.yml": "services:\n  web: {image: nginx}\n",
    "deploy/all.yaml": "kind: Service\n---\nkind: Deployment\n",
    "data/people.yml": "- Ann\n- Ben\n",
    "data/team.yaml": "- name: Ann\n  title: Editor\n- name: Ben\n  title: Publisher\n",
    "data/team.json": '[{"name": "Ann",\n"title": "Editor"}]',
    "notes/caf.txt": "Only words.\n",
    ".github/workflows/ci.yml": "on: push\n",
    "robots.txt": "User-agent: *\nDisallow:\n",
}


async def test_the_other_files_of_a_sites_repository_are_no_articles_and_no_complaints(shell):
    for path, text in REPOSITORY.items():
        shell.write(f"site/{path}", text)
    shell.article("site/_posts/one.md", "One")
    answer = await shell("check", "site")
    assert (answer.status, answer.err) == (0, "")
    assert answer.out.startswith("1 file, all accepted, 15 others are no articles, in ")
    for expected in ("1 draft\n", "nothing new\n"):
        answer = await shell("import", "site")
        assert (answer.status, answer.out, answer.err) == (0, expected, "")


async def test_what_was_meant_as_an_article_or_was_one_is_still_refused(shell):
    shell.write("news/half.yaml", "title: Half a story\n")
    shell.write("news/broken.json", '{"title": "A",}')
    shell.write("news/dated.md", "publishedDateTime: 2026-01-01\nheat: [\n")
    shell.write("news/fenced.md", "---\nlayout: page\n---\n")
    shell.article("news/one.md", "One")
    answer = await shell("check", "news")
    assert answer.status == 1 and answer.out.startswith("5 files, 4 refused, in ")
    await shell("import", "news/one.md")
    shell.write("news/one.md", "The front matter was deleted by mistake.\n")
    answer = await shell("import", "news/one.md")
    assert answer.status == 1 and answer.err.startswith("news/one.md:1: file: has no fields")


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("a.json", '{"heat": 1, "title": "A", "webUrl": "https://a.example/1",}', "not JSON: a name in double quotes"),
        ("b.json", '[{"title": "A", "publishedDateTime": "2026-01-01"}]', "holds a list; put each article in a file"),
        ("c.yaml", "- heat: 1\n  webUrl: https://a.example/1\n", "holds a list; put each article in a file"),
        ("d.md", "{'heat': 1, 'title': 'A', 'webUrl': 'https://a.example/1'", "not YAML"),
    ],
)
async def test_what_programs_write_into_one_line_or_one_list_is_refused_and_not_passed_over(shell, name, text, reason):
    shell.write(f"news/{name}", text)
    answer = await shell("check", "news")
    assert answer.status == 1 and answer.err.startswith(f"news/{name}:1: file: {reason}")


@pytest.mark.parametrize("alias", ["", "https://example.com/news/old.md", "/news/old.md/"])
async def test_a_renamed_file_with_its_new_link_goes_on_with_its_story(shell, alias):
    old = shell.article("content/old.md", "One", link="https://example.com/news/old.md")
    await shell("import", "content")
    text = old.read_text().replace("news/old.md", "news/new.md")
    old.unlink()
    if alias:
        text = text.replace("One", "One, mended").replace("topics", f"aliases: [{alias}]\ntopics")
    shell.write("content/new.md", text)
    assert (await shell("import", "content")).out == "1 updated\n"
    assert shell.rows("SELECT number, slug FROM articles") == [(1, "new")]
    assert shell.rows("SELECT slug FROM article_slugs") == [("old",)]


async def test_a_new_file_that_says_something_else_is_another_story_and_so_is_one_beside_the_old(shell):
    old = shell.article("content/old.md", "One")
    await shell("import", "content")
    shell.article("content/copy.md", "One")
    assert (await shell("import", "content")).out == "1 draft\n"
    old.unlink()
    shell.article("content/other.md", "Two")
    assert (await shell("import", "content")).out == "1 draft\n"
