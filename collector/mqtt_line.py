"""One MQTT client with its network thread.

paho's own thread neither spreads its reconnections nor can be left behind when it hangs, and it polls once for every message;
so the thread is ours, and paho is used as for an external event loop.
"""

from __future__ import annotations

import contextlib
import itertools
import random
import select
import socket
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

import structlog
from paho.mqtt.client import Client, MQTTMessage, MQTTv5, MQTTv311
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from collector.broker import Broker
from collector.link import Delivery
from collector.mailbox import Mailbox
from collector.wire_properties import Malformed, User

log = structlog.get_logger()

KEEPALIVE = 30
SESSION_SECONDS = 14 * 86_400
"""How long an MQTT 5 broker keeps what we have not fetched."""
LONGEST_WAIT = 30.0
STUCK_AFTER = 3 * KEEPALIVE
FAREWELL = 2.0
"""Seconds that a broker has for its last answer."""
_ROUND = 1.0
_MESSAGES_A_ROUND = 200

_generations = itertools.count(1)
"""No two connections of this process share a number."""


class Diary:
    """How the link has done, over all its lines."""

    def __init__(self, address: str) -> None:
        self._address = address
        self.problem = "not connected yet"
        self.connections = 0

    def trouble(self, problem: str) -> None:
        """Something is wrong; said once in the log."""
        if problem != self.problem:
            log.warning("broker link", broker=self._address, problem=problem)
        self.problem = problem

    def well(self) -> None:
        """There is a connection."""
        self.connections += 1
        self.problem = ""
        log.info("broker link", broker=self._address, connections=self.connections)


