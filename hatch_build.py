"""Puts the front-end files of other projects into the package when it is built or installed for development.

They come out of build requirements on PyPI, pinned in pyproject.toml, so that no third-party script is ever committed
and no Node is needed. The folder is git-ignored, and a wheel contains it.
"""

import shutil
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

VENDOR = "api/web/static/vendor"

# our name: (distribution, its file)
FILES = {
    "htmx.min.js": ("django-htmx", "django_htmx/static/django_htmx/htmx-2.min.js"),
    "htmx-sse.min.js": ("django-htmx", "django_htmx/static/django_htmx/ext/hx-sse-2.min.js"),
    "leaflet.js": ("xstatic-leaflet", "xstatic/pkg/leaflet/data/leaflet.js"),
    "leaflet.css": ("xstatic-leaflet", "xstatic/pkg/leaflet/data/leaflet.css"),
    "uplot.min.js": ("youplot", "youplot/vendor/uplot.iife.min.js"),
    "uplot.min.css": ("youplot", "youplot/vendor/uplot.min.css"),
}


def copy_vendor_files(root: Path) -> None:
    target = root / VENDOR
    target.mkdir(parents=True, exist_ok=True)
    for name, (project, path) in FILES.items():
        source = Path(str(distribution(project).locate_file(path)))
        shutil.copyfile(source, target / name)


class VendorFiles(BuildHookInterface[Any]):
    """Copies the vendor files, and puts the example site into a real wheel as `dutyroom/examples`.

    An editable install reads `examples/` of the checkout itself, so nothing is copied for it.
    """

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        root = Path(self.root)
        copy_vendor_files(root)
        if version != "editable":
            build_data["force_include"][str(root / "examples")] = "dutyroom/examples"
