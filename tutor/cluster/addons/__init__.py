"""Add-ons of a cluster: pods in kube-system that do their work there, and whose loss is felt. One YAML file each."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from tutor.apimachinery.objects import Object, deep_copy
from tutor.apimachinery.releases import NEWEST, of, releases
from tutor.apimachinery.resources import Resource, by_kind
from tutor.client.client import Client
from tutor.cluster.bootstrap import read_compiled

CONTROL_PLANE = 'control-plane'
LOAD_BALANCER = 'load-balancer'
COMPONENTS = ('kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kube-proxy')
"""The images with Kubernetes' own version."""
OF_KUBEADM = ('dns', 'proxy')
"""Those that come with a cluster of kubeadm's; the others are applied by its administrator."""
FIRST_ADDRESS = '172.30.1.2'
"""The address of the control plane's machine in the manifests."""
FOLDER = Path(__file__).parent


def manifests(addon: str, version: str = NEWEST) -> list[Object]:
    """The objects of an add-on in a cluster of a version, private to the caller."""
    objects = read_compiled(f'{addon}.z', [FOLDER / f'{addon}.yaml'])
    if version == NEWEST or version not in releases():
        return [deep_copy(obj) for obj in objects]
    now, wanted = of(NEWEST), of(version)
    text = json.dumps(list(objects))
    for name in COMPONENTS:
        text = text.replace(f'/{name}:{NEWEST}', f'/{name}:{version}')
    text = text.replace(f'/etcd:{now.etcd}', f'/etcd:{wanted.etcd}')
    return json.loads(text.replace(f'/coredns:{now.coredns}', f'/coredns:{wanted.coredns}'))


def system_images(version: str) -> list[str]:
    """What `kubeadm init` has pulled before a cluster of a version is there."""
    series, own = of(version), version if version in releases() else NEWEST
    names = [*(f'{name}:{own}' for name in COMPONENTS), f'etcd:{series.etcd}', f'coredns/coredns:{series.coredns}',
             'pause:3.10']
    return [f'registry.k8s.io/{name}' for name in names]


def control_plane_of(name: str, address: str, members: Mapping[str, str], version: str = NEWEST) -> list[Object]:
    """The static pods of one machine of several that have a control plane: they name themselves and it, and etcd all
    its members, by name and address."""
    everyone = ','.join(f'{member}=https://{where}:2380' for member, where in members.items())
    found = []
    for pod in manifests(CONTROL_PLANE, version):
        text = json.dumps(pod).replace(FIRST_ADDRESS, address).replace('--name=controlplane', f'--name={name}')
        found.append(json.loads(text.replace(f'--initial-cluster=controlplane=https://{address}:2380',
                                             f'--initial-cluster={everyone}')))
    return found


def install(addon: str, client: Client, balanced: bool = False, version: str = NEWEST) -> None:
    """Create an add-on's objects; those of the control plane are static pods and come with their node. Services that
    want a load balancer have node ports alone unless the cluster is `balanced`."""
    objects = manifests(addon, version)
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
