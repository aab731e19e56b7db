"""InfluxDB 1.x, Debian's package."""

from pathlib import Path

from scripts.servers.machine import HOST, free_port, ok, program, request, spawn, started_at, wait_until_up
from scripts.servers.server import Server, Started, log_of

DATABASE = "dutyroom"
CONFIG = """\
reporting-disabled = true
bind-address = "{host}:{backup_port}"
[meta]
  dir = "{folder}/meta"
[data]
  dir = "{folder}/data"
  wal-dir = "{folder}/wal"
  query-log-enabled = false
[http]
  bind-address = "{host}:{port}"
  log-enabled = false
[monitor]
  store-enabled = false
"""


def start(folder: Path) -> Started:
    binary = program("influxd", package="influxdb", folders=["/usr/bin"])
    port = free_port()
    config = folder / "influxdb.conf"
    config.write_text(CONFIG.format(host=HOST, port=port, backup_port=free_port(), folder=folder))
    pid = spawn([binary, "run", "-config", config], log=log_of(folder))
    wait_until_up(lambda: ok(f"http://{HOST}:{port}/ping"), pid=pid, log=log_of(folder))
    request(f"http://{HOST}:{port}/query", body=f"q=CREATE DATABASE {DATABASE}".encode())
    return Started(
        variable="DUTYROOM_TEST_INFLUX1_URL",
        url=f"influxdb://{HOST}:{port}/{DATABASE}",
        port=port,
        pid=pid,
        born=started_at(pid) or "",
    )


INFLUX1 = Server("influx1", start)
