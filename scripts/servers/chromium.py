"""Debian's Chromium, and a font that has Chinese in it, without which screenshots show boxes."""

import os
import shutil
import subprocess
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from scripts.servers.machine import Missing, program
from scripts.servers.server import Server, Started

FONT_PACKAGE = "manimgx-fonts-cjk"


def start(_folder: Path) -> Started:
    browser = program("chromium", package="chromium", folders=["/usr/bin"])
    link_font()
    return Started(variable="DUTYROOM_TEST_CHROMIUM", url=str(browser))


def link_font() -> None:
    fonts = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "fonts"
    fonts.mkdir(parents=True, exist_ok=True)
    link = fonts / "dutyroom-cjk"
    if link.is_symlink():
        link.unlink()
    link.symlink_to(font_folder())
    if cache := shutil.which("fc-cache"):
        subprocess.run([cache, str(fonts)], check=False)


def font_folder() -> Path:
    try:
        return Path(str(distribution(FONT_PACKAGE).locate_file("manimgx_fonts_cjk")))
    except PackageNotFoundError as missing:
        raise Missing(f"the font package {FONT_PACKAGE} is not installed: run scripts/setup") from missing


CHROMIUM = Server("chromium", start)
