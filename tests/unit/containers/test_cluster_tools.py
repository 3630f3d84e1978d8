"""Images that work with the cluster they run in, or show it: kubectl, the proportional autoscaler, kuard, multitool."""

from __future__ import annotations

import pytest

from tutor.cluster.containers.programs.proportional_autoscaler import Sizes, expected
from tutor.session.workbench import Workbench

AUTOSCALER = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: scaler, namespace: kube-system}
spec:
  selector: {matchLabels: {app: scaler}}
  template:
    metadata: {labels: {app: scaler}}
    spec:
      containers:
      - name: scaler
        image: registry.k8s.io/cpa/cluster-proportional-autoscaler:1.8.4
        command: [/cluster-proportional-autoscaler, --namespace=kube-system, --configmap=scaler,
                  --target=Deployment/coredns, '--default-params={"linear":{"nodesPerReplica":1}}']
"""


@pytest.fixture(scope='module')
def bench() -> Workbench:
    bench = Workbench()
    for block in (
        'kubectl create clusterrolebinding viewer --clusterrole=view --serviceaccount=default:default',
        'kubectl create clusterrolebinding scaler --clusterrole=cluster-admin --serviceaccount=kube-system:default',
        f"kubectl apply -f - <<'EOF'\n{AUTOSCALER}EOF",
        'kubectl run listing --image=registry.k8s.io/kubectl:v1.36.1 --restart=Never -- get pods -o name',
        'kubectl run shell --image=bitnami/kubectl --restart=Never --command -- kubectl delete pod listing',
        'kubectl run kuard --image=gcr.io/kuar-demo/kuard-amd64:blue',
        'kubectl run multitool --image=wbitt/network-multitool --env=HTTP_PORT=1180',
        'kubectl run eater --image=registry.k8s.io/e2e-test-images/resource-consumer:1.13',
    ):
        bench.run(block)
    bench.simulation.advance(60)
    return bench


def curl(bench: Workbench, pod: str, rest: str) -> str:
    address = bench.run(f"kubectl get pod {pod} -o jsonpath='{{.status.podIP}}'").stdout
    return bench.run(f'curl -s {rest.replace("HOST", address)}').stdout


def test_kubectl_in_a_pod_speaks_as_its_service_account(bench: Workbench) -> None:
    assert 'pod/kuard\n' in bench.run('kubectl logs listing').stdout
    assert bench.run('kubectl logs shell').stdout == (
        'Error from server (Forbidden): pods "listing" is forbidden: User "system:serviceaccount:default:default" '
        'cannot delete resource "pods" in API group "" in the namespace "default"\n'
    )


def test_the_proportional_autoscaler_follows_the_number_of_nodes(bench: Workbench) -> None:
    replicas = "kubectl get deployment coredns -n kube-system -o jsonpath='{.spec.replicas}'"
    assert bench.run(replicas).stdout == '3'
    bench.run('kubectl cordon node02')
    bench.simulation.advance(11)
    assert bench.run(replicas).stdout == '2'
    assert bench.run("kubectl get cm scaler -n kube-system -o jsonpath='{.data.linear}'").stdout == (
        '{"nodesPerReplica":1}'
    )


@pytest.mark.parametrize(
    ('data', 'replicas'),
    [
        ({'linear': '{"coresPerReplica":256,"nodesPerReplica":16,"preventSinglePointFailure":true}'}, 2),
        ({'linear': '{"coresPerReplica":2,"nodesPerReplica":16,"max":4}'}, 4),
        ({'linear': '{"nodesPerReplica":1,"includeUnschedulableNodes":true}'}, 5),
        ({'ladder': '{"coresToReplicas":[[1,1],[8,3],[64,5]],"nodesToReplicas":[[1,1],[2,2]]}'}, 3),
    ],
)
def test_parameters_of_the_proportional_autoscaler(data: dict[str, str], replicas: int) -> None:
    assert expected(data, Sizes(nodes=5, schedulable_nodes=4, cores=20, schedulable_cores=16)) == replicas


def test_kuard_fails_its_probes_as_often_as_it_is_told(bench: Workbench) -> None:
    curl(bench, 'kuard', """-X PUT -d '{"failNext":1}' HOST:8080/ready/api""")
    assert [curl(bench, 'kuard', 'HOST:8080/ready') for _ in range(2)] == ['fail, 0 left', 'ok']
    assert 'v0.10.0-blue' in curl(bench, 'kuard', 'HOST:8080/')


def test_the_multitool_says_where_it_runs(bench: Workbench) -> None:
    said = curl(bench, 'multitool', 'HOST:1180')
    assert said.startswith('WBITT Network MultiTool (with NGINX) - multitool - 10.244.')
    assert said.endswith('/24 - HTTP: 1180 , HTTPS: 443 . (Formerly praqma/network-multitool)\n')
    assert curl(bench, 'multitool', '-k https://HOST') == said


def test_the_consumer_uses_what_it_is_asked_for(bench: Workbench) -> None:
    asked = curl(bench, 'eater', '--data "millicores=300&durationSec=600" HOST:8080/ConsumeCPU')
    assert asked == 'ConsumeCPU\n300 millicores\n600 durationSec\n'
    bench.simulation.advance(60)
    assert bench.run('kubectl top pod eater --no-headers').stdout.split()[1] == '300m'
