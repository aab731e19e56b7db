import pytest

from collector.catalogue import DECODERS, Decoder, guess
from collector.decoding import Decoded, DecodeError, Example, Message

NOW = 1_795_478_400_000
EXAMPLES = [(decoder, example) for decoder in DECODERS.values() for example in decoder.examples]


def run(decoder: Decoder, example: Example) -> Decoded:
    captured = next(c for f in decoder.filters if (c := f.match(example.topic)) is not None)
    message = Message(
        topic=example.topic,
        payload=example.payload,
        received=NOW,
        source="s",
        captured=captured,
        options=example.options,
        codecs=example.codecs,
    )
    return decoder.decode(message, dict(example.memory))


@pytest.mark.parametrize(("decoder", "example"), EXAMPLES, ids=[f"{d.name}: {e.what}" for d, e in EXAMPLES])
def test_the_example_becomes_what_it_says(decoder: Decoder, example: Example) -> None:
    if example.refused:
        with pytest.raises(DecodeError, match=example.refused.replace("{", r"\{")):
            run(decoder, example)
    else:
        assert run(decoder, example) == example.decoded


@pytest.mark.parametrize("decoder", DECODERS.values(), ids=lambda d: d.name)
def test_every_decoder_shows_what_it_takes_and_what_it_refuses(decoder: Decoder) -> None:
    assert any(example.decoded for example in decoder.examples)
    assert all(set(group) & set(f.names) for f in decoder.filters for group in decoder.needs)


@pytest.mark.parametrize(
    ("decoder", "example"),
    [pytest.param(d, e, id=f"{d.name}: {e.what}") for d, e in EXAMPLES if not (e.refused or e.codecs)],
)
def test_a_strangers_decoder_is_guessed_from_an_example(decoder: Decoder, example: Example) -> None:
    assert guess(example.topic, example.payload, NOW) == decoder.name
