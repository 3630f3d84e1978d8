"""Every packet takes longer (as `tc qdisc add … netem delay` has it)."""

from __future__ import annotations

from collections.abc import Sequence

from tutor.cluster.cluster import Cluster
from tutor.cluster.faults.kind import Kind, Mend
from tutor.cluster.faults.words import duration


def cause(cluster: Cluster, words: Sequence[str]) -> Mend:
    if len(words) != 1:
        raise KIND.usage()
    links, seconds = cluster.nodes.fabric.links, duration(words[0])
    before, links.latency = links.latency, seconds

    def mend() -> None:
        links.latency = before
    return mend


KIND = Kind('delay', 'DURATION', 'make each packet of the network take longer: 200ms, 2s',
            '让网络中的每个数据包多花一些时间：200ms、2s', cause=cause)
