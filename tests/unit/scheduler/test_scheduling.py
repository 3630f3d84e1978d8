"""Where pods go, and what is said when they cannot go anywhere."""

from __future__ import annotations

import pytest

NOT_HELPFUL = 'no new claims to deallocate, preemption: 0/{n} nodes are available: {n} Preemption is not helpful ' \
              'for scheduling.'


def test_a_pod_goes_to_a_node_and_an_event_says_so(world):
    world.node('n1')
    assert world.pod('p') == 'n1'
    event = world.events('Scheduled')[0]
    assert event['message'] == 'Successfully assigned default/p to n1'
    assert (event['action'], event['reportingComponent'], event['type']) == ('Binding', 'default-scheduler', 'Normal')


def test_pods_spread_over_equal_nodes(world):
    for name in ('n1', 'n2', 'n3'):
        world.node(name)
    found = [world.pod(f'p{number}', cpu='100m') for number in range(6)]
    assert sorted(found) == ['n1', 'n1', 'n2', 'n2', 'n3', 'n3']


def test_what_keeps_a_pod_waiting_is_counted_by_reason(world):
    world.node('control', taints=[{'key': 'k', 'effect': 'NoSchedule'}])
    world.node('n1')
    world.node('n2')
    assert world.pod('big', cpu='2', memory='8Gi') == ''
    assert world.why('big') == (
        '0/3 nodes are available: 1 node(s) had untolerated taint(s), 2 Insufficient cpu, 2 Insufficient memory. '
        + NOT_HELPFUL.format(n=3))
    condition = world.admin.get('pods', 'big', 'default')['status']['conditions'][0]
    assert (condition['reason'], condition['status']) == ('Unschedulable', 'False')
    event = world.events('FailedScheduling')[0]
    assert (event['type'], event['action'], event['message']) == ('Warning', 'Scheduling', world.why('big'))


def test_the_condition_of_a_waiting_pod(world):
    world.node('n1')
    world.pod('huge', cpu='9')
    entry, = world.admin.get('pods', 'huge', 'default')['status']['conditions']
    assert (entry['type'], entry['status'], entry['reason'], entry['lastProbeTime'], entry['observedGeneration']) == (
        'PodScheduled', 'False', 'Unschedulable', None, 1)


def test_without_nodes(world):
    world.pod('p')
    assert world.why('p') == 'no nodes available to schedule pods'
    world.node('n1')
    world.run()
    assert world.where('p') == 'n1'


def test_a_waiting_pod_is_tried_again_when_room_is_made(world):
    world.node('n1')
    world.pod('a', cpu='800m')
    assert world.pod('b', cpu='800m') == ''
    world.remove('a')
    assert world.where('b') == 'n1'


def test_what_does_not_help_does_not_wake_a_pod(world):
    world.node('n1')
    world.pod('big', cpu='4')
    world.pod('small')
    world.remove('small')
    world.admin.patch('nodes', 'n1', {'metadata': {'annotations': {'a': 'b'}}})
    world.run(5)
    series = world.events('FailedScheduling')[0].get('series') or {'count': 1}
    assert series['count'] <= 2


def test_a_larger_node_wakes_a_pod(world):
    world.node('n1')
    assert world.pod('big', cpu='3') == ''
    world.node('n2', cpu='4')
    world.run()
    assert world.where('big') == 'n2'


@pytest.mark.parametrize(('tolerations', 'node'), [
    ([], ''),
    ([{'key': 'k', 'operator': 'Equal', 'value': 'v', 'effect': 'NoSchedule'}], 'n1'),
    ([{'key': 'k', 'operator': 'Exists'}], 'n1'),
    ([{'operator': 'Exists'}], 'n1'),
    ([{'key': 'k', 'operator': 'Equal', 'value': 'other', 'effect': 'NoSchedule'}], ''),
    ([{'key': 'k', 'operator': 'Exists', 'effect': 'NoExecute'}], ''),
])
def test_taints_and_tolerations(world, tolerations, node):
    world.node('n1', taints=[{'key': 'k', 'value': 'v', 'effect': 'NoSchedule'}])
    assert world.pod('p', tolerations=tolerations) == node


def test_a_soft_taint_is_avoided(world):
    world.node('n1', taints=[{'key': 'k', 'effect': 'PreferNoSchedule'}])
    world.node('n2')
    assert {world.pod(f'p{number}') for number in range(4)} == {'n2'}


def test_node_selectors_and_required_affinity(world):
    world.node('n1', disk='ssd', cores='4')
    world.node('n2', disk='hdd', cores='16')

    def required(*expressions):
        return {'nodeAffinity': {'requiredDuringSchedulingIgnoredDuringExecution': {
            'nodeSelectorTerms': [{'matchExpressions': list(expressions)}]}}}

    assert world.pod('a', nodeSelector={'disk': 'ssd'}) == 'n1'
    assert world.pod('b', affinity=required({'key': 'disk', 'operator': 'NotIn', 'values': ['ssd']})) == 'n2'
    assert world.pod('c', affinity=required({'key': 'cores', 'operator': 'Gt', 'values': ['8']})) == 'n2'
    assert world.pod('d', nodeSelector={'disk': 'tape'}) == ''
    assert world.reasons('d') == "2 node(s) didn't match Pod's node affinity/selector"
    world.admin.patch('nodes', 'n2', {'metadata': {'labels': {'disk': 'tape'}}})
    world.run()
    assert world.where('d') == 'n2'


