"""Encryption at rest: what lies in etcd, what the API server can read of it, and files that it does not start with."""

from __future__ import annotations

import pytest

from tutor.cluster.encryption import FLAG, RELOAD, BadConfiguration, load
from tutor.cluster.simulation import Simulation
from tutor.session.workbench import Workbench
from tutor.shell.process import Context, Host
from tutor.shell.vfs import FileSystem

FILE = """\
apiVersion: apiserver.config.k8s.io/v1
kind: EncryptionConfiguration
resources:
- resources: [secrets]
  providers:
  - aescbc: {keys: [{name: key1, secret: c2VjcmV0IGlzIHNlY3VyZSwgMzIgYnl0ZXMga2V5ISE=}]}
  - identity: {}
"""
MANIFEST = '/etc/kubernetes/manifests/kube-apiserver.yaml'
ETCDCTL = (
    'sudo etcdctl --cacert=/etc/kubernetes/pki/etcd/ca.crt --cert=/etc/kubernetes/pki/etcd/server.crt'
    ' --key=/etc/kubernetes/pki/etcd/server.key get --print-value-only'
)
SEAL = 'k8s:enc:aescbc:v1:key1:'


@pytest.fixture(scope='module')
def bench() -> Workbench:
    bench = Workbench()
    bench.run('kubectl create secret generic before --from-literal=a=mydata')
    bench.run(f"sudo tee /etc/kubernetes/pki/enc.yaml <<'EOF'\n{FILE}EOF")
    flag = f'--{FLAG}=/etc/kubernetes/pki/enc.yaml'
    bench.run(f"sudo sed -i 's|^    - kube-apiserver$|&\\n    - {flag}|' {MANIFEST}")
    bench.simulation.advance(60)
    return bench


def in_etcd(bench: Workbench, key: str) -> str:
    return bench.run(f"{ETCDCTL} /registry/{key} | tr -cd '[:print:]'").stdout


def test_what_is_written_is_encrypted_and_the_rest_when_it_is_replaced(bench: Workbench) -> None:
    bench.run('kubectl create secret generic after --from-literal=a=mydata')
    assert in_etcd(bench, 'secrets/default/after').startswith(SEAL)
    assert 'mydata' not in in_etcd(bench, 'secrets/default/after')
    assert 'mydata' in in_etcd(bench, 'secrets/default/before')
    replaced = bench.run('kubectl get secrets -o json | kubectl replace -f -').stdout
    assert replaced == 'secret/after replaced\nsecret/before replaced\n'
    assert in_etcd(bench, 'secrets/default/before').startswith(SEAL)
    assert bench.run("kubectl get secret before -o jsonpath='{.data.a}' | base64 -d").stdout == 'mydata'
    assert 'coredns' in in_etcd(bench, 'configmaps/kube-system/coredns')


def test_without_its_key_nothing_encrypted_can_be_read(bench: Workbench) -> None:
    bench.run(f"sudo sed -i '/{FLAG}/d' {MANIFEST}")
    bench.simulation.advance(60)
    for what in ('secret after', 'secrets'):
        assert bench.run(f'kubectl get {what}').stderr == (
            'Error from server (InternalError): Internal error occurred: unable to transform key '
            '"/registry/secrets/default/after": no matching prefix found\n'
        )
    assert bench.run('kubectl get cm kube-root-ca.crt').code == 0


@pytest.fixture
def ctx() -> Context:
    simulation = Simulation()
    return Context(Host(simulation, 'here', FileSystem(lambda: simulation.now)))


def loaded(ctx: Context, text: str, **flags: str):
    ctx.files.put('/enc.yaml', text)
    return load({FLAG: '/enc.yaml', **flags}, ctx, lambda key: (key.split('/')[2], ''))


@pytest.mark.parametrize(
    ('old', 'new', 'problem'),
    [
        ('IGlzIHNlY3VyZSwgMzIgYnl0ZXMga2V5ISE=', '', 'resources[0].providers[0].aescbc.keys[0].secret: Invalid value: '
         '"REDACTED": secret is not of the expected length, got 6, expected one of [16 24 32]'),
        ('c2VjcmV0', 'no.', 'aescbc.keys[0].secret: Invalid value: "REDACTED": secrets must be base64 encoded'),
        ('name: key1, ', '', 'aescbc.keys[0].name: Required value: key must have a name'),
        ('kind: Encr', 'kind: Wrong', 'error decoding encryption provider configuration file "/enc.yaml": no kind '),
    ],
)  # fmt: skip
def test_a_bad_file_is_refused(ctx: Context, old: str, new: str, problem: str) -> None:
    with pytest.raises(BadConfiguration) as caught:
        loaded(ctx, FILE.replace(old, new))
    assert problem in str(caught.value)


def test_a_file_is_read_again_if_the_flag_says_so(ctx: Context) -> None:
    once, again = loaded(ctx, FILE), loaded(ctx, FILE, **{RELOAD: 'true'})
    ctx.files.put('/enc.yaml', FILE.replace('aescbc', 'secretbox'))
    key = '/registry/secrets/default/a'
    assert (once().seal(key), again().seal(key)) == (SEAL, SEAL.replace('aescbc', 'secretbox'))
    ctx.files.put('/enc.yaml', 'nonsense: [')
    assert again().opens(key, '')


def test_resources_may_be_named_by_wildcards(ctx: Context) -> None:
    for word, sealed in (('"*.*"', True), ('"*."', True), ('"*.apps"', False), ('configmaps', False)):
        found = loaded(ctx, FILE.replace('[secrets]', f'[{word}]'))()
        assert (found.seal('/registry/secrets/default/a') == SEAL) is sealed
