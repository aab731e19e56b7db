import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.topics import BadFilter, Matcher, TopicFilter, covers, subscriptions


@pytest.mark.parametrize(
    ("text", "mqtt"),
    [
        ("dutyroom/v1/{site}/{device}/{kind}", "dutyroom/v1/+/+/+"),
        ("zigbee2mqtt/{device#}", "zigbee2mqtt/#"),
        ("+/a/#", "+/a/#"),
        ("plain", "plain"),
        ("{device#}", "#"),
    ],
)
def test_named_levels_become_wildcards(text: str, mqtt: str) -> None:
    assert TopicFilter(text).mqtt == mqtt


@pytest.mark.parametrize(
    ("text", "topic", "captured"),
    [
        ("d/{site}/{device}", "d/riverside/gauge-1", {"site": "riverside", "device": "gauge-1"}),
        ("d/{site}/{device}", "d/riverside", None),
        ("d/{site}/{device}", "d/riverside/gauge-1/more", None),
        ("z/{device#}", "z/B1/F03/smoke-07", {"device": "B1/F03/smoke-07"}),
        ("z/{device#}", "z", {"device": ""}),
        ("z/{device#}", "zz/a", None),
        ("a.b/{x}", "aXb/1", None),
        ("+/{x}", "/1", {"x": "1"}),
        ("{all#}", "$SYS/broker", None),
        ("#", "a/b", {}),
    ],
)
def test_a_topic_matches_as_mqtt_says(text: str, topic: str, captured: dict[str, str] | None) -> None:
    assert TopicFilter(text).match(topic) == captured


@pytest.mark.parametrize("text", ["", "a/#/b", "{d#}/a", "{d}/{d}", "a{d}", "a+", "{D}", "a/{", "a\0", "x" * 65_536])
def test_what_is_no_filter_is_refused(text: str) -> None:
    with pytest.raises(BadFilter):
        TopicFilter(text)


def test_the_first_owner_in_order_has_the_topic() -> None:
    matcher = Matcher(((TopicFilter("a/{x}"), "first"), (TopicFilter("{all#}"), "second")))
    for _ in range(2):  # found, and then remembered
        first, second = matcher.match("a/1"), matcher.match("b")
        assert first is not None
        assert second is not None
        assert (first.owner, dict(first.captured), second.owner) == ("first", {"x": "1"}, "second")
    assert Matcher(((TopicFilter("a"), 1),)).match("b") is None


def test_endless_topics_do_not_fill_the_memory() -> None:
    matcher = Matcher(((TopicFilter("{all#}"), 1),))
    for number in range(25_000):
        matcher.match(f"t/{number}")
    matcher.match("long/" + "x" * 60_000)
    assert len(matcher._seen) <= 20_000
    assert all(len(topic) <= 256 for topic in matcher._seen)


def test_each_filter_is_subscribed_to_once() -> None:
    assert subscriptions([TopicFilter("a/{x}"), TopicFilter("a/{y}"), TopicFilter("b")]) == ["a/+", "b"]


@pytest.mark.parametrize(
    ("wide", "narrow", "covered"),
    [
        ("#", "a/+", True),
        ("#", "$SYS/#", False),
        ("a/#", "a/+/b", True),
        ("a/#", "a", True),
        ("a/+", "a/b", True),
        ("a/+", "a/#", False),
        ("a/+", "a/b/c", False),
        ("+/b", "a/+", False),
        ("a/b", "a/b", True),
        ("a/b/c", "a/b", False),
    ],
)
def test_a_wide_filter_covers_a_narrow_one(wide: str, narrow: str, covered: bool) -> None:
    assert covers(wide, narrow) is covered


def test_what_is_covered_is_not_subscribed_to_again() -> None:
    filters = [TopicFilter(text) for text in ("a/{x}", "{all#}", "$share", "b")]
    assert subscriptions(filters) == ["#", "$share"]


@given(st.text(max_size=40), st.text(max_size=40))
def test_a_filter_either_is_refused_or_matches_without_trouble(text: str, topic: str) -> None:
    try:
        found = TopicFilter(text)
    except BadFilter:
        return
    captured = found.match(topic)
    assert captured is None or set(captured) == set(found.names)
