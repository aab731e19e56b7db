"""``python -m benchmarks NAME…``: each prints one JSON line. A name is a module here; it is imported only when asked for."""

import json
import sys
from importlib import import_module

NAMES = (
    "ingest",
    "judge",
    "latency",
    "history",
    "memory",
    "help",
    "replay",
    "start",
    "late",
    "backlog",
    "clocks",
    "notices",
    "plan",
    "coverage",
    "report",
)


def run(names: list[str]) -> int:
    """The exit status: 2 when a name is unknown or missing."""
    if not names or not set(names) <= set(NAMES):
        print(f"benchmarks: say one or more of {', '.join(NAMES)}", file=sys.stderr)
        return 2
    for name in names:
        print(json.dumps(import_module(f"benchmarks.{name}").main()), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
