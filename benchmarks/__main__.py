"""``python -m benchmarks NAME… [--option …]``: each prints one JSON line. A name is a module here, imported only when asked for.

Options are for one name alone, and only where its module takes them (``OPTIONS``).
"""

import json
import sys
from argparse import ArgumentParser
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
    "fuzz",
    "recovery",
)


def run(names: list[str]) -> int:
    """The exit status: 2 when a name is unknown or missing, or takes no options."""
    first = next((place for place, word in enumerate(names) if word.startswith("-")), len(names))
    names, given = names[:first], names[first:]
    if not names or not set(names) <= set(NAMES) or (given and len(names) > 1):
        print(f"benchmarks: say one or more of {', '.join(NAMES)}; options go with one alone", file=sys.stderr)
        return 2
    for name in names:
        module = import_module(f"benchmarks.{name}")
        options: ArgumentParser = getattr(module, "OPTIONS", ArgumentParser(f"benchmarks {name}"))
        found = options.parse_args(given)
        print(json.dumps(module.main(found) if vars(found) else module.main()), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
