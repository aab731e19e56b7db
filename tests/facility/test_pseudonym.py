from facility.pseudonym import pseudonym


def test_the_same_card_is_always_the_same_pseudonym_under_one_key() -> None:
    assert pseudonym(b"k", "card", "04A1") == pseudonym(b"k", "card", "04A1")
    assert pseudonym(b"k", "card", "04A1") != pseudonym(b"other", "card", "04A1")
    assert pseudonym(b"k", "card", "04A1") != pseudonym(b"k", "guard", "04A1")


def test_it_is_16_hex_digits_and_nothing_stays_nothing() -> None:
    assert len(pseudonym(b"k", "card", "04A1")) == 16
    assert int(pseudonym(b"k", "card", "04A1"), 16) >= 0
    assert pseudonym(b"k", "card", "") == ""
