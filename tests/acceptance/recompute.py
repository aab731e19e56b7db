"""Works the figures of a report out again from the exported facts, sharing no code with the product: the standard library only.

    dutyroom facts export --out facts.jsonl
    dutyroom report make --from 2026-01-01 --to 2026-12-31 --out figures.json
    python tests/acceptance/recompute.py facts.jsonl figures.json

Prints every difference and ends with status 1 when there is one. Sensors' shares rest on readings, not on facts: they are
left out.
It is written from docs/reports.md and docs/compliance.md, so that a mistake in the product cannot hide in it.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

Facts = list[dict[str, Any]]
STOP = {
    "respond": {
        "accepted",
        "arrived",
        "in-progress",
        "pending-verify",
        "closed",
        "reviewed",
        "cancelled",
        "duplicate-of",
    },
    "arrive": {"arrived", "in-progress", "pending-verify", "closed", "reviewed", "cancelled", "duplicate-of"},
    "visit": {"arrived", "in-progress", "pending-verify", "closed", "reviewed", "cancelled", "duplicate-of"},
    "resolve": {"pending-verify", "closed", "reviewed", "cancelled", "duplicate-of"},
    "review": {"reviewed", "cancelled", "duplicate-of"},
}
"""Which state of a work order ends which of its time limits."""
RESTART = {
    "respond": {("accepted", "rejected"), ("accepted", "transferred")},
    "resolve": {("pending-verify", "in-progress")},
}
"""Steps after which a limit that had ended runs again."""
ORDER_STATES = {
    "new", "dispatched", "accepted", "arrived", "in-progress", "on-hold", "pending-verify", "closed", "reviewed",
    "rejected", "transferred", "cancelled", "duplicate-of",
}  # fmt: skip
OVER = {"closed", "reviewed", "cancelled", "duplicate-of"}
CALLED_OFF = {"cancelled", "duplicate-of"}
STANDINGS = {"planned", "open", "late", "suspended", "done", "done-late", "missed"}
DAY = 86_400_000


def read_facts(path: Path) -> Facts:
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def broken_link(facts: Facts) -> int | None:
    """The first fact whose hash does not follow from itself and the one before."""
    previous = ""
    for number, fact in enumerate(facts, 1):
        body = [fact[name] for name in ("at", "noun", "subject", "what", "before", "after", "why", "who", "data")]
        text = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        digest = hashlib.sha256((previous + "\n" + text).encode()).hexdigest()
        if fact["seq"] != number or fact["previous"] != previous or fact["hash"] != digest:
            return int(fact["seq"])
        previous = digest
    return None


class Report:
    """What the figures file asks for."""

    def __init__(self, content: dict[str, Any]) -> None:
        self.since, self.until = content["period"]["since"], content["period"]["until"]
        self.first, self.last = content["period"]["first"], content["period"]["last"]
        self.zones, self.clauses = set(content["zones"]), set(content["asked"]["clauses"])
        self.duties = {duty: set(some) for duty, some in content["duties"].items()}
        self.anchor, self.now = content["anchor"]["seq"], content["anchor"]["at"]
        self.zone = ZoneInfo(content["timezone"])

    def holds(self, at: int) -> bool:
        return bool(self.since <= at < self.until)

    def place(self, zone: str) -> bool:
        return not self.zones or zone in self.zones

    def month(self, at: int) -> str:
        return datetime.fromtimestamp(at / 1000, UTC).astimezone(self.zone).strftime("%Y-%m")


def occurrences(facts: Facts, report: Report) -> list[dict[str, Any]]:
    found: dict[int, dict[str, Any]] = {}
    for fact in facts:
        if (fact["noun"], fact["what"]) != ("duty", "fell-due") or not report.holds(fact["data"]["due"]):
            continue
        duty, data = fact["subject"], fact["data"]
        clauses = report.duties.get(duty, set()) | ({data["clause"]} if data["clause"] else set())
        if report.clauses and not report.clauses & clauses:
            continue
        for number, _target, _asset, zone, _team, _assignee in data["occurrences"]:
            if report.place(zone) and number not in found:
                found[number] = {
                    "id": number, "clauses": clauses, "due": data["due"], "end": data["missed"], "standing": "",
                    "postponed": 0, "late_upload": False, "made_up": None,
                }  # fmt: skip
    for fact in facts:
        if fact["noun"] == "occurrence" and int(fact["subject"]) in found:
            became(found[int(fact["subject"])], fact)
    return list(found.values())


def became(one: dict[str, Any], fact: dict[str, Any]) -> None:
    """What one fact about an occurrence makes of it."""
    data = fact["data"]
    if fact["after"] in STANDINGS:
        one["standing"] = fact["after"]
    if fact["what"] == "postponed":
        one["postponed"] += 1
    if fact["what"] in ("done", "done-late"):
        one["late_upload"] = bool(data.get("late_upload"))
    if fact["what"] == "made-up":
        one["made_up"] = data.get("result")
    if one["postponed"] and "missed_at" in data:
        one["end"] = data["missed_at"]


def mark(one: dict[str, Any], now: int) -> str:
    if one["standing"] in ("done", "done-late", "missed", "suspended"):
        return {"done-late": "late"}.get(one["standing"], str(one["standing"]))
    return "missed" if now >= one["end"] else "open"


def ratio(part: int, whole: int) -> float | None:
    return round(part / whole, 6) if whole else None


def counts(under: str, some: Iterable[dict[str, Any]], now: int) -> Iterator[tuple[str, Any]]:
    marks = Counter(mark(one, now) for one in some)
    due = sum(marks.values())
    owed = due - marks["suspended"]
    yield f"{under}/due", due
    yield f"{under}/owed", owed
    for name in ("done", "late", "missed", "open", "suspended"):
        yield f"{under}/{name}", marks[name]
    yield f"{under}/attainment", ratio(marks["done"], owed)


def compliance(items: list[dict[str, Any]], report: Report) -> Iterator[tuple[str, Any]]:
    yield from counts("compliance", items, report.now)
    groups: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for one in items:
        for clause in one["clauses"]:
            if not report.clauses or clause in report.clauses:
                groups[f"compliance/{clause}"].append(one)
                groups[f"compliance/{clause}/{report.month(one['due'])}"].append(one)
    for under, some in groups.items():
        yield from counts(under, some, report.now)


def results(facts: Facts) -> dict[int, dict[str, Any]]:
    """Occurrence → its first result, with the findings and the outcome of the newest correction."""
    found: dict[int, dict[str, Any]] = {}
    for fact in facts:
        number = fact["data"].get("occurrence")
        if fact["noun"] != "result" or number is None:
            continue
        if fact["what"] == "corrected" or number not in found:
            corrected = found[number]["corrected"] + 1 if number in found else 0
            found[number] = {"data": fact["data"], "corrected": corrected}
    return found


def is_effective(data: dict[str, Any]) -> bool:
    findings = data.get("findings", [])
    said = bool(data.get("sensors"))
    for one in findings:
        if (
            one.get("value") is not None
            or one.get("over_range")
            or one.get("files")
            or one.get("signed")
            or one.get("code")
        ):
            said = True
        if one.get("instrument") and not one["instrument"].get("valid", True):
            return False
    return said


def inspections(facts: Facts, items: list[dict[str, Any]], report: Report) -> Iterator[tuple[str, Any]]:
    known = results(facts)
    done = [one for one in items if mark(one, report.now) in ("done", "late")]
    with_result = [known[one["id"]] for one in done if one["id"] in known]
    effective = sum(is_effective(one["data"]) for one in with_result)
    yield "inspections/done", len(done)
    yield "inspections/effective", effective
    yield "inspections/effective-rate", ratio(effective, len(done))
    outcomes = Counter(one["data"].get("outcome") for one in with_result)
    for name in ("pass", "flag", "fail"):
        yield f"inspections/outcome/{name}", outcomes[name]
    yield "deviations/postponed", sum(one["postponed"] > 0 for one in items)
    yield "deviations/late-uploads", sum(one["late_upload"] for one in items)
    yield "deviations/made-up", sum(one["made_up"] is not None for one in items)
    yield "deviations/corrected", sum(known[one["id"]]["corrected"] > 0 for one in items if one["id"] in known)
    begun = [f for f in facts if (f["noun"], f["what"]) == ("impairment", "begun") and report.holds(f["at"])]
    yield "deviations/impairments", len(begun)


class Limit:
    """One time limit of one work order, as it runs."""

    def __init__(self, said: dict[str, Any]) -> None:
        self.name, self.started, self.limit = said["name"], said["started"], said["limit"]
        self.every, self.waits, self.pausable = said["every"], said["waits"], said["pausable"]
        self.edition = said.get("edition", 0)
        self.stopped: int | None = None
        self.pauses: list[list[int | None]] = []

    def due(self) -> int:
        """Later by the pauses that began before it."""
        due: int = self.started + self.limit
        for start, end in sorted(self.pauses, key=lambda pause: pause[0] or 0):
            if (start or 0) > due:
                break
            if end is not None and end > self.started:
                due += end - max(start or 0, self.started)
        return due

    def stands_still(self) -> bool:
        open_ones = [start for start, end in self.pauses if end is None]
        return self.stopped is None and any((start or 0) <= self.due() for start in open_ones)

    def move(self, before: str, after: str, at: int) -> None:
        if self.waits:
            if self.waits == after:
                self.started, self.waits = at, ""
            return
        if self.stopped is not None:
            if (before, after) in RESTART.get(self.name, set()):
                self.stopped = None
            return
        ends = after in STOP.get(self.name, OVER)
        if not ends and after == "on-hold" and self.pausable:
            self.pauses.append([at, None])
        elif ends or before == "on-hold":
            for pause in self.pauses:
                if pause[1] is None:
                    pause[1] = max(at, pause[0] or 0)
        if ends:
            self.stopped = at


def orders(facts: Facts, report: Report) -> list[dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for fact in facts:
        if fact["noun"] != "work-order":
            continue
        one = found.setdefault(
            fact["subject"],
            {"opened": 0, "zone": "", "state": "new", "closed": None, "limits": {}, "before": [], "told": False},
        )
        data = fact["data"]
        if fact["what"] == "opened":
            one.update(opened=fact["at"], zone=data.get("zone", ""), told="clocks" in data)
        elif fact["who"] != "system:clocks" and fact["after"] in ORDER_STATES and fact["after"] != one["state"]:
            before, one["state"] = one["state"], fact["after"]
            for limit in one["limits"].values():
                limit.move(before, fact["after"], fact["at"])
            if fact["after"] in OVER and one["closed"] is None:
                one["closed"] = fact["at"]
        if "clocks" in data:
            one["limits"] = set_limits(one, data["clocks"], fact["at"])
    return [one for one in found.values() if one["opened"] and (not one["zone"] or report.place(one["zone"]))]


def set_limits(one: dict[str, Any], said: list[dict[str, Any]], at: int) -> dict[str, Limit]:
    made = {}
    for row in said:
        new, old = Limit(row), one["limits"].get(row["name"])
        if old is not None and old.edition == new.edition:
            new.stopped, new.pauses = old.stopped, old.pauses
        elif old is not None and (old.stopped if old.stopped is not None else at) > old.due():
            one["before"].append(old)
        made[new.name] = new
    return made


def rank(values: list[int | None], part: float) -> int | None:
    """Nearest rank; what has not ended takes longest."""
    if not values:
        return None
    place = max(1, -int(-len(values) * part // 1))
    known = sorted(value for value in values if value is not None)
    return known[place - 1] if place <= len(known) else None


def response(facts: Facts, report: Report) -> Iterator[tuple[str, Any]]:
    known = [one for one in orders(facts, report) if one["opened"] >= report.since - 120 * DAY]
    by_name: dict[str, list[tuple[int, int, int | None]]] = defaultdict(list)
    for one in known:
        for limit in [*one["limits"].values(), *one["before"]]:
            due = limit.due()
            if limit.every or limit.waits or limit.stands_still() or limit.name not in STOP:
                continue
            if one["state"] in CALLED_OFF and one["closed"] is not None and one["closed"] <= due:
                continue
            if report.holds(due) and due < report.now:
                by_name[limit.name].append((limit.started, due, limit.stopped))
    for name, some in by_name.items():
        in_time = sum(stopped is not None and stopped <= due for _, due, stopped in some)
        running = sum(stopped is None for _, _, stopped in some)
        took = [None if stopped is None else stopped - started for started, _, stopped in some]
        yield f"response/{name}/due", len(some)
        yield f"response/{name}/in-time", in_time
        yield f"response/{name}/late", len(some) - in_time - running
        yield f"response/{name}/open", running
        yield f"response/{name}/share", ratio(in_time, len(some))
        yield f"response/{name}/median-ms", rank(took, 0.5)
        yield f"response/{name}/p90-ms", rank(took, 0.9)
    opened = [one for one in known if report.holds(one["opened"])]
    yield "response/orders", len(opened)
    yield "response/orders-without-limits", sum(not one["told"] for one in opened)


def alerts(facts: Facts, report: Report) -> Iterator[tuple[str, Any]]:
    raised = [
        fact["data"]
        for fact in facts
        if (fact["noun"], fact["what"]) == ("alert", "raised")
        and report.holds(fact["at"])
        and not fact["data"].get("test")
        and (not fact["data"].get("zone") or report.place(fact["data"]["zone"]))
    ]
    yield "alerts/raised", len(raised)
    for severity in (1, 2, 3, 4):
        yield f"alerts/severity/{severity}", sum(data.get("severity") == severity for data in raised)


def rounds(facts: Facts, report: Report) -> Iterator[tuple[str, Any]]:
    over: dict[str, dict[str, Any]] = {}
    points: dict[str, dict[int, dict[str, Any]]] = {}
    for fact in facts:
        if fact["noun"] != "round" or fact["at"] < report.since:
            continue
        id, data = fact["subject"], fact["data"]
        if fact["what"] in ("ended", "missed") and report.holds(data["due"]):
            over[id], points[id] = fact, {one["order"]: one for one in data["points"]}
        elif fact["what"] in ("point", "late-upload") and id in over:
            points[id][data["order"]] = data
    if not over:
        return
    last = [one for each in points.values() for one in each.values()]
    sums = {
        "planned": len(last),
        "visited": sum(one["status"] in ("early", "on-time", "late") for one in last),
        "on_time": sum(one["status"] == "on-time" for one in last),
        "effective": sum(bool(one["effective"]) for one in last),
        "uploaded_late": sum(one["status"].endswith("-uploaded-late") for one in last),
    }
    yield "rounds/due", len(over)
    yield "rounds/missed", sum(fact["what"] == "missed" for fact in over.values())
    for name, total in sums.items():
        yield f"rounds/points/{name}", total
    yield "rounds/on-time-rate", ratio(sums["on_time"], sums["planned"])
    yield "rounds/effective-rate", ratio(sums["effective"], sums["planned"])


def coverage(facts: Facts, report: Report) -> Iterator[tuple[str, Any]]:
    days = {}
    for fact in facts:
        is_one = fact["noun"] == "coverage" and fact["what"] in ("within", "over")
        if is_one and report.first <= fact["subject"] <= report.last:
            days[fact["subject"]] = fact["what"]
    if days:
        yield "coverage/days", len(days)
        yield "coverage/days-over", sum(what == "over" for what in days.values())


def recompute(all_facts: Facts, content: dict[str, Any]) -> dict[str, Any]:
    """Figure → value, by the facts up to the report's anchor."""
    report = Report(content)
    facts = [fact for fact in all_facts if fact["seq"] <= report.anchor]
    items = occurrences(facts, report)
    return dict([
        *compliance(items, report),
        *inspections(facts, items, report),
        *response(facts, report),
        *alerts(facts, report),
        *rounds(facts, report),
        *coverage(facts, report),
    ])  # fmt: skip


