"""A machine without enough memory or disk: conditions, taints, evictions, images that go, the OOM killer."""

from __future__ import annotations

import json


def fail_message(shell, name: str) -> str:
    return shell(f"kubectl get pod {name} -o jsonpath='{{.status.reason}}: {{.status.message}}'")


def test_memory_pressure_evicts_the_pod_that_is_furthest_beyond_its_request(shell) -> None:
    shell('kubectl create namespace shop')
    for name, requests in (('greedy', {}), ('modest', {'memory': '200Mi'})):
        overrides = {'spec': {'nodeName': 'node01', 'containers': [{
            'name': name, 'image': 'nginx', 'resources': {'requests': requests}}]}}
        shell(f"kubectl run {name} --image=nginx --overrides='{json.dumps(overrides)}'", settle=5)
    shell('chaos memory node01', settle=30)
    assert 'MemoryPressure   True' in shell('kubectl describe node node01')
    assert 'node.kubernetes.io/memory-pressure:NoSchedule' in shell('kubectl describe node node01')
    message = fail_message(shell, 'greedy')
    assert message.startswith('Evicted: The node was low on resource: memory. Threshold quantity: 100Mi, available: ')
    assert 'Ki. Container greedy was using ' in message
    assert message.endswith('Ki, request is 0, has larger consumption of memory. ')
    evicted = shell("kubectl get events --field-selector=reason=Evicted --sort-by=.firstTimestamp "
                    "-o jsonpath='{.items[*].involvedObject.name}'")
    assert evicted in ('greedy', 'greedy modest'), 'the other goes only if that was not enough'
    conditions = json.loads(shell("kubectl get pod greedy -o jsonpath='{.status.conditions}'"))
    disrupted = next(entry for entry in conditions if entry['type'] == 'DisruptionTarget')
    assert (disrupted['status'], disrupted['reason']) == ('True', 'TerminationByKubelet')
    events = shell('kubectl get events')
    for reason in ('NodeHasInsufficientMemory', 'EvictionThresholdMet', 'Attempting to reclaim memory', 'Evicted'):
        assert reason in events
    shell('chaos undo', settle=200)
    assert 'MemoryPressure   True' in shell('kubectl describe node node01')
    shell.wait(120)
    assert 'MemoryPressure   False' in shell('kubectl describe node node01')
    assert 'Taints:             <none>' in shell('kubectl describe node node01')


def test_under_memory_pressure_a_node_takes_no_best_effort_pod(shell) -> None:
    shell('chaos memory node01', settle=15)
    shell("kubectl run late --image=nginx --overrides='{\"spec\":{\"nodeName\":\"node01\"}}'", settle=5)
    assert fail_message(shell, 'late') == 'Evicted: Pod was rejected: The node had condition: [MemoryPressure]. '


def test_a_full_disk_costs_unused_images_and_then_pods(shell) -> None:
    shell("kubectl run old --image=redis --restart=Never --overrides='{\"spec\":{\"nodeName\":\"node02\"}}'", settle=15)
    shell('kubectl delete pod old --now', settle=5)
    images = shell.bench.cluster.nodes.fleet.kubelets['node02'].runtime.images
    assert any('redis' in manifest.name for manifest in images.list())
    shell("kubectl run web --image=nginx --overrides='{\"spec\":{\"nodeName\":\"node02\"}}'", settle=15)
    shell('chaos fill-disk node02', settle=15)
    assert 'DiskPressure     True' in shell('kubectl describe node node02')
    assert 'node.kubernetes.io/disk-pressure:NoSchedule' in shell('kubectl describe node node02')
    assert not any('redis' in manifest.name for manifest in images.list())
    shell.wait(60)
    assert fail_message(shell, 'web').startswith(
        'Evicted: The node was low on resource: ephemeral-storage. Threshold quantity: 6272562474, available: ')


def test_the_machine_s_own_tools_show_what_is_taken(shell) -> None:
    assert ' 13% /' in shell('ssh node01 df -h /') or ' 12% /' in shell('ssh node01 df -h /')
    shell('chaos fill-disk node01 95%')
    shell('chaos memory node01 90%')
    assert ' 95% /' in shell('ssh node01 df -h /')
    total, used = map(int, shell('ssh node01 free -m').splitlines()[1].split()[1:3])
    assert total == 4096 and 3600 < used < 3750


def test_what_image_collection_cannot_free_is_told(shell) -> None:
    shell('chaos fill-disk node02')
    shell.bench.cluster.nodes.fleet.kubelets['node02'].eviction.images.collect()
    assert 'Failed to garbage collect required amount of images. Attempted to free ' in shell('kubectl get events')


