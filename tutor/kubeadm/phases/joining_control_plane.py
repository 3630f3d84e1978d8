"""join --control-plane: this machine leads the cluster, too (cmd/kubeadm/app/cmd/phases/join)."""

from __future__ import annotations

import base64
from typing import Any

from tutor.apimachinery.duration import format_duration
from tutor.apimachinery.errors import StatusError
from tutor.cluster.machine.kubeadm_files import PKI
from tutor.kubeadm import images, preflight
from tutor.kubeadm.data import InitData
from tutor.kubeadm.environment import Environment
from tutor.kubeadm.errors import KubeadmError
from tutor.kubeadm.joining import JoinData
from tutor.kubeadm.phases import certificates, kubeconfigs, manifests, marking, waiting
from tutor.kubeadm.phases.uploading import NAMESPACE, NONCE_SIZE, SECRET, SHARED
from tutor.kubeadm.workflow import Phase
from tutor.shell.etcd import EtcdError, EtcdService

NOT_READY = """
One or more conditions for hosting a new control plane instance is not satisfied.

{problem}

Please ensure that:
* The cluster has a stable controlPlaneEndpoint address.
* The certificates that must be shared among control plane instances are provided.

"""
KUBECONFIGS = ('admin.conf', 'controller-manager.conf', 'scheduler.conf')
TITLES = {'ca': 'CA', 'sa': 'service account', 'front-proxy-ca': 'front-proxy CA', 'etcd/ca': 'etcd CA'}
CLIENT_PORT, PEER_PORT = 2379, 2380
JOINED_WITHIN = 40.0
"""Eight attempts, five seconds apart (etcdHealthyCheckInterval, etcdHealthyCheckRetries)."""
DONE = """
This node has joined the cluster and a new control plane instance was created:

* Certificate signing request was sent to apiserver and approval was received.
* The Kubelet was informed of the new secure connection details.
* Control plane label and taint were applied to the new node.
* The Kubernetes control plane instances scaled up.
* A new etcd member was added to the local/stacked etcd cluster.

To start administering your cluster from this node, you need to run the following as a regular user:

\tmkdir -p $HOME/.kube
\tsudo cp -i /etc/kubernetes/admin.conf $HOME/.kube/config
\tsudo chown $(id -u):$(id -g) $HOME/.kube/config

Run 'kubectl get nodes' to see this node join the cluster.
"""


async def preflight_of(data: JoinData) -> None:
    """What init checks as well, and whether the cluster can have another control plane. Raises KubeadmError."""
    environment, leading = data.environment, await data.control_plane()
    problem = _not_ready(data, leading)
    if problem:
        raise KubeadmError(NOT_READY.format(problem=problem))
    environment.say('[preflight] Running pre-flight checks before initializing the new control plane instance')
    preflight.report(environment, preflight.init_problems(environment, leading.cluster['etcd']['local']['dataDir']),
                     data.join['nodeRegistration'].get('ignorePreflightErrors') or ())
    await images.prepare(environment, leading.cluster)


def _not_ready(data: JoinData, leading: InitData) -> str:
    """checkIfReadyForAdditionalControlPlane."""
    if not leading.cluster.get('controlPlaneEndpoint'):
        return ("unable to add a new control plane instance to a cluster that doesn't have a stable "
                'controlPlaneEndpoint address')
    if data.certificate_key:
        return ''
    problems = [_missing(data.environment, name) for name in TITLES]
    return '\n'.join(problem for problem in problems if problem)


def _missing(environment: Environment, name: str) -> str:
    """SharedCertificateExists, for one pair of files."""
    parts = ('pub', 'key') if name == 'sa' else ('crt', 'key')
    for part in parts:
        path = f'{PKI}/{name}.{part}'
        if not environment.files.exists(path):
            kind = {'crt': 'certificate', 'key': 'private key', 'pub': 'public key'}[part]
            return (f'failure loading {"key" if name == "sa" else "certificate"} for {TITLES[name]}: couldn\'t load '
                    f'the {kind} file {path}: open {path}: no such file or directory')
    return ''


# -- [control-plane-prepare] ----------------------------------------------------------------------------------------


async def _download(data: JoinData) -> None:
    """DownloadCerts. Raises KubeadmError."""
    if not data.leads or not data.certificate_key:
        return
    environment, client = data.environment, await data.client()
    environment.say(f'[download-certs] Downloading the certificates in Secret "{SECRET}" in the "{NAMESPACE}" '
                    'Namespace')
    try:
        secret = client.find('secrets', SECRET, NAMESPACE)
    except StatusError as problem:
        raise KubeadmError(f'error downloading certs: error downloading the secret: {problem}') from None
    if secret is None:
        raise KubeadmError(
            f'error downloading certs: error downloading the secret: Secret "{SECRET}" was not found in the '
            f'"{NAMESPACE}" Namespace. This Secret might have expired. Please, run `kubeadm init phase upload-certs '
            '--upload-certs` on a control plane to generate a new one')
    found = _decrypted(secret.get('data') or {}, data.certificate_key)
    environment.say(f'[download-certs] Saving the certificates to the folder: "{PKI}"')
    for name, content in found.items():
        environment.files.put(f'{PKI}/{name}', content, 0o600 if name.endswith(('.key', '.pub')) else 0o644)


