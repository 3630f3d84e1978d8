"""What the programs of a cluster's components log when they start, before their work begins."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from tutor.cluster.containers.programs import proxy_settings
from tutor.cluster.containers.programs.proxy_settings import IPTABLES, IPVS, NFTABLES
from tutor.cluster.containers.programs.secure_port import PORTS
from tutor.cluster.containers.programs.starting import RELEASE
from tutor.cluster.simulation import Simulation
from tutor.shell.klog import Klog
from tutor.shell.process import IO, Context

LEAD = timedelta(milliseconds=20)
"""How long before they work programs begin to log."""
MUTATING = ('NamespaceAutoProvision', 'NamespaceLifecycle', 'LimitRanger', 'ServiceAccount', 'NodeRestriction',
            'TaintNodesByCondition', 'AlwaysPullImages', 'Priority', 'DefaultTolerationSeconds', 'DefaultStorageClass',
            'StorageObjectInUseProtection', 'RuntimeClass', 'DefaultIngressClass', 'PodTopologyLabels',
            'MutatingAdmissionPolicy', 'MutatingAdmissionWebhook')
VALIDATING = ('LimitRanger', 'ServiceAccount', 'NodeRestriction', 'AlwaysPullImages', 'ImagePolicyWebhook',
              'PodSecurity', 'Priority',
              'PersistentVolumeClaimResize', 'RuntimeClass', 'CertificateApproval', 'CertificateSigning',
              'ClusterTrustBundleAttest', 'CertificateSubjectRestriction', 'NodeDeclaredFeatureValidator',
              'DenyServiceExternalIPs', 'ValidatingAdmissionPolicy', 'ValidatingAdmissionWebhook', 'ResourceQuota')
OFF_BY_DEFAULT = {'NamespaceAutoProvision', 'NodeRestriction', 'AlwaysPullImages', 'ImagePolicyWebhook',
                  'DenyServiceExternalIPs'}
CLIENT_CA = 'client-ca::kube-system::extension-apiserver-authentication::client-ca-file'
PROXIERS = {IPTABLES: 137, IPVS: 194, NFTABLES: 254}
"""On which line each proxy mode tells of itself."""
IPVS_DEPRECATED = ("The ipvs proxier is now deprecated and may be removed in a future release. Please use 'nftables' "
                   'instead.')
ROUTE_LOCALNET = (
    'Setting route_localnet=1 to allow node-ports on localhost; to change this either disable '
    'iptables.localhostNodePorts (--iptables-localhost-nodeports) or set nodePortAddresses (--nodeport-addresses) to '
    'filter loopback addresses')
OPEN_NODE_PORTS = ('nodePortAddresses is unset; NodePort connections will be accepted on all local IPs. Consider using '
                   '`--nodeport-addresses primary`')


def write(name: str, io: IO, ctx: Context) -> None:
    """The first lines of the program that is called so; nothing for one that is not known."""
    words = (word.removeprefix('--').partition('=') for word in ctx.host.processes[ctx.pid].argv[1:])
    flags = {flag: value for flag, _, value in words}
    if name == 'etcd':
        _etcd(flags, io, ctx)
    elif name == 'local-path-provisioner':
        io.stderr.write(f'time="{ctx.simulation.timestamp()}" level=debug msg="Provisioner started"\n')
    elif name in _KLOG:
        clock: Any = _Starting(ctx.simulation)
        _KLOG[name](Klog(clock, io.stderr.write), flags, ctx)


class _Starting:
    """The clock of a program that has been starting for a moment: no two of its lines come at the same time."""

    def __init__(self, simulation: Simulation) -> None:
        self._next = simulation.wall() - LEAD
        self._simulation = simulation

    def wall(self) -> datetime:
        self._next = min(self._next + timedelta(microseconds=90 + self._next.microsecond * 7 % 700),
                         self._simulation.wall())
        return self._next


def _version(log: Klog, file: str, line: int, words: str, ctx: Context) -> None:
    log.info(f'{file}:{line}', words, version=ctx.extras[RELEASE])
    log.info(f'{file}:{line + 2}', 'Golang settings', GOGC='', GOMAXPROCS='', GOTRACEBACK='')


def _synced(log: Klog, controller: str) -> None:
    log.info('shared_informer.go:381', 'Waiting for caches to sync', controller=controller)
    log.info('shared_informer.go:388', 'Caches are synced', controller=controller)


# -- the control plane ----------------------------------------------------------------------------------------------


def _apiserver(log: Klog, flags: Mapping[str, str], ctx: Context) -> None:
    log.infof('options.go:263', f'external host was not specified, using {flags.get("advertise-address") or "0.0.0.0"}')
    log.infof('server.go:150', f'Version: {ctx.extras[RELEASE]}')
    log.info('server.go:152', 'Golang settings', GOGC='', GOMAXPROCS='', GOTRACEBACK='')
    for line, kind, plugins in ((157, 'mutating', MUTATING), (160, 'validating', VALIDATING)):
        active = [name for name in plugins if _active(name, kind, flags)]
        log.infof(f'plugins.go:{line}', f'Loaded {len(active)} {kind} admission controller(s) successfully in the '
                                        f'following order: {",".join(active)}.')
    log.infof('instance.go:239', 'Using reconciler: lease')
    for kind, flag in (('request-header', 'requestheader-client-ca-file'), ('client-ca-bundle', 'client-ca-file')):
        if flags.get(flag):
            log.info('dynamic_cafile_content.go:161', 'Starting controller', name=f'{kind}::{flags[flag]}')
    if flags.get('tls-cert-file'):
        log.info('dynamic_serving_content.go:135', 'Starting controller',
                 name=f'serving-cert::{flags["tls-cert-file"]}::{flags.get("tls-private-key-file", "")}')
    log.infof('secure_serving.go:211', f'Serving securely on [::]:{flags.get("secure-port") or "6443"}')
    log.info('tlsconfig.go:243', 'Starting DynamicServingCertificateController')
    log.infof('apf_controller.go:377', 'Starting API Priority and Fairness config controller')
    log.infof('apf_controller.go:382', 'Running API Priority and Fairness config worker')


def _active(name: str, kind: str, flags: Mapping[str, str]) -> bool:
    if name in flags.get('disable-admission-plugins', '').split(','):
        return False
    # NodeRestriction and AlwaysPullImages validate too, but are told of once, where they come first.
    if kind == 'validating' and name == 'NodeRestriction':
        return False
    return name not in OFF_BY_DEFAULT or name in flags.get('enable-admission-plugins', '').split(',')


def _scheduler(log: Klog, flags: Mapping[str, str], ctx: Context) -> None:
    log.infof('serving.go:389', 'Generated self-signed cert in-memory')
    _version(log, 'server.go', 174, 'Starting Kubernetes Scheduler', ctx)
    _securely(log, 'kube-scheduler', flags)
    log.info('configmap_cafile_content.go:205', 'Starting controller', name=CLIENT_CA)
    _synced(log, CLIENT_CA)


def _controller_manager(log: Klog, flags: Mapping[str, str], ctx: Context) -> None:
    log.infof('serving.go:389', 'Generated self-signed cert in-memory')
    _version(log, 'controllermanager.go', 189, 'Starting', ctx)
    for kind, flag in (('request-header', 'requestheader-client-ca-file'), ('client-ca-bundle', 'client-ca-file')):
        if flags.get(flag):
            log.info('dynamic_cafile_content.go:161', 'Starting controller', name=f'{kind}::{flags[flag]}')
    _securely(log, 'kube-controller-manager', flags)


def _securely(log: Klog, name: str, flags: Mapping[str, str]) -> None:
    address = flags.get('bind-address') or '[::]'
    log.infof('secure_serving.go:211', f'Serving securely on {address}:{flags.get("secure-port") or PORTS[name]}')
    log.info('tlsconfig.go:243', 'Starting DynamicServingCertificateController')


def _etcd(flags: Mapping[str, str], io: IO, ctx: Context) -> None:
    def line(caller: str, message: str, **values: Any) -> None:
        stamp = f'{clock.wall():%Y-%m-%dT%H:%M:%S.%fZ}'
        entry = {'level': 'info', 'ts': stamp, 'caller': caller, 'msg': message, **values}
        io.stderr.write(json.dumps(entry, separators=(',', ':')) + '\n')

    clock = _Starting(ctx.simulation)
    clients = [url for url in flags.get('listen-client-urls', 'http://localhost:2379').split(',') if url]
    peers = [url for url in flags.get('listen-peer-urls', 'http://localhost:2380').split(',') if url]
    line('etcdmain/etcd.go:64', 'Running: ', args=list(ctx.host.processes[ctx.pid].argv))
    line('embed/etcd.go:138', 'configuring peer listeners', **{'listen-peer-urls': peers})
    line('embed/etcd.go:146', 'configuring client listeners', **{'listen-client-urls': clients})
    line('embed/etcd.go:323', 'starting an etcd server', **{
        'etcd-version': '3.6.8', 'name': flags.get('name', 'default'),
        'data-dir': flags.get('data-dir', 'default.etcd'),
        'advertise-client-urls': flags.get('advertise-client-urls', '').split(','), 'listen-client-urls': clients})
    line('embed/serve.go:124', 'ready to serve client requests')
    for url in clients:
        secure = url.startswith('https')
        line('embed/serve.go:275' if secure else 'embed/serve.go:212',
             'serving client traffic securely' if secure else
             'serving client traffic insecurely; this is strongly discouraged!',
             traffic='grpc+http', address=url.rpartition('/')[2])


# -- on every node --------------------------------------------------------------------------------------------------


def _proxy(log: Klog, flags: Mapping[str, str], ctx: Context) -> None:
    settings = proxy_settings.read(ctx)
    mode = settings.backend
    if not settings.mode:
        log.info('server_linux.go:53', 'Using iptables proxy')
    log.info('shared_informer.go:402', 'Waiting for caches to sync')
    log.info('shared_informer.go:409', 'Caches are synced')
    addresses = ctx.host.network.addresses if ctx.host.network is not None else []
    log.info('server.go:228', 'Successfully retrieved NodeIPs', NodeIPs=addresses)
    if mode != NFTABLES and not settings.node_port_addresses:
        log.error('server.go:265', 'Kube-proxy configuration may be incomplete or incorrect', OPEN_NODE_PORTS)
    log.info('server.go:274', 'kube-proxy running in dual-stack mode', **{'primary ipFamily': 'IPv4'})
    log.info(f'server_linux.go:{PROXIERS[mode]}', f'Using {mode} Proxier')
    if mode == IPTABLES and settings.localhost_node_ports and not settings.node_port_addresses:
        log.info('proxier.go:242', ROUTE_LOCALNET, ipFamily='IPv4')
    if mode == IPVS:
        log.error('server_linux.go:196', IPVS_DEPRECATED)
        for family in ('IPv4', 'IPv6') if not settings.scheduler else ():
            log.info('proxier.go:351', 'IPVS scheduler not specified, use rr by default', ipFamily=family)
    _version(log, 'server.go', 539, 'Version info', ctx)
    kinds = ((200, 'service'), (106, 'endpoint slice'), (403, 'serviceCIDR'), (309, 'node'))
    for line, kind in kinds:
        log.info(f'config.go:{line}', f'Starting {kind} config controller')
        log.info('shared_informer.go:381', 'Waiting for caches to sync', controller=f'{kind} config')
    for _, kind in reversed(kinds):
        log.info('shared_informer.go:388', 'Caches are synced', controller=f'{kind} config')


_KLOG = {'kube-apiserver': _apiserver, 'kube-scheduler': _scheduler, 'kube-controller-manager': _controller_manager,
         'kube-proxy': _proxy}
