"""The bytes of a picture: followed only to public places, never too many, never from outside of the folder."""

import gzip
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.content.web.fetching import Fetcher, FetchRules
from bot.content.web.pictures import PictureSource
from bot.domain.article import Picture
from bot.domain.limits import PHOTO_BYTES

END = b"\x00\x00\x00\x00IEND\xaeB`\x82"
PNG = b"\x89PNG\r\n\x1a\n" + END + b"x" * 100
WEBP = b"RIFF\x00\x00\x00\x00WEBPVP8 "
HERE, BESIDE = "127.0.0.1", "127.0.0.2"  # both lead to the server; only the first is admitted
ADMITTED = FetchRules.parse(HERE)


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


async def _fetched(url: str, allow: FetchRules = ADMITTED) -> bytes | None:
    fetcher = Fetcher(allow=allow)
    try:
        return await PictureSource(fetcher=fetcher).bytes_of(Picture(url))
    finally:
        await fetcher.close()


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


async def test_a_private_address_is_not_even_asked(shop: Shop) -> None:
    assert await _fetched(shop.url("/picture", BESIDE)) is None
    assert await _fetched(shop.url("/picture", "127.2")) is None  # a spelling of 127.0.0.2 that resolvers accept
    assert shop.asked == []


async def test_a_redirect_to_a_private_address_is_not_followed(shop: Shop) -> None:
    assert await _fetched(shop.url("/away/picture")) is None
    assert shop.asked == ["/away/picture"]


async def test_without_being_told_otherwise_no_local_server_is_reached(shop: Shop) -> None:
    for host in (HERE, "localhost", "2130706433", "[::ffff:127.0.0.1]"):
        assert await _fetched(shop.url("/picture", host), FetchRules()) is None
    assert shop.asked == []


@pytest.mark.parametrize("url", ["", "not a link", "ftp://a.example/x", "http://[::1", "http://nowhere.invalid/x.png"])
async def test_what_cannot_be_asked_for_is_none(url: str) -> None:
    assert await _fetched(url) is None


async def _read(root: Path | None, path: str) -> bytes | None:
    return await PictureSource(root).bytes_of(Picture(path, is_local=True))


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
    return await PictureSource(place.parent).bytes_of(picture, wall=lambda: now, pause=pause), now - 1000.0 - age


async def test_a_local_picture_that_is_being_replaced_is_read_once_it_is_whole(tmp_path: Path) -> None:
    pieces = [PNG[:9], PNG[9:15], PNG[15:]]
    assert await _written(tmp_path / "a.png", pieces, age=0.0) == (PNG, 2.0)


async def test_a_picture_without_an_end_is_waited_for_ten_seconds_and_an_old_one_not_at_all(tmp_path: Path) -> None:
    assert await _written(tmp_path / "a.png", [PNG[:9]], age=0.0) == (PNG[:9], 10.0)
    assert await _written(tmp_path / "a.png", [PNG[:9]], age=-86_400.0) == (PNG[:9], 10.0)  # a clock that is ahead
    assert await _written(tmp_path / "a.png", [PNG[:9]], age=11.0) == (PNG[:9], 0.0)
