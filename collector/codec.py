"""A LoRaWAN device's published codec: JavaScript that turns a frame's bytes into named values, run within bounds.

For frames that the network server did not decode. The codec sees the bytes, the port and the time of the frame, and nothing
else: the same frame gives the same values on any day and any machine. Each frame gets an engine of its own, so that nothing
is carried from one to the next, and nothing is shared between threads.

A codec is code that the site chose to run; the bounds are for its mistakes. One built-in operation is not interrupted, which is
why big integers, whose operations may take seconds, are refused.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from collector import json_input
from collector.decoding import Codec, DecodeError, Message

if TYPE_CHECKING:
    from quickjs import Context

SECONDS = 0.1
"""Of processor time, for one frame. A published codec takes a few ten-thousandths."""
MEMORY = 8 << 20
STACK = 256 << 10
OUTPUT_LIMIT = 64 << 10
"""Bytes of JSON that one frame may become."""
SCRIPT_LIMIT = 512 << 10
FRAME_LIMIT = 255

_BIG_INTEGER = re.compile(r"(?<![\w$.])(?:0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO][0-7]+|[0-9]+)n\b")

_ROOM = """
(function () {
  "use strict";
  const Real = Date, of = Real.prototype, toText = JSON.stringify, read = JSON.parse, zoned = /(Z|[+-]\\d\\d:?\\d\\d)$/;
  let now = 0;
  function parse(text) {
    if (!zoned.test(String(text).trim())) { throw new Error("a time without its zone: " + text); }
    return Real.parse(text);
  }
  function Dated(...given) {
    if (new.target === undefined) { return new Real(now).toISOString(); }
    if (given.length === 0) { return new Real(now); }
    if (given.length > 1) { return new Real(Real.UTC(...given)); }
    return new Real(typeof given[0] === "string" ? parse(given[0]) : given[0]);
  }
  Dated.prototype = of; Dated.UTC = Real.UTC; Dated.parse = parse; Dated.now = () => now; of.constructor = Dated;
  for (const name of Object.getOwnPropertyNames(of)) {
    if (/^[gs]etUTC/.test(name)) { of[name.replace("UTC", "")] = of[name]; }
    if (/^to(Locale|Date|Time)?(Date|Time)?String$/.test(name)) { of[name] = of.toISOString; }
  }
  of.getTimezoneOffset = () => 0;
  globalThis.Date = Dated;
  for (const name of ["log", "info", "warn", "error", "debug"]) { (globalThis.console ||= {})[name] = () => undefined; }
  for (const some of [function () {}, function* () {}, async function () {}, async function* () {}]) {
    Object.defineProperty(Object.getPrototypeOf(some), "constructor", { value: undefined });
  }
  for (const name of ["getBigInt64", "getBigUint64", "setBigInt64", "setBigUint64"]) { delete DataView.prototype[name]; }
  delete Math.random;
  for (const name of ["eval", "Function", "BigInt", "BigInt64Array", "BigUint64Array", "performance", "WeakRef", "gc",
    "FinalizationRegistry", "SharedArrayBuffer", "Atomics", "queueMicrotask", "navigator", "print", "scriptArgs"]) {
    delete globalThis[name];
  }
  return function (text) {
    const { bytes, port, at } = read(text);
    now = at;
    let found;
    if (typeof decodeUplink === "function") {
      found = decodeUplink({ bytes: bytes, fPort: port, recvTime: new Real(at), variables: {} });
    } else if (typeof Decode === "function") {
      found = { data: Decode(port, bytes, {}) };
    } else {
      found = { data: Decoder(bytes, port) };
    }
    return toText(found === undefined ? null : found);
  };
})()
"""
"""What a codec finds about it: a clock that stands at the frame's time, UTC for local time, no chance, no code made of text."""

_HAS_A_DECODER = 'typeof decodeUplink === "function" || typeof Decode === "function" || typeof Decoder === "function"'


def check(codec: Codec) -> None:
    """Whether the script can be used at all. Raises ``DecodeError``."""
    if len(codec.script.encode()) > SCRIPT_LIMIT:
        raise _wrong(codec, f"a script of more than {SCRIPT_LIMIT} bytes")
    if _BIG_INTEGER.search(codec.script):
        raise _wrong(codec, "it uses big integers (as in 10n); allowed: numbers")
    _, room = _open(codec)
    if not room.eval(_HAS_A_DECODER):
        raise _wrong(codec, "no decodeUplink(input), Decode(fPort, bytes) or Decoder(bytes, port) in it")


def run(codec: Codec, frame: bytes, port: int, at: int) -> dict[str, Any]:
    """The named values in ``frame``, which came through ``port`` at ``at``. Raises ``DecodeError`` that names the codec."""
    if len(frame) > FRAME_LIMIT:
        raise _wrong(codec, f"a frame of {len(frame)} bytes; allowed: up to {FRAME_LIMIT}")
    decode, _ = _open(codec)
    given = f'{{"bytes": [{",".join(map(str, frame))}], "port": {port}, "at": {at}}}'
    found = _document(codec, _bounded(codec, lambda: decode(given)))
    said = found.get("errors")
    if type(said) is list and said:
        raise _wrong(codec, "; ".join(str(one) for one in said[:3]))
    data = found.get("data")
    if type(data) is not dict:
        raise _wrong(codec, f"{json_input.kind_of(data)} for data; allowed: an object of names and values")
    return data


def _open(codec: Codec) -> tuple[Any, Context]:
    """A fresh engine with the codec in it: the function to call, and the engine."""
    import quickjs  # only where a site has codecs

    room = quickjs.Context()
    decode = room.eval(_ROOM)
    room.set_memory_limit(MEMORY)
    room.set_max_stack_size(STACK)
    room.set_time_limit(SECONDS)
    _bounded(codec, lambda: room.eval(codec.script))
    return decode, room


def _bounded(codec: Codec, call: Any) -> Any:
    import quickjs

    try:
        return call()
    except (quickjs.JSException, UnicodeError, MemoryError) as error:
        raise _wrong(codec, _reason(str(error))) from None


def _reason(said: str) -> str:
    first = next((line for line in said.splitlines() if line), "it failed without a word")
    if "interrupted" in first:
        return f"it did not end within {SECONDS:g} s of processor time"
    if "out of memory" in first:
        return f"it wanted more than {MEMORY >> 20} MiB of memory"
    return first


def _document(codec: Codec, text: object) -> dict[str, Any]:
    """What the codec gave back, by the rules for any other JSON: bounded in size and depth."""
    payload = str(text).encode("utf-8", "replace")
    try:
        return json_input.table(Message(topic="", payload=payload, received=0, source="", limit=OUTPUT_LIMIT))
    except DecodeError as error:
        raise _wrong(codec, f"what it gave back cannot be used: {error}") from None


def _wrong(codec: Codec, what: str) -> DecodeError:
    return DecodeError(f"codec {codec.name!r}: {what[:200]}")
