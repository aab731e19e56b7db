"""``dutyroom classes`` and ``dutyroom chains``: files are proved before they are needed."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from dutyroom.cli import app

RUN = CliRunner()
CLASS = """
id = "glass"
title = { zh = "玻璃", en = "Glass" }
about = { zh = "玻璃", en = "Panes" }
NAMED
[[check]]
id = "safe"
title = { zh = "碎片已清理", en = "No splinters" }
must = true
photo = true
"""
CHAIN = """
id = "glass"
title = { zh = "玻璃", en = "Glass" }
classes = ["CLASS"]
[[level]]
whom = ["on-duty:desk"]
by = ["in-app"]
"""


def own(site: Path, kind: str, text: str) -> str:
    (site / kind).mkdir(exist_ok=True)
    (site / kind / "glass.toml").write_text(text, "utf-8")
    return str(site)


@pytest.mark.parametrize(("kind", "said"), [("classes", "13 classes"), ("chains", "14 chains")])
def test_what_is_shipped_holds(kind: str, said: str) -> None:
    done = RUN.invoke(app, [kind, "check"])
    assert (done.exit_code, said in done.output) == (0, True), done.output


def test_a_site_s_classes_are_checked_on_top_with_what_they_name(tmp_path: Path) -> None:
    done = RUN.invoke(app, ["classes", "check", own(tmp_path, "classes", CLASS.replace("NAMED", 'chain = "water"'))])
    assert (done.exit_code, "14 classes" in done.output) == (0, True), done.output
    for wrong, said in (('chain = "watre"', "'watre' is no chain"), ('playbook = "flood"', "'flood' is no playbook")):
        done = RUN.invoke(app, ["classes", "check", own(tmp_path, "classes", CLASS.replace("NAMED", wrong))])
        assert (done.exit_code, said in done.output) == (1, True), done.output


def test_a_site_s_chains_are_checked_on_top_with_the_classes_they_name(tmp_path: Path) -> None:
    own(tmp_path, "chains", CHAIN.replace("CLASS", "glass"))
    unknown = RUN.invoke(app, ["chains", "check", str(tmp_path)])
    assert (unknown.exit_code, "'glass' is no class of work" in unknown.output) == (1, True), unknown.output
    own(tmp_path, "classes", CLASS.replace("NAMED", 'chain = "glass"'))
    for kind, said in (("chains", "15 chains"), ("classes", "14 classes")):
        done = RUN.invoke(app, [kind, "check", str(tmp_path)])
        assert (done.exit_code, said in done.output) == (0, True), done.output


@pytest.mark.parametrize("kind", ["classes", "chains"])
def test_a_broken_file_and_a_folder_that_is_none_end_with_1(tmp_path: Path, kind: str) -> None:
    broken = RUN.invoke(app, [kind, "check", own(tmp_path, kind, "id = 3")])
    assert (broken.exit_code, "glass.toml" in broken.output) == (1, True), broken.output
    missing = RUN.invoke(app, [kind, "check", str(tmp_path / "nowhere")])
    assert (missing.exit_code, "is not a folder" in missing.output) == (1, True), missing.output


def test_the_lists_say_what_a_class_asks_for_and_whom_a_chain_tells(tmp_path: Path) -> None:
    site = own(tmp_path, "classes", CLASS.replace("NAMED", ""))
    assert "safe: 碎片已清理  · must, photo" in RUN.invoke(app, ["classes", "list", site, "--language", "zh"]).output
    chains = RUN.invoke(app, ["chains", "list"]).output
    assert "water  Water, urgent" in chains
    assert "at once: on-duty:engineering" in chains


@pytest.mark.parametrize(("kind", "title"), [("classes", "class"), ("chains", "chain")])
def test_the_schemas_are_json(kind: str, title: str) -> None:
    assert title in json.loads(RUN.invoke(app, [kind, "schema"]).output)["title"]
