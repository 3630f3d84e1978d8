"""What a control-plane program checks before it works: that it knows its flags, and that the files they name are there
(k8s.io/component-base/cli, k8s.io/apiserver/pkg/server/options)."""

from __future__ import annotations

import re
from collections.abc import Mapping

from tutor.apimachinery.duration import DurationError, parse_duration
from tutor.cluster.containers.programs import secure_port
from tutor.cluster.containers.programs.starting import CannotStart
from tutor.shell.klog import Klog
from tutor.shell.process import IO, Context

_COMMON = """
allow-metric-labels allow-metric-labels-manifest authentication-kubeconfig authentication-skip-lookup
authentication-token-webhook-cache-ttl authentication-tolerate-lookup-failure authorization-always-allow-paths
authorization-kubeconfig authorization-webhook-cache-authorized-ttl authorization-webhook-cache-unauthorized-ttl
bind-address cert-dir client-ca-file config contention-profiling disable-http2-serving disabled-metrics
emulated-version emulation-forward-compatible feature-gates help http2-max-streams-per-connection kube-api-burst
kube-api-content-type kube-api-qps kubeconfig leader-elect leader-elect-lease-duration leader-elect-renew-deadline
leader-elect-resource-lock leader-elect-resource-name leader-elect-resource-namespace leader-elect-retry-period
log-flush-frequency log-json-info-buffer-size log-json-split-stream log-text-info-buffer-size log-text-split-stream
logging-format master min-compatibility-version permit-address-sharing permit-port-sharing profiling
requestheader-allowed-names requestheader-client-ca-file requestheader-extra-headers-prefix
requestheader-group-headers requestheader-uid-headers requestheader-username-headers secure-port
show-hidden-metrics-for-version tls-cert-file tls-cipher-suites tls-min-version tls-private-key-file tls-sni-cert-key v
version vmodule write-config-to
"""
_APISERVER = """
admission-control admission-control-config-file advertise-address aggregator-reject-forwarding-redirect
allow-privileged anonymous-auth api-audiences audit-log-batch-buffer-size audit-log-batch-max-size
audit-log-batch-max-wait audit-log-batch-throttle-burst audit-log-batch-throttle-enable audit-log-batch-throttle-qps
audit-log-compress audit-log-format audit-log-maxage audit-log-maxbackup audit-log-maxsize audit-log-mode
audit-log-path audit-log-truncate-enabled audit-log-truncate-max-batch-size audit-log-truncate-max-event-size
audit-log-version audit-policy-file audit-webhook-batch-buffer-size audit-webhook-batch-max-size
audit-webhook-batch-max-wait audit-webhook-config-file audit-webhook-initial-backoff audit-webhook-mode
authentication-config authentication-token-webhook-config-file authentication-token-webhook-version
authorization-config authorization-mode authorization-policy-file authorization-webhook-config-file
authorization-webhook-version coordinated-leadership-lease-duration coordinated-leadership-renew-deadline
coordinated-leadership-retry-period cors-allowed-origins debug-socket-path default-not-ready-toleration-seconds
default-unreachable-toleration-seconds default-watch-cache-size delete-collection-workers disable-admission-plugins
egress-selector-config-file enable-admission-plugins enable-aggregator-routing enable-bootstrap-token-auth
enable-garbage-collector enable-logs-handler enable-priority-and-fairness encryption-provider-config
encryption-provider-config-automatic-reload endpoint-reconciler-type etcd-cafile etcd-certfile
etcd-compaction-interval etcd-count-metric-poll-period etcd-db-metric-poll-interval etcd-healthcheck-timeout
etcd-keyfile etcd-prefix etcd-readycheck-timeout etcd-servers etcd-servers-overrides event-ttl external-hostname
goaway-chance identity-lease-duration-seconds identity-lease-renew-interval-seconds kubelet-certificate-authority
kubelet-client-certificate kubelet-client-key kubelet-port kubelet-preferred-address-types kubelet-read-only-port
kubelet-timeout kubernetes-service-node-port lease-reuse-duration-seconds livez-grace-period
max-connection-bytes-per-sec max-mutating-requests-inflight max-requests-inflight min-request-timeout
oidc-ca-file oidc-client-id oidc-groups-claim oidc-groups-prefix oidc-issuer-url oidc-required-claim
oidc-signing-algs oidc-username-claim oidc-username-prefix peer-advertise-ip peer-advertise-port peer-ca-file
proxy-client-cert-file proxy-client-key-file request-timeout runtime-config runtime-config-emulation-forward-compatible
service-account-extend-token-expiration service-account-issuer service-account-jwks-uri service-account-key-file
service-account-lookup service-account-max-token-expiration service-account-signing-endpoint
service-account-signing-key-file service-cluster-ip-range service-node-port-range shutdown-delay-duration
shutdown-send-retry-after shutdown-watch-termination-grace-period storage-backend storage-initialization-timeout
storage-media-type strict-transport-security-directives token-auth-file tracing-config-file watch-cache
watch-cache-sizes
"""
_MANAGER = """
allocate-node-cidrs allow-untagged-cloud attach-detach-reconcile-sync-period cidr-allocator-type
cluster-cidr cluster-name cluster-signing-cert-file cluster-signing-duration cluster-signing-key-file
cluster-signing-kube-apiserver-client-cert-file cluster-signing-kube-apiserver-client-key-file
cluster-signing-kubelet-client-cert-file cluster-signing-kubelet-client-key-file
cluster-signing-kubelet-serving-cert-file cluster-signing-kubelet-serving-key-file
cluster-signing-legacy-unknown-cert-file cluster-signing-legacy-unknown-key-file
concurrent-cron-job-syncs concurrent-daemonset-syncs concurrent-deployment-syncs concurrent-endpoint-syncs
concurrent-ephemeralvolume-syncs concurrent-gc-syncs concurrent-horizontal-pod-autoscaler-syncs concurrent-job-syncs
concurrent-namespace-syncs concurrent-rc-syncs concurrent-replicaset-syncs concurrent-resource-quota-syncs
concurrent-service-endpoint-syncs concurrent-service-syncs concurrent-serviceaccount-token-syncs
concurrent-statefulset-syncs concurrent-ttl-after-finished-syncs configure-cloud-routes controller-start-interval
controllers disable-attach-detach-reconcile-sync enable-dynamic-provisioning enable-garbage-collector
enable-hostpath-provisioner enable-leader-migration endpoint-updates-batch-period endpointslice-updates-batch-period
external-cloud-volume-plugin flex-volume-plugin-dir horizontal-pod-autoscaler-cpu-initialization-period
horizontal-pod-autoscaler-downscale-stabilization horizontal-pod-autoscaler-initial-readiness-delay
horizontal-pod-autoscaler-sync-period horizontal-pod-autoscaler-tolerance large-cluster-size-threshold
leader-migration-config legacy-service-account-token-clean-up-period max-endpoints-per-slice
min-resync-period mirroring-concurrent-service-endpoint-syncs mirroring-endpointslice-updates-batch-period
mirroring-max-endpoints-per-subset namespace-sync-period node-cidr-mask-size node-cidr-mask-size-ipv4
node-cidr-mask-size-ipv6 node-eviction-rate node-monitor-grace-period node-monitor-period node-startup-grace-period
pv-recycler-increment-timeout-nfs pv-recycler-minimum-timeout-hostpath pv-recycler-minimum-timeout-nfs
pv-recycler-pod-template-filepath-hostpath pv-recycler-pod-template-filepath-nfs pv-recycler-timeout-increment-hostpath
pvclaimbinder-sync-period resource-quota-sync-period root-ca-file route-reconciliation-period
secondary-node-eviction-rate service-account-private-key-file service-cluster-ip-range
terminated-pod-gc-threshold unhealthy-zone-threshold unsupported-kube-api-over-localhost use-service-account-credentials
"""
_SCHEDULER = 'pod-max-in-unschedulable-pods-duration'
FLAGS: Mapping[str, frozenset[str]] = {
    'kube-apiserver': frozenset(f'{_COMMON}{_APISERVER}'.split()),
    'kube-controller-manager': frozenset(f'{_COMMON}{_MANAGER}'.split()),
    'kube-scheduler': frozenset(f'{_COMMON}{_SCHEDULER}'.split()),
}
FILE_FLAGS = (
    'client-ca-file', 'etcd-cafile', 'etcd-certfile', 'etcd-keyfile', 'tls-cert-file', 'tls-private-key-file',
    'service-account-key-file', 'service-account-signing-key-file', 'kubelet-client-certificate', 'kubelet-client-key',
    'requestheader-client-ca-file', 'proxy-client-cert-file', 'proxy-client-key-file', 'token-auth-file',
    'audit-policy-file', 'encryption-provider-config', 'admission-control-config-file', 'authorization-config',
    'authentication-config', 'authorization-policy-file', 'cluster-signing-cert-file', 'cluster-signing-key-file',
    'root-ca-file', 'service-account-private-key-file', 'oidc-ca-file', 'kubelet-certificate-authority')
