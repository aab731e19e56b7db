"""Decoders are fed by the million; what must not come out ends the run with its input."""

from dataclasses import replace

import pytest

from benchmarks import fuzz
from benchmarks.mutations import tries
from collector.catalogue import DECODERS
from collector.decoding import Decoded, DecodeError, Event, Memory, Message, Signal, Status

NATIVE = DECODERS["native"]


def test_the_figures_are_of_every_decoder() -> None:
    found = fuzz.main(fuzz.OPTIONS.parse_args(["--total", str(5 * len(DECODERS))]))
    assert found["inputs"] == 5 * len(DECODERS)
    assert set(found["decoders"]) == set(DECODERS)
    assert found["worst_ms"] >= found["decoders"]["native"]["worst_ms"] > 0


def test_the_same_seed_gives_the_same_inputs_and_another_one_others() -> None:
    assert list(tries(NATIVE, 30, 1)) == list(tries(NATIVE, 30, 1))
    assert list(tries(NATIVE, 30, 1)) != list(tries(NATIVE, 30, 2))


def test_an_exception_that_no_decoder_may_raise_ends_the_run_with_its_input(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def decode(message: Message, memory: Memory) -> Decoded:
        raise KeyError(message.topic)

    monkeypatch.setitem(DECODERS, "native", replace(NATIVE, decode=decode))
    with pytest.raises(KeyError):
        fuzz.main(fuzz.OPTIONS.parse_args(["--decoder", "native", "--count", "3"]))
    assert "native: input 0 of seed 1: Message(topic=" in capsys.readouterr().err


@pytest.mark.parametrize(
    "decoded",
    [
        Decoded(signals=(Signal("d", "k", float("nan"), None),)),
        Decoded(signals=(Signal("d", "k", float("inf"), None),)),
        Decoded(signals=(Signal("d", "k", 1, None),)),
        Decoded(signals=(Signal("d", "k", 1.0, 1.5),)),  # type: ignore[arg-type]
        Decoded(signals=(Signal("d", None, 1.0, None),)),  # type: ignore[arg-type]
        Decoded(events=(Event(device="d", name="n", at=None, tag=3),)),  # type: ignore[arg-type]
        Decoded(statuses=(Status(device="d", online=None, at=None),)),  # type: ignore[arg-type]
        Decoded(duplicate_key=3),  # type: ignore[arg-type]
    ],
    ids=str,
)
def test_a_result_that_the_next_step_does_not_expect_is_a_failure(decoded: Decoded) -> None:
    with pytest.raises(AssertionError):
        fuzz.check(decoded)


def test_a_refusal_is_counted_and_no_failure() -> None:
    def decode(message: Message, memory: Memory) -> Decoded:
        raise DecodeError("no")

    assert fuzz.feed(replace(NATIVE, decode=decode), next(tries(NATIVE, 1, 1)))
