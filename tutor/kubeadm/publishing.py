"""Objects that kubeadm keeps in the cluster: made, or brought to what they should be
(util/apiclient/idempotency.go)."""

from __future__ import annotations

from collections.abc import Iterable

from tutor.apimachinery.objects import Object
from tutor.apimachinery.resources import by_kind
from tutor.client.client import Client


def publish(client: Client, objects: Iterable[Object]) -> None:
    """CreateOrUpdate each. What the server fills in of the old one stays: its resourceVersion, a Service's address."""
    for obj in objects:
        group, _, version = obj['apiVersion'].rpartition('/')
        resource = by_kind(group, version, obj['kind'])
        assert resource is not None
        name, namespace = obj['metadata']['name'], obj['metadata'].get('namespace', '')
        stored = client.find(resource, name, namespace)
        if stored is None:
            client.create(resource, obj, namespace)
        elif resource.plural in ('rolebindings', 'clusterrolebindings') and stored['roleRef'] == obj['roleRef']:
            client.update(resource, {**stored, 'subjects': obj['subjects']})
        else:
            client.update(resource, {**obj, 'metadata': {**stored['metadata'], **obj['metadata']}})
