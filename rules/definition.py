"""Rule files: TOML in, frozen rules out. A broken file is refused with file, line, key, and what is allowed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from facility.alert import Severity
from facility.alert_life import SHELVE_MAX
from facility.definition_files.locate import line_of
from facility.definition_files.problem import Broken, Problem
from facility.definition_files.reading import tables, version
from facility.definition_files.telling import plain
from facility.mode import MODES, SETTING
from facility.promise import Promise
from facility.units import UnitError, canonical_unit, convert, parse_quantity_text, quantity_named, state_number
from rules.book import RuleBook
from rules.file import AppliesTable, FilterTable, RuleFile, SourceTable, StoryTable, rule_file_model
from rules.kind import Kind, Spec, SpecError, all_kinds
from rules.relations import between_rules, with_titles
from rules.rule import Applies, Filter, Inhibition, Level, Mode, Response, Rule, Source, Story
from rules.windows import as_window
from storage.definition_folders import read_folders

__all__ = ["MANUAL", "BrokenRules", "Problem", "RuleBook", "load_book", "read_rule"]

MANUAL = Path(__file__).parent / "manual"
"""The manual's own rules, shipped with the product."""


class BrokenRules(Broken):
    """Rule files that cannot be used."""


def load_book(*folders: Path, manual: bool = True) -> RuleBook:
    """The manual's rules, with each folder's on top: the same id replaces. All or nothing.

    Raises ``BrokenRules`` with every problem of every file.
    """
    rules, problems = read_folders(([MANUAL] if manual else []) + list(folders), read_rule, "rule files")
    if manual and not problems:
        problems += between_rules(rules)
    if problems:
        raise BrokenRules(problems)
    return RuleBook(rules=with_titles(rules) if manual else rules)


def read_rule(text: str, path: str) -> Rule:
    """One file's content as a rule. Raises ``BrokenRules``."""
    content = tables(text, path, BrokenRules)
    try:
        file = rule_file_model().model_validate(content)
    except ValidationError as error:
        raise BrokenRules([_invalid(details, text, path) for details in error.errors()]) from None
    try:
        return _rule(file, content, text, path)
    except _Misfit as error:
        raise BrokenRules(
            [Problem(path=path, line=line_of(text, error.key), key=_dotted(error.key), text=error.text)]
        ) from None


class _Misfit(ValueError):
    """Well-formed, and still not possible: ``key`` is where."""

    def __init__(self, text: str, *key: str | int) -> None:
        self.text, self.key = text, key
        super().__init__(text)


def _dotted(key: Iterable[str | int]) -> str:
    return ".".join(str(part) for part in key)


def _invalid(details: ErrorDetails, text: str, path: str) -> Problem:
    key = tuple(part for part in details["loc"] if part not in ("dict", "list"))
    return Problem(path=path, line=line_of(text, key), key=_dotted(key), text=plain(details, rule_file_model(), key))


def _rule(file: RuleFile, content: dict[str, Any], text: str, path: str) -> Rule:
    kind, table = _kind(file)
    quantity = _quantity(file.applies, kind)
    spec = _spec(kind, table, quantity)
    if spec.raises:
        _no_alert_of_its_own(file, spec.raises)
    return Rule(
        id=file.id,
        version=version(content),
        clause=file.clause,
        title=file.title.text(),
        do_first=file.do_first.text(),
        severity=Severity[file.severity.upper()],
        life_safety=file.life_safety,
        latched=file.latched,
        shelve_max=_shelve_max(file),
        realarm_after=file.realarm_after,
        applies=_applies(file.applies),
        kind=kind,
        spec=spec,
        response=_response(file),
        stories=tuple(_story(story, index, quantity, text) for index, story in enumerate(file.story)),
        levels=_levels(file, content, kind, quantity),
        inhibited_by=_inhibited_by(file),
        modes=_modes(file, content, kind, quantity),
        path=path,
        text=text,
    )


def _no_alert_of_its_own(file: RuleFile, raises: str) -> None:
    """What a rule that raises another's alert leaves to that other."""
    for key in ("level", "mode", "inhibited_by", "latched", "realarm_after", "shelve_max"):
        if getattr(file, key):
            raise _Misfit(f"the alert is that of {raises!r}, which says this itself; allowed: leave it out", key)
    if file.response.work_order:
        text = f"the alert is that of {raises!r}, which opens its own work order; allowed: leave it out"
        raise _Misfit(text, "response", "work_order")


