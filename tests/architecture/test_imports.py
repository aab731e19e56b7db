"""Dependencies point one way, names are ours alone, and the pure core stays pure."""

import ast
import importlib.util
import subprocess
import sys
import sysconfig
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from tests.architecture.checkout import CHECKOUT, PACKAGES, python_files

OURS_WHILE_DEVELOPING = ["benchmarks", "examples", "scripts", "tests"]
PURE = ["facility", "rules/kinds", "collector/decoders"]
GRAB_BAGS = {"common", "core", "helpers", "managers", "models", "services", "types", "utils"}
CLOCKS = {"now", "today", "utcnow"}
OUTSIDE = {"input", "open", "print"}


def test_the_import_contracts_hold() -> None:
    tool = Path(sysconfig.get_path("scripts")) / "lint-imports"
    done = subprocess.run([tool, "--no-cache"], cwd=CHECKOUT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", [*PACKAGES, *OURS_WHILE_DEVELOPING])
def test_no_other_distribution_claims_our_name(name: str) -> None:
    claimants = set(packages_distributions().get(name, []))
    assert claimants <= {"dutyroom"}
    assert name not in sys.stdlib_module_names


@pytest.mark.parametrize("name", PACKAGES)
def test_our_name_leads_to_our_package(name: str) -> None:
    spec = importlib.util.find_spec(name)
    assert spec is not None
    assert spec.origin == str(CHECKOUT / name / "__init__.py")


def test_nothing_is_called_by_what_it_is_not() -> None:
    """A grab-bag has no reader: things are named from the trade."""
    named = [path for path in python_files(*PACKAGES) if {path.stem, path.parent.name} & GRAB_BAGS]
    assert named == []


@pytest.mark.parametrize("path", python_files(*PURE), ids=str)
def test_the_pure_core_reads_no_clock_and_does_no_io(path: Path) -> None:
    calls = [node.func for node in ast.walk(ast.parse((CHECKOUT / path).read_text())) if isinstance(node, ast.Call)]
    named = {call.id for call in calls if isinstance(call, ast.Name)} & OUTSIDE
    of_a_clock = {call.attr for call in calls if isinstance(call, ast.Attribute)} & CLOCKS
    assert named | of_a_clock == set()
