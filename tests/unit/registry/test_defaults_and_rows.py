"""What is stored when fields are not given, and how objects look in tables."""

from typing import Any

import pytest

from tutor.apimachinery.errors import StatusError
from tutor.apimachinery.printing import to_json
from tutor.apimachinery.resources import RESOURCES
from tutor.cluster.registry.catalog import STRATEGIES, strategy_for
from tutor.cluster.registry.core.pod.printing import summarize
from tutor.cluster.simulation import Simulation

CONTAINER = {'name': 'c', 'image': 'nginx', 'imagePullPolicy': 'Always', 'resources': {},
             'terminationMessagePath': '/dev/termination-log', 'terminationMessagePolicy': 'File'}
POD_SPEC = {'containers': [CONTAINER], 'dnsPolicy': 'ClusterFirst', 'restartPolicy': 'Always',
            'schedulerName': 'default-scheduler', 'securityContext': {}, 'terminationGracePeriodSeconds': 30}


def test_every_resource_has_a_line_and_every_line_a_resource() -> None:
    served = {(item.group, item.plural) for item in RESOURCES if 'list' in item.verbs}
    assert set(STRATEGIES) == served


def test_a_pod(kinds: Any) -> None:
    obj = kinds.create('apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: c, image: nginx}]}')
    assert obj['spec'] == {**POD_SPEC, 'enableServiceLinks': True}
    assert obj['status'] == {'phase': 'Pending', 'qosClass': 'BestEffort'}
    assert obj['metadata']['generation'] == 1


def test_probes_ports_and_volumes(kinds: Any) -> None:
    obj = kinds.defaulted('''
apiVersion: v1
kind: Pod
metadata: {name: p}
spec:
  containers:
  - name: c
    image: nginx:1.25
    ports: [{containerPort: 80}]
    livenessProbe: {httpGet: {port: 80}}
    env: [{name: A, valueFrom: {fieldRef: {fieldPath: metadata.name}}}]
    resources: {limits: {cpu: 500m}}
  volumes: [{name: a}, {name: b, configMap: {name: x}}]
''')
    container = obj['spec']['containers'][0]
    assert container['imagePullPolicy'] == 'IfNotPresent'
    assert container['ports'] == [{'containerPort': 80, 'protocol': 'TCP'}]
    assert container['livenessProbe'] == {
        'httpGet': {'path': '/', 'port': 80, 'scheme': 'HTTP'}, 'failureThreshold': 3, 'periodSeconds': 10,
        'successThreshold': 1, 'timeoutSeconds': 1}
    assert container['env'][0]['valueFrom']['fieldRef'] == {'apiVersion': 'v1', 'fieldPath': 'metadata.name'}
    assert container['resources'] == {'limits': {'cpu': '500m'}, 'requests': {'cpu': '500m'}}
    assert obj['spec']['volumes'] == [{'name': 'a', 'emptyDir': {}},
                                      {'name': 'b', 'configMap': {'name': 'x', 'defaultMode': 420}}]


TEMPLATE = '{selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, ' \
           'image: nginx}]}}}'


@pytest.mark.parametrize(('kind', 'expected'), [
    ('Deployment', {'replicas': 1, 'revisionHistoryLimit': 10, 'progressDeadlineSeconds': 600, 'strategy': {
        'type': 'RollingUpdate', 'rollingUpdate': {'maxSurge': '25%', 'maxUnavailable': '25%'}}}),
    ('ReplicaSet', {'replicas': 1}),
    ('DaemonSet', {'revisionHistoryLimit': 10, 'updateStrategy': {
        'type': 'RollingUpdate', 'rollingUpdate': {'maxSurge': 0, 'maxUnavailable': 1}}}),
    ('StatefulSet', {
        'replicas': 1, 'revisionHistoryLimit': 10, 'serviceName': '', 'podManagementPolicy': 'OrderedReady',
        'updateStrategy': {'type': 'RollingUpdate', 'rollingUpdate': {'partition': 0}},
        'persistentVolumeClaimRetentionPolicy': {'whenDeleted': 'Retain', 'whenScaled': 'Retain'}}),
])
def test_workloads(kinds: Any, kind: str, expected: dict[str, Any]) -> None:
    obj = kinds.create(f'apiVersion: apps/v1\nkind: {kind}\nmetadata: {{name: x}}\nspec: {TEMPLATE}')
    template = {'metadata': {'labels': {'a': 'b'}}, 'spec': POD_SPEC}
    assert obj['spec'] == {'selector': {'matchLabels': {'a': 'b'}}, 'template': template, **expected}


