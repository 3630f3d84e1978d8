"""/configz: the configuration that a kubelet works with (SetDefaults_KubeletConfiguration)."""

from __future__ import annotations

from typing import Any

from tutor.apimachinery.objects import Object

DEFAULTS: Object = {
    'enableServer': True, 'staticPodPath': '', 'podLogsDir': '/var/log/pods', 'syncFrequency': '1m0s',
    'fileCheckFrequency': '20s', 'httpCheckFrequency': '20s', 'address': '0.0.0.0', 'port': 10250,
    'tlsCertFile': '/var/lib/kubelet/pki/kubelet.crt', 'tlsPrivateKeyFile': '/var/lib/kubelet/pki/kubelet.key',
    'rotateCertificates': False,
    'authentication': {'x509': {}, 'webhook': {'enabled': True, 'cacheTTL': '2m0s'}, 'anonymous': {'enabled': False}},
    'authorization': {'mode': 'Webhook', 'webhook': {'cacheAuthorizedTTL': '5m0s', 'cacheUnauthorizedTTL': '30s'}},
    'registryPullQPS': 5, 'registryBurst': 10, 'eventRecordQPS': 50, 'eventBurst': 100,
    'enableDebuggingHandlers': True, 'healthzPort': 10248, 'healthzBindAddress': '127.0.0.1', 'oomScoreAdj': -999,
    'clusterDomain': '', 'clusterDNS': [], 'streamingConnectionIdleTimeout': '4h0m0s',
    'nodeStatusUpdateFrequency': '10s', 'nodeStatusReportFrequency': '5m0s', 'nodeLeaseDurationSeconds': 40,
    'imageMinimumGCAge': '2m0s', 'imageMaximumGCAge': '0s', 'imageGCHighThresholdPercent': 85,
    'imageGCLowThresholdPercent': 80, 'volumeStatsAggPeriod': '1m0s', 'cgroupsPerQOS': True,
    'cgroupDriver': 'cgroupfs', 'cpuManagerPolicy': 'none', 'cpuManagerReconcilePeriod': '10s',
    'memoryManagerPolicy': 'None', 'topologyManagerPolicy': 'none', 'topologyManagerScope': 'container',
    'runtimeRequestTimeout': '2m0s', 'hairpinMode': 'promiscuous-bridge', 'maxPods': 110, 'podPidsLimit': -1,
    'resolvConf': '/etc/resolv.conf', 'cpuCFSQuota': True, 'cpuCFSQuotaPeriod': '100ms', 'nodeStatusMaxImages': 50,
    'maxOpenFiles': 1000000, 'contentType': 'application/vnd.kubernetes.protobuf', 'kubeAPIQPS': 50,
    'kubeAPIBurst': 100, 'serializeImagePulls': True,
    'evictionHard': {'imagefs.available': '15%', 'imagefs.inodesFree': '5%', 'memory.available': '100Mi',
                     'nodefs.available': '10%', 'nodefs.inodesFree': '5%'},
    'evictionPressureTransitionPeriod': '5m0s', 'mergeDefaultEvictionSettings': False,
    'enableControllerAttachDetach': True, 'makeIPTablesUtilChains': True, 'iptablesMasqueradeBit': 14,
    'iptablesDropBit': 15, 'failSwapOn': True, 'memorySwap': {}, 'containerLogMaxSize': '10Mi',
    'containerLogMaxFiles': 5, 'containerLogMaxWorkers': 1, 'containerLogMonitorInterval': '10s',
    'configMapAndSecretChangeDetectionStrategy': 'Watch', 'enforceNodeAllocatable': ['pods'],
    'volumePluginDir': '/usr/libexec/kubernetes/kubelet-plugins/volume/exec/',
    'logging': {'format': 'text', 'flushFrequency': '5s', 'verbosity': 0,
                'options': {'text': {'infoBufferSize': '0'}, 'json': {'infoBufferSize': '0'}}},
    'enableSystemLogHandler': True, 'enableSystemLogQuery': False, 'shutdownGracePeriod': '0s',
    'shutdownGracePeriodCriticalPods': '0s', 'crashLoopBackOff': {'maxContainerRestartPeriod': '5m0s'},
    'enableProfilingHandler': True, 'enableDebugFlagsHandler': True, 'seccompDefault': False,
    'memoryThrottlingFactor': 0.9, 'registerNode': True, 'localStorageCapacityIsolation': True,
    'containerRuntimeEndpoint': '', 'failCgroupV1': True,
}
WHOLE = ('evictionHard',)
"""Maps of which a configuration gives all or nothing."""


def configz(config: Object) -> Object:
    """What the kubelet was told, and the defaults for the rest."""
    own = {name: value for name, value in config.items() if name not in ('apiVersion', 'kind')}
    return {'kubeletconfig': _defaulted(own, DEFAULTS)}


def _defaulted(config: Object, defaults: Object) -> Object:
    found = {name: _value(name, config.get(name), usual) for name, usual in defaults.items()}
    found.update((name, value) for name, value in config.items() if name not in defaults)
    return {name: value for name, value in found.items() if value not in ('', [])}


def _value(name: str, given: Any, usual: Any) -> Any:
    if isinstance(given, dict) and isinstance(usual, dict) and name not in WHOLE:
        return _defaulted(given, usual)
    unset = given is None or given in ('', '0s', {}) or (given == 0 and isinstance(usual, str))
    return usual if unset else given
