"""The pod spec inside an object, wherever its kind has it (polymorphichelpers/updatepodspec.go)."""

from __future__ import annotations

from tutor.apimachinery.objects import Object
from tutor.kubectl.changes import go_type
from tutor.kubectl.errors import KubectlError

_PATHS = {
    ('', 'Pod'): ('spec',),
    ('', 'ReplicationController'): ('spec', 'template', 'spec'),
    ('apps', 'Deployment'): ('spec', 'template', 'spec'),
    ('apps', 'DaemonSet'): ('spec', 'template', 'spec'),
    ('apps', 'ReplicaSet'): ('spec', 'template', 'spec'),
    ('apps', 'StatefulSet'): ('spec', 'template', 'spec'),
    ('batch', 'Job'): ('spec', 'template', 'spec'),
    ('batch', 'CronJob'): ('spec', 'jobTemplate', 'spec', 'template', 'spec'),
}


def pod_spec(obj: Object) -> Object:
    """The pod spec of a private copy, to be changed; raises KubectlError for kinds without one."""
    group = obj.get('apiVersion', '').rpartition('/')[0]
    path = _PATHS.get((group, obj.get('kind', '')))
    if path is None:
        raise KubectlError(f'the object is not a pod or does not have a pod template: {go_type(obj)}')
    for name in path:
        obj = obj.setdefault(name, {})
    return obj


def selected(containers: list[Object] | None, pattern: str) -> list[Object]:
    """selectContainers: those whose name matches, '*' standing for any text."""
    return [container for container in containers or () if matches(container['name'], pattern)]


def matches(text: str, pattern: str) -> bool:
    """selectString."""
    first, *rest = pattern.split('*')
    if not rest:
        return text == pattern
    if not text.startswith(first):
        return False
    at = len(first)
    for part in rest[:-1]:
        at = text.find(part, at)
        if at < 0:
            return False
        at += len(part)
    return len(text) - at >= len(rest[-1]) and text.endswith(rest[-1])
