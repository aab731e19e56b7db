import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from dutyroom.commands.simulate import broker_url, read_register, simulate
from dutyroom.settings import load
from simulators.scenario import available
from tests.services import nats_server

app = typer.Typer()
app.command()(simulate)


def test_the_list_shows_every_scenario_in_both_languages_without_a_broker() -> None:
    result = CliRunner().invoke(app, ["--list"])
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert [line.split()[0] for line in lines] == available()
    assert "1号楼水泵房缓慢渗漏 · A slow leak in tower 1's pump room" in result.stdout


def test_an_unknown_scenario_is_one_line_that_says_what_there_is() -> None:
    result = CliRunner().invoke(app, ["--scenario", "slow-leek"])
    assert result.exit_code == 2
    assert "no scenario 'slow-leek'; there are: burnt-detector, burst-pipe" in result.stderr


def test_a_building_is_played_for_a_while_and_counted(tmp_path: Path) -> None:
    # On a broker of its own: the example property's retained messages would reach other tests.
    with nats_server(tmp_path) as url:
        result = CliRunner().invoke(app, ["--scenario", "demo", "--seconds", "1", "--url", url])
    assert result.exit_code == 0
    counts = json.loads(result.stdout.splitlines()[-1])
    assert counts["acknowledged"] == counts["published"] > 10


def test_without_a_url_the_broker_of_the_settings_is_used() -> None:
    assert broker_url(load(mqtt_url="mqtt://broker:1884")) == "mqtt://broker:1884"
    assert broker_url(load(broker="127.0.0.1:1999")).endswith("127.0.0.1:1999")


def test_without_a_site_it_is_the_example_property(tmp_path: Path) -> None:
    assert "riverside" in read_register(load()).sites
    with pytest.raises(ValueError, match=r"register: cannot be read"):
        read_register(load(site=str(tmp_path)))
