"""Defaults of pod specs (pkg/apis/core/v1/defaults.go)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tutor.apimachinery.objects import Object
from tutor.apimachinery.usage import containers_total

_FILE_MODE = 0o644
_OVERCOMMITTED = ('cpu', 'memory')
_PROBES = ('livenessProbe', 'readinessProbe', 'startupProbe')


def default_pod(obj: Object) -> None:
    """SetDefaults_Pod: what only pods themselves get, not templates."""
    spec = obj.setdefault('spec', {})
    for name in ('containers', 'initContainers'):
        for container in spec.get(name) or ():
            _requests_from_limits(container)
            if spec.get('hostNetwork'):
                _host_ports(container)
    if spec.get('resources'):
        _pod_requests(spec)
    spec.setdefault('enableServiceLinks', True)
    default_spec(spec)


def default_template(template: Object) -> None:
    """The same for a template of pods."""
    template.setdefault('metadata', {})
    default_spec(template.setdefault('spec', {}))


def default_spec(spec: Object) -> None:
    """SetDefaults_PodSpec and of everything in it."""
    spec.setdefault('dnsPolicy', 'ClusterFirst')
    spec.setdefault('restartPolicy', 'Always')
    spec.setdefault('securityContext', {})
    spec.setdefault('terminationGracePeriodSeconds', 30)
    if spec['terminationGracePeriodSeconds'] < 0:
        spec['terminationGracePeriodSeconds'] = 1
    spec.setdefault('schedulerName', 'default-scheduler')
    account = spec.get('serviceAccountName') or spec.get('serviceAccount')
    if account:
        spec['serviceAccountName'] = spec['serviceAccount'] = account
    for name in ('containers', 'initContainers', 'ephemeralContainers'):
        for container in spec.get(name) or ():
            default_container(container)
    for volume in spec.get('volumes') or ():
        _volume(volume)


def _requests_from_limits(container: Object) -> None:
    resources = container.get('resources') or {}
    limits = resources.get('limits')
    if limits:
        requests = resources.setdefault('requests', {})
        for name, amount in limits.items():
            requests.setdefault(name, amount)


def _pod_requests(spec: Object) -> None:
    """setDefaultPodRequests: what the containers request together, or else the pod's limit."""
    resources = spec['resources']
    limits, requests = resources.get('limits') or {}, dict(resources.get('requests') or {})
    if not limits and not requests:
        return
    for name, total in containers_total(spec, 'requests').items():
        if name in _OVERCOMMITTED:
            requests.setdefault(name, str(total))
    for name, amount in limits.items():
        if name in _OVERCOMMITTED or name.startswith('hugepages-'):
            requests.setdefault(name, amount)
    if requests:
        resources['requests'] = requests


def _host_ports(container: Object) -> None:
    for port in container.get('ports') or ():
        if 'containerPort' in port:
            port.setdefault('hostPort', port['containerPort'])


def default_container(container: Object) -> None:
    container.setdefault('resources', {})
    if not container.get('imagePullPolicy'):
        container['imagePullPolicy'] = pull_policy(container.get('image', ''))
    container.setdefault('terminationMessagePath', '/dev/termination-log')
    container.setdefault('terminationMessagePolicy', 'File')
    for port in container.get('ports') or ():
        port.setdefault('protocol', 'TCP')
    for variable in container.get('env') or ():
        _value_source(variable.get('valueFrom'))
    for name in _PROBES:
        if name in container:
            _probe(container[name])
    _drop_disabled(container)
    for handler in (container.get('lifecycle') or {}).values():
        if isinstance(handler, dict):
            _http_get(handler)


def _drop_disabled(container: Object) -> None:
    """dropDisabledFields: the feature gate ContainerStopSignals is off in v1.36."""
    lifecycle = container.get('lifecycle') or {}
    if lifecycle.pop('stopSignal', None) is not None and not lifecycle:
        del container['lifecycle']


def pull_policy(image: str) -> str:
    """SetDefaults_Container: Always for what is, or is taken for, the latest tag."""
    if '@' in image:
        return 'IfNotPresent'
    _, colon, tag = image.rpartition('/')[2].partition(':')
    return 'Always' if not colon or tag == 'latest' else 'IfNotPresent'


def _value_source(source: Object | None) -> None:
    if not source:
        return
    if 'fieldRef' in source:
        source['fieldRef'].setdefault('apiVersion', 'v1')
    if 'resourceFieldRef' in source:
        source['resourceFieldRef'].setdefault('divisor', '0')
    if 'fileKeyRef' in source:
        source['fileKeyRef'].setdefault('optional', False)


def _probe(probe: Object) -> None:
    for name, value in (('timeoutSeconds', 1), ('periodSeconds', 10), ('successThreshold', 1),
                        ('failureThreshold', 3)):
        if not probe.get(name):
            probe[name] = value
    _http_get(probe)
    if 'grpc' in probe:
        probe['grpc'].setdefault('service', '')


def _http_get(handler: Object) -> None:
    action = handler.get('httpGet')
    if action is not None:
        action.setdefault('path', '/')
        action.setdefault('scheme', 'HTTP')


_SOURCES: Mapping[str, Mapping[str, Any]] = {
    'hostPath': {'type': ''},
    'iscsi': {'iscsiInterface': 'default'},
    'rbd': {'pool': 'rbd', 'user': 'admin', 'keyring': '/etc/ceph/keyring'},
    'azureDisk': {'cachingMode': 'ReadWrite', 'kind': 'Shared', 'fsType': 'ext4', 'readOnly': False},
    'scaleIO': {'storageMode': 'ThinProvisioned', 'fsType': 'xfs'},
}


def _volume(volume: Object) -> None:
    """SetDefaults_Volume: without a source it is an emptyDir."""
    sources = [name for name in volume if name != 'name']
    if not sources:
        volume['emptyDir'] = {}
    for name in sources:
        source: Any = volume[name]
        default_source(name, source)
        if name in ('secret', 'configMap', 'downwardAPI', 'projected'):
            source.setdefault('defaultMode', _FILE_MODE)
        if name == 'downwardAPI':
            _items(source)
        elif name == 'projected':
            _projected(source)
        elif name == 'ephemeral':
            _claim_template(source)
        elif name == 'image' and not source.get('pullPolicy'):
            source['pullPolicy'] = pull_policy(source.get('reference', ''))


def default_source(name: str, source: Object) -> None:
    """What sources that pods and PersistentVolumes share are when it is not said (SetDefaults_ISCSIVolumeSource …)."""
    for key, value in _SOURCES.get(name, {}).items():
        source.setdefault(key, value)


def _items(source: Object) -> None:
    for item in source.get('items') or ():
        _value_source(item)


def _projected(source: Object) -> None:
    for projection in source.get('sources') or ():
        if 'serviceAccountToken' in projection:
            projection['serviceAccountToken'].setdefault('expirationSeconds', 3600)
        if 'downwardAPI' in projection:
            _items(projection['downwardAPI'])


def _claim_template(source: Object) -> None:
    template = source.get('volumeClaimTemplate')
    if template is not None:
        template.setdefault('metadata', {})
        spec = template.setdefault('spec', {})
        spec.setdefault('volumeMode', 'Filesystem')
        spec.setdefault('resources', {})
