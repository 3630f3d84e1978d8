"""What the flags in kube-controller-manager's manifest change."""

from __future__ import annotations

import pytest

from tests.unit.cluster.flags import Flagged
from tutor.cluster.controller_managers import settings
from tutor.cluster.controllers.settings import Settings


@pytest.fixture
def bench() -> Flagged:
    return Flagged('kube-controller-manager')


def test_for_how_long_a_node_may_be_silent(bench: Flagged) -> None:
    bench.flags('node-monitor-grace-period=20s')
    bench.cluster.nodes.fleet.kubelets['node01'].stop()
    bench.simulation.advance(35)
    assert 'node01         NotReady' in bench.out('kubectl get nodes')


def test_controllers_that_are_left_out_do_nothing(bench: Flagged) -> None:
    bench.flags('controllers=*,-deployment')
    bench.out('kubectl create deployment web --image=nginx')
    bench.out('kubectl create job once --image=busybox -- true')
    bench.simulation.advance(20)
    assert bench.out('kubectl get replicasets') == 'No resources found in default namespace.\n'
    assert 'once' in bench.out('kubectl get pods')


@pytest.mark.parametrize(('flag', 'said'), [
    ('controllers=*,-deploy', r'err="\"deploy\" is not in the list of known controllers"'),
    ('node-monitor-period=5', 'Error: invalid argument "5" for "--node-monitor-period" flag: time: missing unit in '
                              'duration "5"'),
    ('node-eviction-rate=fast', 'strconv.ParseFloat: parsing "fast": invalid syntax'),
])
def test_flags_with_which_it_does_not_start(bench: Flagged, flag: str, said: str) -> None:
    bench.flags(flag)
    assert said in bench.out('sudo crictl logs $(sudo crictl ps -aq --name kube-controller-manager | head -1)')


def test_how_long_certificates_are_good(bench: Flagged) -> None:
    bench.flags('cluster-signing-duration=1h')
    bench.out('openssl genrsa -out k.key 2048; openssl req -new -key k.key -subj /CN=jane -out k.csr')
    bench.out("""kubectl apply -f - <<EOF
apiVersion: certificates.k8s.io/v1
kind: CertificateSigningRequest
metadata: {name: jane}
spec: {request: $(base64 -w0 < k.csr), signerName: kubernetes.io/kube-apiserver-client, usages: [client auth]}
EOF""")
    bench.out('kubectl certificate approve jane')
    bench.simulation.advance(2)
    issued = "kubectl get csr jane -o jsonpath='{.status.certificate}' | base64 -d"
    end = bench.out(f'{issued} | openssl x509 -noout -enddate')
    assert end.startswith('notAfter=May  4 10:0')


def test_pods_that_have_ended_are_kept_up_to_a_number(bench: Flagged) -> None:
    """TestGCTerminated."""
    bench.flags('terminated-pod-gc-threshold=2')
    for number in range(4):
        bench.out(f'kubectl run done-{number} --image=busybox --restart=Never -- true')
        bench.simulation.advance(10)
    bench.simulation.advance(60)
    assert bench.out('kubectl get pods -o name').split() == ['pod/done-2', 'pod/done-3']


def test_pods_of_a_node_out_of_service_are_given_up(bench: Flagged) -> None:
    """TestGCTerminating."""
    bench.out("""kubectl run web --image=nginx --overrides='{"spec": {"nodeName": "node01"}}'""")
    bench.simulation.advance(15)
    bench.cluster.nodes.fleet.kubelets['node01'].stop()
    bench.simulation.advance(70)
    bench.out('kubectl delete pod web --wait=false')
    bench.simulation.advance(90)
    assert 'Terminating' in bench.out('kubectl get pods')
    bench.out('kubectl taint node node01 node.kubernetes.io/out-of-service=nodeshutdown:NoExecute')
    bench.simulation.advance(60)
    assert bench.out('kubectl get pods') == 'No resources found in default namespace.\n'


def test_what_flags_say_of_scaling_and_zones() -> None:
    found = settings({'horizontal-pod-autoscaler-sync-period': '5s', 'horizontal-pod-autoscaler-tolerance': '0.2',
                      'horizontal-pod-autoscaler-downscale-stabilization': '1m', 'node-eviction-rate': '1'}, Settings())
    assert (found.scaling.period, found.scaling.tolerance, found.scaling.downscale_stabilization) == (5.0, 0.2, 60.0)
    assert (found.monitoring.rate, found.monitoring.secondary_rate) == (1.0, 0.01)
