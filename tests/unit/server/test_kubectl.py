"""The real kubectl, whichever is on PATH, works on a served cluster unchanged."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pexpect
import pytest

KUBECTL = shutil.which('kubectl')
pytestmark = pytest.mark.skipif(KUBECTL is None, reason='the client `kubectl` is not on PATH')
Run = Callable[..., str]

WEB = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, labels: {app: web}}
spec:
  replicas: 1
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: nginx, image: 'nginx:1.25'}]}
"""
CONFIGMAP = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data: {color: blue}
"""
SHOES = """\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: shoes.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {plural: shoes, singular: shoe, kind: Shoe}
  versions:
  - name: v1
    served: true
    storage: true
    schema:
      openAPIV3Schema: {type: object, properties: {spec: {type: object, properties: {size: {type: integer}}}}}
    additionalPrinterColumns: [{name: Size, type: integer, jsonPath: .spec.size}]
"""
SHOE = """\
apiVersion: example.com/v1
kind: Shoe
metadata: {name: left}
spec: {size: 42}
"""


@pytest.fixture(scope='session')
def kubectl(served) -> Run:
    """Runs kubectl; its standard output. A failure is an assertion with what it wrote."""
    environment = {**os.environ, 'KUBECONFIG': str(served.kubeconfig), 'NO_PROXY': '127.0.0.1',
                   'KUBECACHEDIR': str(served.kubeconfig.parent / 'cache')}

    def run(*words: str, stdin: str = '', code: int = 0) -> str:
        ran = subprocess.run([KUBECTL or '', *words], input=stdin, capture_output=True, text=True, timeout=20,
                             env=environment, check=False)
        assert ran.returncode == code, ran.stdout + ran.stderr
        return ran.stdout if code == 0 else ran.stdout + ran.stderr

    return run


@pytest.fixture(scope='session')
def web(kubectl: Run) -> str:
    """A Deployment that is rolled out."""
    kubectl('apply', '-f', '-', stdin=WEB)
    assert 'successfully rolled out' in kubectl('rollout', 'status', 'deployment/web', '--timeout=15s')
    return 'web'


def test_reads_lists_and_tables(kubectl: Run, web: str) -> None:
    assert 'node01' in kubectl('get', 'nodes', '-o', 'wide')
    assert 'web' in kubectl('get', 'deploy')
    listed = json.loads(kubectl('get', 'pods', '-l', 'app=web', '-o', 'json'))
    assert [item['kind'] for item in listed['items']] == ['Pod']
    assert 'kind: Deployment' in kubectl('get', 'deploy', web, '-o', 'yaml')


def test_describes(kubectl: Run, web: str) -> None:
    assert 'NewReplicaSet:' in kubectl('describe', 'deployment', web)


def test_applies_and_shows_differences(kubectl: Run) -> None:
    assert kubectl('apply', '-f', '-', stdin=CONFIGMAP) == 'configmap/settings created\n'
    assert kubectl('apply', '-f', '-', stdin=CONFIGMAP) == 'configmap/settings unchanged\n'
    assert '+  color: red' in kubectl('diff', '-f', '-', stdin=CONFIGMAP.replace('blue', 'red'), code=1)
    assert kubectl('delete', 'configmap', 'settings') == 'configmap "settings" deleted\n'


def test_server_side_apply_owns_fields(kubectl: Run) -> None:
    manifest = CONFIGMAP.replace('settings', 'owned')
    kubectl('apply', '--server-side', '-f', '-', stdin=manifest)
    refused = kubectl('apply', '--server-side', '--field-manager=other', '-f', '-', code=1,
                      stdin=manifest.replace('blue', 'red'))
    assert 'conflict with "kubectl"' in refused
    kubectl('delete', 'configmap', 'owned')


@pytest.mark.parametrize(('kind', 'patch'), [
    ('strategic', '{"metadata":{"annotations":{"a":"strategic"}}}'),
    ('merge', '{"metadata":{"annotations":{"a":"merge"}}}'),
    ('json', '[{"op":"add","path":"/metadata/annotations/a","value":"json"}]')])
def test_patches(kubectl: Run, web: str, kind: str, patch: str) -> None:
    kubectl('patch', 'deployment', web, '--type', kind, '-p', patch)
    assert kubectl('get', 'deployment', web, '-o', 'jsonpath={.metadata.annotations.a}') == kind


def test_explains_from_openapi(kubectl: Run) -> None:
    assert 'replicas' in kubectl('explain', 'deployment.spec')
    assert 'deployments' in kubectl('api-resources', '--api-group=apps')


def test_scales_and_waits(kubectl: Run, web: str) -> None:
    kubectl('scale', 'deployment', web, '--replicas=2')
    kubectl('wait', 'deployment', web, '--for=jsonpath={.status.readyReplicas}=2', '--timeout=15s')


def test_looks_back_and_rolls_back(kubectl: Run, web: str) -> None:
    kubectl('set', 'image', f'deployment/{web}', 'nginx=nginx:1.26')
    kubectl('rollout', 'status', f'deployment/{web}', '--timeout=15s')
    assert kubectl('rollout', 'history', f'deployment/{web}').splitlines()[-2].startswith('2 ')
    kubectl('rollout', 'undo', f'deployment/{web}')
    kubectl('rollout', 'status', f'deployment/{web}', '--timeout=15s')
    image = 'jsonpath={.spec.template.spec.containers[0].image}'
    assert kubectl('get', 'deployment', web, '-o', image) == 'nginx:1.25'


def test_drains_a_node(kubectl: Run) -> None:
    kubectl('run', 'guest', '--image=nginx:1.25', '--labels=guest=yes')
    kubectl('wait', 'pod/guest', '--for=condition=Ready', '--timeout=15s')
    said = kubectl('drain', 'node01', '--pod-selector=guest=yes', '--force', '--grace-period=1', '--timeout=15s')
    assert 'evicting pod default/guest' in said or 'node/node01 drained' in said
    assert 'SchedulingDisabled' in kubectl('get', 'nodes')
    kubectl('uncordon', 'node01')
    assert 'not found' in kubectl('get', 'pod', 'guest', code=1)


def test_learns_of_a_kind_of_ours(kubectl: Run) -> None:
    kubectl('apply', '-f', '-', stdin=SHOES)
    kubectl('wait', 'crd/shoes.example.com', '--for=condition=Established', '--timeout=15s')
    kubectl('apply', '-f', '-', stdin=SHOE)
    assert [line.split() for line in kubectl('get', 'shoes').splitlines()] == [['NAME', 'SIZE'], ['left', '42']]
    assert 'size\t<integer>' in kubectl('explain', 'shoes.spec')
    assert 'spec.size: Invalid value' in kubectl('apply', '-f', '-', stdin=SHOE.replace('42', 'large'), code=1)
    kubectl('delete', 'crd', 'shoes.example.com')


def test_asks_what_is_allowed(kubectl: Run) -> None:
    assert kubectl('auth', 'can-i', 'delete', 'nodes') == 'yes\n'
    assert 'no' in kubectl('auth', 'can-i', 'delete', 'nodes', '--as', 'somebody', code=1)
    assert 'forbidden' in kubectl('get', 'pods', '--as', 'somebody', code=1)


def test_certificate_is_a_second_user(kubectl: Run) -> None:
    assert 'kubernetes-admin' in kubectl('auth', 'whoami', '--context', 'tutor-certificate')


def test_dry_run_leaves_nothing(kubectl: Run) -> None:
    assert 'created (server dry run)' in kubectl('create', 'configmap', 'dry', '--dry-run=server')
    assert 'not found' in kubectl('get', 'configmap', 'dry', code=1)


def test_creates_a_deployment(kubectl: Run) -> None:
    assert 'created' in kubectl('create', 'deployment', 'made', '--image=nginx:1.25', '--replicas=0', '--port=80')
    port = 'jsonpath={.spec.template.spec.containers[0].ports[0].containerPort}'
    assert kubectl('get', 'deployment', 'made', '-o', port) == '80'
    kubectl('delete', 'deployment', 'made')


@pytest.mark.parametrize('words', [
    'clusterrole made --verb=get --resource=pods', 'clusterrolebinding made --clusterrole=view --user=u',
    'cronjob made --image=busybox:1.36 --schedule=@hourly -- date', 'job made --image=busybox:1.36 -- date',
    'ingress made --rule=foo.com/bar*=svc:80,tls=cert --class=nginx', 'pdb made --selector=a=b --min-available=50%',
    'priorityclass made --value=10', 'quota made --hard=pods=20 --scopes=BestEffort',
    'rolebinding made --role=r --user=u --serviceaccount=default:default', 'service nodeport made --tcp=80:web',
    'service externalname made --external-name=a.b', 'secret docker-registry made --docker-username=a '
    '--docker-password=b --docker-server=c', 'role made --verb=get,list --resource=pods,deployments.apps'])
def test_what_arrives_is_what_it_meant(kubectl: Run, words: str) -> None:
    """It sends protobuf; what it would have sent, it shows as JSON."""
    meant, arrived = (json.loads(kubectl('create', f'--dry-run={where}', '-o', 'json', *words.split()))
                      for where in ('client', 'server'))
    assert meant['kind'] == arrived['kind'] and within(meant, arrived)


def within(part: Any, whole: Any) -> bool:
    """Whether all that one object says is said by another."""
    if isinstance(part, dict):
        return all(within(value, whole.get(name)) for name, value in part.items() if value not in (None, {}, 0))
    if isinstance(part, list):
        return len(part) == len(whole) and all(map(within, part, whole))
    return part == whole


def test_logs_and_exec(kubectl: Run, web: str) -> None:
    assert 'nginx' in kubectl('logs', f'deployment/{web}')
    assert kubectl('exec', f'deployment/{web}', '--', 'echo', 'hello') == 'hello\n'
    assert kubectl('exec', '-i', f'deployment/{web}', '--', 'cat', stdin='typed\n') == 'typed\n'
    assert 'exit code 3' in kubectl('exec', f'deployment/{web}', '--', 'sh', '-c', 'exit 3', code=3)


def test_talks_with_a_shell_on_a_terminal(kubectl: Run, web: str, served) -> None:
    shell = pexpect.spawn(KUBECTL or '', ['exec', '-it', f'deployment/{web}', '--', 'sh'], timeout=10, encoding='utf-8',
                          env={**os.environ, 'KUBECONFIG': str(served.kubeconfig)})
    shell.expect_exact('# ')
    for typed, seen in (('echo one\r', 'echo one\r\none\r\n# '), ('sleep 100\r\x03', 'sleep 100\r\n^C\r\n# '),
                        ('cat\r\x04', 'cat\r\n# '), ('exit 3\r', 'exit 3\r\n')):
        shell.send(typed)
        shell.expect_exact(seen)
    shell.expect(pexpect.EOF)
    shell.close()
    assert shell.exitstatus == 3


def test_forwards_a_port(kubectl: Run, web: str, served) -> None:
    environment = {**os.environ, 'KUBECONFIG': str(served.kubeconfig)}
    forwarding = subprocess.Popen([KUBECTL or '', 'port-forward', f'deployment/{web}', ':80', '--address=127.0.0.1'],
                                  env=environment, text=True, stdout=subprocess.PIPE)
    try:
        assert forwarding.stdout is not None
        address = forwarding.stdout.readline().split()[2]
        for _ in range(2):
            with urllib.request.urlopen(f'http://{address}/') as answer:
                assert answer.read().startswith(b'<!DOCTYPE html>')
    finally:
        forwarding.kill()
        forwarding.wait()


def test_copies_files_both_ways(kubectl: Run, web: str, tmp_path: Path) -> None:
    pod = kubectl('get', 'pods', '-l', 'app=web', '-o', 'jsonpath={.items[0].metadata.name}')
    there, back = tmp_path / 'there', tmp_path / 'back'
    there.write_bytes(bytes(range(256)) * 4000)  # more than may be unread on the way
    kubectl('cp', str(there), f'{pod}:/tmp/there')
    kubectl('cp', f'{pod}:/tmp/there', str(back))
    assert back.read_bytes() == there.read_bytes()


def test_debugs_with_an_ephemeral_container(kubectl: Run, web: str) -> None:
    pod = kubectl('get', 'pods', '-l', 'app=web', '-o', 'jsonpath={.items[0].metadata.name}')
    kubectl('debug', pod, '--image=busybox:1.36', '--container=look', '--profile=general', '--', 'echo', 'looked')
    kubectl('wait', f'pod/{pod}', '--for=jsonpath={.status.ephemeralContainerStatuses[0].state.terminated.exitCode}=0',
            '--timeout=15s')
    assert kubectl('logs', pod, '-c', 'look') == 'looked\n'


def test_runs_a_pod_and_attaches(kubectl: Run) -> None:
    said = kubectl('run', 'once', '-i', '--rm', '--restart=Never', '--image=busybox:1.36', '--', 'cat', stdin='typed\n')
    assert said.startswith('typed\n')


def test_watches(kubectl: Run, web: str, served) -> None:
    environment = {**os.environ, 'KUBECONFIG': str(served.kubeconfig)}
    watching = subprocess.Popen([KUBECTL or '', 'get', 'configmaps', '-w', '-o', 'name'], env=environment, text=True,
                                stdout=subprocess.PIPE)
    try:
        assert watching.stdout is not None
        assert watching.stdout.readline() == 'configmap/kube-root-ca.crt\n'
        kubectl('create', 'configmap', 'seen')
        assert watching.stdout.readline() == 'configmap/seen\n'
    finally:
        watching.kill()
        watching.wait()
