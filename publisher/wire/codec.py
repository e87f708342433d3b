# SPDX-License-Identifier: Apache-2.0
"""Bytes of the messages: JSON, typed and validated, one schema version per message.

Decoding is total: any bytes give a struct or a ``DecodeError`` that names its reason; nothing else
is raised. Unknown fields are ignored, so that a newer publisher does not stop an older consumer.
"""

import re
from collections.abc import Iterator
from typing import Any, Literal, TypeVar

import msgspec
from msgspec import inspect

from publisher.wire.columns import ColumnBatch, fault
from publisher.wire.samples import SCHEMA_VERSION, Batch, Event, SampleBatch
from publisher.wire.transposition import in_columns

CONTENT_TYPE = "application/json"
SAMPLE_TYPE = f"kvmgrid.sample/{SCHEMA_VERSION}"
EVENT_TYPE = f"kvmgrid.event/{SCHEMA_VERSION}"

# A batch of 1,000 domains with four devices each is about 0.5 MB; the broker's own limit is 16 MiB.
MAX_BODY_BYTES = 8 * 1024 * 1024

DecodeReason = Literal["malformed", "schema", "version", "too_large", "bad_text"]
Message = TypeVar("Message", ColumnBatch, Event)


class DecodeError(Exception):
    """A body is not a message of ours."""

    def __init__(self, reason: DecodeReason, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason: DecodeReason = reason
        self.detail = detail


class _Version(msgspec.Struct):
    schema: int


_encoder = msgspec.json.Encoder()
_sample_decoder = msgspec.json.Decoder(ColumnBatch)
_event_decoder = msgspec.json.Decoder(Event)
_version_decoder = msgspec.json.Decoder(_Version)
_sample_type = inspect.type_info(ColumnBatch)
# An escaped NUL, but not an escaped backslash that happens to stand before "u0000".
_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")


def encode(message: SampleBatch | ColumnBatch | Event) -> bytes:
    """Return the body of a message: UTF-8 JSON without the fields that hold their default."""
    return _encoder.encode(in_columns(message) if isinstance(message, SampleBatch) else message)


def message_id(message: Batch | Event) -> str:
    """Return the AMQP message id: host, epoch and sequence name a message for ever."""
    return f"{message.host}/{message.epoch}/{message.sequence}"


def decode_sample(body: bytes) -> ColumnBatch:
    """Return the batch in ``body``; raise DecodeError for anything else."""
    batch = _decode(body, _sample_decoder)
    if batch.domains is not None and (reason := fault(batch.domains)):
        raise DecodeError("schema", reason)
    return batch


def decode_event(body: bytes) -> Event:
    """Return the event in ``body``; raise DecodeError for anything else."""
    return _decode(body, _event_decoder)


def holds_nul(body: bytes) -> bool:
    """Tell whether a text in valid JSON holds the character NUL, which PostgreSQL's text cannot hold."""
    # Looking for one byte is ten times as fast as for six, and nearly no body holds it. A body that holds it
    # rarely holds the six. That spares them the slower pattern.
    return b"\\" in body and b"\\u0000" in body and _NUL.search(body) is not None


def unknown_fields(body: bytes) -> frozenset[str]:
    """Return the fields of a valid sample body that this version does not know, as dotted paths.

    Costs several times a decode: meant for one message per publisher version, not for each. What is in such a
    field is not checked when a body is decoded, and may be no JSON.
    """
    try:
        raw = msgspec.json.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return frozenset({"(unreadable)"})
    return frozenset(_surplus(raw, _sample_type, ""))


def _decode(body: bytes, decoder: "msgspec.json.Decoder[Message]") -> Message:
    if len(body) > MAX_BODY_BYTES:
        raise DecodeError("too_large", f"{len(body)} bytes; at most {MAX_BODY_BYTES} are read")
    try:
        message = decoder.decode(body)
    except msgspec.ValidationError as error:
        _refuse_other_version(body)
        raise DecodeError("schema", str(error)) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise DecodeError("malformed", str(error)) from error
    if message.schema != SCHEMA_VERSION:
        raise DecodeError("version", f"schema {message.schema}; this version reads {SCHEMA_VERSION}")
    if holds_nul(body):
        raise DecodeError("bad_text", "a text holds the character NUL")
    return message


def _refuse_other_version(body: bytes) -> None:
    try:
        version = _version_decoder.decode(body).schema
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return
    if version != SCHEMA_VERSION:
        raise DecodeError("version", f"schema {version}; this version reads {SCHEMA_VERSION}")


def _surplus(raw: Any, known: inspect.Type, path: str) -> Iterator[str]:
    if isinstance(known, inspect.UnionType):
        for member in known.types:
            if isinstance(member, inspect.StructType | inspect.ListType | inspect.DictType):
                yield from _surplus(raw, member, path)
    elif isinstance(known, inspect.ListType) and isinstance(raw, list):
        for item in raw:
            yield from _surplus(item, known.item_type, path)
    elif isinstance(known, inspect.DictType) and isinstance(raw, dict):
        for item in raw.values():
            yield from _surplus(item, known.value_type, path)
    elif isinstance(known, inspect.StructType) and isinstance(raw, dict):
        yield from _surplus_of_struct(raw, known, path)


def _surplus_of_struct(raw: dict[str, Any], known: inspect.StructType, path: str) -> Iterator[str]:
    types = {field.encode_name: field.type for field in known.fields}
    for key, value in raw.items():
        here = f"{path}.{key}" if path else key
        if key in types:
            yield from _surplus(value, types[key], here)
        else:
            yield here
