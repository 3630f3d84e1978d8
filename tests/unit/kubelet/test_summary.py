"""What the kubelet says at /stats/summary of its node, its pods and their containers."""

from __future__ import annotations

import json
from typing import Any

from tests.unit.kubelet.conftest import Lab


def summary(lab: Lab) -> Any:
    node = lab.get()['spec']['nodeName']
    return json.loads(lab.cluster.nodes.fleet.kubelets[node].endpoint.read('stats/summary').body)


def test_disk_memory_and_processors_of_a_pod_are_told(lab: Lab) -> None:
    lab.pod(command=['sh', '-c', 'dd if=/dev/zero of=/x bs=1M count=5 2>/dev/null; echo hello; sleep 9999'], container={
        'resources': {'limits': {'memory': '64Mi'}}, 'volumeMounts': [{'name': 'scratch', 'mountPath': '/scratch'}]},
        volumes=[{'name': 'scratch', 'emptyDir': {}}])
    lab.ready()
    lab.exec('web', 'sh', '-c', 'dd if=/dev/zero of=/scratch/y bs=1M count=2')
    lab.simulation.advance(5)
    pod = next(each for each in summary(lab)['pods'] if each['podRef']['name'] == 'web')
    main = pod['containers'][0]
    assert set(main) == {'name', 'startTime', 'cpu', 'memory', 'rootfs', 'logs', 'swap'}
    assert 5 << 20 <= main['rootfs']['usedBytes'] < 6 << 20
    assert 0 < main['logs']['usedBytes'] < 1000
    assert main['memory']['availableBytes'] + main['memory']['workingSetBytes'] == 64 << 20
    assert [(each['name'], each['usedBytes'] >> 20) for each in pod['volume']] == [('scratch', 2)]
    assert 7 << 20 <= pod['ephemeral-storage']['usedBytes'] < 8 << 20
    assert pod['process_stats'] == {'process_count': 2}


def test_a_node_tells_of_its_disk_and_its_processes(lab: Lab) -> None:
    lab.pod(command=['sleep', '9999'])
    lab.ready()
    node = summary(lab)['node']
    assert node['fs']['capacityBytes'] == 61255492 << 10
    assert node['fs']['usedBytes'] + node['fs']['availableBytes'] == node['fs']['capacityBytes']
    assert node['rlimit']['maxpid'] == 4194304
    assert node['cpu']['usageNanoCores'] > 20_000_000
    assert 0 < node['runtime']['imageFs']['usedBytes'] < node['fs']['usedBytes']
