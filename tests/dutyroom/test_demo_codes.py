"""The demo has codes on its walls, so that there is something to scan."""

from dutyroom.demo import hang_codes
from tests.api.seed import NOW, house


def test_checkpoints_and_gauges_have_a_code_and_keep_it() -> None:
    home = house()
    hang_codes(home.records, NOW)
    hang_codes(home.records, NOW + 1)
    with home.records.read() as unit:
        codes = unit.place_codes.all()
        held = {code.asset for code in codes}
    assert {"cp-t1-lobby", "t1-pump-1"} <= held
    assert len(codes) == len(held)
    assert {code.created for code in codes} == {NOW}
    home.records.close()
