"""What goes wrong with the product itself, kind by kind: its name, and what to do first; docs/operations.md says more."""

from __future__ import annotations

from dataclasses import dataclass

from facility.instant import MINUTE, SECOND
from facility.text import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class SelfAlert:
    """One kind. ``id`` is the alert's rule."""

    id: str
    title: Text
    do_first: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Beyond these somebody is told. Times in milliseconds."""

    lag: int = 10 * SECOND
    """From a message's arrival to its acknowledgement."""
    history: int = 10 * MINUTE
    """So long readings may wait for the history: a restart of its server takes less."""
    letters: int = 30
    """Dead letters in five minutes."""
    disk: float = 10.0
    """Percent of the data folder's disk that stay free; at a third of that it is urgent."""
    clock: int = 2 * SECOND
    """Between two clocks that should agree."""
    silence: int = MINUTE
    """A process says how it is every two seconds."""


HISTORY_AWAY = SelfAlert(
    id="history-away",
    title=Text("历史库写入中断", "Readings wait for the history"),
    do_first=Text(
        "启动 InfluxDB，或修正其令牌；读数在日志中等待，随后自动补写，报警不受影响。",
        "Start InfluxDB, or mend its token. Readings wait in the journal and are forwarded by themselves; alarms go on.",
    ),
)
LAG = SelfAlert(
    id="collector-lag",
    title=Text("消息处理滞后，报警会晚到", "Messages are taken in late: alarms come late"),
    do_first=Text(
        "打开“系统”页看哪一步慢：存储慢查磁盘，判断慢查规则，接收过多查哪台设备在刷屏。",
        "The System page marks the slow step: a slow store is the disk, slow judging the rules, a flood one device.",
    ),
)
LETTERS = SelfAlert(
    id="letters-many",
    title=Text("大量消息无法使用", "Many messages cannot be used"),
    do_first=Text(
        "打开“死信”页按原因处理：修正设备或来源设置，然后“再试一次”。",
        "Open Dead letters and see to the reason: mend the device or its source, then have them tried again.",
    ),
)
READINGS_LOST = SelfAlert(
    id="readings-lost",
    title=Text("读数库不可写，收到的消息不能判断", "Readings cannot be stored: what comes in is not judged"),
    do_first=Text(
        "立即增加现场巡查。查磁盘是否已满、是否只读；消息在服务器中等待，恢复后自动补判。",
        "Walk the property more often at once. See whether the disk is full or read-only; messages wait at the broker.",
    ),
)
RECORDS_AWAY = SelfAlert(
    id="records-were-away",
    title=Text("记录库曾中断", "The records' database was away"),
    do_first=Text(
        "已恢复。查数据库日志的原因；中断期间的消息已在恢复后补判，请看有无迟到的报警。",
        "It is back. Look for the cause in the database's log; what waited was judged afterwards: see whether alarms came late.",
    ),
)
WORKER_SILENT = SelfAlert(
    id="worker-silent",
    title=Text("采集进程没有动静，报警可能收不到", "A collector says nothing: alarms may not be heard"),
    do_first=Text(
        "立即增加现场巡查。查该机器与进程：systemctl status dutyroom，再看其日志；消息在服务器中等待。",
        "Walk the property more often at once. Look at its machine and process: systemctl status dutyroom, then its log.",
    ),
)
RESPONDER_AWAY = SelfAlert(
    id="responder-away",
    title=Text("响应进程没有动静，不会通知任何人", "No responder is at work: nobody is called"),
    do_first=Text(
        "守在本页面，用电话通知。启动 dutyroom respond（或 dutyroom run），再看其日志。",
        "Stay at this page and call people by telephone. Start dutyroom respond (or dutyroom run), then read its log.",
    ),
)
DISK = SelfAlert(
    id="machine-disk",
    title=Text("磁盘将满", "The disk is nearly full"),
    do_first=Text(
        "腾出空间或加盘；不要删除数据文件夹中的文件。满了以后不再接收消息。",
        "Make room or add disk, and delete nothing in the data folder. When it is full nothing more is taken in.",
    ),
)
CLOCK = SelfAlert(
    id="machine-clock",
    title=Text("服务器时钟不准", "The machine's clock is wrong"),
    do_first=Text(
        "启用时间同步（chrony 或 systemd-timesyncd）；时限与证据的时间都以此时钟为准。",
        "Have time kept by chrony or systemd-timesyncd: time limits and the times of evidence are this clock's.",
    ),
)
FLOOD = SelfAlert(
    id="device-flood",
    title=Text("设备发送过快", "A device sends without end"),
    do_first=Text(
        "其他设备不受影响。检查该设备的上报间隔或重启它；停止五分钟后本报警自动解除。",
        "Other devices do not wait for it. Mend its reporting interval or restart it; this is over five minutes after it stops.",
    ),
)
CLAIMS = SelfAlert(
    id="device-claims",
    title=Text("设备冒用其他设备的身份", "A device speaks for another one"),
    do_first=Text(
        "看死信中的两个名称。若是更换的网关，在台账中登记后重试；原因不明时更换其密码并到现场查看。",
        "The dead letters name both. Write a replaced gateway into the register; else renew the password and go and look.",
    ),
)
KINDS: dict[str, SelfAlert] = {
    kind.id: kind
    for kind in (
        HISTORY_AWAY, LAG, LETTERS, READINGS_LOST, RECORDS_AWAY, WORKER_SILENT, RESPONDER_AWAY, DISK, CLOCK,
        FLOOD, CLAIMS,
    )
}  # fmt: skip