def _kind(file: RuleFile) -> tuple[Kind, Any]:
    given = [(kind, getattr(file, name)) for name, kind in all_kinds().items() if getattr(file, name) is not None]
    if len(given) != 1:
        names = ", ".join(f"[{name}]" for name in all_kinds())
        have = " and ".join(f"[{kind.NAME}]" for kind, _ in given) or "none"
        key = (given[1][0].NAME,) if given else ("id",)
        raise _Misfit(f"a rule has exactly one kind, this one has {have}; allowed: one of {names}", *key)
    return given[0]


def _quantity(applies: AppliesTable, kind: Kind) -> str:
    quantities = applies.quantity
    for quantity in (*quantities, *(name for other in applies.unless for name in other.quantity)):
        try:
            quantity_named(quantity)
        except UnitError as error:
            raise _Misfit(str(error), "applies", "quantity") from None
    if kind.NEEDS_QUANTITY and len(quantities) != 1:
        text = f"[{kind.NAME}] needs exactly one quantity, in whose units or words its limits are written"
        raise _Misfit(text, "applies", "quantity")
    return quantities[0] if quantities else ""


def _spec(kind: Kind, table: Any, quantity: str) -> Spec:
    try:
        return kind.spec(table, quantity)
    except SpecError as error:
        raise _Misfit(str(error), kind.NAME, error.key) from None


def _inhibited_by(file: RuleFile) -> tuple[Inhibition, ...]:
    if file.inhibited_by and file.life_safety:
        raise _Misfit("life safety is never inhibited: nothing may keep it quiet", "inhibited_by")
    if any(table.rule == file.id for table in file.inhibited_by):
        raise _Misfit("a rule cannot inhibit itself; allowed: the id of another rule", "inhibited_by")
    return tuple(Inhibition(rule=table.rule, same=table.same) for table in file.inhibited_by)


def _modes(file: RuleFile, content: dict[str, Any], kind: Kind, quantity: str) -> tuple[Mode, ...]:
    modes = []
    for name, table in file.mode.items():
        where, given = ("mode", name), content["mode"][name]
        if table.off and file.life_safety:
            raise _Misfit("life safety is never switched off; allowed: other limits", *where, "off")
        spec = None
        if not table.off or kind.NAME in given:
            spec = differing_spec(content, given, kind, quantity, where)
            _only_limits(spec, kind.spec(getattr(file, kind.NAME), quantity), kind, where)
        source = _source(table.during, where) if table.during is not None else None
        setting = f"{SETTING} {file.id} {name}" if source else ""
        modes.append(Mode(name=name, spec=spec, off=table.off, source=source, setting=setting))
    return tuple(modes)


def _source(table: SourceTable, where: tuple[str, ...]) -> Source:
    key = (*where, "while")
    try:
        if not quantity_named(table.quantity).is_state:
            raise _Misfit(
                f"{table.quantity} is measured, it has no words; allowed: a quantity of words", *key, "quantity"
            )
        says = frozenset(int(state_number(table.quantity, word)) for word in table.says)
    except UnitError as error:
        raise _Misfit(str(error), *key, "says") from None
    only = replace(_filter(table), quantity=(table.quantity,))
    return Source(only=only, says=says, same=table.same)


def _only_limits(spec: Spec, own: Spec, kind: Kind, where: tuple[str, ...]) -> None:
    """Times and settings are the rule's: a run of readings may lie in two modes."""
    if as_window(kind):
        raise _Misfit(f"a window of [{kind.NAME}] may lie in two modes; allowed: off = true", *where, kind.NAME)
    for key in ("hold_for", "clear_for", "setting"):
        if getattr(spec, key) != getattr(own, key):
            shown = "around" if key == "setting" else key
            raise _Misfit("a mode has other limits, not other times or settings", *where, kind.NAME, shown)


def _levels(file: RuleFile, content: dict[str, Any], kind: Kind, quantity: str) -> tuple[Level, ...]:
    taken, levels = {file.severity}, []
    for index, table in enumerate(file.level):
        if table.severity in taken:
            raise _Misfit(f"{table.severity!r} is taken; allowed: each severity once", "level", index, "severity")
        taken.add(table.severity)
        spec = differing_spec(content, content["level"][index], kind, quantity, ("level", index))
        levels.append(Level(severity=Severity[table.severity.upper()], spec=spec))
    return tuple(levels)


