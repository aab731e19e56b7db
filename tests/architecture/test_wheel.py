"""The wheel works where there is no checkout: installed with the locked versions into a clean environment."""

import json
import os
import re
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

from hatch_build import FILES, VENDOR
from tests.architecture.checkout import CHECKOUT, PACKAGES, files

pytestmark = pytest.mark.slow


def run(*command: str | Path, cwd: Path) -> str:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "DUTYROOM_"))}
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, cwd=CHECKOUT)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def inside(wheel: Path) -> set[str]:
    return set(zipfile.ZipFile(wheel).namelist())


@pytest.fixture(scope="module")
def clean_environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel and what it asks for, in the locked versions, and nothing of the tools for development."""
    folder = tmp_path_factory.mktemp("clean")
    versions = folder / "constraints.txt"
    lock = (CHECKOUT / "requirements.lock").read_text()
    versions.write_text("\n".join(re.findall(r"^([a-z]\S+==\S+(?: ;[^\n\\]*)?)", lock, re.MULTILINE)))
    venv.create(folder / "env", with_pip=True)
    python = folder / "env" / "bin" / "python"
    run(python, "-m", "pip", "install", "--quiet", "--constraint", versions, wheel, cwd=folder)
    return folder


def test_it_contains_every_file_of_every_package(inside: set[str]) -> None:
    missing = {str(path) for path in files(*PACKAGES)} - inside
    assert missing == set()


def test_it_contains_the_front_end_files_of_others(inside: set[str]) -> None:
    assert {f"{VENDOR}/{name}" for name in FILES} <= inside


@pytest.mark.parametrize(
    "pattern",
    [
        r"api/web/templates/.+\.html",
        r"api/web/static/.+\.css",
        r"api/web/translations/.+",
        r"rules/manual/.+\.toml",
        r"storage/records/migrations/versions/.+\.py",
        r"dutyroom/examples/riverside/.+",
    ],
)
def test_it_contains_what_is_not_code(pattern: str, inside: set[str]) -> None:
    assert any(re.fullmatch(pattern, name) for name in inside)


def test_it_contains_nothing_else(inside: set[str]) -> None:
    top = {name.partition("/")[0] for name in inside}
    assert top == {*PACKAGES, "dutyroom-0.1.0.dist-info"}


def test_it_refuses_to_be_uploaded(wheel: Path) -> None:
    metadata = zipfile.ZipFile(wheel).read("dutyroom-0.1.0.dist-info/METADATA").decode()
    assert "Classifier: Private :: Do Not Upload" in metadata


@pytest.mark.parametrize("command", ["--help", "rules test"])
def test_its_commands_work_without_a_checkout(command: str, clean_environment: Path) -> None:
    run(clean_environment / "env" / "bin" / "dutyroom", *command.split(), cwd=clean_environment)


def test_it_runs_without_a_checkout(clean_environment: Path) -> None:
    program = clean_environment / "env" / "bin" / "dutyroom"
    output = run(program, "run", "--demo", "--seconds", "5", cwd=clean_environment)
    totals = json.loads(output.strip().splitlines()[-1])
    assert totals["readings"] > 0
