"""What choice and words tell a report to be; files of kinds."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facility.report_kind import OTHER, STRUCK, without_numbers
from response.reports.kind_files import SHIPPED, BrokenKinds, load_kinds
from response.reports.kind_shape import SCHEMA, schema_text
from response.reports.settings import BrokenSettings, load_report_book, load_settings

KINDS = load_kinds()

SAID = [
    # Sentences that stand in no file.
    ("我家客厅吊顶在渗水，已经三天了", "water"),
    ("小区停水了吗，打开水龙头什么都没有", "water"),
    ("Low water pressure in the shower since yesterday", "water"),
    ("The ceiling of our bathroom is leaking", "water"),
    ("五楼水管爆裂，走廊全是水", "burst"),
    ("Water is gushing out of the wall in the garage", "burst"),
    ("地库被淹了，水已经没过脚踝", "burst"),
    ("2号楼电梯里面有人被困，快点", "trapped"),
    ("We are stuck in the elevator of tower 2", "trapped"),
    ("There is someone in the lift, the door will not open", "trapped"),
    ("电梯坏了，一直停在一楼不动", "lift"),
    ("The lift makes a grinding noise", "lift"),
    ("电梯里没有人被困，只是按钮没反应", "lift"),
    ("Nobody is trapped, but the lift stands on floor 5", "lift"),
    ("走廊里有一股煤气味", "gas"),
    ("I can smell gas near the boiler room", "gas"),
    ("煤气表没电了", "power"),
    ("垃圾房在冒黑烟", "fire"),
    ("Smoke on the third floor!", "fire"),
    ("对面阳台有明火", "fire"),
    ("有人在电梯里抽烟", "nuisance"),
    ("People smoking in the stairwell again", "nuisance"),
    ("没有着火，就是烟感误报一直响", OTHER),
    ("配电箱短路，啪的一声", "sparks"),
    ("My child got a shock from a lamp post", "sparks"),
    ("地下车库灯不亮，太黑了", "power"),
    ("整栋楼停电", "power"),
    ("The breaker keeps tripping", "power"),
    ("The light on the stairs flickers", "power"),
    ("门口的污水井堵塞，污水往外流", "drain"),
    ("My toilet is backing up", "drain"),
    ("The yard smells bad, I think it is the sewer", "drain"),
    ("门禁失灵，人脸识别不了", "access"),
    ("My key card does not open the gate", "access"),
    ("对讲没有声音", "access"),
    ("大堂很脏，没人打扫", "cleaning"),
    ("Loose handrail on the way to the garage", "cleaning"),
    ("有老鼠", "cleaning"),
    ("楼上一直很吵，睡不着", "nuisance"),
    ("A car is illegally parked in front of our entrance", "nuisance"),
    ("有人打架", "nuisance"),
    ("高空抛物，差点砸到人", "nuisance"),
    ("你好", OTHER),
    ("", OTHER),
    ("Can you please call me?", OTHER),
]  # fmt: skip


@pytest.mark.parametrize(("words", "kind"), SAID)
def test_a_sentence_is_told_to_be_what_a_person_would_call_it(words: str, kind: str) -> None:
    assert KINDS.classify(words).kind == kind


def test_every_kind_is_told_by_some_sentence_in_each_language() -> None:
    stories = [story for kind in KINDS.by_id.values() for story in kind.stories]
    assert len(stories) >= 40
    for kind in KINDS.by_id:
        said = [story.say for story in stories if story.is_ == kind]
        assert any(one.isascii() for one in said), kind
        assert any(not one.isascii() for one in said), kind


def test_a_choice_counts_more_than_words_except_words_of_an_emergency() -> None:
    assert KINDS.classify("灯坏了", choice="water").kind == "water"
    lift = KINDS.classify("里面有小孩被困", choice="lift")
    assert (lift.kind, lift.emergency) == ("trapped", True)
    assert KINDS.classify("有烧焦的味道", choice="gas").kind == "gas"
    assert KINDS.classify("灯坏了", choice=OTHER).kind == "power"
    assert KINDS.classify("灯坏了", choice="nonsense").kind == "power"


def test_the_words_that_told_are_kept() -> None:
    assert set(KINDS.classify("楼道里垃圾没人打扫").because) == {"垃圾", "没人打扫"}


@given(st.text(max_size=200), st.sampled_from([*KINDS.by_id, "", "nonsense"]))
def test_whatever_is_written_there_is_a_kind(words: str, choice: str) -> None:
    told = KINDS.classify(words, choice)
    assert told.kind in KINDS.by_id
    assert told.emergency == KINDS.by_id[told.kind].emergency
    if choice in KINDS.by_id and KINDS.by_id[choice].emergency:
        assert told.kind == choice


def test_at_a_lift_the_lift_stands_first() -> None:
    assert [kind.id for kind in KINDS.offered("lift-car")][:2] == ["trapped", "lift"]
    assert [kind.id for kind in KINDS.offered()][:2] == ["fire", "gas"]


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        ("打我电话13812345678谢谢", f"打我电话{STRUCK}谢谢"),
        ("call +86 138-1234-5678 or (021) 6230 1234", f"call {STRUCK} or ({STRUCK}"),
        ("me@example.com.cn", STRUCK),
        ("身份证11010519491231002X", f"身份证{STRUCK}"),
        ("12楼1203，水压0.45，2026-11-24 08:10", "12楼1203，水压0.45，2026-11-24 08:10"),
        ("floor 12, 3 days", "floor 12, 3 days"),
    ],
)
def test_numbers_of_people_are_struck_out_of_the_words(words: str, kept: str) -> None:
    assert without_numbers(words) == kept


def test_the_schema_beside_the_files_is_theirs() -> None:
    assert SCHEMA.read_text() == schema_text()
    assert json.loads(SCHEMA.read_text())["properties"]["not"]


def write(folder: Path, name: str, text: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / name
    file.write_text(text)
    return file


GOOD = 'id = "pool"\nwork = "water"\ntitle = { zh = "泳池", en = "Pool" }\nwords = { zh = ["泳池"] }\n'


def test_a_site_adds_kinds_of_its_own_and_replaces_shipped_ones(tmp_path: Path) -> None:
    write(tmp_path / "kinds", "pool.toml", GOOD + '[[story]]\nsay = "泳池的灯不亮"\nis = "power"\n')
    write(tmp_path / "kinds", "lift.toml", GOOD.replace("pool", "lift").replace("Pool", "Hoist"))
    write(tmp_path, "settings.toml", 'hotline = "021 6230 1234"\nlook_within = "10m"\n')
    book = load_report_book(tmp_path)
    assert book.kinds.classify("泳池水很凉").kind in ("pool", "lift")
    assert book.kinds.get("lift").title.en == "Hoist"
    assert (book.settings.hotline, book.settings.look_within, book.settings.calls) == ("021 6230 1234", 600_000, 3)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("id = ", "is not TOML"),
        (GOOD + "colour = 1\n", "colour: there is no such field; allowed: id, title, place"),
        (GOOD.replace('work = "water"\n', ""), "work: is missing; allowed: the class of work"),
        (GOOD.replace('"pool"', '"Pool 1"'), "id: 'Pool 1' cannot be used"),
        (GOOD + "place = -1\n", "place: -1 cannot be used"),
        (GOOD + '[[story]]\nsay = "泳池"\nis = "lift"\n', "told to be pool (by 泳池), not lift"),
    ],
)
def test_a_broken_file_is_refused_with_its_field_and_what_is_allowed(tmp_path: Path, text: str, told: str) -> None:
    write(tmp_path, "pool.toml", text)
    with pytest.raises(BrokenKinds) as broken:
        load_kinds(tmp_path)
    assert told in str(broken.value)


def test_two_files_of_one_id_are_refused(tmp_path: Path) -> None:
    write(tmp_path, "a.toml", GOOD)
    write(tmp_path, "b.toml", GOOD)
    with pytest.raises(BrokenKinds, match="one file an id"):
        load_kinds(tmp_path)


def test_words_of_a_site_that_make_a_shipped_sentence_untrue_are_refused(tmp_path: Path) -> None:
    write(tmp_path, "a.toml", GOOD.replace('["泳池"]', '["一直滴水", "天花板一直在滴水"]'))
    with pytest.raises(BrokenKinds, match="is told to be pool"):
        load_kinds(tmp_path)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("calls = 0", "calls: 0 cannot be used"),
        ('look_within = "soon"', "look_within: 'soon' cannot be used"),
        ('adress = ""', "adress: there is no such setting; allowed: hotline"),
        ('address = "duty.example.com"', "allowed: https://host"),
        ('hotline = "call us"', "hotline"),
    ],
)
def test_settings_that_cannot_be_used_are_told(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(BrokenSettings) as broken:
        load_settings(write(tmp_path, "settings.toml", text))
    assert told in str(broken.value)


def test_every_shipped_kind_is_a_file_of_its_name() -> None:
    assert {path.stem for path in SHIPPED.glob("*.toml")} == set(KINDS.by_id)
