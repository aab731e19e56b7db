"""What rules say of one another: names that must exist, and circles that must not."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import replace

from facility.definition_files.locate import line_of
from facility.definition_files.problem import Problem
from facility.text import Text
from rules.kinds import together
from rules.rule import Rule


def between_rules(rules: Mapping[str, Rule]) -> Iterator[Problem]:
    """What is wrong once all rules are known."""
    for rule in rules.values():
        if isinstance(rule.spec, together.Spec):
            yield from _parts(rule, rule.spec, rules)
        for inhibition in rule.inhibited_by:
            if inhibition.rule not in rules:
                yield _problem(rule, "inhibited_by", _unknown(inhibition.rule, rules))
            elif rule.id in _inhibitors(inhibition.rule, rules):
                text = f"{inhibition.rule!r} is inhibited by this rule itself; allowed: no circles"
                yield _problem(rule, "inhibited_by", text)


def with_titles(rules: Mapping[str, Rule]) -> dict[str, Rule]:
    """Rules that put others together know these by the names that people know."""
    return {id: _named(rule, rules) for id, rule in rules.items()}


def _named(rule: Rule, rules: Mapping[str, Rule]) -> Rule:
    if not isinstance(rule.spec, together.Spec):
        return rule
    titles = tuple(rules[part].title if part in rules else Text(part, part) for part in rule.spec.rules)
    levels = tuple(
        replace(level, spec=replace(level.spec, titles=titles))
        for level in rule.levels
        if isinstance(level.spec, together.Spec)
    )
    return replace(rule, spec=replace(rule.spec, titles=titles), levels=levels)


def _parts(rule: Rule, spec: together.Spec, rules: Mapping[str, Rule]) -> Iterator[Problem]:
    for part in spec.rules:
        if part not in rules:
            yield _problem(rule, "together.rules", _unknown(part, rules))
        elif isinstance(rules[part].spec, together.Spec):
            text = f"{part!r} puts others together itself; allowed: rules that judge readings"
            yield _problem(rule, "together.rules", text)
    raised = rules.get(spec.raises)
    if raised is not None and rule.severity >= raised.severity:
        text = f"{raised.id!r} is as urgent already; allowed: more urgent than {raised.severity.name.lower()}"
        yield _problem(rule, "severity", text)


def _inhibitors(rule: str, rules: Mapping[str, Rule]) -> set[str]:
    """The rules that inhibit ``rule``, directly or through others."""
    found: set[str] = set()
    more = {rule}
    while more:
        more = {other.rule for name in more if name in rules for other in rules[name].inhibited_by} - found
        found |= more
    return found


def _unknown(name: str, rules: Mapping[str, Rule]) -> str:
    near = difflib.get_close_matches(name, rules, n=1)
    hint = f"did you mean {near[0]!r}? " if near else ""
    return f"there is no rule {name!r}; {hint}allowed: ids of rules"


def _problem(rule: Rule, key: str, text: str) -> Problem:
    return Problem(path=rule.path, line=line_of(rule.text, key.split(".")), key=key, text=text)
