"""What became of the stories, as JUnit XML: what build servers read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby
from xml.etree import ElementTree as ET

from rules.stories import Telling, told

_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold, even escaped."""


def junit(tellings: Sequence[Telling]) -> str:
    """One suite for each rule, one case for each story; the failure's text is the same diff that the terminal shows."""
    failed = sum(not telling.held for telling in tellings)
    root = ET.Element("testsuites", name="dutyroom rules", tests=str(len(tellings)), failures=str(failed))
    for rule, found in groupby(tellings, key=lambda telling: telling.rule):
        stories = list(found)
        wrong = sum(not telling.held for telling in stories)
        suite = ET.SubElement(root, "testsuite", name=rule.id, tests=str(len(stories)), failures=str(wrong))
        for telling in stories:
            _case(suite, telling)
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, "unicode") + "\n"


def _case(suite: ET.Element, telling: Telling) -> None:
    story, rule = telling.story, telling.rule
    case = ET.SubElement(suite, "testcase", classname=f"rules.{rule.id}", name=_clean(story.name))
    case.set("file", _clean(rule.path))
    case.set("line", str(story.line))
    if not telling.held:
        message = telling.problem or f"step {telling.wrong[0] + 1}: another state was found than expected"
        failure = ET.SubElement(case, "failure", message=_clean(message), type="story")
        failure.text = _clean(told(telling))


def _clean(text: str) -> str:
    return _FORBIDDEN.sub("\ufffd", text)
