"""
JSON that is not quite JSON: what of it is read, and what becomes of the rest.

Telegram's server writes texts as its users' clients sent them, and the parser here refuses half a surrogate pair and
bytes that are not UTF-8 (https://github.com/ijl/orjson#str).
"""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from story import ANNA, StoryHouse

from bot.domain.delivery import Sent, Unsure
from bot.domain.message import Message
from bot.domain.text import Text
from bot.sandbox.world.faults import Page
from bot.telegram_edge.botapi.lenient_json import first_update_id, parsed_leniently
from bot.telegram_edge.botapi.prepared import dumps, parsed, read_reply

ODD = [
    (rb'{"text": "half \ud83d of it"}', {"text": "half \ufffd of it"}),
    (rb'{"text": "\udc00\ud83d\ude00"}', {"text": "\ufffd\U0001f600"}),
    (b'{"text": "caf\xe9"}', {"text": "caf\ufffd"}),
    (b'{"text": "a\x01b"}', {"text": "a\x01b"}),
    (b'\xef\xbb\xbf{"text": "x"}', {"text": "x"}),
    (rb'{"\ud800": [NaN, {"deep": "\udfff"}]}', {"\ufffd": [None, {"deep": "\ufffd"}]}),
]


@pytest.mark.parametrize(("payload", "meant"), ODD)
def test_odd_json_is_read_as_far_as_it_goes(payload: bytes, meant: object) -> None:
    assert parsed(payload) == meant
    dumps(parsed(payload))  # and can be sent back


@pytest.mark.parametrize("payload", [b"", b"{", b'{"a":}', b"<html>", b"[" * 100_000, b"1" * 5_000])
def test_what_is_no_json_is_refused_in_one_way(payload: bytes) -> None:
    with pytest.raises(ValueError):
        parsed(payload)


@given(
    st.recursive(
        st.none() | st.booleans() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
    )
)
def test_json_that_is_in_order_means_the_same_read_leniently(value: object) -> None:
    assert parsed_leniently(json.dumps(value).encode()) == value


def test_offsets_of_entities_stay_right_because_the_replacement_is_as_long() -> None:
    text = parsed(rb'{"text": "a\ud83db"}')["text"]
    assert len(text.encode("utf-16-le")) // 2 == 3


def test_the_id_of_an_update_that_cannot_be_read_is_found_in_what_came() -> None:
    broken = b'{"ok":true,"result":[{"update_id":12,"message":{"text":"\\"update_id\\":7", oops}}]}'
    assert first_update_id(broken) == 12
    assert first_update_id(b'{"ok":true,"result":[{"message":{"text":"\\"update_id\\":7", oops}}]}') is None
    assert first_update_id(b'<html>"update_id":12</html>') is None  # a page in between is nobody's update


@pytest.mark.parametrize("wants_file_id", [False, True])
def test_an_answer_that_says_taken_is_sent_however_odd_its_text(wants_file_id: bool) -> None:
    odd = rb'{"ok":true,"result":{"message_id":7,"text":"\ud83d"}}'
    assert read_reply(200, odd, wants_file_id)[:3] == (200, True, 7)
    broken = b'{"ok":true,"result":{"message_id":7,"text": oops}}'
    assert read_reply(200, broken, wants_file_id)[:3] == (200, True, 7)
    assert not read_reply(502, b'{"ok":false,"description":"oops', wants_file_id).ok


@pytest.mark.parametrize(
    ("body", "outcome"),
    [
        (b'{"result":{"text":"caf\xe9","message_id":7},"ok":true}', Sent(7)),
        (rb'{"ok":true, "result":{"text":"\ud83d","message_id":7}}', Sent(7)),
        (b'{"ok":true, "result":{"text": oops', Unsure("the answer names no message")),
    ],
)
async def test_a_message_that_arrived_is_not_sent_again_for_an_odd_answer(
    house: StoryHouse, body: bytes, outcome: object
) -> None:
    house.world.faults.add(Page(200, body), method="sendMessage", times=1)
    assert await house.ctx.gateway.send(Message(Text("news")), ANNA) == outcome


async def test_an_answer_to_a_person_that_is_odd_is_an_answer(house: StoryHouse) -> None:
    chat = b'"date":1,"chat":{"id":7001,"type":"private"}'
    house.world.faults.add(Page(200, b'{"ok":true,"result":{"message_id":7,%b,"text":"\xff"}}' % chat), times=1)
    said = await house.ctx.bot.send_message(ANNA, "hello")
    assert (said.message_id, said.text) == (7, "\ufffd")
