"""Add-ons of a cluster: pods in kube-system that do their work there, and whose loss is felt. One YAML file each."""

from __future__ import annotations

from pathlib import Path

from tutor.apimachinery.objects import Object, deep_copy
from tutor.client.client import Client
from tutor.cluster.bootstrap import read_compiled

CONTROL_PLANE = 'control-plane'
FOLDER = Path(__file__).parent


def manifests(addon: str) -> list[Object]:
    """The objects of an add-on, private to the caller."""
    return [deep_copy(obj) for obj in read_compiled(f'{addon}.z', [FOLDER / f'{addon}.yaml'])]


def install(addon: str, client: Client) -> None:
    """Create an add-on's objects; those of the control plane are static pods and come with their node."""
    for obj in manifests(addon):
        group, _, version = obj['apiVersion'].rpartition('/')
        client.create(_resource(group, version, obj['kind']), obj, obj['metadata'].get('namespace', ''))


def _resource(group: str, version: str, kind: str):
    from tutor.apimachinery.resources import by_kind
    found = by_kind(group, version, kind)
    assert found is not None, kind
    return found
