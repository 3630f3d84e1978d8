"""kubeadm's configuration: defaults, --config files and flags together (cmd/kubeadm/app/util/config).

What a field may be in this simulation stands in `schema.py`; whatever changes nothing here is refused, not accepted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from tutor.apimachinery import decode
from tutor.apimachinery.decode import DecodeError
from tutor.apimachinery.objects import Object, deep_copy
from tutor.cluster.addons.kubeadm import CLUSTER_CONFIGURATION
from tutor.kubeadm import schema
from tutor.kubeadm.errors import KubeadmError, not_simulated
from tutor.shell.vfs import normalize

if TYPE_CHECKING:
    from tutor.kubeadm.environment import Environment

API = 'kubeadm.k8s.io'
API_VERSION = f'{API}/v1beta4'
CLUSTER, INIT, JOIN, RESET, UPGRADE = (f'{name}Configuration' for name in (
    'Cluster', 'Init', 'Join', 'Reset', 'Upgrade'))
KUBELET, PROXY = 'KubeletConfiguration', 'KubeProxyConfiguration'
TIMEOUTS = {'controlPlaneComponentHealthCheck': '4m0s', 'discovery': '5m0s', 'etcdAPICall': '2m0s',
            'kubeletHealthCheck': '4m0s', 'kubernetesAPICall': '1m0s', 'tlsBootstrap': '5m0s',
            'upgradeManifests': '5m0s'}
SOCKET = 'unix:///var/run/containerd/containerd.sock'
MIXED = frozenset((
    'config', 'ignore-preflight-errors', 'dry-run', 'skip-token-print', 'node-name', 'cri-socket', 'kubeconfig',
    'upload-certs', 'print-join-command', 'rootfs', 'v', 'skip-phases', 'skip-certificate-key-print', 'force', 'yes',
    'certificate-key', 'patches', 'allow-experimental-upgrades', 'help'))
"""Flags that may stand beside --config (isAllowedFlag)."""
_VERSION = re.compile(r'v?(\d+)\.(\d+)\.(\d+)([-\w.+]*)?')
_LABEL = re.compile(r'((stable|latest|ci)(-\d+(\.\d+)?)?)(\.txt)?')


def load(environment: Environment, path: str, kinds: Iterable[str]) -> dict[str, Object]:
    """The documents of a --config file that a command reads, by kind. Says on the way, as kubeadm's log does, what it
    does not read. Raises KubeadmError."""
    try:
        text = environment.files.read_text(normalize(path, environment.ctx.cwd))
    except OSError as problem:
        raise KubeadmError(f'unable to read config from "{path}" : open {path}: '
                           f'{(problem.strerror or "").lower()}') from None
    found: dict[str, Object] = {}
    wanted = frozenset(kinds)
    for document in _documents(text):
        kind = document['kind']
        if kind in found:
            raise KubeadmError(f'invalid configuration: GroupVersionKind "{document["apiVersion"]}, Kind={kind}" is '
                               'specified twice in YAML file')
        if kind not in wanted:
            environment.log.warningf(
                'initconfiguration.go:362', f'[config] WARNING: Ignored configuration document with GroupVersionKind '
                f'{document["apiVersion"]}, Kind={kind}')
            continue
        _review(environment, document)
        found[kind] = document
    return found


def _documents(text: str) -> list[Object]:
    try:
        documents = [each for each in decode.documents(text) if each is not None]
    except DecodeError as problem:
        raise KubeadmError(f'error unmarshaling YAML: {problem}') from None
    for document in documents:
        version = document.get('apiVersion') if isinstance(document, dict) else None
        if not version or not document.get('kind'):
            raise KubeadmError('invalid configuration for GroupVersionKind /, Kind=: kind and apiVersion is mandatory '
                               'information that must be specified')
        if version.startswith(f'{API}/') and version != API_VERSION:
            raise KubeadmError(
                f'your configuration file uses an old API spec: "{version}" (kind: "{document["kind"]}"). Please use '
                "kubeadm v1.30 instead and run 'kubeadm config migrate --old-config old-config-file --new-config "
                "new-config-file', which will write the new, similar spec using a newer API version.")
    return documents


def _review(environment: Environment, document: Object) -> None:
    """Warn of fields that nobody knows (strict.VerifyUnmarshalStrict), and refuse what is not simulated."""
    if not document['apiVersion'].startswith(f'{API}/'):
        return
    group, _, version = document['apiVersion'].partition('/')
    unknown, refused = schema.review(document, document['kind'])
    if unknown:
        environment.log.warningf(
            'initconfiguration.go:362', 'error unmarshaling configuration schema.GroupVersionKind{Group:'
            f'"{group}", Version:"{version}", Kind:"{document["kind"]}"}}: strict decoding error: '
            + ', '.join(f'unknown field "{path}"' for path in unknown))
    if refused:
        raise not_simulated(f'{document["kind"]}: {refused[0][0]}', refused[0][1])


def check_mixed(environment: Environment) -> None:
    """ValidateMixedArguments: --config says everything. Raises KubeadmError."""
    flags = environment.flags
    mixed = sorted({name for name, _ in flags.given} - MIXED)
    if flags.get('config') and mixed:
        raise KubeadmError(f"can not mix '--config' with arguments [{' '.join(mixed)}]")


# -- defaults -------------------------------------------------------------------------------------------------------


def cluster_defaults(version: str) -> Object:
    """A ClusterConfiguration of which nothing was said."""
    found: Object = decode.one(CLUSTER_CONFIGURATION.format(version=version))
    del found['networking']['podSubnet']
    return found


def registration(name: str) -> Object:
    return {'criSocket': SOCKET, 'imagePullPolicy': 'IfNotPresent', 'imagePullSerial': True, 'name': name}


def init_defaults(name: str, address: str) -> Object:
    return {'apiVersion': API_VERSION, 'kind': INIT,
            'localAPIEndpoint': {'advertiseAddress': address, 'bindPort': 6443},
            'nodeRegistration': registration(name), 'timeouts': dict(TIMEOUTS)}


def join_defaults(name: str) -> Object:
    return {'apiVersion': API_VERSION, 'kind': JOIN, 'caCertPath': '/etc/kubernetes/pki/ca.crt', 'discovery': {},
            'nodeRegistration': registration(name), 'timeouts': dict(TIMEOUTS)}


def merged(below: Any, above: Any) -> Any:
    """`above` over `below`, maps field by field."""
    if not isinstance(below, dict) or not isinstance(above, dict):
        return deep_copy(above)
    return {**below, **{name: merged(below.get(name), value) for name, value in above.items() if value is not None}}


def set_field(obj: Object, path: str, value: Any) -> None:
    """Give a field a value, by its path with dots."""
    *above, last = path.split('.')
    for name in above:
        obj = obj.setdefault(name, {})
    obj[last] = value


# -- versions -------------------------------------------------------------------------------------------------------


def numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r'\d+', version)[:3])


def kubernetes_version(environment: Environment, text: str) -> str:
    """KubernetesReleaseVersion, MandateVersion: 'v1.36.1' for '1.36.1' or for a label such as stable-1, which without a
    network means the version of kubeadm itself. Raises KubeadmError."""
    if _LABEL.fullmatch(text):
        environment.log.warningf('version.go:109', 'could not fetch a Kubernetes version from the internet: unable '
                    f'to get URL "https://dl.k8s.io/release/{text}.txt"')
        environment.log.warningf('version.go:110', f'falling back to the local client version: '
                                 f'{environment.version}')
        return environment.version
    match = _VERSION.fullmatch(text)
    if match is None:
        raise KubeadmError(f'couldn\'t parse Kubernetes version "{text}": version "{text}" doesn\'t match patterns for '
                           'neither semantic version nor labels (stable, latest, ...)')
    version = f'v{text.lstrip("v")}'
    own = numbers(environment.version)
    oldest = (own[0], own[1] - 1, 0)
    if numbers(version) < oldest:
        raise KubeadmError('this version of kubeadm only supports deploying clusters with the control plane version >= '
                           f'{".".join(map(str, oldest))}. Current version: {version}')
    return version
