"""How kube-proxy is told to work, by its flags and its file, and what it says when it cannot
(cmd/kube-proxy/app/options.go, pkg/proxy/apis/config/validation)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from tutor.apimachinery import decode
from tutor.apimachinery.decode import DecodeError
from tutor.client.rest_config import RestConfig
from tutor.cluster.containers.programs.starting import CannotStart
from tutor.shell.klog import Klog
from tutor.shell.process import IO, Context

IPTABLES, IPVS, NFTABLES = 'iptables', 'ipvs', 'nftables'
MODES = (IPTABLES, IPVS, NFTABLES)
SCHEDULERS = ('rr', 'wrr', 'lc', 'wlc', 'lblc', 'lblcr', 'dh', 'sh', 'sed', 'nq', 'mh', 'fo', 'ovf')
"""Those that the kernel has modules for."""
FIRST_PAUSE, LAST_PAUSE = 1.0, 30.0
"""Between the attempts of a reflector."""
GROUP, KIND = 'kubeproxy.config.k8s.io/v1alpha1', 'KubeProxyConfiguration'
_FLAGS = """
bind-address bind-address-hard-fail boot-id-file cleanup cluster-cidr config config-sync-period conntrack-max-per-core
conntrack-min conntrack-tcp-be-liberal conntrack-tcp-timeout-close-wait conntrack-tcp-timeout-established
conntrack-udp-timeout conntrack-udp-timeout-stream detect-local-mode feature-gates healthz-bind-address help
hostname-override init-only iptables-localhost-nodeports iptables-masquerade-bit iptables-min-sync-period
iptables-sync-period ipvs-exclude-cidrs ipvs-min-sync-period ipvs-scheduler ipvs-strict-arp ipvs-sync-period
ipvs-tcp-timeout ipvs-tcpfin-timeout ipvs-udp-timeout kube-api-burst kube-api-content-type kube-api-qps kubeconfig
log-flush-frequency log-json-info-buffer-size log-json-split-stream log-text-info-buffer-size log-text-split-stream
logging-format machine-id-file masquerade-all master metrics-bind-address nodeport-addresses oom-score-adj
pod-bridge-interface pod-interface-name-prefix profiling proxy-mode proxy-port-range show-hidden-metrics-for-version v
version vmodule write-config-to
"""
FLAGS = frozenset(_FLAGS.split())


@dataclass(frozen=True, slots=True)
class ProxySettings:
    """`mode` is '' where nothing chooses one: iptables then. `pods` is the range of the pods' addresses."""

    mode: str = ''
    pods: str = ''
    kubeconfig: str = ''
    scheduler: str = ''
    """Of ipvs; '' is rr."""
    localhost_node_ports: bool = True
    node_port_addresses: bool = False
    """Whether something says on which addresses node ports are open."""

    @property
    def backend(self) -> str:
        return self.mode or IPTABLES


def read(ctx: Context) -> ProxySettings:
    """The settings of a process. Raises CannotStart."""
    flags = _flags(ctx)
    path = flags.get('config', '')
    if not path:
        found = ProxySettings(flags.get('proxy-mode', ''), flags.get('cluster-cidr', ''), flags.get('kubeconfig', ''),
                              flags.get('ipvs-scheduler', ''), flags.get('iptables-localhost-nodeports') != 'false',
                              bool(flags.get('nodeport-addresses')))
    else:
        found = _of_file(path, ctx)
    _validate(found, ctx)
    if found.kubeconfig and not ctx.files.is_file(found.kubeconfig):
        raise failed(ctx, f'stat {found.kubeconfig}: no such file or directory', started=True)
    if found.mode == IPVS and found.scheduler not in ('', *SCHEDULERS):
        raise failed(ctx, "can't use the IPVS proxier: no such file or directory", started=True)
    return found


def failed(ctx: Context, why: str, started: bool = False) -> CannotStart:
    """Why it ends; one that had `started` its server says so twice."""
    lines: list[str] = []
    log = Klog(ctx.simulation, lines.append)
    if started:
        log.error('server.go:110', 'Error running ProxyServer', why)
    log.error('run.go:72', 'command failed', why)
    return CannotStart(''.join(lines))


