"""The site's floor plans, followed while the program runs: a file that is new or changed becomes a version of its zone's plan."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import structlog

from dutyroom.followed import Followed
from facility.alert_life import FieldRefused
from inspections.coverage.plan_files import BrokenPlans, PlanFile, load_plans
from response.attachments import take_in
from response.steps import Step
from storage.records.port import Unit

log = structlog.get_logger()
EVERY_MS = 5_000
WHO = "file:plans"


class PlanFiles(Followed[Mapping[str, PlanFile]]):
    """A site's folder ``plans``. None are shipped."""

    NAME, BROKEN = "plans", (BrokenPlans,)

    def load(self, folder: Path | None) -> Mapping[str, PlanFile]:
        """Raises ``BrokenPlans``."""
        return load_plans(*([folder] if folder else []))

    def plans(self) -> Mapping[str, PlanFile]:
        """The newest that could be loaded."""
        return self.newest()

    def step(self) -> Step:
        """For the responder: looks every few seconds, writes only what changed."""
        return Step("plan files", EVERY_MS, self.take)

    def take(self, unit: Unit, now: int) -> bool:
        """Each file once: what people drew on the page since stays until the file says something else."""
        for zone, file in self.plans().items():
            _take(unit, file, f"plan-file/{zone}", now)
        return False


def _take(unit: Unit, file: PlanFile, note: str, now: int) -> None:
    image = _image(file)
    said = hashlib.sha256(repr((file.plan, file.image)).encode() + image).hexdigest()
    if unit.notes.get(note) == said:
        return
    unit.notes.put(note, said)
    plan = file.plan
    if image:
        try:
            kept = take_in(image, now).file
        except FieldRefused as refused:
            log.warning("the picture of a plan cannot be used", file=file.path, reason=str(refused))
        else:
            if kept.media.startswith("image/"):
                unit.files.keep(kept)
                plan = replace(plan, image=kept.sha256)
            else:
                log.warning("the picture of a plan is none", file=file.path, media=kept.media)
    unit.plans.put(plan, WHO, now, why=Path(file.path).name)


def _image(file: PlanFile) -> bytes:
    """Empty where it has none, or where it is not there."""
    if not file.image:
        return b""
    try:
        return (Path(file.path).parent / file.image).read_bytes()
    except OSError as error:
        log.warning("the picture of a plan is not there", file=file.path, reason=str(error))
        return b""
