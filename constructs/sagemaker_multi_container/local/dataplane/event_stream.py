"""The encoding of `application/vnd.amazon.eventstream`, in which responses stream.

https://smithy.io/2.0/aws/amazon-eventstream.html
"""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Mapping
from typing import Final

_STRING: Final = 7
"""The type of a header whose value is a string."""


def message(headers: Mapping[str, str], payload: bytes) -> bytes:
    """A message: lengths and their checksum, headers, payload, and the checksum of it all."""
    encoded = b"".join(map(_header, headers.keys(), headers.values()))
    lengths = struct.pack("!II", 16 + len(encoded) + len(payload), len(encoded))
    body = b"".join((lengths, struct.pack("!I", zlib.crc32(lengths)), encoded, payload))
    return body + struct.pack("!I", zlib.crc32(body))


def payload_part(part: bytes) -> bytes:
    """A `PayloadPart`: bytes of the response."""
    return message(
        {":message-type": "event", ":event-type": "PayloadPart", ":content-type": "application/octet-stream"}, part
    )


def exception(code: str, members: Mapping[str, str]) -> bytes:
    """An exception, which ends the stream: `ModelStreamError` or `InternalStreamFailure`."""
    return message(
        {":message-type": "exception", ":exception-type": code, ":content-type": "application/json"},
        json.dumps(dict(members)).encode(),
    )


def _header(name: str, value: str) -> bytes:
    key, content = name.encode(), value.encode()
    return struct.pack("!B", len(key)) + key + struct.pack("!BH", _STRING, len(content)) + content
