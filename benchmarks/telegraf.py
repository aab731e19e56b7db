"""Telegraf, built once from the Go module proxy into this folder, with the plugins that the comparison needs and no others."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from benchmarks.servers import Bucket

VERSION = "1.37.2"
FOLDER = Path(__file__).parent / ".built" / f"telegraf-{VERSION}"
PACKAGE = f"github.com/influxdata/telegraf/cmd/telegraf@v{VERSION}"
TAGS = ("custom", "inputs.mqtt_consumer", "outputs.influxdb_v2", "parsers.json_v2", "serializers.influx")

# More may be under way than a write holds: with less it would wait for each flush interval.
_CONFIGURATION = """
[agent]
interval = "1s"
flush_interval = "1s"
flush_jitter = "0s"
metric_batch_size = {batch}
metric_buffer_limit = 200000
omit_hostname = true
debug = true
[[inputs.mqtt_consumer]]
servers = ["tcp://{broker}"]
topics = ["{filter}"]
qos = 1
persistent_session = true
client_id = "{client}"
max_undelivered_messages = {undelivered}
data_format = "json_v2"
[[inputs.mqtt_consumer.json_v2]]
measurement_name = "reading"
[[inputs.mqtt_consumer.json_v2.object]]
path = "@this"
timestamp_key = "ts"
timestamp_format = "unix_ms"
disable_prepend_keys = true
included_keys = ["ts", "values_pressure"]
[[outputs.influxdb_v2]]
urls = ["{base}"]
token = "{token}"
organization = "{organization}"
bucket = "{bucket}"
"""


def built() -> Path:
    """The program; built when it is not there yet, about a minute. Raises ``SystemExit`` where Go is missing or fails."""
    binary = FOLDER / "telegraf"
    if not binary.exists():
        print(f"building Telegraf {VERSION} once into {FOLDER}", file=sys.stderr)
        environment = {**os.environ, "GOBIN": str(FOLDER)}
        try:
            # Outside the checkout, so that no module of ours has a say.
            subprocess.run(
                ["go", "install", "-tags", ",".join(TAGS), PACKAGE], cwd=FOLDER.anchor, env=environment, check=True
            )
        except (OSError, subprocess.CalledProcessError) as error:
            raise SystemExit(f"benchmarks: Telegraf cannot be built (Go 1.24 or newer is needed): {error}") from None
    return binary


def configured(
    file: Path, *, broker: str, topic_filter: str, client: str, bucket: Bucket, window: int, batch: int
) -> list[str]:
    """The command that runs it with a configuration in ``file``; ``window``: messages that may be unacknowledged."""
    file.write_text(
        _CONFIGURATION.format(
            broker=broker,
            filter=topic_filter,
            client=client,
            undelivered=window,
            batch=batch,
            base=bucket.address.base,
            token=bucket.address.token,
            organization=bucket.address.org,
            bucket=bucket.name,
        ),
        "utf-8",
    )
    return [str(built()), "--config", str(file)]


if __name__ == "__main__":
    print(built())
