"""scripts/services start | stop | status | env"""

import fcntl
import json
import shlex
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from scripts.servers.amtool import AMTOOL
from scripts.servers.chromium import CHROMIUM
from scripts.servers.influx1 import INFLUX1
from scripts.servers.influx2 import INFLUX2
from scripts.servers.machine import STATE, DidNotStart, Missing, say
from scripts.servers.mosquitto import MOSQUITTO
from scripts.servers.postgres import POSTGRES
from scripts.servers.promtool import PROMTOOL
from scripts.servers.server import Server, Started

SERVERS = [MOSQUITTO, INFLUX1, POSTGRES, CHROMIUM, PROMTOOL, AMTOOL, INFLUX2]
REGISTER = STATE / "started.json"
ENVIRONMENT = STATE / "env"


def read() -> dict[str, Started]:
    known = json.loads(REGISTER.read_text()) if REGISTER.exists() else {}
    return {name: Started(**fields) for name, fields in known.items()}


def write(started: dict[str, Started]) -> None:
    REGISTER.write_text(json.dumps({name: one.as_json() for name, one in started.items()}, indent=2) + "\n")
    ENVIRONMENT.write_text("".join(f"{line}\n" for line in lines(started)))


def lines(started: dict[str, Started]) -> list[str]:
    return [f"{one.variable}={shlex.quote(one.url)}" for one in started.values()]


def start() -> int:
    started = read()
    missing = [server.name for server in SERVERS if not keep_or_start(server, started)]
    if missing:
        say(f"not started: {', '.join(missing)}")
    return 1 if missing else 0


def keep_or_start(server: Server, started: dict[str, Started]) -> bool:
    known = started.pop(server.name, None)
    if known is not None and known.pid and known.healthy():
        started[server.name] = known
        say(f"{server.name} is running")
    else:
        if known is not None:
            known.stop()
        if one := attempt(server):
            started[server.name] = one
            say(f"{server.name} started")
    write(started)
    return server.name in started


def attempt(server: Server) -> Started | None:
    folder = STATE / server.name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        return server.start(folder)
    except (Missing, DidNotStart, OSError) as problem:
        say(f"{server.name}: {problem}")
        return None


def stop() -> int:
    for name, one in reversed(read().items()):
        one.stop()
        if one.pid:
            say(f"{name} stopped")
    write({})
    return 0


def status() -> int:
    started = read()
    for server in SERVERS:
        one = started.get(server.name)
        say(f"{server.name}: {'not started' if one is None else one.url if one.healthy() else 'DOWN'}")
    return 0 if all(name in started and started[name].healthy() for name in (s.name for s in SERVERS)) else 1


def env() -> int:
    for line in lines(read()):
        print(f"export {line}")  # noqa: T201
    return 0


@contextmanager
def one_at_a_time() -> Iterator[None]:
    STATE.mkdir(exist_ok=True)
    with (STATE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


COMMANDS: dict[str, Callable[[], int]] = {"start": start, "stop": stop, "status": status, "env": env}


def main(arguments: list[str]) -> int:
    if len(arguments) != 1 or arguments[0] not in COMMANDS:
        say(f"say one of: {' | '.join(COMMANDS)}")
        return 2
    with one_at_a_time():
        return COMMANDS[arguments[0]]()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
