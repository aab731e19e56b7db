"""InfluxDB 2.x, built as a Go module (scripts/influxd) into a cache outside the checkout: minutes once, then reused."""

import json
import os
import secrets
import shutil
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from scripts.servers.machine import (
    CACHE,
    CHECKOUT,
    HOST,
    Missing,
    free_port,
    ok,
    request,
    say,
    spawn,
    started_at,
    tail,
    wait_until_up,
)
from scripts.servers.server import Server, Started, log_of

VERSION = "2.7.12"
ORG = "dutyroom"
BUCKET = "dutyroom"
MODULE = CHECKOUT / "scripts" / "influxd"
# finds or builds the Rust part of the query language for the Go compiler
PKG_CONFIG = "github.com/influxdata/pkg-config@v0.3.0"
CAPPED_COMPILER = '#!/bin/sh\nexec "$@" --cap-lints allow\n'


def start(folder: Path) -> Started:
    port = free_port()
    pid = spawn(command(folder, port, log_of(folder)), log=log_of(folder))
    url = f"http://{HOST}:{port}"
    wait_until_up(lambda: ok(f"{url}/health"), pid=pid, log=log_of(folder))
    query = urlencode({"org": ORG, "token": set_up(url)})
    return Started(
        variable="DUTYROOM_TEST_INFLUX2_URL",
        url=f"influxdb://{HOST}:{port}/{BUCKET}?{query}",
        port=port,
        pid=pid,
        born=started_at(pid) or "",
    )


def command(folder: Path, port: int, log: Path) -> list[str | Path]:
    """What runs it with its files in the folder, and answers on ``port``; ``log`` is of the build."""
    return [
        built(log),
        f"--http-bind-address={HOST}:{port}",
        f"--bolt-path={folder}/influxd.bolt",
        f"--sqlite-path={folder}/influxd.sqlite",
        f"--engine-path={folder}/engine",
        "--reporting-disabled",
        "--log-level=warn",
    ]


def set_up(url: str) -> str:
    """The first user, organisation and bucket, and the mapping that lets InfluxQL find the bucket by its name."""
    token = secrets.token_hex(16)
    first = {"username": ORG, "password": secrets.token_hex(16), "org": ORG, "bucket": BUCKET, "token": token}
    made = post(f"{url}/api/v2/setup", first)
    mapping = {
        "bucketID": made["bucket"]["id"],
        "orgID": made["org"]["id"],
        "database": BUCKET,
        "retention_policy": "autogen",
        "default": True,
    }
    post(f"{url}/api/v2/dbrps", mapping, token)
    return token


def post(url: str, body: dict[str, Any], token: str = "") -> dict[str, Any]:
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Token {token}"} if token else {})
    answer: dict[str, Any] = json.loads(request(url, body=json.dumps(body).encode(), headers=headers))
    return answer


def built(log: Path) -> Path:
    folder = CACHE / f"influxd-{VERSION}"
    binary = folder / "influxd"
    if not binary.exists():
        needs("go", "to build InfluxDB 2: install Go 1.24 or newer")
        needs("cargo", "to build InfluxDB 2: install Rust 1.75 or newer")
        say(f"building InfluxDB {VERSION} once into {folder} (several minutes)")
        tools = build_tools(folder / "tools", log)
        # Built beside its place and moved there, so that an interrupted build leaves nothing half done.
        unfinished = folder / f"influxd.{os.getpid()}"
        go(["build", "-tags", "sqlite_foreign_keys,sqlite_json", "-o", str(unfinished), main_package()], tools, log)
        unfinished.rename(binary)
    return binary


def main_package() -> str:
    return "github.com/influxdata/influxdb/v2/cmd/influxd"


def build_tools(folder: Path, log: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    # Newer compilers turn some warnings of old crates into errors.
    capped = folder / "rustc-capped"
    capped.write_text(CAPPED_COMPILER)
    capped.chmod(0o755)
    go(["install", PKG_CONFIG], folder, log)
    return folder


def go(arguments: list[str], tools: Path, log: Path) -> None:
    environment = {
        **os.environ,
        "GOBIN": str(tools),
        "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}",
        "RUSTC_WRAPPER": str(tools / "rustc-capped"),
        **rust_toolchain(),
    }
    with log.open("ab") as output:
        done = subprocess.run(
            ["go", *arguments],
            cwd=MODULE,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            check=False,
        )
    if done.returncode != 0:
        raise Missing(f"go {arguments[0]} failed: see {log}\n{tail(log)}")


def rust_toolchain() -> dict[str, str]:
    """The crates ask rustup for an old toolchain, which need not be there: the machine's own one does."""
    if shutil.which("rustup") is None or "RUSTUP_TOOLCHAIN" in os.environ:
        return {}
    shown = subprocess.run(["rustup", "show", "active-toolchain"], cwd="/", capture_output=True, text=True, check=False)
    name = shown.stdout.partition(" ")[0].strip()
    return {"RUSTUP_TOOLCHAIN": name} if name else {}


def needs(program: str, why: str) -> None:
    if shutil.which(program) is None:
        raise Missing(f"{program} is needed {why}")


INFLUX2 = Server("influx2", start)