def differing_spec(
    content: dict[str, Any], given: dict[str, Any], kind: Kind, quantity: str, where: tuple[str | int, ...]
) -> Spec:
    """The kind's table of the rule with what ``given`` (at ``where``) says differently. Raises ``_Misfit``."""
    others = [name for name in all_kinds() if name in given and name != kind.NAME]
    if others:
        raise _Misfit(f"the rule's kind is [{kind.NAME}]; allowed: {kind.NAME}", *where, others[0])
    if not given.get(kind.NAME):
        raise _Misfit(f"nothing differs; allowed: {kind.NAME} = {{ … }} with what differs", *where)
    try:
        table = kind.Table.model_validate(content[kind.NAME] | given[kind.NAME])
    except ValidationError as error:
        first = error.errors()[0]
        raise _Misfit(plain(first, kind.Table, first["loc"]), *where, kind.NAME, *first["loc"]) from None
    try:
        return kind.spec(table, quantity)
    except SpecError as error:
        raise _Misfit(str(error), *where, kind.NAME, error.key) from None


def _shelve_max(file: RuleFile) -> int:
    if file.life_safety and file.shelve_max is not None:
        raise _Misfit("life safety is never shelved; allowed: leave it out", "shelve_max")
    return SHELVE_MAX if file.shelve_max is None else file.shelve_max


def _applies(table: AppliesTable) -> Applies:
    unless = tuple(_filter(other) for other in table.unless)
    return Applies(only=_filter(table), unless=unless, one_per_device=table.one_per == "device")


def _filter(table: FilterTable) -> Filter:
    return Filter(
        quantity=table.quantity, asset=table.asset, access=table.access, model=table.model, points=table.points
    )


def _response(file: RuleFile) -> Response:
    given = file.response
    if given.clocks and not given.work_order:
        raise _Misfit("clocks run on a work order: name its work_order as well", "response", "clocks")
    clocks = tuple(
        Promise(name=name, within=clock.within, clause=clock.clause, source="manual" if clock.clause else "site")
        for name, clock in sorted(given.clocks.items())
    )
    return Response(work_order=given.work_order, emergency=given.emergency, clocks=clocks)


def _story(story: StoryTable, index: int, quantity: str, text: str) -> Story:
    values, expect = _spread(story.values), _spread(story.expect)
    if len(values) != len(expect):
        counts = f"{len(values)} values and {len(expect)} words are expected"
        raise _Misfit(f"{story.name!r}: {counts}; allowed: as many of one as of the other", "story", index, "expect")
    unit = _story_unit(story, index, quantity)
    return Story(
        name=story.name,
        every=story.every,
        values=values,
        expect=expect,
        interval=story.interval,
        resolution=story.resolution,
        unit=unit,
        settings=tuple((name, _set(name, value, unit, quantity, index)) for name, value in story.set.items()),
        line=line_of(text, ("story", index)),
    )


def _spread(words: str) -> tuple[str, ...]:
    """``"0.6*3 _"`` → three times 0.6, then nothing."""
    spread: list[str] = []
    for word in words.split():
        value, star, times = word.rpartition("*")
        spread += [value] * int(times) if star and value and times.isdecimal() and int(times) <= 10_000 else [word]
    return tuple(spread)


def _story_unit(story: StoryTable, index: int, quantity: str) -> str:
    if not quantity or quantity_named(quantity).is_state:
        return story.unit
    try:
        return canonical_unit(quantity, story.unit) if story.unit else next(iter(quantity_named(quantity).units))
    except UnitError as error:
        raise _Misfit(str(error), "story", index, "unit") from None


def _set(name: str, value: str, unit: str, quantity: str, index: int) -> float:
    if name == SETTING:
        if value not in MODES:
            raise _Misfit(f"{value!r} is not a mode; allowed: {', '.join(MODES)}", "story", index, "set")
        return float(MODES[value])
    try:
        number, written = parse_quantity_text(value)
        return convert(number, written, unit, quantity)
    except UnitError as error:
        raise _Misfit(str(error), "story", index, "set") from None
