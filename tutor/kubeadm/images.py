"""The images of a control plane: which a configuration needs, and having them on this machine."""

from __future__ import annotations

from tutor.apimachinery.objects import Object
from tutor.apimachinery.releases import of
from tutor.kubeadm.environment import Environment
from tutor.kubeadm.errors import KubeadmError
from tutor.shell.cri import CriError

COMPONENTS = ('kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kube-proxy')
OFFICIAL = 'registry.k8s.io'
PAUSE = '3.10'


def component(cluster: Object, name: str) -> str:
    return f'{cluster["imageRepository"]}/{name}:{cluster["kubernetesVersion"]}'


def coredns(cluster: Object) -> str:
    """GetDNSImage: in a repository of one's own, it lies beside the others."""
    dns = cluster.get('dns') or {}
    repository = dns.get('imageRepository') or cluster['imageRepository']
    name = 'coredns/coredns' if repository == OFFICIAL else 'coredns'
    return f'{repository}/{name}:{dns.get("imageTag") or of(cluster["kubernetesVersion"]).coredns}'


def etcd(cluster: Object) -> str:
    local = cluster['etcd']['local']
    repository = local.get('imageRepository') or cluster['imageRepository']
    return f'{repository}/etcd:{local.get("imageTag") or of(cluster["kubernetesVersion"]).etcd}'


def needed(cluster: Object) -> list[str]:
    """What a control plane of a configuration needs, in kubeadm's order (GetControlPlaneImages)."""
    names = COMPONENTS[:3] if (cluster.get('proxy') or {}).get('disabled') else COMPONENTS
    dns = [] if (cluster.get('dns') or {}).get('disabled') else [coredns(cluster)]
    return [*(component(cluster, name) for name in names), *dns, f'{cluster["imageRepository"]}/pause:{PAUSE}',
            etcd(cluster)]


async def prepare(environment: Environment, cluster: Object) -> None:
    """The last of the pre-flight checks: have what a control plane needs. Raises KubeadmError."""
    environment.say('[preflight] Pulling images required for setting up a Kubernetes cluster',
                    '[preflight] This might take a minute or two, depending on the speed of your internet connection',
                    "[preflight] You can also perform this action beforehand using 'kubeadm config images pull'")
    await pull(environment, needed(cluster))


async def pull(environment: Environment, names: list[str]) -> None:
    """Have images on this machine. Raises KubeadmError."""
    runtime = environment.runtime
    if runtime is None:
        raise KubeadmError('failed to create new CRI runtime service: the container runtime is not running')
    present = {name for image in runtime.images() for name in image['repoTags']}
    for name in names:
        if name in present:
            continue
        try:
            await runtime.pull(name)
        except CriError as problem:
            raise KubeadmError(f'failed to pull image "{name}": failed to pull image {name}: {problem}') from None
