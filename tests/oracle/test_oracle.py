"""Every scenario that was once wholly equal to a real Kubernetes stays so."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from comparison import compare, equal_scenarios


@pytest.mark.parametrize('name', equal_scenarios(containers=False))
def test_scenario_equals_the_recording(name: str) -> None:
    assert [row.difference for row in compare(name) if not row.equal] == []


@pytest.mark.parametrize('name', equal_scenarios(containers=True))
def test_scenario_with_running_containers_equals_the_recording(name: str) -> None:
    assert [row.difference for row in compare(name, containers=True) if not row.equal] == []
