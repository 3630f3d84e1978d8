"""What the schema cannot say about the Go types behind it: pointers, and names of string types.

A field of a pointer type keeps an explicit zero ("replicas: 0"); any other optional field drops it (`omitempty`). The
few plain fields without `omitempty` are among the pointers here.
"""

from __future__ import annotations

from functools import cache

_POINTERS = """
ObjectMeta: deletionGracePeriodSeconds
OwnerReference: controller blockOwnerDeletion
PodSpec: terminationGracePeriodSeconds activeDeadlineSeconds automountServiceAccountToken shareProcessNamespace
  priority runtimeClassName enableServiceLinks preemptionPolicy setHostnameAsFQDN hostUsers hostnameOverride
SecurityContext: privileged runAsNonRoot readOnlyRootFilesystem allowPrivilegeEscalation runAsUser runAsGroup procMount
PodSecurityContext: runAsUser runAsNonRoot runAsGroup fsGroup fsGroupChangePolicy supplementalGroupsPolicy
  seLinuxChangePolicy
WindowsSecurityContextOptions: gmsaCredentialSpecName gmsaCredentialSpec runAsUserName hostProcess
SeccompProfile: localhostProfile
AppArmorProfile: localhostProfile
Container: restartPolicy
EphemeralContainer: restartPolicy
Probe: terminationGracePeriodSeconds
GRPCAction: service
Lifecycle: stopSignal
Toleration: tolerationSeconds
TopologySpreadConstraint: minDomains nodeAffinityPolicy nodeTaintsPolicy
VolumeMount: mountPropagation recursiveReadOnly
ConfigMapKeySelector: optional
SecretKeySelector: optional
ConfigMapEnvSource: optional
SecretEnvSource: optional
FileKeySelector: optional
ConfigMapVolumeSource: defaultMode optional
SecretVolumeSource: defaultMode optional
DownwardAPIVolumeSource: defaultMode
DownwardAPIVolumeFile: mode
ProjectedVolumeSource: defaultMode
ConfigMapProjection: optional
SecretProjection: optional
ServiceAccountTokenProjection: expirationSeconds
ClusterTrustBundleProjection: name signerName optional
KeyToPath: mode
HostPathVolumeSource: type
EmptyDirVolumeSource: sizeLimit
CSIVolumeSource: readOnly fsType
PersistentVolumeSpec: volumeMode volumeAttributesClassName
LocalVolumeSource: fsType
AzureDiskVolumeSource: cachingMode fsType readOnly kind
AzureFilePersistentVolumeSource: secretNamespace
GlusterfsPersistentVolumeSource: endpointsNamespace
FCVolumeSource: lun
ISCSIVolumeSource: initiatorName
ISCSIPersistentVolumeSource: initiatorName
PersistentVolumeClaimSpec: storageClassName volumeMode volumeAttributesClassName
PersistentVolumeClaimStatus: currentVolumeAttributesClassName
TypedLocalObjectReference: apiGroup
TypedObjectReference: apiGroup namespace
ConfigMap: immutable
Secret: immutable
ServiceAccount: automountServiceAccountToken
ContainerStatus: started
ContainerStateTerminated: signal
PodStatus: observedGeneration
ServiceSpec: ipFamilyPolicy allocateLoadBalancerNodePorts loadBalancerClass internalTrafficPolicy trafficDistribution
ServicePort: appProtocol
ClientIPConfig: timeoutSeconds
LoadBalancerIngress: ipMode
EndpointAddress: nodeName
EndpointPort: name protocol port appProtocol
EndpointConditions: ready serving terminating
Endpoint: hostname nodeName zone
Event: reportingComponent reportingInstance
NodeRuntimeHandler: name
DeploymentSpec: replicas revisionHistoryLimit progressDeadlineSeconds
DeploymentStatus: collisionCount terminatingReplicas
ReplicaSetSpec: replicas
ReplicaSetStatus: terminatingReplicas
ReplicationControllerSpec: replicas
StatefulSetSpec: replicas revisionHistoryLimit
StatefulSetStatus: collisionCount availableReplicas
RollingUpdateStatefulSetStrategy: partition
DaemonSetSpec: revisionHistoryLimit
DaemonSetStatus: collisionCount
JobSpec: parallelism completions activeDeadlineSeconds backoffLimit backoffLimitPerIndex maxFailedIndexes
  manualSelector ttlSecondsAfterFinished completionMode suspend podReplacementPolicy managedBy
JobStatus: ready terminating failedIndexes
PodFailurePolicyOnExitCodesRequirement: containerName
SuccessPolicyRule: succeededIndexes succeededCount
CronJobSpec: startingDeadlineSeconds suspend successfulJobsHistoryLimit failedJobsHistoryLimit timeZone
HorizontalPodAutoscalerSpec: minReplicas targetCPUUtilizationPercentage
HorizontalPodAutoscalerStatus: observedGeneration currentCPUUtilizationPercentage desiredReplicas
HPAScalingRules: stabilizationWindowSeconds selectPolicy
MetricTarget: averageUtilization
MetricValueStatus: averageUtilization
IngressSpec: ingressClassName
HTTPIngressPath: pathType
IngressClassSpec: parameters
IngressClassParametersReference: apiGroup scope namespace
NetworkPolicyPort: protocol port endPort
StorageClass: reclaimPolicy volumeBindingMode allowVolumeExpansion
CSIDriverSpec: attachRequired podInfoOnMount fsGroupPolicy storageCapacity requiresRepublish seLinuxMount
  nodeAllocatableUpdatePeriodSeconds serviceAccountTokenInSecrets
VolumeNodeResources: count
VolumeAttachmentSource: persistentVolumeName
LeaseSpec: holderIdentity leaseDurationSeconds leaseTransitions strategy preferredHolder
PriorityClass: preemptionPolicy
PodDisruptionBudgetSpec: unhealthyPodEvictionPolicy
PodDisruptionBudgetStatus: disruptionsAllowed currentHealthy desiredHealthy expectedPods
CertificateSigningRequestSpec: expirationSeconds
TokenRequestSpec: expirationSeconds
BoundObjectReference: -
DeleteOptions: gracePeriodSeconds orphanDependents propagationPolicy ignoreStoreReadErrorWithClusterBreakingPotential
Preconditions: uid resourceVersion
ListMeta: remainingItemCount
ServiceReference: path port
WebhookClientConfig: url
ValidatingWebhook: failurePolicy matchPolicy sideEffects timeoutSeconds
MutatingWebhook: failurePolicy matchPolicy sideEffects timeoutSeconds reinvocationPolicy
RuleWithOperations: scope
NamedRuleWithOperations: scope
ValidatingAdmissionPolicySpec: failurePolicy
MutatingAdmissionPolicySpec: failurePolicy
MatchResources: matchPolicy
ParamRef: parameterNotFoundAction
Validation: reason
JSONSchemaProps: maximum minimum maxLength minLength maxItems minItems multipleOf maxProperties minProperties
  x-kubernetes-preserve-unknown-fields x-kubernetes-list-type x-kubernetes-map-type
ValidationRule: optionalOldSelf reason
CustomResourceConversion: -
APIServiceSpec: -
LimitedPriorityLevelConfiguration: lendablePercent borrowingLimitPercent
ExemptPriorityLevelConfiguration: nominalConcurrencyShares lendablePercent
"""

