"""Names, on a cluster whose objects are made through the API."""

import pytest

from tutor.cluster.cluster import Cluster
from tutor.cluster.config import ClusterConfig
from tutor.cluster.network.dns import Question
from tutor.cluster.network.resolver import ResolvConf, candidates


@pytest.fixture(scope='module')
def cluster() -> Cluster:
    cluster = Cluster(ClusterConfig(addons=(), host=('dns', 'proxy'), containers='idle'))
    cluster.boot()
    meta = {'namespace': 'default'}
    admin = cluster.admin
    for name, spec in {
        'web': {
            'selector': {'app': 'web'},
            'clusterIP': '10.96.7.7',
            'ports': [{'name': 'http', 'port': 80, 'targetPort': 8080}],
        },
        'db': {'selector': {'app': 'db'}, 'clusterIP': 'None', 'ports': [{'name': 'sql', 'port': 5432}]},
        'out': {'type': 'ExternalName', 'externalName': 'web.default.svc.cluster.local'},
    }.items():
        admin.create(
            'services', {'apiVersion': 'v1', 'kind': 'Service', 'metadata': {**meta, 'name': name}, 'spec': spec}
        )
    admin.create(
        'endpointslices.discovery.k8s.io',
        {
            'apiVersion': 'discovery.k8s.io/v1',
            'kind': 'EndpointSlice',
            'addressType': 'IPv4',
            'metadata': {**meta, 'name': 'db-1', 'labels': {'kubernetes.io/service-name': 'db'}},
            'ports': [{'name': 'sql', 'port': 5432, 'protocol': 'TCP'}],
            'endpoints': [
                {'addresses': ['10.244.1.5'], 'hostname': 'db-0', 'conditions': {'ready': True}},
                {'addresses': ['10.244.1.6'], 'conditions': {'ready': True}},
                {'addresses': ['10.244.1.7'], 'hostname': 'db-2', 'conditions': {'ready': False}},
            ],
        },
    )
    cluster.simulation.advance(1)
    return cluster


@pytest.mark.parametrize(
    ('name', 'kind', 'rcode', 'data'),
    [
        ('web.default.svc.cluster.local', 'A', 'NOERROR', ['10.96.7.7']),
        ('WEB.default.svc.cluster.local.', 'A', 'NOERROR', ['10.96.7.7']),
        ('web.default.svc.cluster.local', 'AAAA', 'NOERROR', []),
        ('nope.default.svc.cluster.local', 'A', 'NXDOMAIN', []),
        ('web.other.svc.cluster.local', 'A', 'NXDOMAIN', []),
        ('default.svc.cluster.local', 'A', 'NOERROR', []),
        ('db.default.svc.cluster.local', 'A', 'NOERROR', ['10.244.1.5', '10.244.1.6']),
        ('db-0.db.default.svc.cluster.local', 'A', 'NOERROR', ['10.244.1.5']),
        ('10-244-1-6.db.default.svc.cluster.local', 'A', 'NOERROR', ['10.244.1.6']),
        ('db-2.db.default.svc.cluster.local', 'A', 'NXDOMAIN', []),
        ('db-0.web.default.svc.cluster.local', 'A', 'NXDOMAIN', []),
        ('_http._tcp.web.default.svc.cluster.local', 'SRV', 'NOERROR', ['0 100 80 web.default.svc.cluster.local']),
        (
            '_sql._tcp.db.default.svc.cluster.local',
            'SRV',
            'NOERROR',
            ['0 100 5432 db-0.db.default.svc.cluster.local', '0 100 5432 10-244-1-6.db.default.svc.cluster.local'],
        ),
        ('_x._tcp.web.default.svc.cluster.local', 'SRV', 'NXDOMAIN', []),
        ('out.default.svc.cluster.local', 'A', 'NOERROR', ['web.default.svc.cluster.local', '10.96.7.7']),
        ('10-1-2-3.default.pod.cluster.local', 'A', 'NOERROR', ['10.1.2.3']),
        ('7.7.96.10.in-addr.arpa', 'PTR', 'NOERROR', ['web.default.svc.cluster.local']),
        ('5.1.244.10.in-addr.arpa', 'PTR', 'NOERROR', ['db-0.db.default.svc.cluster.local']),
        ('6.1.244.10.in-addr.arpa', 'PTR', 'NXDOMAIN', []),
        ('example.invalid', 'A', 'NXDOMAIN', []),
    ],
)
def test_answers(cluster: Cluster, name: str, kind: str, rcode: str, data: list[str]) -> None:
    answer = cluster.nodes.dns.answer(Question(name, kind))
    assert (answer.rcode, [record.data for record in answer.records]) == (rcode, data)


def test_search_paths() -> None:
    conf = ResolvConf(('10.96.0.10',), ('default.svc.cluster.local', 'svc.cluster.local', 'cluster.local'), 5)
    assert candidates('web', conf) == [
        'web.default.svc.cluster.local',
        'web.svc.cluster.local',
        'web.cluster.local',
        'web',
    ]
    assert candidates('web.', conf) == ['web']
    assert candidates('a.b.c.d.e.f', conf)[0] == 'a.b.c.d.e.f'