NUMBERS = frozenset((
    'audit-log-maxage', 'audit-log-maxbackup', 'audit-log-maxsize', 'kube-api-burst', 'large-cluster-size-threshold',
    'max-mutating-requests-inflight', 'max-requests-inflight', 'node-cidr-mask-size', 'secure-port',
    'terminated-pod-gc-threshold', 'v'))
FLOATS = frozenset(('horizontal-pod-autoscaler-tolerance', 'node-eviction-rate', 'secondary-node-eviction-rate',
                    'unhealthy-zone-threshold'))
SWITCHES = frozenset((
    'allocate-node-cidrs', 'allow-privileged', 'anonymous-auth', 'audit-log-compress', 'contention-profiling',
    'enable-aggregator-routing', 'enable-bootstrap-token-auth', 'enable-garbage-collector',
    'enable-priority-and-fairness', 'encryption-provider-config-automatic-reload', 'leader-elect', 'profiling',
    'service-account-lookup', 'use-service-account-credentials'))
TRUTHS = frozenset(('1', 't', 'T', 'TRUE', 'true', 'True', '0', 'f', 'F', 'FALSE', 'false', 'False'))
"""What strconv.ParseBool reads."""
DURATIONS = ('-period', '-duration', '-interval', '-timeout', '-ttl', '-stabilization', '-delay', '-wait')
"""How the names of flags end that take a duration."""
STAT_FLAGS = ('kubeconfig', 'authentication-kubeconfig', 'authorization-kubeconfig', 'config')
PRIVILEGED_ONLY = 'kube-apiserver'
ETCD = '2379'
STORAGE_TIMEOUT = 20.0


