"""What a description needs besides the object itself: its events, its pods, what it refers to."""

from __future__ import annotations

from typing import Any

from tutor.apimachinery.errors import StatusError
from tutor.apimachinery.objects import Object, labels
from tutor.client.client import Client, chunks


class Related:
    """Reads what belongs to an object. `show_events` is `--show-events`, `chunk_size` is `--chunk-size`."""

    def __init__(self, client: Client, show_events: bool = True, chunk_size: int = 500) -> None:
        self.client = client
        self.show_events = show_events
        self.chunk_size = chunk_size

    def list(self, resource: str, namespace: str = '', label_selector: str = '',
             field_selector: str = '') -> list[Object]:
        """All items, read in chunks (resource.FollowContinue)."""
        query: dict[str, Any] = {}
        if label_selector:
            query['labelSelector'] = label_selector
        if field_selector:
            query['fieldSelector'] = field_selector
        found: list[Object] = []
        for page in chunks(self.client, self.client.path(resource, namespace), self.chunk_size, **query):
            found += page.get('items') or ()
        return found

    def get(self, resource: str, name: str, namespace: str = '') -> Object:
        return self.client.get(resource, name, namespace)

    def events(self, obj: Object, kind: str | None = None, uid: str | None = None) -> list[Object] | None:
        """searchEvents: the events about an object; None when they are not wanted or cannot be read."""
        if not self.show_events:
            return None
        meta = obj['metadata']
        terms = [f'involvedObject.name={meta["name"]}', f'involvedObject.namespace={meta.get("namespace", "")}']
        kind = obj.get('kind', '') if kind is None else kind
        if kind:
            terms.append(f'involvedObject.kind={kind}')
        uid = meta.get('uid', '') if uid is None else uid
        if uid:
            terms.append(f'involvedObject.uid={uid}')
        try:
            return self.list('events', meta.get('namespace', ''), field_selector=','.join(terms))
        except StatusError:
            return None

    def owned_pods(self, obj: Object, selector: str) -> list[Object]:
        """The pods that match a controller's selector and that it owns."""
        uid = obj['metadata'].get('uid')
        return [pod for pod in self.list('pods', obj['metadata'].get('namespace', ''), selector)
                if any(ref.get('controller') and ref.get('uid') == uid
                       for ref in pod['metadata'].get('ownerReferences') or ())]

    def endpoint_slices(self, namespace: str, service: str) -> list[Object]:
        return self.list('endpointslices.discovery.k8s.io', namespace, f'kubernetes.io/service-name={service}')


def role_labels(node: Object) -> list[str]:
    """findNodeRoles."""
    found = set()
    for key, value in labels(node).items():
        if key.startswith('node-role.kubernetes.io/'):
            found.add(key.removeprefix('node-role.kubernetes.io/'))
        elif key == 'kubernetes.io/role':
            found.add(value)
    return sorted(found - {''})
