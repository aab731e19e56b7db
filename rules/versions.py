"""What was in force when: each change of a rule's file becomes a version in the records, with a fact."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from facility.fact import Fact
from facility.rule_version import RuleVersion
from rules.book import RuleBook
from rules.definition import BrokenRules, read_rule
from rules.relations import with_titles
from rules.rule import Rule
from storage.records.port import Unit

WHO = "system:rules"
Author = Callable[[Rule], str]
"""Who laid a rule's file where it was found."""


def keep(unit: Unit, book: RuleBook, author: Author, now: int) -> list[RuleVersion]:
    """Write what differs from the newest versions; nothing where nothing does. Returns what was written.

    Raises ``Conflict`` when another process writes the same versions at this moment: it need not be written again then.
    Of the very first versions no facts are written: nothing has changed.
    """
    known = unit.rule_versions.newest()
    fresh = [_version(rule, known.get(rule.id), author(rule), now) for rule in book if _differs(rule, known)]
    gone = [_ended(old, now) for id, old in known.items() if id not in book.rules and old.in_force]
    written = [unit.rule_versions.add(version) for version in (*fresh, *gone)]
    if known:
        for version in written:
            unit.facts.append(version_fact(version, known.get(version.rule)))
    return written


def _differs(rule: Rule, known: Mapping[str, RuleVersion]) -> bool:
    return rule.id not in known or known[rule.id].version != rule.version


def _version(rule: Rule, old: RuleVersion | None, author: str, now: int) -> RuleVersion:
    number = old.number + 1 if old else 1
    return RuleVersion(rule=rule.id, number=number, version=rule.version, text=rule.text, author=author, at=now)


def _ended(old: RuleVersion, now: int) -> RuleVersion:
    return RuleVersion(rule=old.rule, number=old.number + 1, version="", text="", author=WHO, at=now)


def saved(unit: Unit, rule: Rule, author: str, now: int, why: str) -> RuleVersion:
    """A version that a person wrote in the pages, with its fact. The file follows; see ``keep``."""
    old = unit.rule_versions.newest().get(rule.id)
    number = old.number + 1 if old else 1
    version = unit.rule_versions.add(
        RuleVersion(rule=rule.id, number=number, version=rule.version, text=rule.text, author=author, at=now, why=why)
    )
    unit.facts.append(version_fact(version, old))
    return version


def version_fact(version: RuleVersion, old: RuleVersion | None) -> Fact:
    """``rule added``, ``changed`` or ``retired``; the versions' hashes are what it was before and after."""
    what = "retired" if not version.in_force else "changed" if old and old.in_force else "added"
    return Fact(
        at=version.at,
        noun="rule",
        subject=version.rule,
        what=what,
        before=old.version if old else "",
        after=version.version,
        why=version.why,
        who=version.author,
        data={"number": version.number},
    )


def refused(problems: Sequence[str], now: int, still: str) -> Fact:
    """Rule files that could not be used: what was in force stays so. ``still`` says which folder it is about."""
    shown = [problem.replace("\x00", "�") for problem in problems[:20]]
    data = {"problems": shown, "count": len(problems)}
    return Fact(at=now, noun="rule", subject=still, what="refused", why=shown[0] if shown else "", who=WHO, data=data)


def last_in_force(unit: Unit) -> RuleBook:
    """The rules as they were last in force, from the records alone. Versions that can no longer be read are left out."""
    return RuleBook(rules=with_titles({rule.id: rule for rule in _readable(unit.rule_versions.newest().values())}))


def _readable(versions: Iterable[RuleVersion]) -> Iterable[Rule]:
    for version in versions:
        if version.in_force:
            try:
                yield read_rule(version.text, f"version {version.number} of {version.rule}")
            except BrokenRules:
                continue
