"""Fitting messages into what channels take."""

from hypothesis import given
from hypothesis import strategies as st

from notify.wording import CUT, brief, fit, in_bytes, one_line, quiet, whole
from tests.notify.channels.words import message

TEXTS = st.text(st.sampled_from("水泵房压力低。！ab. \n，😀"), max_size=80)


@given(TEXTS, st.integers(0, 90), st.sampled_from([len, in_bytes]))
def test_what_is_fitted_is_the_beginning_and_never_longer(text: str, limit: int, measure: object) -> None:
    assert callable(measure)
    found = fit(text, limit, measure)
    assert measure(found) <= limit
    assert found == text or text.startswith(found.removesuffix(CUT))


@given(TEXTS, st.integers(40, 300))
def test_the_link_is_never_cut(body: str, limit: int) -> None:
    made = whole(message(body=body), limit, in_bytes)
    assert in_bytes(made) <= limit
    assert made.endswith(message().link)


def test_it_is_cut_at_a_sentence() -> None:
    assert fit("1号楼水泵房压力低。限值 0.50。先关闸阀，再查管道，然后复位。", 20) == "1号楼水泵房压力低。限值 0.50。…"
    assert fit("Pressure is 0.41 MPa. Close the gate valve first.", 30) == "Pressure is 0.41 MPa.…", (
        "not at a decimal point"
    )
    assert fit("没有句号的一段很长很长的文字", 6) == "没有句号的…"


def test_the_body_goes_first_and_the_title_stays() -> None:
    text = whole(message(body="很长。" * 500), 200, in_bytes)
    assert text.startswith(message().title)
    assert text.endswith(message().link)


def test_a_short_message_is_left_as_it_is() -> None:
    one = message()
    assert whole(one, 2048, in_bytes) == f"{one.title}\n{one.body}\n{one.link}"
    assert brief(one, 300) == f"{one.short} {one.link}"
    assert brief(message(short="", link=""), 300) == one.title


def test_a_text_cannot_call_people_in_a_group() -> None:
    sly = quiet(message(title="<@all>", body='<at user_id="all"></at> 快来'))
    assert "<@" not in sly.title
    assert "<at" not in sly.body
    assert one_line("a\r\nb\x00c") == "a b c"
