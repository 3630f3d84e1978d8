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
    ('', 'limitranges'): 'core.limitrange:LimitRangeStrategy',
    ('', 'namespaces'): 'core.namespace:NamespaceStrategy',
    ('', 'nodes'): 'core.node:NodeStrategy',
    ('', 'persistentvolumeclaims'): 'core.persistentvolumeclaim:PersistentVolumeClaimStrategy',
    ('', 'persistentvolumes'): 'core.persistentvolume:PersistentVolumeStrategy',
    ('', 'pods'): 'core.pod.strategy:PodStrategy',
    ('', 'podtemplates'): 'core.podtemplate:PodTemplateStrategy',
    ('', 'replicationcontrollers'): 'apps.replicaset:ReplicationControllerStrategy',
    ('', 'resourcequotas'): 'core.resourcequota:ResourceQuotaStrategy',
    ('', 'secrets'): 'core.secret:SecretStrategy',
    ('', 'serviceaccounts'): 'core.serviceaccount:ServiceAccountStrategy',
    ('', 'services'): 'core.service.strategy:ServiceStrategy',
    ('admissionregistration.k8s.io', 'mutatingadmissionpolicies'):
        'admissionregistration.policies:MutatingAdmissionPolicyStrategy',
    ('admissionregistration.k8s.io', 'mutatingadmissionpolicybindings'):
        'admissionregistration.policies:MutatingAdmissionPolicyBindingStrategy',
    ('admissionregistration.k8s.io', 'mutatingwebhookconfigurations'):
        'admissionregistration.webhooks:WebhookConfigurationStrategy',
    ('admissionregistration.k8s.io', 'validatingadmissionpolicies'):
        'admissionregistration.policies:ValidatingAdmissionPolicyStrategy',
    ('admissionregistration.k8s.io', 'validatingadmissionpolicybindings'):
        'admissionregistration.policies:ValidatingAdmissionPolicyBindingStrategy',
    ('admissionregistration.k8s.io', 'validatingwebhookconfigurations'):
        'admissionregistration.webhooks:WebhookConfigurationStrategy',
    ('apiextensions.k8s.io', 'customresourcedefinitions'):
        'apiextensions.customresourcedefinition:CustomResourceDefinitionStrategy',
    ('apiregistration.k8s.io', 'apiservices'): 'apiregistration.apiservice:ApiServiceStrategy',
    ('apps', 'controllerrevisions'): 'apps.controllerrevision:ControllerRevisionStrategy',
    ('apps', 'daemonsets'): 'apps.daemonset:DaemonSetStrategy',
    ('apps', 'deployments'): 'apps.deployment:DeploymentStrategy',
    ('apps', 'replicasets'): 'apps.replicaset:ReplicaSetStrategy',
    ('apps', 'statefulsets'): 'apps.statefulset:StatefulSetStrategy',
    ('autoscaling', 'horizontalpodautoscalers'): 'autoscaling.horizontalpodautoscaler:HorizontalPodAutoscalerStrategy',
    ('batch', 'cronjobs'): 'batch.cronjob:CronJobStrategy',
    ('batch', 'jobs'): 'batch.job:JobStrategy',
    ('certificates.k8s.io', 'certificatesigningrequests'):
        'certificates.certificatesigningrequest:CertificateSigningRequestStrategy',
    ('coordination.k8s.io', 'leases'): 'coordination.lease:LeaseStrategy',
    ('discovery.k8s.io', 'endpointslices'): 'discovery.endpointslice:EndpointSliceStrategy',
    ('events.k8s.io', 'events'): 'core.event:EventStrategy',
    ('flowcontrol.apiserver.k8s.io', 'flowschemas'): 'flowcontrol.flowcontrol:FlowSchemaStrategy',
    ('flowcontrol.apiserver.k8s.io', 'prioritylevelconfigurations'): 'flowcontrol.flowcontrol:PriorityLevelStrategy',
    ('networking.k8s.io', 'ingressclasses'): 'networking.ingressclass:IngressClassStrategy',
    ('networking.k8s.io', 'ingresses'): 'networking.ingress:IngressStrategy',
    ('networking.k8s.io', 'ipaddresses'): 'networking.addresses:IPAddressStrategy',
    ('networking.k8s.io', 'networkpolicies'): 'networking.networkpolicy:NetworkPolicyStrategy',
    ('networking.k8s.io', 'servicecidrs'): 'networking.addresses:ServiceCIDRStrategy',
    ('node.k8s.io', 'runtimeclasses'): 'node.runtimeclass:RuntimeClassStrategy',
    ('policy', 'poddisruptionbudgets'): 'policy.poddisruptionbudget:PodDisruptionBudgetStrategy',
    ('rbac.authorization.k8s.io', 'clusterrolebindings'): 'rbac.binding:BindingStrategy',
    ('rbac.authorization.k8s.io', 'clusterroles'): 'rbac.role:RoleStrategy',
    ('rbac.authorization.k8s.io', 'rolebindings'): 'rbac.binding:BindingStrategy',
    ('rbac.authorization.k8s.io', 'roles'): 'rbac.role:RoleStrategy',
    ('resource.k8s.io', 'deviceclasses'): 'resource.devices:DeviceClassStrategy',
    ('resource.k8s.io', 'resourceclaims'): 'resource.devices:ResourceClaimStrategy',
    ('resource.k8s.io', 'resourceclaimtemplates'): 'resource.devices:ResourceClaimTemplateStrategy',
    ('resource.k8s.io', 'resourceslices'): 'resource.devices:ResourceSliceStrategy',
    ('scheduling.k8s.io', 'priorityclasses'): 'scheduling.priorityclass:PriorityClassStrategy',
    ('storage.k8s.io', 'csidrivers'): 'storage.csi:CSIDriverStrategy',
    ('storage.k8s.io', 'csinodes'): 'storage.csi:CSINodeStrategy',
    ('storage.k8s.io', 'csistoragecapacities'): 'storage.csi:CSIStorageCapacityStrategy',
    ('storage.k8s.io', 'storageclasses'): 'storage.storageclass:StorageClassStrategy',
    ('storage.k8s.io', 'volumeattachments'): 'storage.csi:VolumeAttachmentStrategy',
    ('storage.k8s.io', 'volumeattributesclasses'): 'storage.csi:VolumeAttributesClassStrategy',
}


def strategy_for(resource: Resource) -> Strategy:
    """The strategy of a resource; its module is imported here, when the resource is first served."""
    where = STRATEGIES.get((resource.group, resource.plural))
    if where is None:
        return Kind(resource)
    module, _, name = where.partition(':')
    return getattr(import_module(f'tutor.cluster.registry.{module}'), name)(resource)
