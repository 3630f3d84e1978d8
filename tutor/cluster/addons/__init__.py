"""Add-ons of a cluster: pods in kube-system that do their work there, and whose loss is felt. One YAML file each."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from tutor.apimachinery.objects import Object, deep_copy
from tutor.apimachinery.resources import Resource, by_kind
from tutor.client.client import Client
from tutor.cluster.bootstrap import read_compiled

CONTROL_PLANE = 'control-plane'
LOAD_BALANCER = 'load-balancer'
OF_KUBEADM = ('dns', 'proxy')
"""Those that come with a cluster of kubeadm's; the others are applied by its administrator."""
FIRST_ADDRESS = '172.30.1.2'
"""The address of the control plane's machine in the manifests."""
FOLDER = Path(__file__).parent


def manifests(addon: str) -> list[Object]:
    """The objects of an add-on, private to the caller."""
    return [deep_copy(obj) for obj in read_compiled(f'{addon}.z', [FOLDER / f'{addon}.yaml'])]


def control_plane_of(name: str, address: str, members: Mapping[str, str]) -> list[Object]:
    """The static pods of one machine of several that have a control plane: they name themselves and it, and etcd all
    its members, by name and address."""
    everyone = ','.join(f'{member}=https://{where}:2380' for member, where in members.items())
    found = []
    for pod in manifests(CONTROL_PLANE):
        text = json.dumps(pod).replace(FIRST_ADDRESS, address).replace('--name=controlplane', f'--name={name}')
        found.append(json.loads(text.replace(f'--initial-cluster=controlplane=https://{address}:2380',
                                             f'--initial-cluster={everyone}')))
    return found


def install(addon: str, client: Client, balanced: bool = False) -> None:
    """Create an add-on's objects; those of the control plane are static pods and come with their node. Services that
    want a load balancer have node ports alone unless the cluster is `balanced`."""
    objects = manifests(addon)
    for obj in objects:
        if obj['kind'] == 'Service' and obj['spec'].get('type') == 'LoadBalancer' and not balanced:
            obj['spec']['type'] = 'NodePort'
    create_all(objects, client)


def create_all(objects: Iterable[Object], client: Client) -> None:
    """Create objects, of kinds too that one of them defines."""
    defined: dict[tuple[str, str], Resource] = {}
    for obj in objects:
        group, _, version = obj['apiVersion'].rpartition('/')
        resource = by_kind(group, version, obj['kind']) or defined[group, obj['kind']]
        client.create(resource, obj, obj['metadata'].get('namespace', ''))
        if obj['kind'] == 'CustomResourceDefinition':
            spec, names = obj['spec'], obj['spec']['names']
            defined[spec['group'], names['kind']] = Resource(
                spec['group'], spec['versions'][0]['name'], names['plural'], names['singular'], names['kind'],
                spec['scope'] == 'Namespaced')