def _decrypted(stored: dict[str, str], key: str) -> dict[str, bytes]:
    """getDataFromSecret. Raises KubeadmError."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    try:
        cipher = AESGCM(bytes.fromhex(key))
    except ValueError as problem:
        raise KubeadmError(f'error downloading certs: error decoding certificate key: {problem}') from None
    found: dict[str, bytes] = {}
    for name in SHARED:
        if name.replace('/', '-') not in stored:
            raise KubeadmError('error downloading certs: the Secret does not include the required certificate or key - '
                               f'name: {name}, path: {PKI}/{name}')
        sealed = base64.b64decode(stored[name.replace('/', '-')])
        try:
            found[name] = cipher.decrypt(sealed[:NONCE_SIZE], sealed[NONCE_SIZE:], None)
        except InvalidTag:
            raise KubeadmError('error downloading certs: error decoding secret data with provided key: cipher: message '
                               'authentication failed') from None
    return found


async def _certificates(data: JoinData) -> None:
    """CreatePKIAssets."""
    if not data.leads:
        return
    leading = await data.control_plane()
    await certificates.begin(leading)
    for path in certificates.certificates(leading):
        await certificates.certificate(path, leading)
    data.environment.say(f'[certs] Valid certificates and keys now exist in "{PKI}"')
    await certificates.service_accounts(leading)


async def _kubeconfigs(data: JoinData) -> None:
    """CreateJoinControlPlaneKubeConfigFiles."""
    if not data.leads:
        return
    leading = await data.control_plane()
    data.environment.say('[kubeconfig] Generating kubeconfig files')
    await kubeconfigs.begin(leading)
    for file in KUBECONFIGS:
        await kubeconfigs.write(file, leading)


async def _manifests(data: JoinData) -> None:
    if not data.leads:
        return
    leading = await data.control_plane()
    await manifests.begin(leading)
    for name in manifests.FIELDS:
        await manifests.component(name, leading)


# -- etcd -----------------------------------------------------------------------------------------------------------


async def _member(leading: InitData) -> EtcdService:
    """A member that answers (etcdutil.NewFromCluster: the pods of etcd tell where they are). Raises KubeadmError."""
    network: Any = leading.environment.machine.host.network
    found: list[EtcdService] = []

    def answers() -> bool:
        for pod in leading.client().list('pods', NAMESPACE, labels='component=etcd')['items']:
            address = (pod.get('status') or {}).get('hostIP', '')
            service = network.service(address, CLIENT_PORT) if address else None
            if service is not None and pod['spec'].get('nodeName') != leading.name:
                found.append(service)
        return bool(found)
    if await leading.environment.until(answers, leading.timeout('etcdAPICall')) is None:
        raise KubeadmError('could not retrieve the list of etcd endpoints: context deadline exceeded')
    return found[0]


async def _check_etcd(data: JoinData) -> None:
    """CheckLocalEtcdClusterStatus."""
    if not data.leads:
        return
    data.environment.say('[check-etcd] Checking that the etcd cluster is healthy')
    service = await _member(await data.control_plane())
    try:
        service.range('health')
    except EtcdError as problem:
        raise KubeadmError(f'etcd cluster is not healthy: {problem}') from None


async def _join_etcd(data: JoinData) -> None:
    """CreateStackedEtcdStaticPodManifestFile: a learner that votes when it has caught up. Raises KubeadmError."""
    if not data.leads:
        return
    environment, leading = data.environment, await data.control_plane()
    service = await _member(leading)
    peer_url = f'https://{environment.address}:{PEER_PORT}'
    try:
        leading.members = {member.name: member.peer_url for member in service.members() if member.name}
        member = service.add_member(peer_url, True)
        environment.say('[etcd] Announced new etcd member joining to the existing etcd cluster',
                        '[etcd] Creating static Pod manifest for "etcd"')
        manifests.write_etcd(leading)
        environment.say('[etcd] Waiting for the new etcd member to join the cluster. This can take up to '
                        f'{format_duration(JOINED_WITHIN)}')

        def promoted() -> bool:
            try:
                service.promote_member(member.id)
            except EtcdError:
                return False
            return True
        if await environment.until(promoted, JOINED_WITHIN) is None:
            raise KubeadmError('error creating local etcd static pod manifest file: etcdserver: can only promote a '
                               'learner member which is in sync with leader')
    except EtcdError as problem:
        raise KubeadmError(f'error creating local etcd static pod manifest file: {problem}') from None


# -- the end --------------------------------------------------------------------------------------------------------


async def _mark(data: JoinData) -> None:
    if data.leads:
        await marking.run(await data.control_plane())


async def _wait(data: JoinData) -> None:
    if data.leads:
        await waiting.components(await data.control_plane())


PREPARE: Phase[JoinData] = Phase('control-plane-prepare', 'Prepare the machine for serving a control plane', phases=(
    Phase('download-certs', 'Download certificates shared among control-plane nodes from the kubeadm-certs Secret',
          _download),
    Phase('certs', 'Generate the certificates for the new control plane components', _certificates),
    Phase('kubeconfig', 'Generate the kubeconfig for the new control plane components', _kubeconfigs),
    Phase('control-plane', 'Generate the manifests for the new control plane components', _manifests)))
CHECK_ETCD: Phase[JoinData] = Phase('check-etcd', 'Check that the etcd cluster is healthy', _check_etcd, hidden=True)
ETCD: Phase[JoinData] = Phase('etcd-join', 'Join etcd for control plane nodes', _join_etcd)
JOIN: Phase[JoinData] = Phase('control-plane-join', 'Join a machine as a control plane instance', phases=(
    Phase('mark-control-plane', 'Mark a node as a control-plane', _mark),))
WAIT: Phase[JoinData] = Phase('wait-control-plane', 'Wait for the control plane to start', _wait)
