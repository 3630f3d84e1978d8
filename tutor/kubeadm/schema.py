"""The fields of kubeadm's configuration, kubeadm.k8s.io/v1beta4: which there are, and which of them do something here
(cmd/kubeadm/app/apis/kubeadm/v1beta4/types.go)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tutor.apimachinery.objects import Object


@dataclass(frozen=True, slots=True)
class Only:
    """A field of which one value is simulated; '' stands for the empty one, and for the field left out."""

    values: tuple[Any, ...] = ()


ANY = object()
"""A field that is heeded, whatever it is."""
REFUSED = Only()
ARGUMENTS = [{'name': ANY, 'value': ANY}]
COMPONENT = {'extraArgs': ARGUMENTS, 'extraVolumes': REFUSED, 'extraEnvs': REFUSED}
REGISTRATION = {
    'name': ANY, 'criSocket': ANY, 'taints': ANY, 'kubeletExtraArgs': ARGUMENTS, 'ignorePreflightErrors': ANY,
    'imagePullPolicy': Only(('IfNotPresent',)), 'imagePullSerial': Only((True,))}
TIMEOUTS = {'controlPlaneComponentHealthCheck': ANY, 'discovery': ANY, 'etcdAPICall': ANY, 'kubeletHealthCheck': ANY,
            'kubernetesAPICall': ANY, 'tlsBootstrap': ANY, 'upgradeManifests': ANY}
TYPE = {'apiVersion': ANY, 'kind': ANY}
KINDS: dict[str, Object] = {
    'ClusterConfiguration': {
        **TYPE, 'kubernetesVersion': ANY, 'controlPlaneEndpoint': ANY, 'imageRepository': ANY, 'clusterName': ANY,
        'networking': {'podSubnet': ANY, 'serviceSubnet': Only(('10.96.0.0/16',)),
                       'dnsDomain': Only(('cluster.local',))},
        'apiServer': {**COMPONENT, 'certSANs': ANY}, 'controllerManager': COMPONENT, 'scheduler': COMPONENT,
        'etcd': {'external': REFUSED, 'local': {
            **COMPONENT, 'dataDir': ANY, 'imageTag': ANY, 'imageRepository': ANY, 'serverCertSANs': REFUSED,
            'peerCertSANs': REFUSED}},
        'dns': {'imageTag': ANY, 'imageRepository': ANY, 'disabled': ANY}, 'proxy': {'disabled': ANY},
        'certificatesDir': Only(('/etc/kubernetes/pki',)), 'encryptionAlgorithm': Only(('RSA-2048',)),
        'certificateValidityPeriod': Only(('8760h0m0s', '8760h')),
        'caCertificateValidityPeriod': Only(('87600h0m0s', '87600h')), 'featureGates': REFUSED},
    'InitConfiguration': {
        **TYPE, 'bootstrapTokens': [{'token': ANY, 'ttl': ANY, 'description': ANY, 'usages': ANY, 'groups': ANY,
                                     'expires': ANY}],
        'localAPIEndpoint': {'advertiseAddress': ANY, 'bindPort': Only((6443,))}, 'nodeRegistration': REGISTRATION,
        'certificateKey': ANY, 'skipPhases': ANY, 'dryRun': Only((False,)), 'patches': REFUSED, 'timeouts': TIMEOUTS},
    'JoinConfiguration': {
        **TYPE, 'caCertPath': Only(('/etc/kubernetes/pki/ca.crt',)), 'nodeRegistration': REGISTRATION,
        'discovery': {'bootstrapToken': {'token': ANY, 'apiServerEndpoint': ANY, 'caCertHashes': ANY,
                                         'unsafeSkipCAVerification': ANY},
                      'file': {'kubeConfigPath': ANY}, 'tlsBootstrapToken': ANY},
        'controlPlane': {'localAPIEndpoint': {'advertiseAddress': ANY, 'bindPort': Only((6443,))},
                         'certificateKey': ANY},
        'skipPhases': ANY, 'dryRun': Only((False,)), 'patches': REFUSED, 'timeouts': TIMEOUTS},
    'ResetConfiguration': {
        **TYPE, 'certificatesDir': Only(('/etc/kubernetes/pki',)), 'cleanupTmpDir': ANY, 'criSocket': ANY,
        'dryRun': ANY, 'force': ANY, 'ignorePreflightErrors': ANY, 'skipPhases': ANY, 'unmountFlags': REFUSED,
        'timeouts': TIMEOUTS},
    'UpgradeConfiguration': {**TYPE, 'apply': REFUSED, 'diff': REFUSED, 'node': REFUSED, 'plan': REFUSED,
                             'timeouts': TIMEOUTS},
}


def review(document: Object, kind: str) -> tuple[list[str], list[tuple[str, str]]]:
    """What is wrong with a document: paths of fields that do not exist, which are taken out of it, and of those that
    are not simulated, each with what is to be there instead."""
    unknown: list[str] = []
    refused: list[tuple[str, str]] = []
    _review(document, KINDS[kind], '', unknown, refused)
    return unknown, refused


def _review(value: Any, known: Any, path: str, unknown: list[str], refused: list[tuple[str, str]]) -> None:
    if isinstance(known, Only):
        if value not in known.values and value not in (None, '', [], {}):
            refused.append((path, f'it can only be {known.values[0]}' if known.values else ''))
    elif isinstance(known, dict) and isinstance(value, dict):
        for name, each in list(value.items()):
            below = f'{path}.{name}' if path else name
            if name in known:
                _review(each, known[name], below, unknown, refused)
            else:
                unknown.append(below)
                del value[name]
    elif isinstance(known, list) and isinstance(value, list):
        for number, each in enumerate(value):
            _review(each, known[0], f'{path}[{number}]', unknown, refused)