def test_a_job_finds_its_pods_by_its_uid(kinds: Any) -> None:
    obj = kinds.create('apiVersion: batch/v1\nkind: Job\nmetadata: {name: j}\nspec: {template: {spec: {restartPolicy: '
                       'Never, containers: [{name: c, image: nginx}]}}}')
    uid = obj['metadata']['uid']
    assert obj['spec']['selector'] == {'matchLabels': {'batch.kubernetes.io/controller-uid': uid}}
    assert obj['spec']['template']['metadata']['labels']['job-name'] == 'j'
    assert (obj['spec']['completions'], obj['spec']['backoffLimit']) == (1, 6)


def test_default_values_need_no_second_pass(kinds: Any) -> None:
    for text in ('apiVersion: v1\nkind: Service\nmetadata: {name: s}\nspec: {ports: [{port: 80}]}',
                 f'apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: x}}\nspec: {TEMPLATE}'):
        once = kinds.defaulted(text)
        assert kinds.defaulted(to_json(once)) == once


def test_every_kind_has_a_row_as_long_as_its_columns() -> None:
    simulation = Simulation()
    bare = {'metadata': {'name': 'x', 'namespace': 'default', 'creationTimestamp': '2026-05-04T08:59:00Z'}, 'spec': {}}
    for resource in RESOURCES:
        if 'list' in resource.verbs:
            strategy = strategy_for(resource)
            assert len(strategy.row(bare, simulation)) == len(strategy.columns), resource


def status(**parts: Any) -> dict[str, Any]:
    return {'metadata': {'name': 'p'}, 'spec': {'containers': [{'name': 'c'}], **parts.pop('spec', {})},
            'status': {'phase': 'Running', **parts}}


def one(**state: Any) -> list[dict[str, Any]]:
    return [{'name': 'c', 'restartCount': 0, 'ready': 'running' in state, 'state': state}]


@pytest.mark.parametrize(('pod', 'ready', 'reason'), [
    (status(phase='Pending'), '0/1', 'Pending'),
    (status(containerStatuses=one(running={})), '1/1', 'Running'),
    (status(containerStatuses=one(waiting={'reason': 'CrashLoopBackOff'})), '0/1', 'CrashLoopBackOff'),
    (status(containerStatuses=one(terminated={'exitCode': 3})), '0/1', 'ExitCode:3'),
    (status(phase='Succeeded', containerStatuses=one(terminated={'reason': 'Completed'})), '0/1', 'Completed'),
    (status(phase='Pending', spec={'initContainers': [{'name': 'i'}, {'name': 'k'}]},
            initContainerStatuses=[{'name': 'i', 'state': {'running': {}}}]), '0/1', 'Init:0/2'),
    (status(phase='Pending', spec={'initContainers': [{'name': 'i'}]},
            initContainerStatuses=[{'name': 'i', 'state': {'terminated': {'exitCode': 1, 'reason': 'Error'}}}]),
     '0/1', 'Init:Error'),
    (status(phase='Failed', reason='Evicted'), '0/1', 'Evicted'),
])
def test_the_status_of_a_pod(pod: dict[str, Any], ready: str, reason: str) -> None:
    found = summarize(pod)
    assert (f'{found.ready}/{found.total}', found.reason) == (ready, reason)


def test_a_stop_signal_is_dropped_because_its_gate_is_off(kinds):
    obj = kinds.create('apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: c, image: nginx, '
                       'lifecycle: {stopSignal: SIGUSR1}}]}')
    assert 'lifecycle' not in obj['spec']['containers'][0]


@pytest.mark.parametrize(('kind', 'rest'), [
    ('networking.k8s.io/v1 ServiceCIDR', 'spec: {cidrs: [10.9.0.0/16]}'),
    ('resource.k8s.io/v1 ResourceClaim', 'spec: {devices: {requests: [{name: r, exactly: {deviceClassName: d}}]}}'),
    ('flowcontrol.apiserver.k8s.io/v1 FlowSchema', 'spec: {priorityLevelConfiguration: {name: exempt}}'),
    ('flowcontrol.apiserver.k8s.io/v1 PriorityLevelConfiguration',
     'spec: {type: Limited, limited: {limitResponse: {type: Reject}}}')])