def _flags(ctx: Context) -> dict[str, str]:
    found: dict[str, str] = {}
    words = iter(ctx.host.processes[ctx.pid].argv[1:])
    for word in words:
        name, equals, value = word.lstrip('-').partition('=')
        if name not in FLAGS:
            raise CannotStart(f'Error: unknown flag: --{name}\n')
        found[name] = value if equals else next(words, '')
    return found


def _of_file(path: str, ctx: Context) -> ProxySettings:
    """loadConfigFromFile."""
    if not ctx.files.is_file(path):
        raise failed(ctx, f'failed complete: open {path}: no such file or directory')
    try:
        document = _document(ctx.files.read_text(path))
    except DecodeError as error:
        raise _undecoded(ctx, str(error).removeprefix('error converting YAML to JSON: ')) from None
    kind, version = document.get('kind', ''), document.get('apiVersion', '')
    if not kind:
        text = json.dumps(document, separators=(',', ':'))
        raise _undecoded(ctx, f"Object 'Kind' is missing in '{text}'")
    if (kind, version) != (KIND, GROUP):
        raise _undecoded(ctx, f'no kind "{kind}" is registered for version "{version}" in scheme '
                              '"k8s.io/kubernetes/pkg/proxy/apis/config/scheme/scheme.go:30"')
    tables, ipvs, client = (document.get(name) or {} for name in ('iptables', 'ipvs', 'clientConnection'))
    return ProxySettings(document.get('mode') or '', document.get('clusterCIDR') or '', client.get('kubeconfig') or '',
                         ipvs.get('scheduler') or '', tables.get('localhostNodePorts') is not False,
                         bool(document.get('nodePortAddresses')))


def _undecoded(ctx: Context, why: str) -> CannotStart:
    return failed(ctx, f'failed complete: failed lenient decoding: {why}')


def _validate(found: ProxySettings, ctx: Context) -> None:
    """validateProxyModeLinux. Raises CannotStart."""
    if found.mode and found.mode not in MODES:
        raise failed(ctx, f'failed validate: KubeProxyConfiguration.Mode.ProxyMode: Invalid value: "{found.mode}": '
                          f'must be {", ".join(MODES)} or blank (blank means the best-available proxy [currently '
                          'iptables])')


@cache
def _document(text: str) -> Mapping[str, Any]:
    """What a file says; the same one starts every node's proxy. Raises DecodeError."""
    found: Any = decode.one(text)
    return found if isinstance(found, dict) else {}


# -- the API server -------------------------------------------------------------------------------------------------


async def reach_server(settings: ProxySettings, io: IO, ctx: Context) -> None:
    """Wait until the API server of the kubeconfig takes a connection: before it knows its node, a proxy does nothing
    (NewNodeManager)."""
    server = _server(settings.kubeconfig, ctx)
    log, pause = Klog(ctx.simulation, io.stderr.write), FIRST_PAUSE
    while problem := _unreachable(server, ctx):
        name = ctx.host.hostname
        log.error('reflector.go:204', 'Failed to watch', f'failed to list *v1.Node: Get "{server}/api/v1/nodes?'
                  f'fieldSelector=metadata.name%3D{name}&limit=500&resourceVersion=0": {problem}',
                  logger='UnhandledError', reflector='k8s.io/client-go/informers/factory.go:161', type='*v1.Node')
        await ctx.simulation.sleep(pause)
        pause = min(pause * 2, LAST_PAUSE)


def _server(path: str, ctx: Context) -> str:
    try:
        config = _document(ctx.files.read_text(path)) if path else {}
    except (DecodeError, OSError):
        return ''
    return next((cluster.get('server', '') for entry in config.get('clusters') or ()
                 for cluster in (entry.get('cluster') or {},)), '')


def _unreachable(server: str, ctx: Context) -> str:
    """Why nobody serves there; '' if somebody does."""
    try:
        if server:
            ctx.extras['connect'](RestConfig(server))
    except OSError as problem:
        return str(problem)
    return ''
