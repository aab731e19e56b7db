"""Eclipse Mosquitto, as a site should run it: nothing queued for a client that is away is dropped."""

from pathlib import Path

from scripts.servers.machine import HOST, answers, free_port, is_root, program, spawn, started_at, wait_until_up
from scripts.servers.server import Server, Started, log_of

CONFIG = """\
listener {port} {host}
allow_anonymous true
persistence true
persistence_location {folder}/
autosave_on_changes true
autosave_interval 1000
max_queued_messages 0
max_inflight_messages 20
set_tcp_nodelay true
log_dest stderr
log_timestamp_format %Y-%m-%dT%H:%M:%S
"""


def start(folder: Path) -> Started:
    binary = program("mosquitto", package="mosquitto")
    port = free_port()
    config = folder / "mosquitto.conf"
    user = "user root\n" if is_root() else ""
    config.write_text(user + CONFIG.format(port=port, host=HOST, folder=folder))
    pid = spawn([binary, "-c", config], log=log_of(folder))
    wait_until_up(lambda: answers(port), pid=pid, log=log_of(folder))
    return Started(
        variable="DUTYROOM_TEST_MOSQUITTO_URL",
        url=f"mqtt://{HOST}:{port}",
        port=port,
        pid=pid,
        born=started_at(pid) or "",
    )


MOSQUITTO = Server("mosquitto", start)
