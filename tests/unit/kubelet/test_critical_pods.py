"""Room for critical pods; the cases are those of upstream's preemption_test.go."""

from __future__ import annotations

import pytest

from tutor.apimachinery.objects import condition

CRITICAL = {'priorityClassName': 'system-node-critical', 'nodeName': 'node01'}


def asks(cpu: str = '', memory: str = '', limits: bool = False) -> dict:
    requests = {name: amount for name, amount in (('cpu', cpu), ('memory', memory)) if amount}
    return {'command': ['sleep', '1d'], 'resources': {'requests': requests, **({'limits': requests} if limits else {})}}


def fill(lab, **pods: dict) -> None:
    """Pods on node01, which has two cores and 4Gi."""
    for name, container in pods.items():
        lab.pod(name, container=container, nodeName='node01')
    lab.until(lambda: all(lab.get(name)['status']['phase'] == 'Running' for name in pods))


@pytest.mark.parametrize(('needs', 'gone'), [
    pytest.param(asks('200m'), [], id='resource requirement is met'),
    pytest.param(asks('700m'), ['burstable'], id='burstable pods go before guaranteed ones'),
    pytest.param(asks('1400m'), ['guaranteed'], id='a guaranteed pod that is enough alone goes alone'),
    pytest.param(asks('1700m'), ['burstable', 'guaranteed'], id='all that is needed goes'),
    pytest.param(asks('800m', '100Mi'), ['burstable'], id='several resources'),
])
def test_evict_pods_to_free_requests(lab, needs, gone):
    names = ('best-effort', 'burstable', 'guaranteed')
    fill(lab, **{'best-effort': asks(), 'burstable': asks('600m'), 'guaranteed': asks('800m', '1Gi', limits=True)})
    lab.pod('critical', container=needs, **CRITICAL)
    lab.phase('critical', 'Running')
    lab.simulation.advance(10)
    assert sorted(name for name in names if lab.get(name)['status']['phase'] == 'Failed') == gone
    for name in gone:
        status = lab.get(name)['status']
        assert (status['reason'], status['message']) == ('Preempting', 'Preempted in order to admit critical pod')
        target = condition(lab.get(name), 'DisruptionTarget')
        assert (target['reason'], target['message']) == (
            'TerminationByKubelet', 'Pod was preempted by Kubelet to accommodate a critical pod.')
        assert ('Preempting', 'Preempted in order to admit critical pod') in lab.events(name)


def test_the_pod_closest_to_what_is_missing_goes(lab):
    fill(lab, small=asks('200m'), fitting=asks('500m'), large=asks('1200m'))
    lab.pod('critical', container=asks('600m'), **CRITICAL)
    lab.phase('critical', 'Running')
    lab.phase('fitting', 'Failed')
    assert {lab.get(name)['status']['phase'] for name in ('small', 'large')} == {'Running'}


def test_no_set_of_pods_is_enough(lab):
    fill(lab, small=asks('200m'))
    lab.pod('critical', container=asks('3'), **CRITICAL)
    lab.phase('critical', 'Failed')
    status = lab.get('critical')['status']
    assert (status['reason'], status['message']) == (
        'UnexpectedAdmissionError', 'Pod was rejected: Unexpected error while attempting to recover from admission '
        'failure: preemption: error finding a set of pods to preempt: no set of running pods found to reclaim '
        'resources: [(res: cpu, q: 1000), ]')
    assert lab.get('small')['status']['phase'] == 'Running'


def test_other_reasons_refuse_a_critical_pod_too(lab):
    fill(lab, small=asks('200m'))
    lab.pod('critical', container=asks('3'), nodeSelector={'no': 'such'}, **CRITICAL)
    lab.phase('critical', 'Failed')
    assert lab.get('critical')['status']['reason'] == 'NodeAffinity'


def test_critical_pods_do_not_make_room_for_each_other(lab):
    lab.pod('first', container=asks('1500m'), **CRITICAL)
    lab.phase('first', 'Running')
    lab.pod('second', container=asks('1'), **CRITICAL)
    lab.phase('second', 'Failed')
    assert lab.get('first')['status']['phase'] == 'Running'


def test_an_ordinary_pod_is_refused(lab):
    fill(lab, first=asks('1500m'))
    lab.pod('second', container=asks('1'), nodeName='node01')
    lab.phase('second', 'Failed')
    assert lab.get('second')['status']['reason'] == 'OutOfcpu'
