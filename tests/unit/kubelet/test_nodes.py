"""Nodes: how they are registered and kept alive."""


def test_a_node_says_what_it_is(lab) -> None:
    node = lab.admin.get('nodes', 'controlplane')
    assert 'node-role.kubernetes.io/control-plane' in node['metadata']['labels']
    assert node['metadata']['labels']['kubernetes.io/hostname'] == 'controlplane'
    assert node['spec']['taints'] == [{'key': 'node-role.kubernetes.io/control-plane', 'effect': 'NoSchedule'}]
    status = node['status']
    assert {entry['type']: entry['status'] for entry in status['conditions']} == {
        'MemoryPressure': 'False',
        'DiskPressure': 'False',
        'PIDPressure': 'False',
        'Ready': 'True',
    }
    assert status['capacity']['cpu'] == '2'
    assert status['nodeInfo']['kubeletVersion'] == 'v1.36.1'
    assert status['nodeInfo']['containerRuntimeVersion'] == 'containerd://2.1.9'
    assert [entry['type'] for entry in status['addresses']] == ['InternalIP', 'Hostname']


def test_leases_are_renewed_and_nothing_else_happens(lab) -> None:
    lab.simulation.advance(20)
    before = lab.admin.get('nodes', 'node01')['metadata']['resourceVersion']
    lease = lab.admin.get('leases.coordination.k8s.io', 'node01', 'kube-node-lease')
    lab.simulation.advance(100)
    later = lab.admin.get('leases.coordination.k8s.io', 'node01', 'kube-node-lease')
    assert later['spec']['renewTime'] > lease['spec']['renewTime']
    assert later['spec']['leaseDurationSeconds'] == 40
    assert lab.admin.get('nodes', 'node01')['metadata']['resourceVersion'] == before
    lab.simulation.advance(300)
    assert lab.admin.get('nodes', 'node01')['metadata']['resourceVersion'] != before


def test_a_kubelet_that_stopped_does_nothing_until_it_is_back(lab) -> None:
    lab.pod(command=['sleep', '600'])
    lab.ready()
    kubelet = lab.cluster.nodes.fleet.kubelets[lab.get()['spec']['nodeName']]
    kubelet.stop()
    lab.admin.delete('pods', 'web', 'default')
    lab.simulation.advance(30)
    assert not lab.gone()
    kubelet.start()
    lab.cluster.nodes.fleet.resume(kubelet)
    lab.until(lab.gone)


def test_pods_may_have_what_somebody_has_written_into_a_nodes_capacity(lab) -> None:
    def capacity(amount: str | None) -> dict[str, str]:
        lab.admin.patch('nodes', 'node01', {'status': {'capacity': {'example.com/dongle': amount}}}, '', 'status')
        lab.simulation.advance(12)
        return lab.admin.get('nodes', 'node01')['status']['allocatable']

    assert capacity('4')['example.com/dongle'] == '4'
    assert lab.admin.get('nodes', 'node01')['status']['capacity']['example.com/dongle'] == '4'
    assert 'example.com/dongle' not in capacity(None)


def test_a_kubelet_tells_its_configuration(lab) -> None:
    told = lab.admin.raw('GET', '/api/v1/nodes/node01/proxy/configz').body['kubeletconfig']
    assert (told['clusterDNS'], told['cgroupDriver'], told['syncFrequency'], told['maxPods']) == (
        ['10.96.0.10'], 'systemd', '1m0s', 110)
    assert told['authentication']['webhook'] == {'enabled': True, 'cacheTTL': '2m0s'}


def test_a_node_tells_what_it_can_do(lab) -> None:
    status = lab.admin.get('nodes', 'node01')['status']
    assert status['features'] == {'supplementalGroupsPolicy': True}
    assert status['declaredFeatures'] == ['GuaranteedQoSPodCPUResize', 'InPlacePodLevelResourcesVerticalScaling']
