"""Every scenario that was once wholly equal to a real Kubernetes stays so."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from comparison import compare, differing_commands, equal_scenarios, names


@pytest.mark.parametrize('name', equal_scenarios(containers=False))
def test_scenario_equals_the_recording(name: str) -> None:
    assert [row.difference for row in compare(name) if not row.equal] == []


@pytest.mark.parametrize('name', equal_scenarios(containers=True))
def test_scenario_with_running_containers_equals_the_recording(name: str) -> None:
    assert [row.difference for row in compare(name, containers=True) if not row.equal] == []


@pytest.mark.parametrize(('scenario', 'commands'), differing_commands().items())
def test_only_what_is_listed_with_its_reason_differs(scenario: str, commands: list[str]) -> None:
    rows = compare(scenario.removeprefix('containers/'), scenario.startswith('containers/'))
    others = [row.difference for row in rows if not row.equal and not row.command.startswith(tuple(commands))]
    assert others == []


def test_every_scenario_is_held_to_its_recording() -> None:
    for containers in (False, True):
        prefix = 'containers/' if containers else ''
        listed = {*equal_scenarios(containers),
                  *(name.removeprefix(prefix) for name in differing_commands() if name.startswith(prefix))}
        assert set(names(containers)) <= listed
