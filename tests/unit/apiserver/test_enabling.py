"""--enable-admission-plugins and --disable-admission-plugins of the API server."""

from __future__ import annotations

import pytest

from tutor.cluster.apiserver.admission.enabling import USUAL, UnknownPlugin, chosen
from tutor.session.workbench import Workbench

OPTIONAL = 'NodeRestriction,NamespaceAutoProvision,AlwaysPullImages,DenyServiceExternalIPs'
CLAIM = """apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: a}
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
"""


@pytest.fixture(scope='module')
def bench() -> Workbench:
    bench = Workbench()
    flags = rf'enable-admission-plugins={OPTIONAL}\n    - --disable-admission-plugins=DefaultStorageClass'
    manifest = '/etc/kubernetes/manifests/kube-apiserver.yaml'
    bench.run(f"sudo sed -i 's|enable-admission-plugins=.*|{flags}|' {manifest}")
    bench.simulation.advance(60)
    return bench


def test_a_missing_namespace_is_made_and_images_are_always_pulled(bench: Workbench) -> None:
    assert bench.run('kubectl run nginx --image=nginx:1.27 -n blue').stdout == 'pod/nginx created\n'
    policy = "kubectl get pod nginx -n blue -o jsonpath='{.spec.containers[0].imagePullPolicy}'"
    assert bench.run(policy).stdout == 'Always'
    assert bench.run('kubectl get ns blue --no-headers').stdout.split()[1] == 'Active'


def test_services_get_no_external_addresses(bench: Workbench) -> None:
    service = '{"apiVersion":"v1","spec":{"externalIPs":["1.2.3.4"]}}'
    made = bench.run(f"kubectl expose pod nginx -n blue --port=80 --overrides='{service}'")
    assert made.stderr.endswith('services "nginx" is forbidden: Use of external IPs is denied by admission control.\n')


def test_a_claim_gets_no_class_when_that_is_off(bench: Workbench) -> None:
    bench.run(f"kubectl apply -f - <<'EOF'\n{CLAIM}EOF")
    assert bench.run("kubectl get pvc a -o jsonpath='{.spec.storageClassName}'").stdout == ''


def test_flags_add_to_what_is_on_by_default() -> None:
    assert chosen({'enable-admission-plugins': 'NodeRestriction'}) == USUAL
    assert 'PodSecurity' not in chosen({'disable-admission-plugins': 'PodSecurity'})
    assert 'NodeRestriction' not in chosen({})


@pytest.mark.parametrize(
    ('flags', 'problem'),
    [
        ({'enable-admission-plugins': 'No'}, 'enable-admission-plugins plugin "No" is unknown'),
        ({'enable-admission-plugins': 'EventRateLimit'}, 'error: the admission plugin EventRateLimit is not'),
        (
            {'enable-admission-plugins': 'PodSecurity', 'disable-admission-plugins': 'PodSecurity'},
            'PodSecurity in enable-admission-plugins and disable-admission-plugins overlapped',
        ),
    ],
)
def test_flags_that_cannot_be(flags: dict[str, str], problem: str) -> None:
    with pytest.raises(UnknownPlugin) as caught:
        chosen(flags)
    assert str(caught.value).startswith(problem)
