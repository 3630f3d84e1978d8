"""What no cluster likes: it behaves as a real one or refuses, and the session lives on.

What it may cost is counted in hops of the trace (requests, writes, reconciles, decisions) and in keys of the store.
"""

from __future__ import annotations

import pytest

from tutor.session.session import Session

POD = """kubectl apply -f - <<E
apiVersion: v1
kind: Pod
metadata: {{name: {name}}}
spec: {{containers: [{{name: main, image: nginx, {more}}}]}}
E"""
OWNER = """kubectl apply -f - <<E
apiVersion: apps/v1
kind: {kind}
metadata: {{name: {name}}}
spec:
  replicas: {replicas}
  selector: {{matchLabels: {{app: shared}}}}
  template:
    metadata: {{labels: {{app: shared}}}}
    spec: {{containers: [{{name: {name}, image: nginx}}]}}
E"""


class Learner:
    """Types into a session, and knows what it cost."""

    def __init__(self) -> None:
        self.session = Session()

    def __call__(self, command: str, seconds: float = 2.0) -> str:
        shown: list[str] = []
        session = self.session
        session.terminal.on_output = shown.append
        session.submit(command)
        session.pump(seconds)
        for _ in range(600):
            if not session.running:
                break
            session.pump(0.5)
        session.terminal.on_output = None
        assert not session.simulation.failures, session.simulation.failures
        return ''.join(shown).replace('\r\n', '\n')

    def wait(self, seconds: float) -> None:
        self.session.simulation.advance(seconds)

    def cost(self, command: str, seconds: float) -> tuple[int, int]:
        """How many hops and new keys a command and the time after it cost, beyond an idle cluster's."""
        trace, store = self.session.simulation.trace, self.session.bench.cluster.store
        before = trace.next_number
        self.wait(seconds)
        idle = trace.next_number - before
        before, keys = trace.next_number, store.size
        self(command)
        self.wait(seconds)
        return trace.next_number - before - idle, store.size - keys


@pytest.fixture
def learner() -> Learner:
    return Learner()


def test_a_pod_that_fits_nowhere_waits_and_costs_nothing(learner) -> None:
    hops, keys = learner.cost(POD.format(name='giant', more='resources: {requests: {cpu: 1000, memory: 10Ti}}'), 3600)
    assert hops < 100 and keys < 5
    assert '0/3 nodes are available' in learner('kubectl describe pod giant')


def test_a_probe_that_never_succeeds_restarts_with_growing_pauses(learner) -> None:
    hops, keys = learner.cost(POD.format(name='sick', more='livenessProbe: {httpGet: {port: 81}, periodSeconds: 1}'),
                              3600)
    assert hops < 2000 and keys < 20
    assert 'CrashLoopBackOff' in learner('kubectl get pod sick') or 'Running' in learner('kubectl get pod sick')


def test_a_hundred_thousand_replicas_are_made_step_by_step_and_undone(learner) -> None:
    hops, keys = learner.cost('kubectl create deployment huge --image=nginx --replicas=100000', 1)
    assert keys < 10_000 and hops < 40_000
    assert '/100000' in learner('kubectl get deployment huge')
    assert learner('echo alive') == 'alive\n'
    assert learner.session.undo(3)
    assert learner('kubectl get deployments') == 'No resources found in default namespace.\n'


def test_a_full_store_refuses_what_is_new_and_still_deletes(learner) -> None:
    store = learner.session.bench.cluster.store
    learner('kubectl create configmap small')
    store.quota = store.size
    assert learner('kubectl create configmap other') == (
        'error: failed to create configmap: etcdserver: mvcc: database space exceeded\n')
    learner('kubectl label configmap small a=b')
    assert learner('kubectl delete configmap small') == 'configmap "small" deleted from default namespace\n'
    store.quota += 100
    assert learner('kubectl create configmap other') == 'configmap/other created\n'


def test_two_replica_sets_for_one_set_of_pods_leave_each_other_alone(learner) -> None:
    learner(OWNER.format(kind='ReplicaSet', name='one', replicas=2), 5)
    hops, keys = learner.cost(OWNER.format(kind='ReplicaSet', name='two', replicas=3), 600)
    assert hops < 400 and keys < 30
    assert learner('kubectl get pods -o name').count('pod/one-') == 2
    assert learner('kubectl get pods -o name').count('pod/two-') == 3


def test_two_deployments_with_one_selector_do_not_fight_for_ever(learner) -> None:
    learner(OWNER.format(kind='Deployment', name='one', replicas=2), 5)
    hops, keys = learner.cost(OWNER.format(kind='Deployment', name='two', replicas=3), 600)
    assert hops < 600 and keys < 40
    assert '2/2' in learner('kubectl get deployment one') and '3/3' in learner('kubectl get deployment two')


def test_a_cron_job_every_minute_keeps_its_history_short(learner) -> None:
    learner('kubectl create cronjob tick --image=busybox --schedule="* * * * *" -- date')
    hops, keys = learner.cost('clock 1h', 1)
    assert keys < 20 * 60, 'events are kept, Jobs and Pods are not'
    assert hops < 60 * 150
    assert len(learner('kubectl get jobs -o name').split()) <= 4


def test_what_the_cluster_needs_may_be_deleted_or_is_refused(learner) -> None:
    assert learner('kubectl delete namespace kube-system') == (
        'Error from server (Forbidden): namespaces "kube-system" is forbidden: this namespace may not be deleted\n')
    learner('kubectl delete all --all -n kube-system --wait=false', 30)
    assert learner('kubectl get pods -n kube-system -o name').split() == [
        f'pod/{name}-controlplane' for name in ('etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler')]
    assert 'Ready' in learner('kubectl get nodes')
    for _ in range(3):
        assert learner.session.undo()
    learner.wait(1)
    assert 'coredns' in learner('kubectl get pods -n kube-system')


def test_a_node_that_was_deleted_is_gone_until_its_kubelet_starts_anew(learner) -> None:
    learner('kubectl create deployment web --image=nginx --replicas=2', 15)
    hops, _ = learner.cost('kubectl delete nodes --all', 600)
    assert hops < 2500
    assert learner('kubectl get nodes') == 'No resources found\n'
    learner('sudo systemctl restart kubelet', 15)
    assert learner('kubectl get nodes -o name') == 'node/controlplane\n'
    assert 'etcd-controlplane' in learner('kubectl get pods -n kube-system')
    learner('ssh node01 sudo systemctl restart kubelet', 40)
    assert learner('kubectl get nodes -o name') == 'node/controlplane\nnode/node01\n'


def test_an_etcd_without_a_member_leaves_the_session_alive(learner) -> None:
    learner('chaos kill etcd')
    hops, _ = learner.cost('kubectl get pods', 600)
    assert hops < 20_000
    assert learner('echo alive') == 'alive\n'
    learner('chaos clear', 420)  # without etcd the API server fails its probes, and starts again ever more rarely
    assert 'Ready' in learner('kubectl get nodes')