def test_preferred_affinity_decides_between_nodes(world):
    world.node('n1')
    world.node('n2', zone='b')
    affinity = {'nodeAffinity': {'preferredDuringSchedulingIgnoredDuringExecution': [
        {'weight': 100, 'preference': {'matchExpressions': [{'key': 'zone', 'operator': 'In', 'values': ['b']}]}}]}}
    assert {world.pod(f'p{number}', affinity=affinity) for number in range(3)} == {'n2'}


def test_a_pod_for_one_node_by_name_says_what_was_left_out(world):
    world.node('n1')
    world.node('n2')
    affinity = {'nodeAffinity': {'requiredDuringSchedulingIgnoredDuringExecution': {'nodeSelectorTerms': [
        {'matchFields': [{'key': 'metadata.name', 'operator': 'In', 'values': ['n2']}]}]}}}
    assert world.pod('a', affinity=affinity) == 'n2'
    assert world.pod('b', cpu='4', affinity=affinity) == ''
    assert world.reasons('b') == "1 Insufficient cpu, 1 node(s) didn't satisfy plugin(s) [NodeAffinity]"


def test_host_ports_are_taken_once_per_node(world):
    world.node('n1')
    containers = [{'name': 'c', 'image': 'nginx', 'ports': [{'containerPort': 80, 'hostPort': 80}]}]
    assert world.pod('a', containers=containers) == 'n1'
    assert world.pod('b', containers=containers) == ''
    assert world.reasons('b') == "1 node(s) didn't have free ports for the requested pod ports"
    world.remove('a')
    assert world.where('b') == 'n1'


def test_a_full_node_takes_no_more_pods(world):
    world.node('n1', pods='1')
    world.pod('a')
    world.pod('b')
    assert world.reasons('b') == '1 Too many pods'


def test_a_cordoned_node_is_left_alone(world):
    world.node('n1')
    world.admin.patch('nodes', 'n1', {'spec': {'unschedulable': True}})
    world.run()
    assert world.pod('p') == ''
    assert world.reasons('p') == '1 node(s) were unschedulable'
    world.admin.patch('nodes', 'n1', {'spec': {'unschedulable': None}})
    world.run()
    assert world.where('p') == 'n1'


def term(app: str, key: str = 'kubernetes.io/hostname') -> dict:
    return {'labelSelector': {'matchLabels': {'app': app}}, 'topologyKey': key}


def test_pod_affinity_and_anti_affinity(world):
    world.node('n1', zone='a')
    world.node('n2', zone='b')
    home = world.pod('anchor', labels={'app': 'anchor'})
    near = {'podAffinity': {'requiredDuringSchedulingIgnoredDuringExecution': [term('anchor', 'zone')]}}
    away = {'podAntiAffinity': {'requiredDuringSchedulingIgnoredDuringExecution': [term('anchor')]}}
    assert world.pod('near', affinity=near) == home
    assert world.pod('far', labels={'app': 'far'}, affinity=away) not in ('', home)
    lonely = {'podAffinity': {'requiredDuringSchedulingIgnoredDuringExecution': [term('nobody')]}}
    assert world.pod('lonely', affinity=lonely) == ''
    assert world.reasons('lonely') == "2 node(s) didn't match pod affinity rules"


def test_the_first_pod_of_a_group_may_go_anywhere(world):
    world.node('n1')
    world.node('n2')
    together = {'podAffinity': {'requiredDuringSchedulingIgnoredDuringExecution': [term('group')]}}
    first = world.pod('a', labels={'app': 'group'}, affinity=together)
    assert first
    assert world.pod('b', labels={'app': 'group'}, affinity=together) == first


def test_anti_affinity_holds_both_ways(world):
    world.node('n1')
    away = {'podAntiAffinity': {'requiredDuringSchedulingIgnoredDuringExecution': [term('other')]}}
    world.pod('shy', affinity=away)
    assert world.pod('other', labels={'app': 'other'}) == ''
    assert world.reasons('other') == "1 node(s) didn't satisfy existing pods anti-affinity rules"


def test_preferred_pod_affinity(world):
    world.node('n1')
    world.node('n2')
    home = world.pod('anchor', labels={'app': 'anchor'})
    wish = {'podAffinity': {'preferredDuringSchedulingIgnoredDuringExecution': [
        {'weight': 100, 'podAffinityTerm': term('anchor')}]}}
    assert {world.pod(f'p{number}', affinity=wish) for number in range(3)} == {home}


def spread(skew: int, action: str = 'DoNotSchedule', **more) -> list[dict]:
    return [{'maxSkew': skew, 'topologyKey': 'zone', 'whenUnsatisfiable': action,
             'labelSelector': {'matchLabels': {'app': 'even'}}, **more}]


