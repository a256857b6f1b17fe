"""Scanning the content folder: what is new, changed, unchanged, refused and gone."""

from __future__ import annotations

import os
import shutil
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.content.articles.surroundings import ReadingRules
from bot.content.files.fingerprint import Fingerprint, hash_of, look_of, trusted_look
from bot.content.files.folder import Found, Gone, scan
from bot.content.files.reader import read_file
from bot.domain.article import Story
from bot.domain.topic import TopicFile
from bot.errors import ContentError

RULES = ReadingRules(ZoneInfo("UTC"))
LONG_AGO = time.time() - 3600


def article(title: str = "A", more: str = "") -> str:
    return f"---\ntitle: {title}\nwebUrl: https://example.com/{title}\npublishedDateTime: 2021-01-01\n{more}---\n"


class Folder:
    """A content folder and the memory of its last scan."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.known: dict[str, str] = {}

    def write(self, path: str, content: str | bytes, at: float = LONG_AGO) -> Path:
        place = self.root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content if isinstance(content, bytes) else content.encode())
        os.utime(place, (at, at))
        return place

    def scan(self) -> dict[str, Story | TopicFile | ContentError | str | None]:
        found: dict[str, Story | TopicFile | ContentError | str | None] = {}
        for item in scan(self.root, self.known, rules=RULES):
            assert item.path not in found
            if isinstance(item, Gone):
                found[item.path] = "gone"
            else:
                found[item.path] = item.result
        self.known = {
            item.path: item.fingerprint for item in scan(self.root, {}, rules=RULES) if isinstance(item, Found)
        }
        return found

    def reasons(self) -> dict[str, str]:
        return {path: str(result) for path, result in self.scan().items() if isinstance(result, ContentError)}


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    (tmp_path / "content").mkdir()
    return Folder(tmp_path / "content")


def test_a_scan_finds_what_is_new_changed_and_gone(folder):
    folder.write("b.md", article("B"))
    folder.write("deep/er/a.md", article("A"))
    folder.write("topic.yaml", "taxonomy: topic\n_id: x\nname: X")
    first = folder.scan()
    assert list(first) == ["b.md", "deep/er/a.md", "topic.yaml"]
    assert isinstance(first["b.md"], Story) and isinstance(first["topic.yaml"], TopicFile)
    assert folder.scan() == {"b.md": None, "deep/er/a.md": None, "topic.yaml": None}

    folder.write("b.md", article("B2"))
    (folder.root / "deep/er/a.md").rename(folder.root / "c.md")
    third = folder.scan()
    assert isinstance(third["b.md"], Story) and third["b.md"].title == "B2"
    assert isinstance(third["c.md"], Story) and third["deep/er/a.md"] == "gone" and third["topic.yaml"] is None


def test_a_file_that_was_only_touched_or_replaced_by_the_same_bytes_is_unchanged(folder):
    place = folder.write("a.md", article())
    folder.scan()
    os.utime(place)
    assert folder.scan() == {"a.md": None}
    place.unlink()
    folder.write("a.md", article())
    assert folder.scan() == {"a.md": None}


def test_a_change_that_keeps_size_and_time_is_seen(folder):
    folder.write("a.md", article("A"))
    folder.scan()
    folder.write("a.md", article("B"))
    changed = folder.scan()["a.md"]
    assert isinstance(changed, Story) and changed.title == "B"


def test_a_file_that_looks_the_same_is_not_read(folder):
    place = folder.write("a.md", article())
    # Had it been read, its bytes would differ from these.
    fingerprint = str(Fingerprint(look_of(place.stat()), hash_of(b"other bytes")))
    assert list(scan(folder.root, {"a.md": fingerprint}, rules=RULES)) == [Found("a.md", fingerprint, None)]


def test_a_look_is_not_trusted_while_the_file_might_change_within_one_tick(folder):
    state = folder.write("a.md", article()).stat()
    newest = max(state.st_mtime_ns, state.st_ctime_ns)
    assert trusted_look(state, newest + 10**9) != look_of(state)
    assert trusted_look(state, newest + 10**10) == look_of(state)


def test_the_same_refusal_is_told_once(folder):
    folder.write("a.md", "---\ntitle: A\n---\n")
    os.mkfifo(folder.root / "pipe.md")
    assert set(folder.reasons()) == {"a.md", "pipe.md"}
    assert folder.scan() == {"a.md": None, "pipe.md": None}


def test_an_article_that_waits_for_its_picture_is_read_again_when_it_comes(folder):
    folder.write("n/a.md", article(more="images: [{url: a.png}, {url: b.png}]\n"))
    first = folder.scan()["n/a.md"]
    assert isinstance(first, Story) and first.pictures == ()
    assert [warning.reason for warning in first.as_read.warnings] == [
        f"“{name}.png” is neither a link nor a file beside this one" for name in "ab"
    ]
    assert folder.scan() == {"n/a.md": None}
    folder.write("n/a.png", b"\x89PNG")
    folder.write("n/b.png", b"\x89PNG")
    came = folder.scan()["n/a.md"]
    assert isinstance(came, Story) and [picture.url for picture in came.pictures] == ["n/a.png", "n/b.png"]
    assert folder.scan() == {"n/a.md": None}


def test_hidden_and_passing_files_are_left_alone(folder):
    for name in (
        ".hidden.md",
        ".git/a.md",
        "a.md~",
        ".a.md.swp",
        "#a.md#",
        ".#a.md",
        "~$a.md",
        "4913",
        "a.md.tmp",
        "a.md___jb_tmp___",
        "a.png",
        "deep/.b.md",
    ):
        folder.write(name, article())
    assert folder.scan() == {}
    folder.write("UPPER.MD", article())
    assert list(folder.scan()) == ["UPPER.MD"]


def test_links_are_followed_inside_only_and_each_file_is_found_once(folder, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.md").write_text(article("S"))
    folder.write("real.md", article())
    folder.write(".data/hidden.md", article("H"))
    for link, target in {
        "out.md": outside / "secret.md",
        "outdir": outside,
        "broken.md": "nothing.md",
        "self.md": "self.md",
        "again.md": "real.md",
        "mounted.md": ".data/hidden.md",
        "loop": ".",
        "deep/up": "../..",
        "dir": ".data",
    }.items():
        (folder.root / link).parent.mkdir(exist_ok=True)
        (folder.root / link).symlink_to(target)
    found = folder.scan()
    assert [path for path, result in found.items() if isinstance(result, Story)] == ["dir/hidden.md", "real.md"]
    assert {path: str(result) for path, result in found.items() if isinstance(result, ContentError)} == {
        "broken.md": "broken.md:0: file: is a link that leads nowhere",
        "out.md": "out.md:0: file: is a link that leads out of the content folder",
        "self.md": "self.md:0: file: is a link that leads nowhere",
    }


def test_a_missing_or_closed_folder_makes_nothing_gone(folder):
    folder.write("a/b.md", article("B"))
    folder.write("c.md", article("C"))
    folder.scan()
    known = dict(folder.known)
    shutil.rmtree(folder.root / "a")
    assert [item for item in scan(folder.root, known, rules=RULES) if isinstance(item, Gone)] == [Gone("a/b.md")]
    shutil.rmtree(folder.root)
    assert list(scan(folder.root, known, rules=RULES)) == []


def test_files_that_vanish_during_the_scan_are_gone_without_a_traceback(folder):
    for number in range(10):
        folder.write(f"{number}.md", article(str(number)))
    folder.scan()
    for number in range(10):
        folder.write(f"{number}.md", article(f"{number}x"))
    items: Iterator[Found | Gone] = scan(folder.root, folder.known, rules=RULES)
    first = next(items)
    shutil.rmtree(folder.root)
    rest = list(items)
    assert first.path == "0.md"
    assert [item.path for item in rest] == [f"{number}.md" for number in range(1, 10)]
    assert all(isinstance(item, Gone) for item in rest)


def test_a_file_that_may_not_be_read_is_named(folder):
    place = folder.write("a.md", article())
    place.chmod(0)
    if os.access(place, os.R_OK):
        pytest.skip("this user may read everything")
    assert folder.reasons() == {"a.md": "a.md:0: file: may not be read by this user"}


def bomb() -> str:
    lines = ["a0: &a0 [" + ", ".join(["lol"] * 9) + "]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 20)]
    return "---\n" + "\n".join(lines) + "\n---\n"


HOSTILE: dict[str, str | bytes] = {
    "latin1": article("caf").encode().replace(b"caf", b"caf\xe9", 1),
    "utf16": article().encode("utf-16"),
    "empty": "",
    "blank": "\ufeff\r\n",
    "binary": bytes(range(256)) * 8,
    "nul": article("a\x00b"),
    "bell": article("a\x07b"),
    "huge": article(more=f"excerpt: {'x' * 2**20}\n"),
    "bomb": bomb(),
    "self-alias": "a: &a [*a]",
    "python": "a: !!python/object/apply:os.system ['touch /tmp/x']",
    "python-name": "a: !!python/name:os.system",
    "tag": article(more="x: !include /etc/passwd\n"),
    "doubled": article(more="title: B\n"),
    "deep": "a: " + "[" * 10_000,
    "deep-blocks": "- " * 100_000,
    "deep-braces": "{" * 500_000,
    "directives": "".join(f"%TAG !a{i}! b\n" for i in range(50_000)),
    "prose": "Only words here.\n",
    "list": "- a\n- b\n",
    "open-quote": '---\ntitle: "A\n---\n',
    "colon": "---\ntitle: A: B\n---\n",
    "tab": "---\na:\n\tb: 1\n---\n",
    "no-title": article().replace("title: A\n", ""),
    "no-link": article().replace("webUrl", "url"),
    "no-date": article().replace("publishedDateTime", "date"),
    "bad-date": article().replace("2021-01-01", "31.02.2026"),
    "far-date": article().replace("2021-01-01", "9999-12-31"),
    "javascript": article().replace("https:", "javascript:"),
    "file-link": article().replace("https://example.com", "file:///etc/passwd"),
    "private": article().replace("example.com", "192.168.1.1"),
    "metadata": article(more="images: [{url: 'http://169.254.169.254/latest'}]\n"),
    "related": article(more="related: [{title: R, webUrl: 'http://[::1]/'}]\n"),
    "amp": article(more="ampWebUrl: 'javascript:alert(1)'\n"),
    "topics": article(more=f"related: [{'a,' * 3000}]\n"),
    "escape": article(more="images: [{url: ../../etc/passwd}]\n"),
    "taxonomy": article(more="taxonomy: event\n"),
    "invisible": article("'\u202e\u2066\u200b'"),
}


def test_forty_hostile_files_beside_ten_good_ones(folder, tmp_path):
    for number in range(10):
        folder.write(f"good-{number}.md", article(f"G{number}"))
    for name, content in HOSTILE.items():
        folder.write(f"bad-{name}.md", content)
    folder.write("bad-json.json", '{"title": "A",}')
    (tmp_path / "secret.md").write_text(article("S"))
    (folder.root / "bad-link.md").symlink_to("../secret.md")
    (folder.root / "bad-folder.md").mkdir()
    os.mkfifo(folder.root / "bad-pipe.md")
    here = os.open(folder.root, os.O_RDONLY)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(f"/proc/self/fd/{here}/bad-socket.md")
        found = folder.scan()
    os.close(here)

    warned = {f"bad-{name}.md" for name in ("metadata", "related", "amp", "topics", "escape", "tag")}
    for path in warned:
        taken = found.pop(path)
        assert isinstance(taken, Story) and taken.as_read.warnings and not (taken.pictures or taken.related)
    good = [path for path, result in found.items() if isinstance(result, Story)]
    bad = {path: result for path, result in found.items() if isinstance(result, ContentError)}
    assert good == [f"good-{number}.md" for number in range(10)]
    assert len(bad) == len(HOSTILE) - len(warned) + 5 and len(found) >= 40 and len(bad) + len(good) == len(found)
    for path, refusal in bad.items():
        for complaint in refusal.complaints:
            assert complaint.path == path and complaint.reason and complaint.field
            assert "\n" not in str(complaint) and len(str(complaint)) < 400


def test_a_name_that_cannot_be_shown_is_refused(folder):
    folder.write("a\u202egm.md", article())
    folder.write("b\nc.md", article())
    (Path(os.fsdecode(os.fsencode(folder.root) + b"/\xff.md"))).write_text(article())
    assert folder.reasons() == {
        path: f"{path}:0: file: has a name that cannot be shown; rename it"
        for path in ("a\\x202egm.md", "b\\x0ac.md", "\\xdcff.md")
    }
    assert set(folder.scan().values()) == {None}


@pytest.mark.parametrize("name", ["x.exe", "x", "missing.md", "out.md", "a\x00.md"])
def test_the_single_door_refuses_what_a_scan_would(folder, tmp_path, name):
    (tmp_path / "secret.md").write_text(article())
    (folder.root / "out.md").symlink_to("../secret.md")
    with pytest.raises(ContentError) as caught:
        read_file(folder.root / name, root=folder.root, rules=RULES)
    assert len(caught.value.complaints) == 1
