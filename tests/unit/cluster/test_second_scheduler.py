"""Schedulers beside the usual one, and profiles: what their file says decides whose pods they take, and where to."""

from __future__ import annotations

import pytest

from tutor.cluster.scheduler.configuration import BadConfiguration, ProfileSettings, Strategy, read
from tutor.cluster.scheduler.node_info import NodeInfo, PodInfo
from tutor.cluster.scheduler.plugins.resource_scores import scores
from tutor.session.workbench import Workbench

HEAD = 'apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\n'
POD = """\
apiVersion: v1
kind: Pod
metadata: {name: second, namespace: kube-system}
spec:
  containers:
  - name: scheduler
    image: registry.k8s.io/kube-scheduler:v1.36.1
    command: [kube-scheduler, --config=/etc/second/config.yaml]
    volumeMounts: [{name: config, mountPath: /etc/second}]
  volumes: [{name: config, configMap: {name: second}}]
"""
PACKING = """\
profiles:
- schedulerName: second
  pluginConfig:
  - name: NodeResourcesFit
    args: {scoringStrategy: {type: MostAllocated, resources: [{name: cpu}]}}
leaderElection: {leaderElect: false}
"""


@pytest.fixture(scope='module')
def bench() -> Workbench:
    bench = Workbench()
    for block in (
        'kubectl create clusterrolebinding second --clusterrole=cluster-admin --serviceaccount=kube-system:default',
        f"kubectl create cm second -n kube-system --from-file=config.yaml=<(cat <<'EOF'\n{HEAD}{PACKING}EOF\n)",
        f"kubectl apply -f - <<'EOF'\n{POD}EOF",
    ):
        bench.run(block)
    bench.simulation.advance(15)
    return bench


def run(bench: Workbench, name: str, scheduler: str) -> None:
    bench.run(
        f"""kubectl run {name} --image=nginx --overrides='{{"spec":{{"schedulerName":"{scheduler}","containers":"""
        """[{"name":"c","image":"nginx","resources":{"requests":{"cpu":"100m"}}}]}}'"""
    )
    bench.simulation.advance(1)


def test_a_second_scheduler_takes_the_pods_that_ask_for_it_and_packs_them(bench: Workbench) -> None:
    for name in ('a', 'b', 'c'):
        run(bench, name, 'second')
    nodes = bench.run("kubectl get pods a b c -o jsonpath='{.items[*].spec.nodeName}'").stdout.split()
    assert len(nodes) == 3
    assert len(set(nodes)) == 1
    event = bench.run('kubectl get events --field-selector reason=Scheduled,involvedObject.name=a -o yaml').stdout
    assert 'reportingComponent: second\n' in event
    assert 'reportingInstance: second-second\n' in event


def test_a_pod_that_no_scheduler_takes_waits(bench: Workbench) -> None:
    run(bench, 'nobodys', 'third')
    assert bench.run("kubectl get pod nobodys -o jsonpath='{.spec.nodeName}'").stdout == ''


def test_the_usual_scheduler_takes_the_profiles_of_its_file(bench: Workbench) -> None:
    client = 'clientConnection: {kubeconfig: /etc/kubernetes/scheduler.conf}\n'
    bench.run(f"""sudo tee /etc/kubernetes/own.yaml <<'EOF'
{HEAD}{client}profiles: [{{schedulerName: one}}]
EOF
sudo sed -i 's|--kubeconfig=.*|--config=/etc/kubernetes/own.yaml|
s|^    volumeMounts:|&\\n    - {{name: own, mountPath: /etc/kubernetes/own.yaml}}|
s|^  volumes:|&\\n  - {{name: own, hostPath: {{path: /etc/kubernetes/own.yaml}}}}|' \\
  /etc/kubernetes/manifests/kube-scheduler.yaml""")
    bench.simulation.advance(60)
    run(bench, 'ones', 'one')
    assert bench.run("kubectl get pod ones -o jsonpath='{.spec.nodeName}'").stdout


def test_profiles_say_what_they_have_otherwise() -> None:
    plugins = '{multiPoint: {disabled: [{name: TaintToleration}]}, score: {disabled: [{name: "*"}]}}'
    [found] = read(f'{HEAD}profiles: [{{plugins: {plugins}}}]').profiles
    assert found.name == 'default-scheduler'
    assert not found.filters('TaintToleration')
    assert found.filters('NodeAffinity')
    assert not found.scores('NodeAffinity')
    assert read(HEAD).profiles == (ProfileSettings(),)


@pytest.mark.parametrize(
    ('text', 'problem'),
    [
        ('kind: Pod\napiVersion: v1', 'no kind "Pod" is registered for version "v1" in scheme'),
        (
            f'{HEAD}profiles: [{{schedulerName: a}}, {{schedulerName: a}}]',
            'profiles[1].schedulerName: Duplicate value: "a"',
        ),
        (f'{HEAD}profiles: [{{schedulerName: a}}, {{}}]', 'profiles[1].schedulerName: Required value'),
    ],
)
def test_a_bad_file_is_refused(text: str, problem: str) -> None:
    with pytest.raises(BadConfiguration) as caught:
        read(text)
    assert problem in str(caught.value)


@pytest.mark.parametrize(
    ('strategy', 'score'),
    [
        (Strategy('LeastAllocated'), 62),
        (Strategy('LeastAllocated', (('cpu', 3), ('memory', 1))), 56),
        (Strategy('MostAllocated'), 37),
        (Strategy('RequestedToCapacityRatio', (('cpu', 1),), ((0, 0), (100, 10))), 50),
        (Strategy('RequestedToCapacityRatio', (('cpu', 1),), ((0, 10), (100, 0))), 50),
    ],
)
def test_scoring_strategies(strategy: Strategy, score: int) -> None:
    node = NodeInfo('node')
    room = {'cpu': '2', 'memory': '4Gi', 'pods': '110'}
    node.set_node({'metadata': {'name': 'node'}, 'spec': {}, 'status': {'allocatable': room}})
    asked = {'requests': {'cpu': '1', 'memory': '1Gi'}}
    pod = PodInfo({'metadata': {'name': 'p', 'namespace': 'default', 'uid': '1'},
                   'spec': {'containers': [{'name': 'c', 'resources': asked}]}})
    assert scores(strategy, pod, [node]) == [score]