def test_a_status_that_says_nothing_is_there(kinds: Any, kind: str, rest: str) -> None:
    version, kind = kind.split()
    assert kinds.create(f'apiVersion: {version}\nkind: {kind}\nmetadata: {{name: a}}\n{rest}')['status'] == {}


def test_sources_of_volumes_have_their_usual_values(kinds: Any) -> None:
    def volume(source: str) -> Any:
        return kinds.defaulted('apiVersion: v1\nkind: PersistentVolume\nmetadata: {name: a}\nspec: {capacity: '
                               f'{{storage: 1Gi}}, accessModes: [ReadWriteOnce], {source}}}')['spec']

    assert volume('iscsi: {targetPortal: a, iqn: b, lun: 0}')['iscsi']['iscsiInterface'] == 'default'
    assert volume('rbd: {monitors: [a], image: b}')['rbd'] == {
        'monitors': ['a'], 'image': 'b', 'pool': 'rbd', 'user': 'admin', 'keyring': '/etc/ceph/keyring'}
    assert volume('azureDisk: {diskName: a, diskURI: b}')['azureDisk'] == {
        'diskName': 'a', 'diskURI': 'b', 'cachingMode': 'ReadWrite', 'kind': 'Shared', 'fsType': 'ext4',
        'readOnly': False}


@pytest.mark.parametrize(('given', 'source', 'reference'), [
    ('dataSource: {kind: PersistentVolumeClaim, name: a}', True, True),
    ('dataSourceRef: {kind: PersistentVolumeClaim, name: a}', True, True),
    ('dataSourceRef: {apiGroup: x.y, kind: Any, name: a}', False, True),
    ('dataSource: {apiGroup: x.y, kind: Any, name: a}', False, False)])
def test_where_a_claim_gets_its_data_from_is_said_in_both_fields(kinds: Any, given: str, source: bool,
                                                               reference: bool) -> None:
    spec = kinds.create('apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: a}\nspec: {accessModes: '
                        f'[ReadWriteOnce], resources: {{requests: {{storage: 1Gi}}}}, {given}}}')['spec']
    assert ('dataSource' in spec, 'dataSourceRef' in spec) == (source, reference)


def test_a_pattern_of_a_job_s_pod_conditions_is_that_they_are_true(kinds: Any) -> None:
    rule = '{action: Ignore, onPodConditions: [{type: DisruptionTarget}]}'
    template = '{spec: {restartPolicy: Never, containers: [{name: c, image: i}]}}'
    job = kinds.create('apiVersion: batch/v1\nkind: Job\nmetadata: {name: a, uid: u}\nspec: {podFailurePolicy: {rules: '
                       f'[{rule}]}}, template: {template}}}')
    assert job['spec']['podFailurePolicy']['rules'][0]['onPodConditions'] == [
        {'type': 'DisruptionTarget', 'status': 'True'}]


def test_an_endpoint_has_conditions_and_a_set_counts_what_is_available(kinds: Any) -> None:
    slice_ = kinds.create('apiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\nmetadata: {name: a}\n'
                          'addressType: IPv4\nendpoints: [{addresses: [10.1.2.3]}]')
    assert slice_['endpoints'] == [{'addresses': ['10.1.2.3'], 'conditions': {}}]
    sets = kinds.create(f'apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {{name: a}}\nspec: {TEMPLATE}')
    assert sets['status'] == {'replicas': 0, 'availableReplicas': 0}


def test_a_node_s_network_is_said_in_both_fields_and_stays(kinds: Any) -> None:
    node = kinds.create('apiVersion: v1\nkind: Node\nmetadata: {name: a}\nspec: {podCIDR: 10.1.0.0/24}')
    assert node['spec']['podCIDRs'] == ['10.1.0.0/24']
    with pytest.raises(StatusError, match='node updates may not change podCIDR except from "" to valid'):
        kinds.update(node, lambda new: new['spec'].update(podCIDR='10.2.0.0/24'))
