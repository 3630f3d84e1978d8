"""An image registry answers, but only that it cannot."""

from __future__ import annotations

from collections.abc import Sequence

from tutor.client.control import BadFault
from tutor.cluster.cluster import Cluster
from tutor.cluster.containers.references import DOCKER_HUB
from tutor.cluster.containers.registry import PUBLIC_REGISTRIES
from tutor.cluster.faults.kind import Kind, Mend

ALIASES = {'docker.io': DOCKER_HUB}


def cause(cluster: Cluster, words: Sequence[str]) -> Mend:
    if len(words) > 1:
        raise KIND.usage()
    hosts = {ALIASES.get(word, word) for word in words} or set(PUBLIC_REGISTRIES)
    if unknown := hosts - PUBLIC_REGISTRIES:
        known = ', '.join(sorted(PUBLIC_REGISTRIES - {DOCKER_HUB} | set(ALIASES)))
        raise BadFault(f'there is no registry {min(unknown)} (there are: {known})',
                       f'没有名为 {min(unknown)} 的镜像仓库（现有：{known}）')
    failing = cluster.nodes.registry.failing
    hosts -= failing
    failing |= hosts
    return lambda: failing.difference_update(hosts)


KIND = Kind('fail-registry', '[REGISTRY]', 'an image registry (default: all) answers 503: ErrImagePull and back-off; '
            'images that a node has already still start',
            '镜像仓库（默认全部）返回 503：ErrImagePull 和退避重试；节点上已有的镜像仍能启动', cause=cause)
