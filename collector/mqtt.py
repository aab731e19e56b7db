"""The link to an MQTT broker: QoS 1, a fixed client id, a persistent session, and acknowledgements by hand.

A broker's in-flight window bounds what waits here; whatever comes beyond the queue's limits is left with the broker and asked
for again by a new connection once the queue is empty. The network thread is ours: paho's own neither spreads its
reconnections nor can be restarted when it hangs.
"""

from __future__ import annotations

import random
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import structlog
from paho.mqtt.client import Client, MQTTMessage, MQTTv5, MQTTv311
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from collector.link import Delivery, LinkState

log = structlog.get_logger()

KEEPALIVE = 30
QUEUE_LIMIT = 2_000
QUEUE_BYTES = 64 << 20
SESSION_SECONDS = 14 * 86_400
"""How long an MQTT 5 broker keeps what we have not fetched."""
LONGEST_WAIT = 30.0
_STUCK_AFTER = 3 * KEEPALIVE


def _now() -> int:
    return time.time_ns() // 1_000_000


class BadAddress(ValueError):
    """The broker's address cannot be used. Says what is allowed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Broker:
    """A broker's address: ``mqtt://user:password@host:1883`` or ``mqtts://…``, with ``?version=5`` and ``&ca=/file``."""

    host: str
    port: int
    tls: bool
    user: str
    password: str
    version: int
    ca: str | None

    def __str__(self) -> str:
        """Without user and password: this is what logs and pages show."""
        return f"{'mqtts' if self.tls else 'mqtt'}://{self.host}:{self.port}"


def broker_at(url: str) -> Broker:
    """The broker that ``url`` names. Raises ``BadAddress``, which never repeats a password."""
    try:
        parts = urlsplit(url)
        query = parse_qs(parts.query)
        version = int(query.get("version", ["4"])[0])
        port = parts.port
    except ValueError:
        raise BadAddress("not an address; allowed: mqtt://user:password@host:1883 or mqtts://host:8883") from None
    if parts.scheme not in ("mqtt", "mqtts") or not parts.hostname or version not in (4, 5):
        raise BadAddress("not an address; allowed: mqtt://host:1883, mqtts://host:8883, ?version=4 (3.1.1) or 5")
    tls = parts.scheme == "mqtts"
    return Broker(
        host=parts.hostname,
        port=port or (8883 if tls else 1883),
        tls=tls,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        version=version,
        ca=query.get("ca", [None])[0],
    )


class MqttLink:
    """A ``Link`` to a real broker."""

    def __init__(
        self,
        url: str,
        *,
        client_id: str,
        filters: Sequence[str],
        queue_limit: int = QUEUE_LIMIT,
        queue_bytes: int = QUEUE_BYTES,
        clock: Callable[[], int] = _now,
    ) -> None:
        self._broker, self._client_id, self._filters = broker_at(url), client_id, list(filters)
        self._queue_limit, self._queue_bytes, self._clock = queue_limit, queue_bytes, clock
        self._queue: deque[Delivery] = deque()
        self._bytes = self._overflowed = self._connections = 0
        self._problem = "not connected yet"
        self._arrived = threading.Condition()
        self._running = False
        self._line: _Line | None = None

    def start(self) -> None:
        """Begin to connect; returns at once."""
        self._running = True
        self._line = _Line(self)
        self._line.thread.start()

    def stop(self) -> None:
        """Disconnect; what is not acknowledged stays with the broker."""
        self._running = False
        if self._line is not None:
            self._line.close()
            self._line.thread.join(timeout=5)

    def take(self, limit: int, timeout: float) -> list[Delivery]:
        """What is there, at most ``limit``; waits only when there is nothing."""
        self._watch()
        with self._arrived:
            if not self._queue and timeout > 0:
                self._arrived.wait(timeout)
            taken = [self._queue.popleft() for _ in range(min(limit, len(self._queue)))]
            self._bytes -= sum(len(delivery.payload) for delivery in taken)
        return taken

    def acknowledge(self, deliveries: Sequence[Delivery]) -> int:
        """Tell the broker that they are safe; those of an older connection are dropped."""
        return self._line.acknowledge(deliveries) if self._line is not None else 0

    def publish(self, topic: str, payload: bytes) -> None:
        """Send a message at QoS 1, as soon as there is a connection."""
        if self._line is not None:
            self._line.client.publish(topic, payload, qos=1)

    def state(self) -> LinkState:
        """How the link does now."""
        line = self._line
        return LinkState(
            address=str(self._broker),
            connected=line is not None and line.connected,
            connections=self._connections,
            queued=len(self._queue),
            queued_bytes=self._bytes,
            overflowed=self._overflowed,
            problem=self._problem,
        )

    def _watch(self) -> None:
        """A network thread that has ended or hangs is left behind, and a new one takes its place."""
        line = self._line
        if not self._running or line is None or (line.thread.is_alive() and not line.stuck()):
            return
        self._trouble("the network thread hung or ended; it was started again")
        line.close()
        self.start()

    # --- called by the network thread -----------------------------------------------------------------------------

    def _put(self, delivery: Delivery) -> bool:
        """False when the queue is full and the message stays with the broker."""
        with self._arrived:
            full = len(self._queue) >= self._queue_limit or self._bytes >= self._queue_bytes
            if full:
                self._overflowed += 1
                return False
            self._queue.append(delivery)
            self._bytes += len(delivery.payload)
            self._arrived.notify()
        return True

    def _drained(self) -> bool:
        return not self._queue

    def _trouble(self, problem: str) -> None:
        if problem != self._problem:
            log.warning("broker link", broker=str(self._broker), problem=problem)
        self._problem = problem

    def _well(self) -> None:
        self._connections += 1
        self._problem = ""


