"""Which kind is described by what; a kind that is not here is described generically."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from tutor.apimachinery.objects import Object
from tutor.kubectl.describe.related import Related

Describer = Callable[[Object, Related, float], str]
"""`describe(obj, related, now) -> text`."""

DESCRIBERS: dict[tuple[str, str], str] = {
    ('', 'Pod'): 'pod:describe',
    ('', 'ReplicationController'): 'controllers:describe_replication_controller',
    ('', 'Secret'): 'configuration:describe_secret',
    ('', 'Service'): 'service:describe_service',
    ('', 'ServiceAccount'): 'configuration:describe_service_account',
    ('', 'Node'): 'node:describe',
    ('', 'LimitRange'): 'namespace:describe_limit_range',
    ('', 'ResourceQuota'): 'namespace:describe_resource_quota',
    ('', 'PersistentVolume'): 'persistentvolume:describe',
    ('', 'PersistentVolumeClaim'): 'persistentvolumeclaim:describe',
    ('', 'Namespace'): 'namespace:describe_namespace',
    ('', 'Endpoints'): 'service:describe_endpoints',
    ('', 'ConfigMap'): 'configuration:describe_config_map',
    ('discovery.k8s.io', 'EndpointSlice'): 'service:describe_endpoint_slice',
    ('autoscaling', 'HorizontalPodAutoscaler'): 'horizontalpodautoscaler:describe',
    ('networking.k8s.io', 'Ingress'): 'ingress:describe_ingress',
    ('networking.k8s.io', 'IngressClass'): 'ingress:describe_ingress_class',
    ('networking.k8s.io', 'ServiceCIDR'): 'policy:describe_service_cidr',
    ('networking.k8s.io', 'IPAddress'): 'policy:describe_ip_address',
    ('networking.k8s.io', 'NetworkPolicy'): 'networkpolicy:describe',
    ('batch', 'Job'): 'job:describe_job',
    ('batch', 'CronJob'): 'job:describe_cron_job',
    ('apps', 'StatefulSet'): 'controllers:describe_stateful_set',
    ('apps', 'Deployment'): 'deployment:describe',
    ('apps', 'DaemonSet'): 'controllers:describe_daemon_set',
    ('apps', 'ReplicaSet'): 'controllers:describe_replica_set',
    ('certificates.k8s.io', 'CertificateSigningRequest'): 'certificatesigningrequest:describe',
    ('storage.k8s.io', 'StorageClass'): 'storageclass:describe_storage_class',
    ('storage.k8s.io', 'CSINode'): 'storageclass:describe_csi_node',
    ('storage.k8s.io', 'VolumeAttributesClass'): 'storageclass:describe_volume_attributes_class',
    ('policy', 'PodDisruptionBudget'): 'policy:describe_pod_disruption_budget',
    ('rbac.authorization.k8s.io', 'Role'): 'rbac:describe_role',
    ('rbac.authorization.k8s.io', 'ClusterRole'): 'rbac:describe_role',
    ('rbac.authorization.k8s.io', 'RoleBinding'): 'rbac:describe_binding',
    ('rbac.authorization.k8s.io', 'ClusterRoleBinding'): 'rbac:describe_binding',
    ('scheduling.k8s.io', 'PriorityClass'): 'policy:describe_priority_class',
}


def describer_for(group: str, kind: str) -> Describer:
    """DescriberFor and GenericDescriberFor. Its module is imported when it is first needed."""
    module, _, function = DESCRIBERS.get((group, kind), 'generic:describe').partition(':')
    return getattr(import_module(f'tutor.kubectl.describe.{module}'), function)
