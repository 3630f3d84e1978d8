"""kubeadm: answers for programs, requests for certificates, and configurations written out."""

from __future__ import annotations

import json

from tests.unit.machine.conftest import Desk
from tutor.apimachinery.duration import short_human_duration


def test_certificates_are_told_of_for_programs_and_what_is_missing_is_named(small: Desk) -> None:
    small.out('sudo rm /etc/kubernetes/super-admin.conf /etc/kubernetes/pki/front-proxy-ca.key')
    info = json.loads(small.out('sudo kubeadm certs check-expiration -o json'))
    assert list(info)[:2] == ['kind', 'apiVersion']
    assert (info['kind'], info['apiVersion']) == ('CertificateExpirationInfo', 'output.kubeadm.k8s.io/v1alpha3')
    client, gone = (next(each for each in info['certificates'] if each['name'] == name) for name in (
        'front-proxy-client', 'super-admin.conf'))
    assert client.pop('residualTime') // 86400 == 364
    assert client == {'name': 'front-proxy-client', 'expirationDate': '2027-05-04T08:55:00Z',
                      'externallyManaged': True, 'caName': 'front-proxy-ca', 'missing': False}
    assert (gone['missing'], gone['expirationDate']) == (True, None)
    text = small.out('sudo kubeadm certs check-expiration')
    assert 'CERTIFICATE AUTHORITY   EXTERNALLY MANAGED\nadmin.conf ' in text
    assert '\n!MISSING! super-admin.conf  ' in text
    assert 'expirationDate: null\n' in small.out('sudo kubeadm certs check-expiration -o yaml')
    assert 'printer suitable for the output format "xml"' in small.out('sudo kubeadm certs check-expiration -o xml')


def test_tokens_are_told_of_for_programs(small: Desk) -> None:
    token = small.out('sudo kubeadm token create --ttl 25h --description hi').strip()
    assert small.out('sudo kubeadm token list').splitlines()[1].split()[:2] == [token, '1d']
    assert json.loads(small.out('sudo kubeadm token list -o json')) == {
        'kind': 'BootstrapToken', 'apiVersion': 'output.kubeadm.k8s.io/v1alpha3', 'token': token, 'description': 'hi',
        'expires': '2026-05-05T10:00:20Z', 'usages': ['authentication', 'signing'],
        'groups': ['system:bootstrappers:kubeadm:default-node-token']}
    small.out('sudo kubeadm token create --ttl 0')
    assert small.out('sudo kubeadm token list -o yaml').count('---\n') == 1


def test_images_are_told_of_for_programs(shared: Desk) -> None:
    assert json.loads(shared.out('kubeadm config images list -o json'))['images'][0] == (
        'registry.k8s.io/kube-apiserver:v1.36.1')


def test_requests_for_certificates_lie_beside_their_keys(small: Desk) -> None:
    said = small.out('sudo kubeadm certs generate-csr --cert-dir /tmp/pki --kubeconfig-dir /tmp/etc')
    assert said.startswith('generating keys and CSRs in /tmp/pki\n  apiserver\n  apiserver-kubelet-client\n')
    assert 'DNS:kubernetes.default.svc.cluster.local' in small.out(
        'sudo openssl req -in /tmp/pki/apiserver.csr -noout -text')
    assert 'CN = system:node:controlplane' in small.out(
        'sudo openssl req -in /tmp/etc/kubelet.conf.csr -noout -subject')
    assert 'client-key-data' in small.out('sudo cat /tmp/etc/admin.conf')
    authority = '/etc/kubernetes/pki/front-proxy-ca'
    signed = small.out(f'sudo openssl x509 -req -in /tmp/pki/front-proxy-client.csr -CA {authority}.crt '
                       f'-CAkey {authority}.key -CAcreateserial 2>&1 >/dev/null')
    assert signed.startswith('Certificate request self-signature ok')
    assert small.out('sudo kubeadm certs generate-csr').splitlines()[1] == (
        'error: file already exists: key or CSR /etc/kubernetes/pki/apiserver')


def test_an_old_configuration_is_written_anew_with_its_defaults(shared: Desk) -> None:
    shared.out(r"printf 'apiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\nclusterName: mine\n' > c.yaml")
    shared.out('kubeadm config migrate --old-config c.yaml --new-config new.yaml')
    assert shared.out('grep -E "^kind|clusterName|bindPort" new.yaml') == (
        'kind: InitConfiguration\n  bindPort: 6443\nclusterName: mine\nkind: ClusterConfiguration\n')
    assert 'the --old-config flag is mandatory' in shared.out('kubeadm config migrate')


def test_the_defaults_of_every_configuration_can_be_printed(shared: Desk) -> None:
    assert '\nkind: ResetConfiguration\n' in shared.out('kubeadm config print reset-defaults')
    assert '\nkind: UpgradeConfiguration\n' in shared.out('kubeadm config print upgrade-defaults')
    assert '---\napiVersion: kubelet.config.k8s.io/v1beta1\n' in shared.out(
        'kubeadm config print join-defaults --component-configs KubeletConfiguration')


def test_a_short_duration_has_one_unit() -> None:
    assert [short_human_duration(seconds) for seconds in (-5, -1, 59, 61, 86399, 86400, 31536000)] == [
        '<invalid>', '0s', '59s', '1m', '23h', '1d', '1y']
