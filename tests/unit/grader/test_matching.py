"""A partial comparison finds the first difference."""

import pytest

from tutor.grader.matching import mismatch

POD = {
    'metadata': {'name': 'web', 'labels': {'app': 'web', 'tier': 'front'}},
    'spec': {'containers': [
        {'name': 'log', 'image': 'busybox'},
        {'name': 'web', 'image': 'nginx:1.27', 'args': ['a', 'b'], 'ports': [{'containerPort': 80}],
         'resources': {'limits': {'memory': '128Mi', 'cpu': '500m'}}},
    ]},
}


def web(**fields):
    return {'spec': {'containers': [{'name': 'web', **fields}]}}


@pytest.mark.parametrize('expected', [
    {},
    {'metadata': {'labels': {'app': 'web'}}},
    web(image='nginx:1.27'),
    web(args=['b']),
    web(args={'$is': ['a', 'b']}),
    web(ports=[{'containerPort': 80}]),
    web(image={'$matches': r'^nginx:1\.'}),
    web(resources={'limits': {'memory': {'$max': '0.2Gi'}, 'cpu': {'$min': 0.5}}}),
    web(image={'$any': ['nginx', 'nginx:1.27']}),
    {'spec': {'containers': [{'image': 'busybox'}]}},
    {'spec': {'nodeName': {'$absent': True}, 'affinity': {'nodeAffinity': {'$absent': True}}}},
])
def test_matches(expected):
    assert mismatch(expected, POD) is None


@pytest.mark.parametrize(('expected', 'path', 'wanted', 'found'), [
    ({'metadata': {'labels': {'app': 'api'}}}, 'metadata.labels.app', 'api', 'web'),
    ({'metadata': {'labels': {'zone': 'a'}}}, 'metadata.labels.zone', 'a', 'nothing'),
    (web(image='nginx:1.28'), 'spec.containers[name=web].image', 'nginx:1.28', 'nginx:1.27'),
    (web(args=['c']), 'spec.containers[name=web].args', 'c', '["a", "b"]'),
    (web(args={'$is': ['a']}), 'spec.containers[name=web].args', '["a"]', '["a", "b"]'),
    (web(ports=[{'containerPort': 8080}]), 'spec.containers[name=web].ports', 'containerPort=8080',
     'containerPort=80'),
    ({'spec': {'containers': [{'name': 'db'}]}}, 'spec.containers', 'name=db', 'name=log, name=web'),
    (web(resources={'limits': {'cpu': {'$max': '100m'}}}), 'spec.containers[name=web].resources.limits.cpu',
     'at most 100m', '500m'),
    (web(image={'$absent': True}), 'spec.containers[name=web].image', 'nothing', 'nginx:1.27'),
    ({'spec': {'replicas': 3}}, 'spec.replicas', '3', 'nothing'),
    ({'spec': {'hostNetwork': {'a': 1}}}, 'spec.hostNetwork.a', '1', 'nothing'),
])
def test_names_the_difference(expected, path, wanted, found):
    difference = mismatch(expected, POD)
    assert (difference.path, difference.expected.en, difference.found.en) == (path, wanted, found)


def test_true_is_not_one():
    assert mismatch({'a': True}, {'a': 1}) is not None
    assert mismatch({'a': 1}, {'a': True}) is not None


def test_ports_with_the_same_number():
    ports = [{'port': 53, 'protocol': 'UDP'}, {'port': 53, 'protocol': 'TCP'}]
    assert mismatch([{'port': 53, 'protocol': 'TCP'}], ports) is None
