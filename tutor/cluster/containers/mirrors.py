"""Registries that give images of others under names of their own."""

from __future__ import annotations

from tutor.cluster.containers.references import parse

PREFIXES = {
    'k8s.gcr.io/': 'registry.k8s.io/',
    'm.daocloud.io/': '',
    'docker.m.daocloud.io/': 'docker.io/',
    'mirror.gcr.io/': 'docker.io/',
    'public.ecr.aws/docker/library/': 'docker.io/library/',
    'gcr.io/google_samples/': 'gcr.io/google-samples/',
}
"""The rest of the name stays what it is there."""
FLAT = ('gcr.io/google_containers/', 'gcr.io/google-containers/', 'registry.aliyuncs.com/google_containers/',
        'registry.cn-hangzhou.aliyuncs.com/google_containers/')
"""All images of registry.k8s.io by the last word of their name."""
HOSTS = frozenset(prefix.partition('/')[0] for prefix in (*PREFIXES, *FLAT))


def origins(repository: str, known: tuple[str, ...]) -> list[str]:
    """Where a repository's images may come from, itself first. `known` are all repositories that there are."""
    found = [repository]
    found += [parse(own + repository.removeprefix(prefix)).repository for prefix, own in PREFIXES.items()
              if repository.startswith(prefix)]
    name = repository.rpartition('/')[2]
    if repository.startswith(FLAT):
        found += [other for other in known
                  if other.startswith('registry.k8s.io/') and other.rpartition('/')[2] == name]
    return found
