"""The identity of a StatefulSet's pods: names, labels, claims (statefulset/stateful_set_utils.go)."""

from __future__ import annotations

import re

from tutor.apimachinery.objects import Object, deep_copy
from tutor.cluster.controllers import pods
from tutor.cluster.controllers.pod_control import pod_from_template

POD_NAME = 'statefulset.kubernetes.io/pod-name'
POD_INDEX = 'apps.kubernetes.io/pod-index'
REVISION = 'controller-revision-hash'
_ORDINAL = re.compile(r'(.*)-([0-9]+)').fullmatch


def start_of(sts: Object) -> int:
    return (sts['spec'].get('ordinals') or {}).get('start', 0)


def ordinal(pod: Object) -> int:
    match = _ORDINAL(pod['metadata']['name'])
    return int(match[2]) if match else -1


def is_member(sts: Object, pod: Object) -> bool:
    """isMemberOf: its name is that of the set and a number."""
    match = _ORDINAL(pod['metadata']['name'])
    return match is not None and match[1] == sts['metadata']['name']


def revision_of(pod: Object) -> str:
    return (pod['metadata'].get('labels') or {}).get(REVISION, '')


def is_created(pod: Object) -> bool:
    """A pod that the API server has; one that is only wanted has no UID yet."""
    return 'uid' in pod['metadata']


def is_ready(pod: Object) -> bool:
    """isRunningAndReady."""
    return pods.phase(pod) == 'Running' and pods.is_ready(pod)


def parallel(sts: Object) -> bool:
    return sts['spec'].get('podManagementPolicy') == 'Parallel'


def claims(sts: Object, name: str) -> list[Object]:
    """getPersistentVolumeClaims: the claims for the pod of this name."""
    found = []
    labels = (sts['spec'].get('selector') or {}).get('matchLabels') or {}
    for template in sts['spec'].get('volumeClaimTemplates') or ():
        meta = {**(template.get('metadata') or {})}
        meta.pop('creationTimestamp', None)
        meta['name'] = f'{_name(template)}-{name}'
        meta['namespace'] = sts['metadata']['namespace']
        meta['labels'] = {**(meta.get('labels') or {}), **labels}
        found.append({'apiVersion': 'v1', 'kind': 'PersistentVolumeClaim', 'metadata': meta,
                      'spec': deep_copy(template['spec'])})
    return found


def new_pod(sts: Object, template: Object, revision: str, number: int) -> Object:
    """newStatefulSetPod: not created yet."""
    name = f'{sts["metadata"]["name"]}-{number}'
    pod = pod_from_template(template, sts)
    labels = {**pod['metadata'].get('labels', {}), POD_NAME: name, POD_INDEX: str(number), REVISION: revision}
    meta = {**pod['metadata'], 'name': name, 'namespace': sts['metadata']['namespace'], 'labels': labels}
    spec = {**template['spec'], 'hostname': name}
    if sts['spec'].get('serviceName'):
        spec['subdomain'] = sts['spec']['serviceName']
    _mount_claims(sts, spec, name)
    return {**pod, 'metadata': meta, 'spec': spec}


def _mount_claims(sts: Object, spec: Object, name: str) -> None:
    """updateStorage: the templates' volumes, in place of volumes of the same name."""
    templates = [_name(template) for template in sts['spec'].get('volumeClaimTemplates') or ()]
    if not templates:
        return
    volumes = [{'name': volume, 'persistentVolumeClaim': {'claimName': f'{volume}-{name}'}} for volume in templates]
    volumes += [volume for volume in spec.get('volumes') or () if volume['name'] not in templates]
    spec['volumes'] = volumes


def identity_matches(pod: Object) -> bool:
    """identityMatches; only members of the set are asked about."""
    return (pod['metadata'].get('labels') or {}).get(POD_NAME) == pod['metadata']['name']


def storage_matches(sts: Object, pod: Object) -> bool:
    """storageMatches: whether the pod has a volume of each claim."""
    claimed = {volume['name']: (volume.get('persistentVolumeClaim') or {}).get('claimName')
               for volume in pod['spec'].get('volumes') or ()}
    return all(claimed.get(_name(template)) == f'{_name(template)}-{pod["metadata"]["name"]}'
               for template in sts['spec'].get('volumeClaimTemplates') or ())


def with_identity(sts: Object, pod: Object) -> Object:
    """updateIdentity and updateStorage."""
    meta = pod['metadata']
    if not identity_matches(pod):
        labels = {**(meta.get('labels') or {}), POD_NAME: meta['name'], POD_INDEX: str(ordinal(pod))}
        pod = {**pod, 'metadata': {**meta, 'labels': labels}}
    if not storage_matches(sts, pod):
        spec = dict(pod['spec'])
        _mount_claims(sts, spec, meta['name'])
        pod = {**pod, 'spec': spec}
    return pod


def _name(template: Object) -> str:
    """A claim's name, which nothing demands of a template."""
    return (template.get('metadata') or {}).get('name', '')
