"""What a kubelet reads before it works, flags over files, and what it says when that is wrong (cmd/kubelet/app)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from tutor.apimachinery import decode
from tutor.apimachinery.decode import DecodeError
from tutor.apimachinery.duration import parse_duration
from tutor.apimachinery.objects import Object
from tutor.apimachinery.quantity import parse
from tutor.cluster.kubelet.access import Access
from tutor.cluster.kubelet.eviction.thresholds import HARD, TRANSITION, Threshold, parsed
from tutor.shell.vfs import FileSystem

API_VERSION, KIND = 'kubelet.config.k8s.io/v1beta1', 'KubeletConfiguration'
FLAGS = {
    'config', 'kubeconfig', 'bootstrap-kubeconfig', 'container-runtime-endpoint', 'node-ip', 'hostname-override', 'v',
    'node-labels', 'register-with-taints', 'pod-manifest-path', 'cluster-dns', 'cluster-domain', 'cgroup-driver',
    'root-dir', 'fail-swap-on', 'max-pods', 'client-ca-file', 'anonymous-auth', 'authorization-mode',
    'read-only-port', 'rotate-certificates', 'cert-dir', 'image-credential-provider-config', 'feature-gates',
    'image-credential-provider-bin-dir', 'image-service-endpoint', 'cloud-provider', 'eviction-hard', 'kube-reserved',
    'system-reserved', 'port', 'healthz-port', 'healthz-bind-address', 'address', 'config-dir', 'register-node',
    'tls-cert-file', 'tls-private-key-file', 'resolv-conf', 'serialize-image-pulls', 'event-qps', 'runtime-cgroups',
    'kubelet-cgroups', 'make-iptables-util-chains', 'protect-kernel-defaults', 'streaming-connection-idle-timeout',
    'node-status-update-frequency', 'vmodule', 'allowed-unsafe-sysctls', 'volume-plugin-dir', 'seccomp-default',
}
"""Flags that a kubelet knows, without dashes."""
AS_FIELDS = {'container-runtime-endpoint': 'containerRuntimeEndpoint', 'pod-manifest-path': 'staticPodPath',
             'cluster-domain': 'clusterDomain'}
"""Flags that are deprecated in favour of a field of the configuration."""
SOCKET_SCHEME = 'unix://'
EFFECTS = ('NoSchedule', 'PreferNoSchedule', 'NoExecute')
TEXT_FIELDS = ('staticPodPath', 'clusterDomain', 'containerRuntimeEndpoint', 'cgroupDriver', 'healthzBindAddress')


class StartFailed(Exception):
    """The kubelet cannot start: what its last line says. `before` is logged first, with its place in the source."""

    def __init__(self, text: str, before: tuple[str, str] | None = None) -> None:
        super().__init__(text)
        self.before = before


@dataclass(frozen=True, slots=True)
class Registration:
    """What a kubelet says of its node: how many pods it takes (None for as many as the machine's file says), what is
    kept from pods for each resource, and the labels and taints that a new Node has besides."""

    max_pods: int | None = None
    reserved: tuple[Mapping[str, str], ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    taints: tuple[Object, ...] = ()
    register: bool = True


@dataclass(frozen=True, slots=True)
class Startup:
    """What a kubelet works with from now on."""

    server: str = ''
    manifests: str = ''
    cluster_dns: str = ''
    cluster_domain: str = 'cluster.local'
    authority: str = ''
    access: Access = field(default_factory=Access)
    health: tuple[str, int] = ('127.0.0.1', 10248)
    """Where its health is asked for; port 0: nowhere."""
    lenient: tuple[str, ...] = field(default=())
    thresholds: tuple[Threshold, ...] = HARD
    transition: float = TRANSITION
    """How long a condition of pressure stays (evictionPressureTransitionPeriod)."""
    registration: Registration = field(default_factory=Registration)
    config: Object = field(default_factory=dict)
    """The configuration as it is written."""


def read(argv: list[str], files: FileSystem) -> Startup:
    """Flags, configuration file and kubeconfig. Raises StartFailed."""
    flags = _flags(argv)
    config = _config(flags, files)
    config.update({name: flags[flag] for flag, name in AS_FIELDS.items() if flag in flags})
    authority = ((config.get('authentication') or {}).get('x509') or {}).get('clientCAFile', '')
    if authority and not files.is_file(authority):
        raise StartFailed(f'failed to construct kubelet dependencies: unable to load client CA file {authority}: '
                          f'open {authority}: no such file or directory')
    server = _server(flags, files)
    socket = str(config.get('containerRuntimeEndpoint') or '').removeprefix(SOCKET_SCHEME)
    if not socket:
        raise StartFailed('failed to validate kubelet configuration, error: the containerRuntimeEndpoint was not '
                          f'specified in kubelet configuration, path: {flags.get("config", "")}')
    if not files.exists(socket):
        raise StartFailed(f'failed to run Kubelet: validate service connection: {dial_problem(socket)}')
    try:
        thresholds = parsed(config.get('evictionHard'))
        transition = parse_duration(str(config.get('evictionPressureTransitionPeriod') or '0s')) or TRANSITION
    except ValueError as problem:
        raise StartFailed(f'failed to run Kubelet: {problem}') from None
    servers = config.get('clusterDNS') or []
    registration = _registration(flags, config)
    health = str(config.get('healthzBindAddress') or '127.0.0.1'), int(config.get('healthzPort', 10248))
    return Startup(server, config.get('staticPodPath') or '', servers[0] if servers else '',
                   config.get('clusterDomain') or '', authority, Access.of(config), health,
                   thresholds=thresholds, transition=transition, registration=registration, config=config)


def _registration(flags: dict[str, str], config: Object) -> Registration:
    """The flags and fields about the Node. Raises StartFailed."""
    most = flags.get('max-pods', config.get('maxPods'))
    reserved = [config.get('systemReserved') or {}, config.get('kubeReserved') or {}]
    for number, flag in enumerate(('system-reserved', 'kube-reserved')):
        if flag in flags:
            reserved[number] = _pairs(flags[flag])
    taints = list(config.get('registerWithTaints') or ())
    if 'register-with-taints' in flags:
        taints = [_taint(text) for text in flags['register-with-taints'].split(',') if text]
    try:
        for amounts in reserved:
            for amount in amounts.values():
                parse(str(amount))
        return Registration(int(most) if most is not None else None, tuple(reserved), _pairs(
            flags.get('node-labels', '')), tuple(taints), str(flags.get(
                'register-node', config.get('registerNode', True))).lower() != 'false')
    except ValueError as problem:
        raise StartFailed(f'failed to run Kubelet: {problem}') from None


def _pairs(text: str) -> dict[str, str]:
    """MapStringString's 'a=b,c=d'."""
    return {name: value for name, _, value in (pair.partition('=') for pair in text.split(',') if pair)}


def _taint(text: str) -> Object:
    """RegisterWithTaintsVar's 'key=value:Effect'. Raises StartFailed."""
    pair, colon, effect = text.rpartition(':')
    key, _, value = pair.partition('=')
    if not colon or effect not in EFFECTS:
        raise StartFailed(f'failed to parse kubelet flag: invalid argument "{text}" for "--register-with-taints" flag: '
                          f'invalid taint effect: {effect}, unsupported taint effect')
    return {'key': key, 'effect': effect, **({'value': value} if value else {})}


def dial_problem(socket: str, why: str = 'no such file or directory') -> str:
    return (f'validate CRI v1 runtime API for endpoint "{SOCKET_SCHEME}{socket}": rpc error: code = Unavailable desc = '
            f'connection error: desc = "transport: Error while dialing: dial unix {socket}: connect: {why}"')


def _flags(argv: list[str]) -> dict[str, str]:
    """pflag's reading: '--name=value' or '--name value'. Raises StartFailed."""
    found: dict[str, str] = {}
    rest = list(argv[1:])
    while rest:
        word = rest.pop(0)
        if not word.startswith('-'):
            raise StartFailed(f'unknown command {word}')
        name, equals, value = word.lstrip('-').partition('=')
        if name not in FLAGS:
            raise StartFailed(f'failed to parse kubelet flag: unknown flag: --{name}')
        if not equals and rest and not rest[0].startswith('-'):
            value = rest.pop(0)
        found[name] = value
    return found


# -- the configuration --------------------------------------------------------------------------------------------


def _config(flags: dict[str, str], files: FileSystem) -> Object:
    path = flags.get('config', '')
    if not path:
        return {}
    problem = (f'failed to load kubelet config file, path: {path}, error: failed to load Kubelet config file {path}, '
               'error ')
    try:
        text = files.read_text(path)
    except OSError as error:
        why = (error.strerror or '').lower()
        raise StartFailed(f'{problem}failed to read kubelet config file "{path}", error: open {path}: {why}') from None
    try:
        return dict(_decoded(text))
    except ValueError as error:
        raise StartFailed(f'{problem}failed to decode: {error}') from None


@lru_cache(maxsize=64)
def _decoded(text: str) -> Object:
    """A KubeletConfiguration from its text. Raises ValueError as the decoder words it."""
    try:
        config = decode.one(text)
    except DecodeError as error:
        raise ValueError(str(error).removeprefix('error converting YAML to JSON: ')) from None
    if not isinstance(config, dict):
        raise ValueError(f"couldn't get version/kind; json parse error: json: cannot unmarshal "
                         f'{_kind(config)} into Go value of type struct {{ APIVersion string "json:\\"apiVersion,'
                         'omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }')
    version, kind = config.get('apiVersion', ''), config.get('kind', '')
    if not kind:
        raise ValueError(f"Object 'Kind' is missing in '{decode_json(config)}'")
    if not version:
        raise ValueError(f"Object 'apiVersion' is missing in '{decode_json(config)}'")
    if kind != KIND or version != API_VERSION:
        raise ValueError(f'no kind "{kind}" is registered for version "{version}" in scheme '
                         '"k8s.io/kubernetes/pkg/kubelet/apis/config/scheme/scheme.go:33"')
    for name in TEXT_FIELDS:
        if name in config and not isinstance(config[name], str):
            raise ValueError(f'json: cannot unmarshal {_kind(config[name])} into Go struct field '
                             f'{KIND}.{name} of type string')
    for name in ('authentication', 'authorization', 'logging', 'evictionHard'):
        if config.get(name) is not None and not isinstance(config[name], dict):
            raise ValueError(f'json: cannot unmarshal {_kind(config[name])} into Go struct field '
                             f'{KIND}.{name} of type config.Kubelet{name.capitalize()}')
    return config


def _kind(value: Any) -> str:
    return {str: 'string', bool: 'bool', int: 'number', float: 'number', list: 'array', dict: 'object'}.get(
        type(value), 'null')


def decode_json(value: Any) -> str:
    import json
    return json.dumps(value, separators=(',', ':'), sort_keys=True)


# -- the kubeconfig -----------------------------------------------------------------------------------------------


def _server(flags: dict[str, str], files: FileSystem) -> str:
    """Where the API server is, from the kubeconfig; without a good one, the bootstrap kubeconfig is asked for
    (bootstrap.LoadClientConfig). Raises StartFailed."""
    path, bootstrap = flags.get('kubeconfig', ''), flags.get('bootstrap-kubeconfig', '')
    if not path:
        return ''
    before = None
    if files.exists(path):
        text = files.read_text(path)
        server, problems = _kubeconfig(text, path, files)
        if not problems:
            return server
        before = ('bootstrap.go:266', f'unable to read existing bootstrap client config from {path}: {problems}')
    if bootstrap and not files.exists(bootstrap):
        raise StartFailed('failed to run Kubelet: unable to load bootstrap kubeconfig: stat '
                          f'{bootstrap}: no such file or directory', before)
    if bootstrap:
        server, problems = _kubeconfig(files.read_text(bootstrap), bootstrap, files)
        if not problems:
            return server
    raise StartFailed(f'failed to run Kubelet: invalid kubeconfig: {before[1] if before else path}', before)


def _kubeconfig(text: str, path: str, files: FileSystem) -> tuple[str, str]:
    """The server of a kubeconfig's current context, and what is wrong with it (clientcmd.ConfirmUsable)."""
    try:
        config = decode.one(text) or {}
    except DecodeError as error:
        return '', f'error loading config file "{path}": {str(error).removeprefix("error converting YAML to JSON: ")}'
    if not isinstance(config, dict):
        return '', f'error loading config file "{path}": couldn\'t get version/kind'
    context = _named(config, 'contexts', 'context', config.get('current-context', ''))
    cluster_name, user_name = context.get('cluster', ''), context.get('user', '')
    cluster, user = _named(config, 'clusters', 'cluster', cluster_name), _named(config, 'users', 'user', user_name)
    problems = [] if cluster.get('server') else [f'no server found for cluster "{cluster_name}"']
    wanted = [('certificate-authority', cluster, cluster_name), ('client-certificate', user, user_name),
              ('client-key', user, user_name)]
    for key, entry, name in wanted:
        place = entry.get(key)
        if place and not files.is_file(place):
            problems.append(f'unable to read {key} {place} for {name} due to open {place}: no such file or directory')
    if problems:
        text = problems[0] if len(problems) == 1 else f'[{", ".join(problems)}]'
        return '', f'invalid configuration: {text}'
    return re.sub(r'/+$', '', cluster['server']), ''


def _named(config: Object, field_name: str, key: str, name: str) -> Object:
    entries = config.get(field_name) or []
    return next((entry.get(key) or {} for entry in entries if isinstance(entry, dict) and entry.get('name') == name),
                {})
