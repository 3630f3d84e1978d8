"""Who made a Pod: what must be mended is seldom the Pod itself."""

from __future__ import annotations

from tutor.session.why.state.cluster import Object, Scene

RESOURCES = {'ReplicaSet': 'replicasets.apps', 'Deployment': 'deployments.apps', 'StatefulSet': 'statefulsets.apps',
             'DaemonSet': 'daemonsets.apps', 'Job': 'jobs.batch', 'CronJob': 'cronjobs.batch'}


def owner_of(obj: Object, scene: Scene) -> tuple[str, str]:
    """The kind (in lower case) and name of the outermost controller; the object's own when it has none."""
    kind, name = obj.get('kind') or 'Pod', obj['metadata']['name']
    for reference in obj['metadata'].get('ownerReferences') or ():
        resource = RESOURCES.get(reference['kind'])
        owner = scene.find(resource, reference['name']) if resource and reference.get('controller') else None
        if owner is not None:
            return owner_of({**owner, 'kind': reference['kind']}, scene)
    return kind.lower(), name
