"""Sparkplug B's payload as a protobuf message, described at run time from the specification's published field numbers.

Only what carries a value is described; metadata, data sets, templates and extensions stay bytes and are never parsed.
Source of the numbers: Eclipse Sparkplug specification 3.0, chapter 6 (payload definition, protocol buffer schema).
"""

from __future__ import annotations

from typing import Any

import orjson
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.message import DecodeError as ProtobufError

from collector.decoding import DecodeError

_Field = descriptor_pb2.FieldDescriptorProto
_PACKAGE = "dutyroom.sparkplug"

_FIELDS: dict[str, tuple[tuple[str, int, int, str], ...]] = {
    "PropertyValue": (
        ("type", 1, _Field.TYPE_UINT32, ""),
        ("is_null", 2, _Field.TYPE_BOOL, ""),
        ("int_value", 3, _Field.TYPE_UINT32, ""),
        ("long_value", 4, _Field.TYPE_UINT64, ""),
        ("string_value", 8, _Field.TYPE_BYTES, ""),
    ),
    "PropertySet": (("keys", 1, _Field.TYPE_BYTES, "repeated"), ("values", 2, _Field.TYPE_MESSAGE, "PropertyValue")),
    "Metric": (
        ("name", 1, _Field.TYPE_BYTES, ""),
        ("alias", 2, _Field.TYPE_UINT64, ""),
        ("timestamp", 3, _Field.TYPE_UINT64, ""),
        ("datatype", 4, _Field.TYPE_UINT32, ""),
        ("is_historical", 5, _Field.TYPE_BOOL, ""),
        ("is_null", 7, _Field.TYPE_BOOL, ""),
        ("properties", 9, _Field.TYPE_MESSAGE, "=PropertySet"),
        ("int_value", 10, _Field.TYPE_UINT32, ""),
        ("long_value", 11, _Field.TYPE_UINT64, ""),
        ("float_value", 12, _Field.TYPE_FLOAT, ""),
        ("double_value", 13, _Field.TYPE_DOUBLE, ""),
        ("boolean_value", 14, _Field.TYPE_BOOL, ""),
        ("string_value", 15, _Field.TYPE_BYTES, ""),
    ),
    "Payload": (
        ("timestamp", 1, _Field.TYPE_UINT64, ""),
        ("metrics", 2, _Field.TYPE_MESSAGE, "Metric"),
        ("seq", 3, _Field.TYPE_UINT64, ""),
    ),
}
"""Message → (field, number, type, label). The label is empty, ``repeated``, a message's name (repeated) or ``=name`` (single).

Text is described as bytes: a proto2 string is not checked for UTF-8 on its way in, and would raise later on.
"""


def _describe() -> Any:
    file = descriptor_pb2.FileDescriptorProto(name="dutyroom/sparkplug.proto", package=_PACKAGE, syntax="proto2")
    for name, fields in _FIELDS.items():
        message = file.message_type.add(name=name)
        for field, number, kind, label in fields:
            single = not label or label.startswith("=")
            described = message.field.add(
                name=field,
                number=number,
                type=kind,
                label=_Field.LABEL_OPTIONAL if single else _Field.LABEL_REPEATED,
            )
            if kind == _Field.TYPE_MESSAGE:
                described.type_name = f".{_PACKAGE}.{label.removeprefix('=')}"
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName(f"{_PACKAGE}.Payload"))


Payload = _describe()
"""The message class: fields as in the specification."""


def parse(payload: bytes) -> Any:
    """A ``Payload``. Raises ``DecodeError``."""
    try:
        return Payload.FromString(payload)
    except ProtobufError:
        raise DecodeError("payload: not a Sparkplug B protobuf message (cut off, or something else)") from None


def text(raw: bytes, field: str) -> str:
    """UTF-8 text of at most 200 characters. Raises ``DecodeError``."""
    try:
        found = raw.decode()
    except UnicodeDecodeError:
        raise DecodeError(f"{field}: not UTF-8") from None
    if len(found) > 200:
        raise DecodeError(f"{field}: {len(found)} characters; allowed: up to 200")
    return found


def encode(document: bytes | str) -> bytes:
    """The specification's JSON illustration of a payload → protobuf. For examples, tests and simulators of edge nodes."""
    found = orjson.loads(document)
    payload = Payload()
    if "timestamp" in found:
        payload.timestamp = found["timestamp"]
    if "seq" in found:
        payload.seq = found["seq"]
    for metric in found.get("metrics", []):
        _encode_metric(payload.metrics.add(), metric)
    return bytes(payload.SerializeToString(deterministic=True))


_TYPES = {
    "Int8": 1, "Int16": 2, "Int32": 3, "Int64": 4, "UInt8": 5, "UInt16": 6, "UInt32": 7, "UInt64": 8, "Float": 9,
    "Double": 10, "Boolean": 11, "String": 12, "DateTime": 13, "Text": 14, "UUID": 15, "DataSet": 16, "Bytes": 17,
    "File": 18, "Template": 19,
}  # fmt: skip


def _encode_metric(target: Any, metric: dict[str, Any]) -> None:
    if "name" in metric:
        target.name = metric["name"].encode()
    for field in ("alias", "timestamp"):
        if field in metric:
            setattr(target, field, metric[field])
    datatype = _TYPES[metric["dataType"]] if "dataType" in metric else 0
    if datatype:
        target.datatype = datatype
    field, value = _field_and_value(datatype, metric.get("value"))
    setattr(target, field, value)


def _field_and_value(datatype: int, value: Any) -> tuple[str, Any]:
    if value is None:
        return "is_null", True
    if isinstance(value, bool):
        return "boolean_value", value
    if isinstance(value, str):
        return "string_value", value.encode()
    if datatype == _TYPES["Float"]:
        return "float_value", value
    if datatype == _TYPES["Double"] or isinstance(value, float):
        return "double_value", value
    if datatype in (_TYPES["Int64"], _TYPES["UInt64"], _TYPES["DateTime"]):
        return "long_value", value & (2**64 - 1)
    return "int_value", value & (2**32 - 1)
