"""The pages of a rule: what it watches, its versions, and why changed files are not in force."""

from collections.abc import Callable

from tests.api.browser import Browser
from tests.api.seed import House

BrowserOf = Callable[[str], Browser]


def test_the_system_page_says_why_changed_rule_files_are_not_in_force(lively: House, browser_of: BrowserOf) -> None:
    problem = "/site/rules/own.toml:7: minimum.limit: '<5 kg>' is no pressure"
    with lively.records.begin() as unit:
        note = {**unit.notes.get("worker/worker"), "rules_refused": {"at": 0, "problems": [problem]}}
        unit.notes.put("worker/worker", note)
    page = browser_of("officer").page("/system")
    assert "规则文件有误，未采用" in page
    assert "own.toml:7: minimum.limit: &#39;&lt;5 kg&gt;&#39; is no pressure" in page
