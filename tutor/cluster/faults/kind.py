"""What a kind of fault is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tutor.client.control import BadFault, FaultKind
from tutor.cluster.cluster import Cluster
from tutor.cluster.kubelet.kubelet import Kubelet

Mend = Callable[[], object]
"""Takes a fault back."""

Cause = Callable[[Cluster, Sequence[str]], Mend]
"""Causes a fault; the words are those after its name. Raises BadFault before anything is changed."""


Restore = Callable[[Cluster, Sequence[str]], bool]
"""Mends by the word that mends what came about without `chaos`; whether there was something to mend."""


@dataclass(frozen=True, slots=True)
class Kind(FaultKind):
    """A kind of fault with what causes it."""

    cause: Cause = lambda cluster, words: lambda: None
    restore: Restore = lambda cluster, words: False

    def usage(self) -> BadFault:
        synopsis = f'{self.name} {self.synopsis}'.rstrip()
        return BadFault(f'usage: chaos {synopsis}', f'用法：chaos {synopsis}')


def kubelet_of(cluster: Cluster, name: str) -> Kubelet:
    """The kubelet of a node; raises BadFault when there is no such machine."""
    found = cluster.nodes.fleet.kubelets.get(name)
    if found is None:
        known = ', '.join(cluster.nodes.fleet.kubelets) or '-'
        raise BadFault(f'there is no machine {name} (there are: {known})', f'没有名为 {name} 的机器（现有：{known}）')
    return found