def differences(all_facts: Facts, content: dict[str, Any]) -> list[str]:
    """A line for each figure that is not the same."""
    said = {one["id"]: one["value"] for one in content["figures"] if not one["id"].startswith("sensors/")}
    mine = recompute(all_facts, content)
    found = [
        f"{name}: the report says {said.get(name, 'nothing')!r}, the facts say {mine.get(name, 'nothing')!r}"
        for name in sorted({*said, *mine})
        if said.get(name, "nothing") != mine.get(name, "nothing")
    ]
    broken = broken_link(all_facts)
    if broken is not None:
        found.insert(0, f"the chain of facts is broken at fact {broken}")
    anchor = content["anchor"]
    if anchor["seq"] and all_facts[anchor["seq"] - 1]["hash"] != anchor["hash"]:
        found.insert(0, f"fact {anchor['seq']} is not the one that the report names as its anchor")
    return found


def main() -> int:
    if len(sys.argv) != 3:
        sys.stderr.write(str(__doc__))
        return 2
    facts, content = read_facts(Path(sys.argv[1])), json.loads(Path(sys.argv[2]).read_text("utf-8"))
    found = differences(facts, content)
    for line in found:
        sys.stdout.write(f"{line}\n")
    checked = sum(not one["id"].startswith("sensors/") for one in content["figures"])
    sys.stdout.write(f"{checked} figures, {len(found)} differences, {len(facts)} facts\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
