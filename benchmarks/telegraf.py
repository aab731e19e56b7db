"""Telegraf, built once from the Go module proxy into this folder, with the plugins that the comparison needs and no others."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from benchmarks.servers import Bucket

VERSION = "1.37.2"
FOLDER = Path(__file__).parent / ".built" / f"telegraf-{VERSION}"
PACKAGE = f"github.com/influxdata/telegraf/cmd/telegraf@v{VERSION}"
TAGS = ("custom", "inputs.mqtt_consumer", "outputs.influxdb_v2", "parsers.json_v2", "serializers.influx")

_CONFIGURATION = """
[agent]
interval = "1s"
flush_interval = "{flush}"
flush_jitter = "0s"
metric_batch_size = {batch}
metric_buffer_limit = {buffer}
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Tuning:
    """``window``: messages that may be unacknowledged; ``batch``: points in a write; ``buffer``: points in memory."""

    window: int
    batch: int
    buffer: int = 200_000
    flush: str = "1s"


AS_INSTALLED = Tuning(window=1_000, batch=1_000, buffer=10_000, flush="10s")
"""What is in the file that Telegraf brings, as of 1.37."""


def tuned(window: int, *, single: bool) -> Tuning:
    """The quickest that was found. More may be under way than a write holds: with less it would wait for each flush interval."""
    # With more long messages on their way it kept all of them in memory.
    return Tuning(window=window, batch=window // 2) if single else Tuning(window=100, batch=5_000)


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


def configured(file: Path, *, broker: str, topic_filter: str, client: str, bucket: Bucket, tuning: Tuning) -> list[str]:
    """The command that runs it with a configuration in ``file``."""
    file.write_text(
        _CONFIGURATION.format(
            broker=broker,
            filter=topic_filter,
            client=client,
            undelivered=tuning.window,
            batch=tuning.batch,
            buffer=tuning.buffer,
            flush=tuning.flush,
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
