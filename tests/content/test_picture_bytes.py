"""The bytes of a picture: followed only to public places, never too many, never from outside of the folder."""

import asyncio
import gzip
import os
import zlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.content.web.pictures import MAX_REDIRECTS, picture_bytes
from bot.domain.article import Picture
from bot.domain.limits import PHOTO_BYTES

END = b"\x00\x00\x00\x00IEND\xaeB`\x82"
PNG = b"\x89PNG\r\n\x1a\n" + END + b"x" * 100
WEBP = b"RIFF\x00\x00\x00\x00WEBPVP8 "
HERE, BESIDE = "127.0.0.1", "127.0.0.2"  # both lead to the server; only the first is admitted


class Shop:
    """A web server with pictures; `asked` are the paths it was asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.server: TestServer

    def url(self, path: str, host: str = HERE) -> str:
        return f"http://{host}:{self.server.port}{path}"

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request.path)
        match request.path.split("/")[1:]:
            case ["picture"]:
                return web.Response(body=PNG)
            case ["webp"]:
                return web.Response(body=WEBP, content_type="text/plain")
            case ["sound"]:
                return web.Response(body=b"RIFF\x00\x00\x00\x00WAVEfmt ", content_type="image/png")
            case ["page"]:
                return web.Response(text="<html>", content_type="image/png")
            case ["nothing"]:
                return web.Response(body=b"")
            case ["gone"]:
                return web.Response(status=404, body=PNG)
            case ["exact"]:
                return web.Response(body=PNG.ljust(PHOTO_BYTES, b"x"))
            case ["large"]:
                return web.Response(body=PNG.ljust(PHOTO_BYTES + 1, b"x"))
            case ["bomb"]:
                packed = gzip.compress(PNG.ljust(4 * PHOTO_BYTES, b"x"))
                return web.Response(body=packed, headers={"Content-Encoding": "gzip"})
            case ["packed", coding]:
                pack = {"gzip": gzip.compress, "x-gzip": gzip.compress, "deflate": zlib.compress}.get(coding, bytes)
                packed = pack(PNG)
                return web.Response(body=packed, headers={"Content-Encoding": coding})
            case ["damaged"]:
                return web.Response(body=PNG, headers={"Content-Encoding": "gzip"})
            case ["cut"]:
                return web.Response(body=gzip.compress(PNG)[:-12], headers={"Content-Encoding": "gzip"})
            case ["slow"]:
                await asyncio.sleep(0.1)
                raise web.HTTPFound("/slow")
            case ["endless"]:
                stream = web.StreamResponse()
                await stream.prepare(request)
                try:
                    await stream.write(PNG)
                    for _ in range(4 * PHOTO_BYTES // 65_536):
                        await stream.write(b"x" * 65_536)
                except ConnectionError:
                    pass
                return stream
            case ["away", *place]:
                raise web.HTTPFound(f"http://{BESIDE}:{self.server.port}/{'/'.join(place)}")
            case ["near"]:
                raise web.HTTPMovedPermanently("/picture")
            case ["round"]:
                raise web.HTTPFound("/round")
            case ["odd"]:
                raise web.HTTPFound("http://[::1")
            case ["file"]:
                raise web.HTTPFound("file:///etc/passwd")
        raise AssertionError(request.path)


@pytest.fixture
async def shop() -> AsyncIterator[Shop]:
    shop = Shop()
    app = web.Application()
    app.router.add_get("/{path:.*}", shop.answer)
    async with TestServer(app, host="0.0.0.0") as server:
        shop.server = server
        yield shop


async def _fetched(url: str) -> bytes | None:
    return await picture_bytes(Picture(url), None, admits=lambda address: address == HERE)


@pytest.mark.parametrize(("path", "data"), [("/picture", PNG), ("/webp", WEBP), ("/near", PNG)])
async def test_a_picture_is_fetched_by_what_it_is(shop: Shop, path: str, data: bytes) -> None:
    assert await _fetched(shop.url(path)) == data


@pytest.mark.parametrize("path", ["/sound", "/page", "/nothing", "/gone", "/odd", "/file"])
async def test_what_is_no_picture_is_none(shop: Shop, path: str) -> None:
    assert await _fetched(shop.url(path)) is None


async def test_a_picture_may_be_as_large_as_telegram_allows_and_no_larger(shop: Shop) -> None:
    data = await _fetched(shop.url("/exact"))
    assert data is not None and len(data) == PHOTO_BYTES
    for path in ("/large", "/bomb", "/endless"):
        assert await _fetched(shop.url(path)) is None


@pytest.mark.parametrize("coding", ["gzip", "x-gzip", "deflate"])
async def test_what_a_server_compresses_unasked_is_unpacked_where_that_can_be_bounded(shop: Shop, coding: str) -> None:
    assert await _fetched(shop.url(f"/packed/{coding}")) == PNG


@pytest.mark.parametrize("coding", ["br", "zstd", "gzip, br", "compress"])
async def test_a_coding_whose_unpacking_cannot_be_bounded_is_as_good_as_no_answer(shop: Shop, coding: str) -> None:
    assert await _fetched(shop.url(f"/packed/{coding}")) is None


async def test_a_picture_that_ends_before_its_packing_does_is_none(shop: Shop) -> None:
    assert await _fetched(shop.url("/cut")) is None
    assert await _fetched(shop.url("/damaged")) is None


async def test_one_deadline_covers_all_redirects_together(shop: Shop) -> None:
    """Five answers of 100 ms each take longer than a deadline that every single one of them would keep."""
    admitted = {"admits": lambda address: address == HERE}
    assert await picture_bytes(Picture(shop.url("/slow")), None, deadline=0.25, **admitted) is None
    assert len(shop.asked) <= 3


async def test_a_private_address_is_not_even_asked(shop: Shop) -> None:
    assert await _fetched(shop.url("/picture", BESIDE)) is None
    assert await _fetched(shop.url("/picture", "127.2")) is None  # a spelling of 127.0.0.2 that resolvers accept
    assert shop.asked == []


async def test_a_redirect_to_a_private_address_is_not_followed(shop: Shop) -> None:
    assert await _fetched(shop.url("/away/picture")) is None
    assert shop.asked == ["/away/picture"]


async def test_without_being_told_otherwise_no_local_server_is_reached(shop: Shop) -> None:
    for host in (HERE, "localhost", "2130706433", "[::ffff:127.0.0.1]"):
        assert await picture_bytes(Picture(shop.url("/picture", host)), None) is None
    assert shop.asked == []


async def test_redirects_end(shop: Shop) -> None:
    assert await _fetched(shop.url("/round")) is None
    assert len(shop.asked) == MAX_REDIRECTS + 1


@pytest.mark.parametrize("url", ["", "not a link", "ftp://a.example/x", "http://[::1", "http://nowhere.invalid/x.png"])
async def test_what_cannot_be_asked_for_is_none(url: str) -> None:
    assert await picture_bytes(Picture(url), None) is None


async def _read(root: Path | None, path: str) -> bytes | None:
    return await picture_bytes(Picture(path, is_local=True), root)


async def test_a_local_picture_is_read_from_the_folder_only(tmp_path: Path) -> None:
    root = tmp_path / "content"
    (root / "a").mkdir(parents=True)
    (root / "a" / "inside.png").write_bytes(PNG)
    (tmp_path / "outside.png").write_bytes(PNG)
    (root / "out.png").symlink_to(tmp_path / "outside.png")
    (root / "in.png").symlink_to(root / "a" / "inside.png")
    (root / "loop.png").symlink_to(root / "loop.png")
    (root / "words.png").write_text("words")
    (root / "large.png").write_bytes(PNG.ljust(PHOTO_BYTES + 1, b"x"))
    os.mkfifo(root / "pipe.png")
    assert await _read(root, "a/inside.png") == await _read(root, "in.png") == PNG
    assert await _read(None, "a/inside.png") is None
    refused = ("out.png", "../outside.png", str(tmp_path / "outside.png"), "a", "missing.png", "nul\0.png")
    for path in (*refused, "loop.png", "words.png", "large.png", "pipe.png"):
        assert await _read(root, path) is None, path


async def _written(place: Path, pieces: list[bytes], age: float) -> tuple[bytes | None, float]:
    """Read a picture while one piece a second is added to it; return what was read, and the seconds it took."""
    place.write_bytes(pieces.pop(0))
    written, now = 1000.0, 1000.0 + age
    os.utime(place, (written, written))

    async def pause(seconds: float) -> None:
        nonlocal now
        now += seconds
        if pieces and now % 1 == 0:
            place.write_bytes(place.read_bytes() + pieces.pop(0))
            os.utime(place, (now, now))

    picture = Picture(place.name, is_local=True)
    return await picture_bytes(picture, place.parent, wall=lambda: now, pause=pause), now - 1000.0 - age


async def test_a_local_picture_that_is_being_replaced_is_read_once_it_is_whole(tmp_path: Path) -> None:
    pieces = [PNG[:9], PNG[9:15], PNG[15:]]
    assert await _written(tmp_path / "a.png", pieces, age=0.0) == (PNG, 2.0)


async def test_a_picture_without_an_end_is_waited_for_ten_seconds_and_an_old_one_not_at_all(tmp_path: Path) -> None:
    assert await _written(tmp_path / "a.png", [PNG[:9]], age=0.0) == (PNG[:9], 10.0)
    assert await _written(tmp_path / "a.png", [PNG[:9]], age=-86_400.0) == (PNG[:9], 10.0)  # a clock that is ahead
    assert await _written(tmp_path / "a.png", [PNG[:9]], age=11.0) == (PNG[:9], 0.0)
