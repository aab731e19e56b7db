import pytest

from collector.catalogue import DECODERS, Decoder, guess, of_example
from collector.decoding import DecodeError, Example

NOW = 1_795_478_400_000
EXAMPLES = [(decoder, example) for decoder in DECODERS.values() for example in decoder.examples]


@pytest.mark.parametrize(("decoder", "example"), EXAMPLES, ids=[f"{d.name}: {e.what}" for d, e in EXAMPLES])
def test_the_example_becomes_what_it_says(decoder: Decoder, example: Example) -> None:
    if example.refused:
        with pytest.raises(DecodeError, match=example.refused.replace("{", r"\{")):
            of_example(decoder, example, NOW)
    else:
        assert of_example(decoder, example, NOW) == example.decoded


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
