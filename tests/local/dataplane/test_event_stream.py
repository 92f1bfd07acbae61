"""The event stream, read by botocore."""

import json
from collections.abc import Mapping
from typing import Any

from botocore.eventstream import EventStreamBuffer
from hypothesis import given
from hypothesis import strategies as st

from sagemaker_multi_container.local.dataplane import event_stream

NAMES = st.text(min_size=1, max_size=60).filter(lambda name: len(name.encode()) < 256)
VALUES = st.text(max_size=300)


def read(stream: bytes, size: int | None = None) -> list[Mapping[str, Any]]:
    """The headers and the body of each message of a stream that comes in pieces of a size."""
    buffer = EventStreamBuffer()
    messages: list[Mapping[str, Any]] = []
    for start in range(0, len(stream), size or len(stream)):
        buffer.add_data(stream[start : start + (size or len(stream))])
        messages += [each.to_response_dict() for each in buffer]
    return messages


@given(headers=st.dictionaries(NAMES, VALUES, max_size=5), payload=st.binary(max_size=5000))
def test_botocore_reads_what_was_written(headers: dict[str, str], payload: bytes) -> None:
    [message] = read(event_stream.message(headers, payload))
    assert message["headers"] == headers
    assert message["body"] == payload


@given(parts=st.lists(st.binary(max_size=100), min_size=1, max_size=10), size=st.integers(1, 50))
def test_messages_stay_apart_however_they_are_cut(parts: list[bytes], size: int) -> None:
    messages = read(b"".join(map(event_stream.payload_part, parts)), size)
    assert [each["body"] for each in messages] == parts


def test_a_part_is_an_event() -> None:
    [message] = read(event_stream.payload_part(b"\x00part"))
    assert message["headers"] == {
        ":message-type": "event",
        ":event-type": "PayloadPart",
        ":content-type": "application/octet-stream",
    }


@given(said=st.text())
def test_an_exception_has_its_members_as_json(said: str) -> None:
    [message] = read(event_stream.exception("ModelStreamError", {"Message": said, "ErrorCode": "StreamBroken"}))
    assert message["headers"][":message-type"] == "exception"
    assert message["headers"][":exception-type"] == "ModelStreamError"
    assert json.loads(message["body"]) == {"Message": said, "ErrorCode": "StreamBroken"}
