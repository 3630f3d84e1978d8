"""Which strategy each resource has: one line per kind. What has no line follows the generic rules."""

from __future__ import annotations

from importlib import import_module

from tutor.apimachinery.resources import Resource
from tutor.cluster.registry.kind import Kind
from tutor.cluster.registry.strategy import Strategy

STRATEGIES: dict[tuple[str, str], str] = {
    # (group, plural): 'module below tutor.cluster.registry:Class'
    ('', 'componentstatuses'): 'core.componentstatus:ComponentStatusStrategy',
    ('', 'configmaps'): 'core.configmap:ConfigMapStrategy',
    ('', 'endpoints'): 'core.endpoints:EndpointsStrategy',
    ('', 'events'): 'core.event:EventStrategy',
    ('', 'namespaces'): 'core.namespace:NamespaceStrategy',
    ('', 'nodes'): 'core.node:NodeStrategy',
    ('', 'pods'): 'core.pod.strategy:PodStrategy',
    ('', 'podtemplates'): 'core.podtemplate:PodTemplateStrategy',
    ('', 'replicationcontrollers'): 'apps.replicaset:ReplicationControllerStrategy',
    ('', 'secrets'): 'core.secret:SecretStrategy',
    ('', 'serviceaccounts'): 'core.serviceaccount:ServiceAccountStrategy',
    ('', 'services'): 'core.service.strategy:ServiceStrategy',
    ('apps', 'controllerrevisions'): 'apps.controllerrevision:ControllerRevisionStrategy',
    ('apps', 'daemonsets'): 'apps.daemonset:DaemonSetStrategy',
    ('apps', 'deployments'): 'apps.deployment:DeploymentStrategy',
    ('apps', 'replicasets'): 'apps.replicaset:ReplicaSetStrategy',
    ('apps', 'statefulsets'): 'apps.statefulset:StatefulSetStrategy',
    ('coordination.k8s.io', 'leases'): 'coordination.lease:LeaseStrategy',
    ('discovery.k8s.io', 'endpointslices'): 'discovery.endpointslice:EndpointSliceStrategy',
}


def strategy_for(resource: Resource) -> Strategy:
    """The strategy of a resource; its module is imported here, when the resource is first served."""
    where = STRATEGIES.get((resource.group, resource.plural))
    if where is None:
        return Kind(resource)
    module, _, name = where.partition(':')
    return getattr(import_module(f'tutor.cluster.registry.{module}'), name)(resource)