_NAMED_STRINGS = """
Container.imagePullPolicy v1.PullPolicy
Container.terminationMessagePolicy v1.TerminationMessagePolicy
Container.restartPolicy v1.ContainerRestartPolicy
ContainerPort.protocol v1.Protocol
ServicePort.protocol v1.Protocol
EndpointPort.protocol v1.Protocol
NetworkPolicyPort.protocol v1.Protocol
PodSpec.restartPolicy v1.RestartPolicy
PodSpec.dnsPolicy v1.DNSPolicy
PodSpec.preemptionPolicy v1.PreemptionPolicy
PodStatus.phase v1.PodPhase
ServiceSpec.type v1.ServiceType
ServiceSpec.sessionAffinity v1.ServiceAffinity
ServiceSpec.externalTrafficPolicy v1.ServiceExternalTrafficPolicy
ServiceSpec.internalTrafficPolicy v1.ServiceInternalTrafficPolicy
ServiceSpec.ipFamilyPolicy v1.IPFamilyPolicy
DeploymentStrategy.type v1.DeploymentStrategyType
StatefulSetUpdateStrategy.type v1.StatefulSetUpdateStrategyType
StatefulSetSpec.podManagementPolicy v1.PodManagementPolicyType
DaemonSetUpdateStrategy.type v1.DaemonSetUpdateStrategyType
JobSpec.completionMode v1.CompletionMode
JobSpec.podReplacementPolicy v1.PodReplacementPolicy
CronJobSpec.concurrencyPolicy v1.ConcurrencyPolicy
Secret.type v1.SecretType
Taint.effect v1.TaintEffect
Toleration.effect v1.TaintEffect
Toleration.operator v1.TolerationOperator
NodeSelectorRequirement.operator v1.NodeSelectorOperator
LabelSelectorRequirement.operator v1.LabelSelectorOperator
TopologySpreadConstraint.whenUnsatisfiable v1.UnsatisfiableConstraintAction
HTTPGetAction.scheme v1.URIScheme
VolumeMount.mountPropagation v1.MountPropagationMode
HostPathVolumeSource.type v1.HostPathType
EmptyDirVolumeSource.medium v1.StorageMedium
PersistentVolumeSpec.persistentVolumeReclaimPolicy v1.PersistentVolumeReclaimPolicy
PersistentVolumeSpec.volumeMode v1.PersistentVolumeMode
PersistentVolumeClaimSpec.volumeMode v1.PersistentVolumeMode
StorageClass.reclaimPolicy v1.PersistentVolumeReclaimPolicy
StorageClass.volumeBindingMode v1.VolumeBindingMode
HTTPIngressPath.pathType v1.PathType
EndpointSlice.addressType v1.AddressType
LimitRangeItem.type v1.LimitType
ObjectMeta.uid types.UID
OwnerReference.uid types.UID
"""


def _blocks(text: str) -> dict[str, frozenset[str]]:
    found: dict[str, list[str]] = {}
    current: list[str] = []
    for line in text.strip().splitlines():
        if not line.startswith(' '):
            name, _, line = line.partition(':')
            current = found.setdefault(name, [])
        current += line.split()
    return {name: frozenset(fields) for name, fields in found.items()}


@cache
def pointers() -> dict[str, frozenset[str]]:
    """The fields of each struct (by its short name) that are pointers to plain values."""
    return _blocks(_POINTERS)


@cache
def named_strings() -> dict[str, str]:
    """The Go type of a field that is a string type with a name: {'Struct.field': 'v1.Name'}."""
    rows = [line.split() for line in _NAMED_STRINGS.strip().splitlines()]
    return {row[0]: row[1] for row in rows}
