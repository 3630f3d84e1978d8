"""Who gets in: what the kubeconfig holds, and nobody with keys of another cluster."""

from __future__ import annotations

import base64
import http.client
import json
import ssl
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from tutor.client.rest_config import RestConfig
from tutor.client.transport import Request
from tutor.cluster.cluster import SERVER, Cluster
from tutor.cluster.config import ClusterConfig
from tutor.cluster.pki import SIMULATED, KeyPair, Keys
from tutor.server.certificates import fresh_keys

OTHER = fresh_keys(datetime(2026, 6, 1, tzinfo=UTC))


def context(kubeconfig: Path, shown: KeyPair | None, folder: Path) -> ssl.SSLContext:
    """TLS as the strictest of clients has it (Python 3.13 and later)."""
    config = yaml.safe_load(kubeconfig.read_text())
    authority = base64.b64decode(config['clusters'][0]['cluster']['certificate-authority-data']).decode()
    found = ssl.create_default_context(cadata=authority)
    found.verify_flags |= ssl.VERIFY_X509_STRICT
    if shown is not None:
        (folder / 'shown.pem').write_text(shown.certificate + shown.key)
        found.load_cert_chain(folder / 'shown.pem')
    return found


def whoami(served, folder: Path, shown: KeyPair | None = None, token: str = '') -> str:
    connection = http.client.HTTPSConnection('localhost', served.service.port, timeout=10,
                                             context=context(served.kubeconfig, shown, folder))
    body = json.dumps({'apiVersion': 'authentication.k8s.io/v1', 'kind': 'SelfSubjectReview'})
    headers = {'Content-Type': 'application/json', **({'Authorization': f'Bearer {token}'} if token else {})}
    try:
        connection.request('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', body, headers)
        answer = json.loads(connection.getresponse().read())
        return answer['status']['userInfo']['username'] if answer['kind'] == 'SelfSubjectReview' else answer['message']
    finally:
        connection.close()


def test_the_kubeconfig_has_a_token_and_a_certificate(served, tmp_path: Path) -> None:
    config = yaml.safe_load(served.kubeconfig.read_text())
    token, certificate = (user['user'] for user in config['users'])
    pair = KeyPair(*(base64.b64decode(certificate[f'client-{name}-data']).decode() for name in ('certificate', 'key')))
    assert whoami(served, tmp_path, token=token['token']) == 'kubernetes-admin'
    assert whoami(served, tmp_path, pair) == 'kubernetes-admin'
    assert 'system:anonymous' in whoami(served, tmp_path)


@pytest.mark.parametrize('keys', [SIMULATED, OTHER])
def test_a_certificate_of_another_authority_is_unauthorized_unless_a_token_proves_somebody(
        served, tmp_path: Path, keys: Keys, caller) -> None:
    shown = keys.administrator('system:masters')
    assert whoami(served, tmp_path, shown) == 'Unauthorized'
    assert whoami(served, tmp_path, shown, caller.token) == 'kubernetes-admin'


def test_tokens_of_accounts_are_signed_with_the_cluster_s_own_key(served, tmp_path: Path, caller) -> None:
    path = '/api/v1/namespaces/default/serviceaccounts/default/token'
    body = b'{"apiVersion":"authentication.k8s.io/v1","kind":"TokenRequest","spec":{}}'
    token = caller.ask('POST', path, body, Content_Type='application/json')[1]['status']['token']
    assert whoami(served, tmp_path, token=token) == 'system:serviceaccount:default:default'
    elsewhere = Cluster(ClusterConfig(nodes=(), addons=()), keys=OTHER)
    assert elsewhere.api.authenticator.token(token) is None


def test_in_process_too_a_certificate_counts_only_if_the_authority_has_signed_it() -> None:
    cluster = Cluster(ClusterConfig(nodes=(), addons=()))

    def ask(keys: Keys) -> int:
        config = RestConfig(server=SERVER, client_certificate_data=keys.issue('eve', ('system:masters',)).certificate)
        return cluster.connect(config).send(Request('GET', '/api/v1/namespaces/default/pods')).status

    assert (ask(SIMULATED), ask(OTHER)) == (200, 401)


def test_the_same_secret_gives_the_same_bytes() -> None:
    assert Keys('a').issue('x') == Keys('a').issue('x') != Keys('b').issue('x')
    assert fresh_keys(datetime.now(UTC)).tokens.key_id != fresh_keys(datetime.now(UTC)).tokens.key_id  # noqa: TID251
