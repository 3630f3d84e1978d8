"""Pod Security Standards for a whole cluster, by the API server's AdmissionConfiguration."""

from __future__ import annotations

import pytest

from tutor.cluster.apiserver.admission.configuration import BadConfiguration, load
from tutor.session.workbench import Workbench
from tutor.shell.vfs import FileSystem

FILE = """\
apiVersion: apiserver.config.k8s.io/v1
kind: AdmissionConfiguration
plugins:
- name: PodSecurity
  configuration:
    apiVersion: pod-security.admission.config.k8s.io/v1
    kind: PodSecurityConfiguration
    defaults: {enforce: baseline, enforce-version: latest, warn: restricted}
    exemptions: {namespaces: [kube-system]}
"""
MANIFEST = '/etc/kubernetes/manifests/kube-apiserver.yaml'


@pytest.fixture(scope='module')
def bench() -> Workbench:
    bench = Workbench()
    bench.run(f"sudo tee /etc/kubernetes/pki/pss.yaml <<'EOF'\n{FILE}EOF")
    flag = '--admission-control-config-file=/etc/kubernetes/pki/pss.yaml'
    bench.run(f"sudo sed -i 's|^    - kube-apiserver$|&\\n    - {flag}|' {MANIFEST}")
    bench.simulation.advance(60)
    bench.run('kubectl create ns free; kubectl label ns free pod-security.kubernetes.io/enforce=privileged')
    return bench


def test_namespaces_without_labels_have_the_clusters_level(bench: Workbench) -> None:
    refused = bench.run('kubectl run p --image=nginx --privileged').stderr
    assert 'pods "p" is forbidden: violates PodSecurity "baseline:latest": privileged ' in refused
    warned = bench.run('kubectl run q --image=nginx')
    assert warned.stdout == 'pod/q created\n'
    assert warned.stderr.startswith('Warning: would violate PodSecurity "restricted:latest": ')


def test_labels_and_exemptions_come_first(bench: Workbench) -> None:
    assert bench.run('kubectl run p --image=nginx --privileged -n free').code == 0
    exempt = bench.run('kubectl run p --image=nginx --privileged -n kube-system')
    assert (exempt.code, exempt.stderr) == (0, '')


@pytest.mark.parametrize(
    ('old', 'new', 'problem'),
    [
        ('baseline', 'strict', 'defaults.enforce: Invalid value: "strict": must be one of "privileged", '),
        ('AdmissionConfiguration', 'Nothing', 'no kind "Nothing" is registered for version "apiserver.config'),
    ],
)
def test_a_bad_file_is_refused(old: str, new: str, problem: str) -> None:
    files = FileSystem(lambda: 0.0)
    files.put('/a.yaml', FILE.replace(old, new))
    with pytest.raises(BadConfiguration) as caught:
        load('/a.yaml', files, frozenset())
    assert problem in str(caught.value)
