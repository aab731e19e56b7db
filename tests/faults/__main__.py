"""python -m tests.faults --minutes N --seed S: nothing is lost and nothing doubled, whatever breaks. Exit status 1 when it is."""

from __future__ import annotations

import argparse
import json
import secrets
import shutil
import signal
import sys
import tempfile
from pathlib import Path

from tests.faults import schedule
from tests.faults.report import as_json, table
from tests.faults.running import Log, Plan, run


def arguments(words: list[str] | None = None) -> argparse.Namespace:
    """As they were given."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--minutes", type=float, default=5.0, help="how long faults go on (default 5)")
    parser.add_argument(
        "--seed", type=int, default=None, help="which faults and which readings; by chance when left out"
    )
    parser.add_argument("--only", default="", help="kinds of faults, such as: kill,cut influx,clock")
    parser.add_argument(
        "--stores", choices=("large", "small"), default="large", help="InfluxDB and PostgreSQL, or SQLite"
    )
    parser.add_argument("--broker", choices=("mosquitto", "nats"), default="mosquitto")
    parser.add_argument("--gauges", type=int, default=20, help="how many speak at once, five readings a second each")
    parser.add_argument("--every", type=float, default=None, help="seconds between two faults on average")
    parser.add_argument("--json", type=Path, default=None, help="write all figures there")
    parser.add_argument("--folder", type=Path, default=None, help="new folder for logs and data, which is kept")
    given = parser.parse_args(words)
    if not 0.05 <= given.minutes <= 16 * 60 or not 1 <= given.gauges <= 99:
        parser.error("allowed: --minutes 0.05 to 960, --gauges 1 to 99")
    try:
        schedule.parse_only(given.only, schedule.whole())
    except schedule.NoSuchFault as error:
        parser.error(f"--only: {error}")
    return given


def main(words: list[str] | None = None) -> int:
    """0 when every promise was kept."""
    given = arguments(words)
    plan = Plan(
        minutes=given.minutes,
        seed=secrets.randbelow(1 << 20) if given.seed is None else given.seed,
        only=given.only,
        large=given.stores == "large",
        broker=given.broker,
        gauges=given.gauges,
        every=given.every,
    )
    folder = given.folder or Path(tempfile.mkdtemp(prefix="dutyroom-faults-"))
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o755)  # servers under users of their own have to find their files
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that everything started is ended
    say = Log(folder / "faults.log")
    say(f"seed {plan.seed}, logs in {folder}")
    try:
        outcome = run(plan, folder, say)
    except schedule.NoSuchFault as error:
        print(f"faults: {error}", file=sys.stderr)  # noqa: T201
        return 2
    print(table(outcome))  # noqa: T201
    if given.json:
        given.json.write_text(json.dumps(as_json(outcome), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    if outcome.good and given.folder is None:
        shutil.rmtree(folder, ignore_errors=True)
    return 0 if outcome.good else 1


if __name__ == "__main__":
    sys.exit(main())
