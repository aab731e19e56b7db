"""The documents name only commands, options and scripts that exist."""

import functools
import os
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from dutyroom.cli import app
from tests.architecture.checkout import CHECKOUT

BLOCK = re.compile(r"^ *```[^\n]*\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"(?<!`)`((?:dutyroom|scripts/)[^`\n]*)`(?!`)")
WORD = re.compile(r"[a-z][a-z-]*")


def documents() -> list[Path]:
    found = [*CHECKOUT.glob("*.md"), *(CHECKOUT / "docs").rglob("*.md"), *(CHECKOUT / "deploy").rglob("*.md")]
    return sorted(path.relative_to(CHECKOUT) for path in found)


def commands() -> list[str]:
    lines = {line for document in documents() for line in lines_of((CHECKOUT / document).read_text())}
    return sorted(line for line in lines if re.match(r"dutyroom [a-z]|scripts/\w", line))


def lines_of(document: str) -> set[str]:
    in_blocks = [line for block in BLOCK.findall(document) for line in block.replace("\\\n", " ").splitlines()]
    lines = [*in_blocks, *INLINE.findall(BLOCK.sub("", document))]
    return {re.sub(r"\s+#.*", "", line.strip().removeprefix("$ ")).strip() for line in lines}


def leading_words(parts: list[str]) -> tuple[str, ...]:
    words = []
    for part in parts:
        if not WORD.fullmatch(part):
            break
        words.append(part)
    return tuple(words)


@functools.cache
def help_of(*words: str) -> str:
    """What `dutyroom … --help` says; fails when there is no such command."""
    plain = {"COLUMNS": "200", "NO_COLOR": "1", "TERM": "dumb"}
    done = CliRunner().invoke(app, [*words, "--help"], env=plain, prog_name="dutyroom")
    assert done.exit_code == 0, f"dutyroom {' '.join(words)}: {done.output}"
    return done.output


@pytest.mark.parametrize("command", commands())
def test_each_command_in_the_documents_exists(command: str) -> None:
    program, *parts = re.split(r"[|;&]", command)[0].split()
    if program.startswith("scripts/"):
        assert os.access(CHECKOUT / program, os.X_OK), f"{program} is not a script"
        return
    said = help_of(*leading_words(parts))
    missing = [option for option in re.findall(r"(?<!\S)--[a-z][a-z-]*", " ".join(parts)) if option not in said]
    assert missing == []
