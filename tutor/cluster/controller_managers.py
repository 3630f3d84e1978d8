"""The processes of kube-controller-manager, and what their flags say (cmd/kube-controller-manager/app/options)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from tutor.apimachinery.duration import parse_duration
from tutor.apimachinery.field import go_quote
from tutor.cluster.components import Elected, flags_of
from tutor.cluster.containers.programs.controlplane import refused
from tutor.cluster.controllers.catalog import CONTROLLERS, NODE_IPAM
from tutor.cluster.controllers.controller_manager import ControllerManager
from tutor.cluster.controllers.settings import (
    OFF_UNLESS_NAMED,
    USUAL_MONITORING,
    USUAL_SCALING,
    NodeMonitoring,
    PodRange,
    Scaling,
    Settings,
)
from tutor.shell.klog import Klog
from tutor.shell.process import IO, Context

HPA = 'horizontal-pod-autoscaler'
ALIASES = {
    'attachdetach': 'persistentvolume-attach-detach-controller', 'bootstrapsigner': 'bootstrap-signer-controller',
    'clusterrole-aggregation': 'clusterrole-aggregation-controller', 'cronjob': 'cronjob-controller',
    'csrapproving': 'certificatesigningrequest-approving-controller',
    'csrcleaner': 'certificatesigningrequest-cleaner-controller',
    'csrsigning': 'certificatesigningrequest-signing-controller', 'daemonset': 'daemonset-controller',
    'deployment': 'deployment-controller', 'disruption': 'disruption-controller', 'endpoint': 'endpoints-controller',
    'endpointslice': 'endpointslice-controller', 'endpointslicemirroring': 'endpointslice-mirroring-controller',
    'ephemeral-volume': 'ephemeral-volume-controller', 'garbagecollector': 'garbage-collector-controller',
    'horizontalpodautoscaling': 'horizontal-pod-autoscaler-controller', 'job': 'job-controller',
    'namespace': 'namespace-controller', 'nodeipam': 'node-ipam-controller',
    'nodelifecycle': 'node-lifecycle-controller', 'persistentvolume-binder': 'persistentvolume-binder-controller',
    'persistentvolume-expander': 'persistentvolume-expander-controller',
    'podgc': 'pod-garbage-collector-controller', 'pv-protection': 'persistentvolume-protection-controller',
    'pvc-protection': 'persistentvolumeclaim-protection-controller', 'replicaset': 'replicaset-controller',
    'replicationcontroller': 'replicationcontroller-controller', 'resourcequota': 'resourcequota-controller',
    'root-ca-cert-publisher': 'root-ca-certificate-publisher-controller',
    'serviceaccount': 'serviceaccount-controller', 'serviceaccount-token': 'serviceaccount-token-controller',
    'statefulset': 'statefulset-controller', 'tokencleaner': 'token-cleaner-controller',
    'ttl-after-finished': 'ttl-after-finished-controller',
}
"""Names of earlier versions (names.KCMControllerAliases)."""
UNSEEN = frozenset((
    'node-route-controller', 'service-lb-controller',
    'cloud-node-lifecycle-controller', 'ttl-controller', 'legacy-serviceaccount-token-cleaner-controller',
    'storageversion-garbage-collector-controller', 'storage-version-migrator-controller', 'selinux-warning-controller',
    'device-taint-eviction-controller', 'volumeattributesclass-protection-controller',
    'kube-apiserver-serving-clustertrustbundle-publisher-controller'))
"""Controllers of upstream's that are no part of this catalogue."""
KNOWN = UNSEEN | {entry.name for entry in (*CONTROLLERS, NODE_IPAM)}


@dataclass(slots=True)
class ControllerManagerProcesses:
    """One of them works; what that does follows the flags of the process that started last."""

    manager: ControllerManager
    elected: Elected

    def start(self, ctx: Context, io: IO) -> None:
        """Raises CannotStart."""
        flags = flags_of(ctx)
        unknown = next((name for name in _names(flags) if name not in KNOWN), '')
        if unknown:
            raise refused(ctx, f'{go_quote(unknown)} is not in the list of known controllers')
        self.manager.settings = settings(flags, self.manager.settings)
        self.elected.working = self._started
        self.elected.start(ctx, io)

    def _started(self, log: Klog) -> None:
        for name in self.manager.names:
            log.info('controllermanager.go:778', 'Started controller', controller=name)

    def stop(self, ctx: Context) -> int:
        return self.elected.stop(ctx)


def settings(flags: Mapping[str, str], before: Settings) -> Settings:
    """What flags say; what they do not name is as usual. Raises DurationError, ValueError."""
    def seconds(name: str, usual: float) -> float:
        return parse_duration(flags[name]) if flags.get(name) else usual

    usual, monitoring = USUAL_SCALING, USUAL_MONITORING
    pods = PodRange(flags.get('cluster-cidr', ''), int(flags.get('node-cidr-mask-size') or 24)) \
        if flags.get('allocate-node-cidrs') == 'true' and flags.get('cluster-cidr') else None
    return replace(
        before, pods=pods, switched_off=_switched_off(flags),
        terminated_pods=int(flags.get('terminated-pod-gc-threshold') or Settings().terminated_pods),
        signing_duration=seconds('cluster-signing-duration', Settings().signing_duration),
        monitoring=NodeMonitoring(seconds('node-monitor-period', monitoring.period),
                                  seconds('node-monitor-grace-period', monitoring.grace),
                                  seconds('node-startup-grace-period', monitoring.startup_grace),
                                  float(flags.get('node-eviction-rate') or monitoring.rate),
                                  float(flags.get('secondary-node-eviction-rate') or monitoring.secondary_rate),
                                  float(flags.get('unhealthy-zone-threshold') or monitoring.unhealthy),
                                  int(flags.get('large-cluster-size-threshold') or monitoring.large)),
        scaling=Scaling(seconds(f'{HPA}-sync-period', usual.period),
                        seconds(f'{HPA}-downscale-stabilization', usual.downscale_stabilization),
                        float(flags.get(f'{HPA}-tolerance') or usual.tolerance),
                        seconds(f'{HPA}-cpu-initialization-period', usual.cpu_initialization),
                        seconds(f'{HPA}-initial-readiness-delay', usual.readiness_delay)))


def _words(flags: Mapping[str, str]) -> list[str]:
    return [word for word in flags.get('controllers', '*').split(',') if word]


def _names(flags: Mapping[str, str]) -> list[str]:
    """All controllers that --controllers names, by their names of today."""
    bare = [word.removeprefix('-') for word in _words(flags) if word != '*']
    return [ALIASES.get(name, name) for name in bare]


def _switched_off(flags: Mapping[str, str]) -> frozenset[str]:
    """IsControllerEnabled: without '*' only those that are named are on."""
    words = _words(flags)
    named = {ALIASES.get(word, word) for word in words if not word.startswith('-')}
    off = {ALIASES.get(word[1:], word[1:]) for word in words if word.startswith('-')}
    return frozenset((off | OFF_UNLESS_NAMED) - named if '*' in words else KNOWN - named)
