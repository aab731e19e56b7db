"""What is committed works anywhere: it names no package registry and no machine's folders."""

import re
import shutil
from pathlib import Path

import pytest

from tests.architecture.checkout import CHECKOUT, tracked_files

REGISTRY = re.compile(
    r"https?://[^\s/\"'<>)]*(?:registry|mirror|proxy\.|pypi|pythonhosted|npm|crates|maven|deb\.|debian)"
)
MACHINE = re.compile(r"(?<![\w.}*])/(?:work|root|Users|opt/wheels)/|(?<![\w.}*])/home/(?!dutyroom\b)\w")
SOURCE = re.compile(r"--(?:extra-)?index-url|--find-links|--trusted-host|file://|@ http")

pytestmark = pytest.mark.skipif(
    shutil.which("git") is None or not (CHECKOUT / ".git").exists(), reason="only a git checkout knows what is tracked"
)


def text(path: Path) -> str:
    content = (CHECKOUT / path).read_bytes()
    return "" if b"\0" in content else content.decode(errors="replace")


@pytest.mark.parametrize("pattern", [REGISTRY, MACHINE], ids=["registry", "machine"])
def test_no_tracked_file_names_a_registry_or_a_machine(pattern: re.Pattern[str]) -> None:
    found = [f"{path}: {match[0]}" for path in tracked_files() for match in pattern.finditer(text(path))]
    assert found == []


def test_the_lock_says_versions_and_hashes_and_no_place() -> None:
    lock = (CHECKOUT / "requirements.lock").read_text()
    pins = re.findall(
        r"^[a-z0-9][a-z0-9._-]*==\S+(?: ;[^\n\\]*)? \\\n    --hash=sha256:[0-9a-f]{64}", lock, re.MULTILINE
    )
    assert len(pins) == len(re.findall(r"^[a-z]", lock, re.MULTILINE)) > 30
    assert SOURCE.findall(lock) == []


def test_no_third_party_script_is_tracked() -> None:
    assert [path for path in tracked_files() if path.match("*.min.js") or "vendor" in path.parts] == []
