"""What ``dutyroom doctor`` looks at around the stores: collectors, disk, clock, backups."""

from __future__ import annotations

import shutil
from contextlib import closing

from dutyroom import wiring
from dutyroom.settings import Settings
from facility.instant import DAY

BACKUP_DAYS = 7
"""A backup that is older is none to rely on."""


def worker(settings: Settings) -> str:
    """Collectors at work. Raises ``ValueError``, as all here: what is wrong, and how to mend it."""
    from api.health import workers

    with closing(wiring.open_records(settings)) as records, records.read() as unit:
        found, now = workers(unit), wiring.now()
    if not found:
        return "none has ever run here; dutyroom run brings one"
    silent = [one.name for one in found if one.silent(now)]
    if len(silent) == len(found):
        raise ValueError(
            f"none is at work (last: {', '.join(silent)}): nothing is heard until dutyroom run or dutyroom worker is started"
        )
    slow = [one for one in found if one.slow and not one.silent(now)]
    if slow:
        raise ValueError(f"{slow[0].name} is behind: the System page marks the slow stage; see docs/operations.md")
    return ", ".join(f"{one.name} {'is silent' if one.silent(now) else 'works'}" for one in found)


def disk(settings: Settings) -> str:
    """Room under the data folder."""
    found = shutil.disk_usage(settings.data_folder)
    free = 100 * found.free / found.total
    said = f"{free:.0f} % of the disk under {settings.data_folder} is free ({found.free / (1 << 30):,.1f} GiB)"
    if free < settings.disk_limit:
        raise ValueError(
            f"{said}, the limit is {settings.disk_limit:g} %: make room or add disk; see docs/operations.md"
        )
    return said


def clock(settings: Settings) -> str:
    """This machine's, and the database's beside it."""
    from dutyroom.machine import Machine

    with closing(wiring.open_records(settings)) as records:
        clock = Machine(settings.data_folder, wiring.now, database=records.clock).note()["clock"]
    apart = clock["database_ms"]
    if apart is not None and abs(apart) > settings.limits.clock:
        raise ValueError(f"{apart} ms apart from the database's: have both kept by chrony or systemd-timesyncd")
    if clock["unkept_since"] is not None:
        raise ValueError("nothing keeps it right: start chrony or systemd-timesyncd (timedatectl set-ntp true)")
    return "kept right" + (f", {apart} ms from the database's" if apart is not None else "")


def backup(settings: Settings) -> str:
    """When one was last made."""
    from api.machines import last_backup

    with closing(wiring.open_records(settings)) as records, records.read() as unit:
        made, facts = last_backup(unit), unit.facts.head()
    if made is None:
        if facts:
            raise ValueError(
                "none was ever made: dutyroom backup FILE.tar.gz; deploy/systemd/dutyroom-backup.timer does it each night"
            )
        return "nothing to keep yet"
    days = (wiring.now() - made) // DAY
    if days > BACKUP_DAYS:
        raise ValueError(f"the last one was made {days} days ago: is dutyroom-backup.timer at work?")
    return f"the last one was made {days} days ago" if days else "the last one was made today"
