"""ImagePolicyWebhook: a server outside of the cluster is asked about a Pod's images."""

from __future__ import annotations

import pytest

from tutor.session.workbench import Workbench

MANIFEST = '/etc/kubernetes/manifests/kube-apiserver.yaml'
CONFIGURATION = """apiVersion: apiserver.config.k8s.io/v1
kind: AdmissionConfiguration
plugins:
- name: ImagePolicyWebhook
  configuration:
    imagePolicy:
      kubeConfigFile: /etc/kubernetes/pki/bouncer.conf
      allowTTL: 50
      denyTTL: 50
      retryBackoff: 500
      defaultAllow: DEFAULT
"""
BOUNCER = """apiVersion: v1
kind: Config
clusters:
- name: bouncer
  cluster: {server: 'https://bouncer.local:1323/image_policy', certificate-authority: /etc/kubernetes/pki/ca.crt}
contexts:
- name: bouncer
  context: {cluster: bouncer, user: apiserver}
current-context: bouncer
users:
- name: apiserver
  user:
    client-certificate: /etc/kubernetes/pki/apiserver-kubelet-client.crt
    client-key: /etc/kubernetes/pki/apiserver-kubelet-client.key
"""


def _configured(default: str) -> Workbench:
    bench = Workbench()
    configuration = CONFIGURATION.replace('DEFAULT', default)
    bench.run(f"sudo tee /etc/kubernetes/pki/admission.yaml <<'E'\n{configuration}E")
    bench.run(f"sudo tee /etc/kubernetes/pki/bouncer.conf <<'E'\n{BOUNCER}E")
    flags = r'ImagePolicyWebhook\n    - --admission-control-config-file=/etc/kubernetes/pki/admission.yaml'
    bench.run(f"sudo sed -i 's|enable-admission-plugins=.*|enable-admission-plugins={flags}|' {MANIFEST}")
    bench.simulation.advance(60)
    return bench


def test_without_an_answer_nothing_is_allowed() -> None:
    asked = 'Post "https://bouncer.local:1323/image_policy?timeout=30s": dial tcp: lookup bouncer.local on '
    said = _configured('false').run('kubectl run nginx --image=nginx').stderr
    assert said.startswith(f'Error from server (Forbidden): pods "nginx" is forbidden: {asked}')
    assert said.endswith(':53: no such host\n')


def test_all_is_allowed_if_the_file_says_so() -> None:
    bench = _configured('true')
    assert bench.run('kubectl run nginx --image=nginx').stdout == 'pod/nginx created\n'
    failed = r"{.metadata.annotations.alpha\.image-policy\.k8s\.io/failed-open}"
    assert bench.run(f"kubectl get pod nginx -o jsonpath='{failed}'").stdout == 'true'


@pytest.mark.parametrize(
    ('plugin', 'problem'),
    [
        ('ImagePolicyWebhook', 'ImagePolicyWebhook\\": no config specified'),
        ('NodeRestrictions', 'enable-admission-plugins plugin \\"NodeRestrictions'),
    ],
)
def test_a_server_that_cannot_start_says_only_why(plugin: str, problem: str) -> None:
    bench = Workbench()
    bench.run(f"sudo sed -i 's|enable-admission-plugins=.*|enable-admission-plugins={plugin}|' {MANIFEST}")
    bench.simulation.advance(60)
    log = bench.run("sudo bash -c 'tail -n 3 /var/log/pods/kube-system_kube-apiserver*/kube-apiserver/*.log'").stdout
    assert problem in log
    assert 'Serving securely' not in log
