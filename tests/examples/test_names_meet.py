"""What the shipped files name — teams, skills — is what the example property's rota has: a word apart, and nobody is called."""

from pathlib import Path

from dutyroom.register_files import contents
from facility.chain import Chain
from facility.rota import Rota
from facility.rota_files import ROTA_TABLES, read_rota
from response.chain_files import load_chains
from response.class_files import load_classes
from response.playbook_files import load_playbooks

FOLDER = Path(__file__).parents[2] / "examples" / "riverside" / "rota"


def rota() -> Rota:
    return read_rota(contents(FOLDER, ROTA_TABLES), current=Rota(), notes=[])


def skills(found: Rota) -> set[str]:
    return {skill for person in found.people.values() for skill in person.skills}


def test_playbooks_name_teams_and_skills_of_the_rota() -> None:
    found = rota()
    steps = [step for playbook in load_playbooks().values() for step in playbook.steps]
    assert {step.team for step in steps if step.team} <= set(found.teams)
    assert {step.skill for step in steps if step.skill} <= skills(found)


def test_classes_of_work_name_skills_teams_playbooks_and_chains_that_are_there() -> None:
    found, classes = rota(), load_classes().values()
    assert {skill for one in classes for skill in one.skills} <= skills(found)
    assert {one.team for one in classes if one.team} <= set(found.teams)
    assert {one.playbook for one in classes if one.playbook} <= set(load_playbooks())
    assert {one.chain for one in classes if one.chain} <= set(load_chains())


def test_chains_call_teams_and_skills_of_the_rota() -> None:
    found = rota()
    for chain in load_chains().values():
        assert named(chain, "on-duty:", "next:", "contractor:") <= set(found.teams)
        assert named(chain, "skill:") <= skills(found)


def named(chain: Chain, *kinds: str) -> set[str]:
    """What stands after these words in the chain's levels."""
    words = [str(word) for level in chain.levels for word in level.whom]
    return {word.split(":", 1)[1] for word in words if word.startswith(kinds)}
