"""PostgreSQL, Debian's package, in a cluster of its own; the machine's own cluster is not touched."""

import hashlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from scripts.servers.machine import (
    CHECKOUT,
    HOST,
    DidNotStart,
    free_port,
    is_root,
    program,
    spawn,
    started_at,
    tail,
    wait_until_up,
)
from scripts.servers.server import Server, Started, log_of

OWNER = "dutyroom"
BINARIES = ["/usr/lib/postgresql/*/bin"]
# It holds only what tests wrote, so nothing waits for the disk.
FAST = ["fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=200"]


def start(folder: Path) -> Started:
    postgres = program("postgres", package="postgresql", folders=BINARIES)
    user = "postgres" if is_root() else None
    data = data_folder(folder, user)
    initialise(postgres.with_name("initdb"), data, user, log_of(folder))
    port = free_port()
    options = [f"listen_addresses={HOST}", f"port={port}", f"unix_socket_directories={data}", *FAST]
    settings = [part for option in options for part in ("-c", option)]
    pid = spawn([postgres, "-D", data, *settings], log=log_of(folder), user=user)
    is_ready = [str(postgres.with_name("pg_isready")), "-q", "-h", HOST, "-p", str(port)]
    wait_until_up(lambda: subprocess.run(is_ready, check=False).returncode == 0, pid=pid, log=log_of(folder))
    return Started(
        variable="DUTYROOM_TEST_POSTGRES_URL",
        url=f"postgresql+psycopg://{OWNER}@{HOST}:{port}/postgres",
        port=port,
        pid=pid,
        born=started_at(pid) or "",
        stop_signal="SIGINT",
        data=[str(data)],
    )


def data_folder(folder: Path, user: str | None) -> Path:
    """PostgreSQL refuses to run as root, and its own user may not see into root's checkout."""
    if user is None:
        return folder / "data"
    checkout = hashlib.sha256(str(CHECKOUT).encode()).hexdigest()[:12]
    data = Path(tempfile.gettempdir()) / f"dutyroom-postgres-{checkout}"
    shutil.rmtree(data, ignore_errors=True)
    data.mkdir(mode=0o700)
    shutil.chown(data, user, user)
    return data


def initialise(initdb: Path, data: Path, user: str | None, log: Path) -> None:
    command = [str(initdb), "-D", str(data), "-U", OWNER, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N"]
    with log.open("ab") as output:
        done = subprocess.run(
            command,
            cwd="/",
            env={**os.environ, "LC_ALL": "C.UTF-8"},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            user=user,
            group=user,
            extra_groups=[] if user else None,
            check=False,
        )
    if done.returncode != 0:
        raise DidNotStart(f"initdb failed: see {log}\n{tail(log)}")


POSTGRES = Server("postgres", start)