def check(name: str, argv: list[str], io: IO, ctx: Context) -> dict[str, str]:
    """The flags of a control-plane program. Raises CannotStart with what the program says of the first that is
    wrong."""
    known, found = FLAGS[name], {}
    for word in argv[1:]:
        flag, _, value = word.removeprefix('--').partition('=')
        if not word.startswith('-'):
            raise CannotStart(f'Error: unknown command "{word}" for "{name}"\n')
        if flag not in known:
            raise CannotStart(f'Error: unknown flag: --{flag}\n')
        problem = _unparsed(flag, value)
        if problem:
            raise CannotStart(f'Error: invalid argument "{value}" for "--{flag}" flag: {problem}\n')
        found[flag] = value
    for flag, value in found.items():
        verb = 'open' if flag in FILE_FLAGS else 'stat' if flag in STAT_FLAGS else ''
        if verb and value and not ctx.files.is_file(value):
            raise _failed(f'{verb} {value}: no such file or directory', io, ctx)
    if name == PRIVILEGED_ONLY and 'etcd-servers' not in found:
        raise _failed('--etcd-servers must be specified', io, ctx)
    return found


def _unparsed(flag: str, value: str) -> str:
    """What pflag says of a flag's value that is not of its type, '' if it is."""
    if flag in NUMBERS and not (value.removeprefix('-').isascii() and value.removeprefix('-').isdigit()):
        return f'strconv.ParseInt: parsing "{value}": invalid syntax'
    if flag in FLOATS and not re.fullmatch(r'[+-]?(\d+\.?\d*|\.\d+)', value):
        return f'strconv.ParseFloat: parsing "{value}": invalid syntax'
    if flag in SWITCHES and value and value not in TRUTHS:
        return f'strconv.ParseBool: parsing "{value}": invalid syntax'
    if flag.endswith(DURATIONS):
        try:
            parse_duration(value)
        except DurationError as error:
            return str(error)
    return ''


def serve(name: str, flags: Mapping[str, str], io: IO, ctx: Context) -> None:
    """Open the secure port of a program that is no API server. Raises CannotStart."""
    try:
        secure_port.listen(name, flags, ctx)
    except OSError as problem:
        address = f'{flags.get("bind-address", "0.0.0.0")}:{flags.get("secure-port") or secure_port.PORTS[name]}'
        raise _failed(f'failed to create listener: failed to listen on {address}: listen tcp {address}: bind: '
                      f'{(problem.strerror or "").lower()}', io, ctx) from None


async def reach_etcd(flags: Mapping[str, str], io: IO, ctx: Context) -> None:
    """Connect to etcd; raises CannotStart when nobody has answered for twenty seconds."""
    deadline, warned = ctx.simulation.now + STORAGE_TIMEOUT, False
    while (problem := await _dial(flags.get('etcd-servers', ''), ctx)) and ctx.simulation.now < deadline:
        if not warned:
            Klog(ctx.simulation, io.stderr.write).warningf('logging.go:55', problem)
        warned = True
        await ctx.simulation.sleep(1)
    if problem:
        stamp = ctx.simulation.wall().strftime('%m%d %H:%M:%S.%f')
        raise CannotStart(f'F{stamp}       1 instance.go:233] Error creating leases: error creating storage factory: '
                          'context deadline exceeded\n')


async def _dial(servers: str, ctx: Context) -> str:
    """'' when one of the servers answers, else what gRPC says of the last."""
    network, problem = ctx.host.network, ''
    for url in servers.split(','):
        host, _, port = url.rpartition('/')[2].partition(':')
        try:
            assert network is not None
            (await network.connect(host, int(port or ETCD), STORAGE_TIMEOUT)).close()
            return ''
        except (OSError, ValueError) as error:
            why = (getattr(error, 'strerror', None) or 'i/o timeout').lower()
            problem = ('[core] [Channel #1 SubChannel #3]grpc: addrConn.createTransport failed to connect to '
                       f'{{Addr: "{host}:{port}", ServerName: "{host}:{port}", }}. Err: connection error: desc = '
                       f'"transport: Error while dialing: dial tcp {host}:{port}: connect: {why}"')
    return problem


def refused(ctx: Context, text: str) -> CannotStart:
    """A program that says why it does not run."""
    lines: list[str] = []
    Klog(ctx.simulation, lines.append).error('run.go:72', 'command failed', text)
    return CannotStart(''.join(lines))


def _failed(text: str, io: IO, ctx: Context) -> CannotStart:
    Klog(ctx.simulation, io.stderr.write).error('run.go:72', 'command failed', text)
    return CannotStart('')
