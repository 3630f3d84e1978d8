"""The plugins of the default profile, in the order in which they are asked: one line each (default_plugins.go)."""

from __future__ import annotations

from tutor.cluster.scheduler.framework import Plugin
from tutor.cluster.scheduler.plugins.dynamic_resources import DynamicResources
from tutor.cluster.scheduler.plugins.image_locality import ImageLocality
from tutor.cluster.scheduler.plugins.inter_pod_affinity import InterPodAffinity
from tutor.cluster.scheduler.plugins.node_affinity import NodeAffinity
from tutor.cluster.scheduler.plugins.node_name import NodeName
from tutor.cluster.scheduler.plugins.node_ports import NodePorts
from tutor.cluster.scheduler.plugins.node_resources_balanced_allocation import NodeResourcesBalancedAllocation
from tutor.cluster.scheduler.plugins.node_resources_fit import NodeResourcesFit
from tutor.cluster.scheduler.plugins.node_unschedulable import NodeUnschedulable
from tutor.cluster.scheduler.plugins.node_volume_limits import NodeVolumeLimits
from tutor.cluster.scheduler.plugins.pod_topology_spread import PodTopologySpread
from tutor.cluster.scheduler.plugins.taint_toleration import TaintToleration
from tutor.cluster.scheduler.plugins.volume_binding import VolumeBinding
from tutor.cluster.scheduler.plugins.volume_restrictions import VolumeRestrictions
from tutor.cluster.scheduler.plugins.volume_zone import VolumeZone

PLUGINS: tuple[type[Plugin], ...] = (
    NodeUnschedulable,
    NodeName,
    TaintToleration,
    NodeAffinity,
    NodePorts,
    NodeResourcesFit,
    VolumeRestrictions,
    NodeVolumeLimits,
    VolumeBinding,
    VolumeZone,
    PodTopologySpread,
    InterPodAffinity,
    DynamicResources,
    NodeResourcesBalancedAllocation,
    ImageLocality,
)
"""SchedulingGates is the queue's (`queue.py`), DefaultPreemption what follows a refusal (`preemption.py`)."""