class _Line:
    """One client with its network thread. Connections come and go; a line that hangs is abandoned as a whole."""

    def __init__(self, link: MqttLink) -> None:
        self._link = link
        self._broker = link._broker
        self._ack = threading.Lock()
        self._over = threading.Event()
        self._failures = 0
        self._beat = time.monotonic()
        self._must_reconnect = False
        self.generation = _generations()
        self.connected = False
        self.client = self._client()
        self.thread = threading.Thread(target=self._run, name="mqtt", daemon=True)

    def stuck(self) -> bool:
        """Whether the thread has not come round for three keep-alives."""
        return time.monotonic() - self._beat > _STUCK_AFTER

    def close(self) -> None:
        """Leave the broker and end the thread."""
        with self._ack:
            self.generation = _generations()
        self._over.set()
        self.client.disconnect()

    def acknowledge(self, deliveries: Sequence[Delivery]) -> int:
        """The lock keeps a new connection from beginning between the comparison and the acknowledgement."""
        with self._ack:
            told = [d for d in deliveries if d.generation == self.generation and d.qos > 0] if self.connected else []
            for delivery in told:
                self.client.ack(delivery.mid, delivery.qos)
        return len(told)

    # --- the network thread ---------------------------------------------------------------------------------------

    def _run(self) -> None:
        while not self._over.is_set():
            try:
                self._connection()
            except OSError as error:
                self._link._trouble(f"cannot be reached: {error.strerror or type(error).__name__}")
            except Exception as error:  # noqa: BLE001 - the thread's edge: whatever it is, connect again
                self._link._trouble(f"{type(error).__name__}: {error}")
            self._lost()
            longest = min(LONGEST_WAIT, 0.25 * 2 ** min(self._failures, 8))
            self._over.wait(random.uniform(longest / 2, longest))  # noqa: S311 - jitter, so that collectors spread
            self._beat = time.monotonic()

    def _connection(self) -> None:
        """One connection from beginning to end."""
        with self._ack:
            self.generation = _generations()
        self._failures += 1
        self._must_reconnect = False
        self.client.reconnect()
        while not self._over.is_set():
            self._beat = time.monotonic()
            if self.client.loop(timeout=1.0) != MQTTErrorCode.MQTT_ERR_SUCCESS:
                return
            if self._must_reconnect and self._link._drained():
                self.client.disconnect()
                return

    def _lost(self) -> None:
        with self._ack:
            self.connected = False
            self.generation = _generations()

    def _client(self) -> Client:
        five = self._broker.version == 5
        client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=self._link._client_id,
            clean_session=None if five else False,
            protocol=MQTTv5 if five else MQTTv311,
            manual_ack=True,
        )
        client.suppress_exceptions = True
        client.connect_timeout = 5.0
        if self._broker.user:
            client.username_pw_set(self._broker.user, self._broker.password)
        if self._broker.tls:
            client.tls_set(ca_certs=self._broker.ca)
        client.on_connect, client.on_disconnect = self._on_connect, self._on_disconnect
        client.on_subscribe, client.on_message = self._on_subscribe, self._on_message
        # With this set, paho leaves all writing to our thread: its writing is not safe from two.
        client.on_socket_register_write = lambda *_: None
        client.connect_async(
            self._broker.host,
            self._broker.port,
            keepalive=KEEPALIVE,
            clean_start=False if five else 3,
            properties=self._session() if five else None,
        )
        return client

    def _session(self) -> Properties:
        properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        properties.SessionExpiryInterval = SESSION_SECONDS
        properties.ReceiveMaximum = min(self._link._queue_limit, 65_535)
        return properties

    def _on_connect(self, client: Client, _: Any, flags: Any, reason: ReasonCode, __: Any) -> None:
        del flags
        if reason.is_failure:
            self._link._trouble(f"the broker refused the connection: {reason}")
            return
        self._failures = 0
        self.connected = True
        self._link._well()
        if self._link._filters:
            client.subscribe([(topic_filter, 1) for topic_filter in self._link._filters])

    def _on_subscribe(self, _: Client, __: Any, ___: int, reasons: list[ReasonCode], ____: Any) -> None:
        refused = [f for f, reason in zip(self._link._filters, reasons, strict=False) if reason.is_failure]
        if refused:
            self._link._trouble(f"the broker refused the subscription to {', '.join(refused)}: check its access list")

    def _on_disconnect(self, _: Client, __: Any, ___: Any, reason: ReasonCode, ____: Any) -> None:
        self._lost()
        if not self._over.is_set() and not self._must_reconnect:
            self._link._trouble(f"the connection was lost: {reason}")

    def _on_message(self, client: Client, _: Any, message: MQTTMessage) -> None:
        """Runs in paho's loop and must not raise: there an exception would end up in a log, and the message nowhere."""
        try:
            topic = message.topic
        except UnicodeDecodeError:
            # MQTT 1.5.3 forbids such topics; a broker that lets one through would send it again for ever.
            client.ack(message.mid, message.qos)
            self._link._trouble("a topic that is not UTF-8 was left out")
            return
        payload, arrived = bytes(message.payload), self._link._clock()
        delivery = Delivery(topic, payload, arrived, message.retain, message.mid, message.qos, self.generation)
        if not self._over.is_set() and not self._link._put(delivery):
            self._must_reconnect = True


_next_generation = 0
_generation_lock = threading.Lock()


def _generations() -> int:
    """A number that no connection of this process has had."""
    global _next_generation  # noqa: PLW0603
    with _generation_lock:
        _next_generation += 1
        return _next_generation
