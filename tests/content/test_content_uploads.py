"""Archives that a stranger packed: read only as far as reading can be bounded."""

import io
import zipfile

import pytest

from bot.content.files.uploads import MAX_LISTED, files_in
from bot.errors import ContentError

ARTICLE = b"---\ntitle: Grid storage doubles\n---\n"


def _archive(*entries: tuple[str, int]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, method in entries:
            archive.writestr(zipfile.ZipInfo(name), ARTICLE, compress_type=method)
    return packed.getvalue()


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_stored_and_deflated_entries_are_read(method):
    assert files_in("news.zip", _archive(("a.md", method))) == [("a.md", ARTICLE)]


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_an_entry_whose_unpacking_cannot_be_bounded_is_refused_and_the_others_go_in(method):
    """zipfile hands bzip2 and LZMA data to decompressors without a limit; only deflate is given one."""
    (odd, refused), (plain, data) = files_in("news.zip", _archive(("a.md", method), ("b.md", zipfile.ZIP_STORED)))
    assert (odd, plain, data) == ("a.md", "b.md", ARTICLE)
    assert isinstance(refused, ContentError)
    assert [one.reason for one in refused.complaints] == [
        "is packed by a method that is not read here; pack it as an ordinary zip"
    ]


def test_a_directory_without_end_is_refused_before_it_is_read():
    names = [(f".{number}", zipfile.ZIP_STORED) for number in range(MAX_LISTED + 1)]
    with pytest.raises(ContentError, match="holds more than 200 files"):
        files_in("news.zip", _archive(*names))