def test_limits_on_local_storage(shell) -> None:
    pod = """kubectl apply -f - <<E
apiVersion: v1
kind: Pod
metadata: {{name: {name}}}
spec:
  volumes: [{{name: cache, emptyDir: {{{size}}}}}]
  containers:
  - name: main
    image: busybox
    command: [sh, -c, "for i in $(seq 60); do head -c 50000 /dev/zero >> {path}/x; done; sleep 600"]
    volumeMounts: [{{name: cache, mountPath: /cache}}]
    resources: {{limits: {{{limit}}}}}
E"""
    shell(pod.format(name='volume', size='sizeLimit: 1Mi', path='/cache', limit=''))
    shell(pod.format(name='layer', size='', path='', limit='ephemeral-storage: 2Mi'))
    shell(pod.format(name='fits', size='sizeLimit: 10Mi', path='/cache', limit='ephemeral-storage: 20Mi'), settle=30)
    assert fail_message(shell, 'volume') == 'Evicted: Usage of EmptyDir volume "cache" exceeds the limit "1Mi". '
    assert fail_message(shell, 'layer') == (
        'Evicted: Pod ephemeral local storage usage exceeds the total limit of containers 2Mi. ')
    assert 'Running' in shell('kubectl get pod fits')


def test_the_kernel_ends_a_container_when_the_machine_has_no_memory_left(shell) -> None:
    shell("kubectl run hog --image=polinux/stress --restart=Never --overrides='{\"spec\":{\"nodeName\":\"node01\"}}' "
          '-- stress --vm 1 --vm-bytes 3900M --vm-hang 0', settle=20)
    assert 'OOMKilled' in shell('kubectl get pod hog')
    assert 'System OOM encountered, victim process: stress, pid: ' in shell('kubectl get events')


def test_thresholds_are_those_of_the_kubelet_s_configuration(shell) -> None:
    def configure(line: str) -> str:
        return shell(f"ssh node01 \"echo '{line}' | sudo tee -a /var/lib/kubelet/config.yaml > /dev/null; "
                     'sudo systemctl restart kubelet"', settle=30)
    configure('evictionHard: {memory.available: 3900Mi}')
    assert 'MemoryPressure   True' in shell('kubectl describe node node01')
    shell('ssh node01 "sudo sed -i s/memory.available/memory.free/ /var/lib/kubelet/config.yaml; '
          'sudo systemctl restart kubelet"', settle=5)
    assert 'unsupported eviction signal memory.free' in shell('ssh node01 sudo journalctl -u kubelet -n 20')


def test_an_idle_machine_is_not_looked_at(shell) -> None:
    shell.wait(60)
    eviction = shell.bench.cluster.nodes.fleet.kubelets['node01'].eviction
    assert eviction._timer is None


def test_a_disk_without_inodes_is_under_pressure_although_there_is_space(shell) -> None:
    shell("kubectl run web --image=nginx --overrides='{\"spec\":{\"nodeName\":\"node02\"}}'", settle=15)
    assert ' 4% /' in shell('ssh node02 df -i /')
    shell('chaos fill-inodes node02', settle=15)
    table = shell('ssh node02 df -i /').splitlines()
    assert table[0].split() == ['Filesystem', 'Inodes', 'IUsed', 'IFree', 'IUse%', 'Mounted', 'on']
    assert table[1].split()[4:] == ['97%', '/']
    assert 'DiskPressure     True' in shell('kubectl describe node node02')
    assert 'Attempting to reclaim inodes' in shell('kubectl get events')
    message = fail_message(shell, 'web')
    assert message.startswith('Evicted: The node was low on resource: inodes. Threshold quantity: ')
    assert message.endswith('. ') and 'larger consumption' not in message
    shell('chaos undo', settle=330)
    assert 'DiskPressure     False' in shell('kubectl describe node node02')


def test_processes_matter_to_a_kubelet_that_is_told_to_count_them(shell) -> None:
    shell("kubectl run web --image=nginx --overrides='{\"spec\":{\"nodeName\":\"node01\"}}'", settle=15)
    shell('chaos processes node01', settle=15)
    assert 'PIDPressure      False' in shell('kubectl describe node node01'), 'no kubelet does so by itself'
    setting = r'evictionHard:\n  pid.available: "10%"'
    shell(f"ssh node01 \"printf '{setting}\\n' | sudo tee -a /var/lib/kubelet/config.yaml; "
          'sudo systemctl restart kubelet"', settle=30)
    described = shell('kubectl describe node node01')
    assert 'PIDPressure      True' in described and 'KubeletHasInsufficientPID' in described
    assert 'node.kubernetes.io/pid-pressure:NoSchedule' in described
    assert fail_message(shell, 'web').startswith('Evicted: The node was low on resource: pids. Threshold quantity: ')
    assert 'NodeHasInsufficientPID' in shell('kubectl get events')
