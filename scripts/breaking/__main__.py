"""scripts/break [--committed] [--list] [PROMISE or WORD …]"""

from __future__ import annotations

import io
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

from scripts.breaking.mutation import Fate, Mutation, run, try_out
from scripts.breaking.table import MUTATIONS

CHECKOUT = Path(__file__).resolve().parents[2]


def copy_of_working_tree(folder: Path) -> None:
    """Everything that git would see."""
    names = _git("ls-files", "-co", "--exclude-standard", "-z").decode().split("\0")
    for name in names:
        if name and (CHECKOUT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(CHECKOUT / name, folder / name)


def copy_of_head(folder: Path) -> None:
    """What is committed."""
    with tarfile.open(fileobj=io.BytesIO(_git("archive", "HEAD"))) as packed:
        packed.extractall(folder, filter="data")


def _git(*arguments: str) -> bytes:
    return subprocess.run(["git", *arguments], cwd=CHECKOUT, capture_output=True, check=True).stdout


def chosen(words: Iterable[str]) -> list[Mutation]:
    """All without words; else those of a promise by its number, or with the word in their sentence or file."""
    words = list(words)
    if not words:
        return MUTATIONS
    return [
        mutation
        for mutation in MUTATIONS
        if any(word == str(mutation.promise) or word in f"{mutation.sentence} {mutation.file}" for word in words)
    ]


def unsound(mutations: Iterable[Mutation], tree: Path) -> list[str]:
    """Tests that do not pass as it is: what they say of a mutation means nothing."""
    return [test for test in sorted({mutation.test for mutation in mutations}) if run(test, tree) != 0]


def main(arguments: list[str]) -> int:
    """0 when every mutation was noticed."""
    options = {argument for argument in arguments if argument.startswith("--")}
    mutations = chosen(argument for argument in arguments if argument not in options)
    if "--list" in options:
        say(*(f"{mutation.promise:>2}  {mutation.sentence}" for mutation in mutations))
        return 0
    with TemporaryDirectory(prefix="dutyroom-break-") as folder:
        tree = Path(folder)
        (copy_of_head if "--committed" in options else copy_of_working_tree)(tree)
        broken = unsound(mutations, tree)
        say(*(f"fails as it is: {test}" for test in broken))
        fates = [tell(mutation, try_out(mutation, tree)) for mutation in mutations if mutation.test not in broken]
    bad = [fate for fate in fates if fate is not Fate.NOTICED]
    say(f"{len(fates) - len(bad)} of {len(mutations)} noticed")
    return 1 if bad or broken else 0


def tell(mutation: Mutation, fate: Fate) -> Fate:
    """A line as soon as it is known."""
    say(f"{fate:<12}  {mutation.promise:>2}  {mutation.sentence}  ({mutation.file})")
    return fate


def say(*lines: str) -> None:
    """To whoever watches."""
    for line in lines:
        sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
