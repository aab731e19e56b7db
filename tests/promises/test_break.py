"""The tool that breaks the product does break it. All of scripts/break takes ten minutes, so CI runs a quick selection."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from scripts.breaking.__main__ import chosen, copy_of_working_tree
from scripts.breaking.mutation import Fate, Mutation, try_out

QUICK = ["what is unknown counts as good", "the index of open alerts is not unique", "a test raises alarms"]


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tree")
    copy_of_working_tree(folder)
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("sentence", QUICK)
def test_a_quick_selection_is_noticed(sentence: str, tree: Path) -> None:
    [mutation] = chosen([sentence])
    assert try_out(mutation, tree) is Fate.NOTICED


def test_every_promise_has_a_way_to_break_it() -> None:
    assert {mutation.promise for mutation in chosen([])} == set(range(1, 13))


def test_what_no_test_notices_survives_and_what_is_not_there_does_not_fit() -> None:
    with TemporaryDirectory() as folder:
        tree = Path(folder)
        (tree / "pump.py").write_text("SPEED = 1\n")
        (tree / "test_pump.py").write_text("def test_it() -> None:\n    import pump\n    assert pump.SPEED < 3\n")

        def broken(old: str, new: str, test: str = "test_pump.py") -> Fate:
            return try_out(Mutation(1, "faster", "pump.py", old, new, test), tree)

        assert broken("SPEED = 1", "SPEED = 2") is Fate.SURVIVED
        assert broken("SPEED = 1", "SPEED = 3") is Fate.NOTICED
        assert broken("SPEED = 9", "SPEED = 3") is Fate.MISFIT
        assert broken("SPEED = 1", "SPEED = 3", "test_pump.py -k nobody") is Fate.NO_TEST
        assert (tree / "pump.py").read_text() == "SPEED = 1\n"
