"""kubectl top."""

from __future__ import annotations

from tutor.kubectl.command import Command, Line, subcommands

COMMAND = Command(
    usage='top [flags]',
    long="""
        Display resource (CPU/memory) usage.

        This command provides a view of recent resource consumption for nodes and pods. It fetches metrics from the Metrics Server, which aggregates this data from the kubelet on each node. The Metrics Server must be installed and running in the cluster for this command to work.

        The metrics shown are specifically optimized for Kubernetes autoscaling decisions, such as those made by the Horizontal Pod Autoscaler (HPA) and Vertical Pod Autoscaler (VPA). Because of this, the values may not match those from standard OS tools like 'top', as the metrics are designed to provide a stable signal for autoscalers rather than for pinpoint accuracy.
        """,  # noqa: E501
    groups=subcommands(
        Line('node', 'Display resource (CPU/memory) usage of nodes', 'top.node', ('nodes', 'no')),
        Line('pod', 'Display resource (CPU/memory) usage of pods', 'top.pod', ('pods', 'po')),
    ),
)
