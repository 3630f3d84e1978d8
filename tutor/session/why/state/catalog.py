"""Which finders look at which kind, and how near each kind stands to what a learner sees."""

from __future__ import annotations

from collections.abc import Callable

from tutor.session.why.explanation import Answer
from tutor.session.why.state.cluster import Object, Scene
from tutor.session.why.state.nodes import namespace_trouble, node_trouble, stuck_trouble
from tutor.session.why.state.pods import pod_trouble
from tutor.session.why.state.services import ingress_trouble, service_trouble
from tutor.session.why.state.storage import claim_trouble
from tutor.session.why.state.workloads import autoscaler_trouble, job_trouble, workload_trouble

Finder = Callable[[str, Object, Scene], Answer | None]

FINDERS: tuple[tuple[str, str, Finder], ...] = (
    ('pods', 'pod', lambda kind, obj, scene: pod_trouble(obj, scene)),
    ('deployments.apps', 'deployment', workload_trouble),
    ('replicasets.apps', 'replicaset', workload_trouble),
    ('statefulsets.apps', 'statefulset', workload_trouble),
    ('daemonsets.apps', 'daemonset', workload_trouble),
    ('jobs.batch', 'job', job_trouble),
    ('cronjobs.batch', 'cronjob', job_trouble),
    ('persistentvolumeclaims', 'pvc', claim_trouble),
    ('services', 'service', service_trouble),
    ('ingresses.networking.k8s.io', 'ingress', ingress_trouble),
    ('horizontalpodautoscalers.autoscaling', 'hpa', autoscaler_trouble),
    ('nodes', 'node', node_trouble),
    ('namespaces', 'namespace', namespace_trouble),
    ('persistentvolumes', 'pv', stuck_trouble),
)
"""Resource, its short kind, and what finds its troubles; the first to find one answers."""
EVERYWHERE = frozenset({'nodes', 'namespaces', 'persistentvolumes'})
