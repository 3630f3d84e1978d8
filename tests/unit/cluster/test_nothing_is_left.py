"""Whatever is made and deleted, whichever nodes stand still and whichever requests of components fail meanwhile:
in the end all is as it should be, and nothing is left of what was deleted."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.cluster.trial import LEFT_BEHIND, WORKLOADS, Trial
from tutor.apimachinery.errors import StatusError

FEW = settings(max_examples=8)
ACTIONS = ('create', 'scale', 'image', 'delete', 'evict', 'stop', 'start', 'wait')
FAULTS = ('fail', 'cut', 'restart')
Step = tuple[str, str, int]


def steps(*actions: str) -> st.SearchStrategy[list[Step]]:
    return st.lists(st.tuples(st.sampled_from(actions), st.sampled_from(WORKLOADS[:5]), st.integers(0, 3)),
                    min_size=5, max_size=25)


@pytest.fixture(scope='module')
def trial() -> Trial:
    return Trial()


def do(trial: Trial, steps: list[Step]) -> None:
    for step in steps:
        with suppress(StatusError):  # not there, or there already
            trial.do(*step)
        trial.simulation.advance(1)


def left(trial: Trial) -> dict[str, list[str]]:
    found = {resource: [obj['metadata']['name'] for obj in trial.admin.items(resource)
                        if obj['metadata']['name'] != 'kubernetes'] for resource in LEFT_BEHIND}
    return {resource: names for resource, names in found.items() if names}


@given(steps=steps(*ACTIONS))
@FEW
def test_nothing_is_left_after_everything_was_deleted(trial: Trial, steps: list[Step]) -> None:
    addresses = set(trial.cluster.nodes.fabric._by_address)
    timers = trial.timers()
    do(trial, steps)
    trial.delete_everything()
    assert left(trial) == {}
    for kubelet in trial.kubelets.values():
        assert kubelet.workers == {}
        assert kubelet.runtime.containers == {}
        assert kubelet.runtime.sandboxes == {}
        assert kubelet.admission.count == 0
    assert set(trial.cluster.nodes.fabric._by_address) == addresses
    assert {what: count for what, count in trial.timers().items() if count > timers[what] + 3} == {}
    assert trial.simulation.failures == []


@given(before=steps(*ACTIONS, *FAULTS), meanwhile=st.integers(0, 3))
@FEW
def test_components_whose_requests_fail_end_where_others_do(trial: Trial, before: list[Step], meanwhile: int) -> None:
    trial.offer_volumes()
    do(trial, before)
    trial.settle()
    assert trial.unready() == []
    assert trial.changed_by_a_resync() == set()
    trial.trouble('fail', meanwhile)
    trial.delete_everything()
    trial.settle()
    assert left(trial) == {}
    assert trial.changed_by_a_resync() == set()
    assert trial.simulation.failures == []
