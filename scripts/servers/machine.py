"""What the servers need from the machine: packages, ports, processes that outlive the command."""

import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
STATE = CHECKOUT / ".services"
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "dutyroom"
HOST = "127.0.0.1"


class Missing(Exception):
    """Something has to be installed first; the text says what."""


class DidNotStart(Exception):
    """The server's log says why; the text holds its end."""


def is_root() -> bool:
    return os.geteuid() == 0


def say(text: str) -> None:
    print(f"services: {text}", flush=True)  # noqa: T201


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def answers(port: int) -> bool:
    try:
        with socket.create_connection((HOST, port), timeout=0.5):
            return True
    except OSError:
        return False


def request(url: str, *, body: bytes | None = None, headers: Mapping[str, str] | None = None) -> bytes:
    """POST when there is a body, else GET. Raises OSError for a refused connection and for a status of 400 and up."""
    asked = urllib.request.Request(url, data=body, headers=dict(headers or {}))
    with urllib.request.urlopen(asked, timeout=10) as answer:
        content: bytes = answer.read()
        return content


def program(name: str, *, package: str, folders: Sequence[str] = ("/usr/sbin", "/usr/bin")) -> Path:
    """The path of a program, after installing Debian's package if it is not there yet."""
    found = which(name, folders)
    if found is None:
        install(package)
        found = which(name, folders)
    if found is None:
        raise Missing(f"{name} is not here after installing the package {package}")
    return found


def which(name: str, folders: Sequence[str]) -> Path | None:
    for folder in folders:
        for path in sorted(Path("/").glob(f"{folder.lstrip('/')}/{name}"), reverse=True):
            return path
    found = shutil.which(name)
    return Path(found) if found else None


def install(package: str) -> None:
    if shutil.which("apt-get") is None:
        raise Missing(f"install {package} with your system's package manager")
    if not is_root():
        raise Missing(f"install it first: sudo apt-get install {package}")
    say(f"installing {package}")
    if not apt("install", package):
        apt("update")
        if not apt("install", package):
            raise Missing(f"apt-get could not install {package}: see {apt_log()}")


def apt(command: str, *packages: str) -> bool:
    options = ["-o", "DPkg::Lock::Timeout=300", "--no-install-recommends"] if packages else []
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    with apt_log().open("ab") as log:
        done = subprocess.run(
            ["apt-get", "-y", "-q", command, *options, *packages],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=environment,
            check=False,
        )
    return done.returncode == 0


def apt_log() -> Path:
    return STATE / "apt.log"


def spawn(
    arguments: Sequence[str | Path], *, log: Path, environment: Mapping[str, str] | None = None, user: str | None = None
) -> int:
    """Starts a process in a process group of its own, which lives on when this command ends. Returns its id."""
    with log.open("ab") as output:
        process = subprocess.Popen(
            [str(part) for part in arguments],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env={**os.environ, **(environment or {})},
            start_new_session=True,
            user=user,
            group=user,
            extra_groups=[] if user else None,
        )
    return process.pid


def wait_until_up(is_up: Callable[[], bool], *, pid: int, log: Path, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if is_up():
            return
        if not running(pid):
            break
        time.sleep(0.05)
    end(pid, sign=signal.SIGTERM)
    raise DidNotStart(f"see {log}\n{tail(log)}")


def tail(log: Path, lines: int = 15) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:]) if log.exists() else "(no log)"


def running(pid: int) -> bool:
    try:
        if os.waitpid(pid, os.WNOHANG)[0] == pid:
            return False
    except ChildProcessError:
        pass  # started by an earlier command
    return started_at(pid) is not None


def started_at(pid: int) -> str | None:
    """What tells this process from a later one with the same id; None when there is none (or only a zombie)."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] == "Z" else fields[19]


def end(pid: int, *, sign: signal.Signals, seconds: float = 15) -> None:
    send(pid, sign)
    deadline = time.monotonic() + seconds
    while running(pid):
        if time.monotonic() > deadline:
            send(pid, signal.SIGKILL)
            return
        time.sleep(0.05)


def send(pid: int, sign: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, sign)


def ok(url: str) -> bool:
    try:
        request(url)
    except (OSError, urllib.error.URLError):
        return False
    return True
