"""kubeadm join: this machine becomes a node of a cluster (cmd/kubeadm/app/cmd/join.go)."""

from __future__ import annotations

from tutor.apimachinery import decode
from tutor.apimachinery.errors import StatusError
from tutor.client.client import Client
from tutor.client.rest_config import RestConfig
from tutor.cluster.addons.kubeadm import public_key_hash
from tutor.kubeadm import bootstrap, kubelet, preflight
from tutor.kubeadm.certs import READING
from tutor.kubeadm.environment import Environment, KubeadmError
from tutor.kubeadm.tokens import PATTERN

IDENTITY = "error execution phase preflight: couldn't validate the identity of the API Server: "
DISCOVERY_LIMIT = 300.0
DONE = """
This node has joined the cluster:
* Certificate signing request was sent to apiserver and a response was received.
* The Kubelet was informed of the new secure connection details.

Run 'kubectl get nodes' on the control-plane to see this node join the cluster.
"""


async def run(environment: Environment, words: list[str]) -> None:
    """kubeadm join ADDRESS:PORT --token TOKEN --discovery-token-ca-cert-hash HASH"""
    options = environment.options
    if 'control-plane' in options:
        raise KubeadmError('kubeadm join --control-plane is not simulated: a cluster has one control-plane node')
    _check_arguments(environment, words)
    environment.say('[preflight] Running pre-flight checks')
    preflight.check(environment, joining=True)
    client = await _discover(environment, words[0])
    environment.say(*(line.format('preflight') for line in READING))
    _read_configuration(client)
    kubelet.write(environment, joining=True, certificate=await bootstrap.certificate(environment, client))
    await kubelet.start(environment)
    await kubelet.wait(environment)
    environment.say('[kubelet-start] Waiting for the kubelet to perform the TLS Bootstrap')
    if await environment.until(lambda: client.find('nodes', environment.name) is not None, 60) is None:
        raise KubeadmError('error execution phase kubelet-start: timed out waiting for the kubelet to join')
    environment.say(DONE)


def _check_arguments(environment: Environment, words: list[str]) -> None:
    options = environment.options
    token = options.get('token')
    if not words or not token:
        raise KubeadmError('discovery: Invalid value: "": bootstrapToken or file must be set', 3)
    if PATTERN.fullmatch(token) is None:
        raise KubeadmError(f'discovery.bootstrapToken.token: Invalid value: "{token}": the bootstrap token is invalid',
                           3)
    if 'discovery-token-ca-cert-hash' not in options and 'discovery-token-unsafe-skip-ca-verification' not in options:
        raise KubeadmError('discovery.bootstrapToken: Invalid value: "": using token-based discovery without '
                           'caCertHashes can be unsafe. Set unsafeSkipCAVerification as true in your kubeadm config '
                           'file or pass --discovery-token-unsafe-skip-ca-verification flag to continue', 3)


async def _discover(environment: Environment, endpoint: str) -> Client:
    """The cluster behind the endpoint, known by the hash of its authority; a client as who has the token. Raises
    KubeadmError after five minutes."""
    options, server = environment.options, f'https://{endpoint}'
    token = options.get('token')
    problem = ''

    def found() -> bool:
        nonlocal problem
        try:
            info = environment.client(RestConfig(server)).get('configmaps', 'cluster-info', 'kube-public')
        except KubeadmError as error:
            problem = ('failed to request the cluster-info ConfigMap: Get "'
                       f'{server}/api/v1/namespaces/kube-public/configmaps/cluster-info?timeout=10s": {error}')
            return False
        _check_authority(environment, info['data']['kubeconfig'])
        try:
            environment.client(RestConfig(server, token=token)).get('configmaps', 'kubeadm-config', 'kube-system')
        except StatusError:
            problem = ('could not find a JWS signature in the cluster-info ConfigMap for token ID '
                       f'"{token.partition(".")[0]}"')
            return False
        return True
    try:
        if await environment.until(found, DISCOVERY_LIMIT, 5) is None:
            raise KubeadmError(IDENTITY + problem)
    except _Mismatch as mismatch:
        raise KubeadmError(str(mismatch)) from None
    return environment.client(RestConfig(server, token=token))


def _check_authority(environment: Environment, kubeconfig: str) -> None:
    """Whether the authority is one that was named. Raises KubeadmError at once, as waiting would not help."""
    import base64
    pins = set(environment.options.all('discovery-token-ca-cert-hash'))
    cluster = (decode.one(kubeconfig) or {})['clusters'][0]['cluster']
    found = public_key_hash(base64.b64decode(cluster['certificate-authority-data']).decode())
    if pins and found not in pins:
        raise _Mismatch(f'{IDENTITY}cluster CA found in cluster-info ConfigMap is invalid: none of the public keys '
                        f'"{found}" are pinned')


class _Mismatch(Exception):
    """Not a KubeadmError, so that nobody waits for it to go away."""


def _read_configuration(client: Client) -> None:
    client.get('configmaps', 'kubeadm-config', 'kube-system')