def test_hard_spreading_keeps_the_skew(world):
    world.node('n1', zone='a', cpu='8')
    world.node('n2', zone='b', cpu='1')
    zones = [world.pod(f'p{n}', cpu='300m', labels={'app': 'even'}, topologySpreadConstraints=spread(1))
             for n in range(6)]
    assert sorted(zones) == ['n1', 'n1', 'n1', 'n2', 'n2', 'n2']
    assert world.pod('p7', cpu='300m', labels={'app': 'even'}, topologySpreadConstraints=spread(1)) == 'n1'
    assert world.pod('p8', cpu='300m', labels={'app': 'even'}, topologySpreadConstraints=spread(1)) == ''
    assert world.reasons('p8') == "1 Insufficient cpu, 1 node(s) didn't match pod topology spread constraints"


def test_spreading_needs_the_label(world):
    world.node('n1')
    assert world.pod('p', labels={'app': 'even'}, topologySpreadConstraints=spread(1)) == ''
    assert world.reasons('p') == "1 node(s) didn't match pod topology spread constraints (missing required label)"


def test_pods_of_a_service_spread_softly_by_themselves(world):
    for name in ('n1', 'n2'):
        world.node(name)
    world.admin.create('services', {
        'apiVersion': 'v1', 'kind': 'Service', 'metadata': {'name': 's', 'namespace': 'default'},
        'spec': {'selector': {'app': 'web'}, 'ports': [{'port': 80}]}})
    world.run()
    found = [world.pod(f'p{n}', labels={'app': 'web'}) for n in range(6)]
    assert sorted(found) == ['n1'] * 3 + ['n2'] * 3


def test_a_gated_pod_waits_for_its_gates(world):
    world.node('n1')
    assert world.pod('p', schedulingGates=[{'name': 'example.com/wait'}]) == ''
    assert world.events('FailedScheduling') == []
    world.admin.patch('pods', 'p', {'spec': {'schedulingGates': None}}, 'default')
    world.run()
    assert world.where('p') == 'n1'


def test_other_schedulers_pods_are_left_alone(world):
    world.node('n1')
    assert world.pod('p', schedulerName='mine') == ''
    assert world.events('FailedScheduling') == []


def test_a_missing_claim_is_named(world):
    world.node('n1')
    world.pod('p', volumes=[{'name': 'v', 'persistentVolumeClaim': {'claimName': 'nosuch'}}])
    assert world.why('p') == '0/1 nodes are available: persistentvolumeclaim "nosuch" not found. not found'


def test_a_stopped_scheduler_leaves_pods_pending(world):
    world.node('n1')
    world.cluster.scheduler.stop()
    assert world.pod('p') == ''
    world.cluster.scheduler.start()
    world.run()
    assert world.where('p') == 'n1'


def test_the_same_seed_gives_the_same_places(world, other):
    for one in (world, other):
        for name in ('n1', 'n2', 'n3'):
            one.node(name)
    assert [world.pod(f'p{n}') for n in range(6)] == [other.pod(f'p{n}') for n in range(6)]


def test_a_pod_that_waits_for_its_volume_says_where_it_will_go(world):
    """NominatedNodeNameForExpectation, and that binding takes the name away."""
    world.node('n1')
    world.admin.create('storageclasses.storage.k8s.io', {
        'apiVersion': 'storage.k8s.io/v1', 'kind': 'StorageClass', 'metadata': {'name': 'late'},
        'provisioner': 'example.com/disk', 'volumeBindingMode': 'WaitForFirstConsumer'})
    world.admin.create('persistentvolumeclaims', {
        'apiVersion': 'v1', 'kind': 'PersistentVolumeClaim', 'metadata': {'name': 'c', 'namespace': 'default'},
        'spec': {'accessModes': ['ReadWriteOnce'], 'storageClassName': 'late',
                 'resources': {'requests': {'storage': '1Gi'}}}})
    volume = {'name': 'v', 'persistentVolumeClaim': {'claimName': 'c'}}
    assert world.pod('user', volumes=[volume], seconds=3) == ''
    assert world.admin.get('pods', 'user', 'default')['status']['nominatedNodeName'] == 'n1'
    claim = world.admin.get('persistentvolumeclaims', 'c', 'default')
    assert claim['metadata']['annotations']['volume.kubernetes.io/selected-node'] == 'n1'
    world.admin.create('persistentvolumes', {
        'apiVersion': 'v1', 'kind': 'PersistentVolume', 'metadata': {'name': 'made'},
        'spec': {'capacity': {'storage': '1Gi'}, 'accessModes': ['ReadWriteOnce'], 'storageClassName': 'late',
                 'hostPath': {'path': '/x'}, 'claimRef': {'namespace': 'default', 'name': 'c',
                                                          'uid': claim['metadata']['uid']}}})
    world.run(20)
    assert world.where('user') == 'n1'
    assert 'nominatedNodeName' not in world.admin.get('pods', 'user', 'default')['status']