class Line:
    """Connections come and go; a line that hangs is abandoned as a whole. Only its own thread touches the socket."""

    CLIENT: type[Client] = Client

    def __init__(
        self,
        *,
        broker: Broker,
        client_id: str,
        filters: Sequence[str],
        leave: Sequence[str] = (),
        window: int,
        mailbox: Mailbox,
        diary: Diary,
        clock: Callable[[], int],
    ) -> None:
        self._broker, self._filters, self._leave, self._window = broker, filters, list(leave), window
        self._mailbox, self._diary, self._clock = mailbox, diary, clock
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._failures = self._messages = self._malformed = 0
        self._beat = time.monotonic()
        self._must_reconnect = self._leaving = self._answered = False
        self._pending: set[int] = set()
        self._generation = next(_generations)
        self.connected = self.subscribed = False
        self._bell, self._bell_rope = socket.socketpair()
        self._bell.setblocking(False)
        self._bell_rope.setblocking(False)
        self._client = self._new_client(client_id)
        self._thread = threading.Thread(target=self._run, name="mqtt", daemon=True)

    def start(self) -> None:
        """Begin to connect."""
        self._thread.start()

    def alive(self) -> bool:
        """Whether the thread is there and has come round within three keep-alives."""
        return self._thread.is_alive() and time.monotonic() - self._beat < STUCK_AFTER

    def close(self) -> None:
        """Leave the broker and end the thread."""
        with self._lock:
            self._generation = next(_generations)
        self._over.set()
        self._ring()

    def join(self) -> None:
        """Wait until the thread has ended."""
        self._thread.join(timeout=5)

    def acknowledge(self, deliveries: Sequence[Delivery]) -> int:
        """The lock keeps a new connection from beginning between the comparison and the acknowledgement."""
        with self._lock:
            generation = self._generation if self.connected else -1
            told = [d for d in deliveries if d.generation == generation and d.qos > 0]
            self._tell(told)
        self._ring()
        return len(told)

    def _tell(self, told: Sequence[Delivery]) -> None:
        for delivery in told:
            self._pending.discard(delivery.mid)
            self._client.ack(delivery.mid, delivery.qos)

    def taken(self) -> None:
        """There may be room in the mailbox again."""

    def publish(self, topic: str, payload: bytes) -> None:
        """At QoS 1; paho keeps it until there is a connection."""
        self._client.publish(topic, payload, qos=1)
        self._ring()

    def _ring(self) -> None:
        """Wake the thread: there is something to write. A full pipe means that it was rung already."""
        with contextlib.suppress(OSError):
            self._bell_rope.send(b"!")

    # --- the network thread ---------------------------------------------------------------------------------------

    def _run(self) -> None:
        while not self._over.is_set():
            try:
                self._connection()
            except OSError as error:
                self._diary.trouble(f"cannot be reached: {error.strerror or error}")
            except Malformed as error:
                self._malformed += 1
                self._failures = max(self._failures, self._malformed)  # the same bytes may come again
                self._diary.trouble(f"what it sends is not MQTT: {error}")
            except Exception as error:
                log.exception("the broker link failed")
                self._diary.trouble(f"{type(error).__name__}: {error}")
            self._lost()
            longest = min(LONGEST_WAIT, 0.25 * 2 ** min(self._failures, 8))
            self._over.wait(random.uniform(longest / 2, longest))  # noqa: S311 - jitter, so that collectors spread
        self._bell.close()
        self._bell_rope.close()

    def _connection(self) -> None:
        """One connection from beginning to end."""
        with self._lock:
            self._generation = next(_generations)
        self._failures += 1
        self._must_reconnect = self._leaving = self._answered = False
        self._client.reconnect()
        while self._client.socket() is not None:
            self._round()
            if self._over.is_set() or (self._must_reconnect and not len(self._mailbox)):
                self._farewell()
                return

    def _farewell(self) -> None:
        """Leave once the broker has answered: what it has not read of a closed connection it may drop, and with it the newest
        acknowledgements. An unsubscription is always answered, whatever it names (MQTT 3.10.4), and in its turn.
        """
        self._leaving, self._answered = True, False
        if self.connected:
            self._client.unsubscribe("dutyroom/farewell")
        deadline = time.monotonic() + FAREWELL
        while self.connected and not self._answered and time.monotonic() < deadline:
            self._round()
        self._client.disconnect()
        self._client.loop_write()

    def _round(self) -> None:
        """Wait until there is something to read or to write, or a second has gone; then do it."""
        self._beat = time.monotonic()
        connection = self._client.socket()
        if connection is None:
            return
        wanted = self._wanted()
        poll = select.poll()
        poll.register(connection.fileno(), wanted)
        poll.register(self._bell, select.POLLIN)
        # TLS may hold whole messages already, of which the socket shows nothing.
        held = wanted & select.POLLIN and getattr(connection, "pending", int)()
        ready = dict(poll.poll(0 if held else _ROUND * 1_000))
        if self._bell.fileno() in ready:
            with contextlib.suppress(BlockingIOError):
                self._bell.recv(65_536)
        if held or ready.get(connection.fileno(), 0) & ~select.POLLOUT:
            self._read()
        self._write()
        self._client.loop_misc()

    def _wanted(self) -> int:
        """What to wait for at the socket."""
        return select.POLLIN | (select.POLLOUT if self._client.want_write() else 0)

    def _write(self) -> None:
        if self._client.want_write():
            self._client.loop_write()

    def _read(self) -> None:
        """Read while messages come, so that a hundred of them do not cost a hundred polls."""
        for _ in range(_MESSAGES_A_ROUND):
            before = self._messages
            self._client.loop_read()
            if self._messages == before:
                return

    def _lost(self) -> None:
        with self._lock:
            self.connected = self.subscribed = False
            self._generation = next(_generations)
            self._pending.clear()

    def _new_client(self, client_id: str) -> Client:
        five = self._broker.version == 5
        client = self.CLIENT(
            CallbackAPIVersion.VERSION2,
            client_id=client_id,
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
        client.on_subscribe, client.on_unsubscribe = self._on_subscribe, self._on_unsubscribe
        client.on_message = self._on_message
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
        properties.ReceiveMaximum = self._window
        return properties

    # --- paho's callbacks, on the same thread; none of them raises --------------------------------------------------

    def _on_connect(self, client: Client, _: Any, __: Any, reason: ReasonCode, ___: Any) -> None:
        if reason.is_failure:
            self._diary.trouble(f"the broker refused the connection: {reason}")
            return
        self._failures = 0
        self.connected = True
        self._diary.well()
        if self._leave:
            client.unsubscribe(self._leave)
        if self._filters:
            client.subscribe([(topic_filter, 1) for topic_filter in self._filters])

    def _on_subscribe(self, _: Client, __: Any, ___: int, reasons: list[ReasonCode], ____: Any) -> None:
        pairs = zip(self._filters, reasons, strict=False)
        refused = [f"{name} ({reason})" for name, reason in pairs if reason.is_failure]
        self.subscribed = not refused
        if refused:
            self._diary.trouble(f"the broker refused the subscription to {', '.join(refused)}: check its access list")

    def _on_unsubscribe(self, *_: Any) -> None:
        self._answered = True

    def _on_disconnect(self, _: Client, __: Any, ___: Any, reason: ReasonCode, ____: Any) -> None:
        refused_before = not self.connected and self._diary.problem
        self._lost()
        if not (self._over.is_set() or self._must_reconnect or refused_before):
            self._diary.trouble(f"the connection was lost: {reason}")

    def _on_message(self, client: Client, _: Any, message: MQTTMessage) -> None:
        """Whatever is raised here would end up in paho's log, and the message nowhere."""
        self._messages += 1
        try:
            topic = message.topic
        except UnicodeDecodeError:
            # MQTT 1.5.3 forbids such topics; a broker that lets one through would send it again for ever.
            client.ack(message.mid, message.qos)
            self._diary.trouble("a topic that is not UTF-8 was left out")
            return
        if self._leaving or self._over.is_set() or (message.qos and message.mid in self._pending):
            return  # NATS sends again on the same connection what is not acknowledged within its ack_wait: we have it
        delivery = Delivery(
            topic=topic,
            payload=bytes(message.payload),
            arrived=self._clock(),
            retained=message.retain,
            mid=message.mid,
            qos=message.qos,
            generation=self._generation,
            user=_user(message),
        )
        if not self._mailbox.put(delivery):
            self._must_reconnect = True
        elif message.qos:
            self._pending.add(message.mid)


def _user(message: MQTTMessage) -> User:
    """What the publisher wrote on it, where the broker speaks MQTT 5."""
    return tuple(getattr(message.properties, "UserProperty", ()))
