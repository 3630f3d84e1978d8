"""The admission plugins, in the order they run."""

from tutor.cluster.apiserver.admission.certificates import (
    CertificateApproval,
    CertificateSigning,
    CertificateSubjectRestriction,
)
from tutor.cluster.apiserver.admission.default_toleration_seconds import DefaultTolerationSeconds
from tutor.cluster.apiserver.admission.image_policy import ImagePolicyWebhook
from tutor.cluster.apiserver.admission.limit_ranger import LimitRanger
from tutor.cluster.apiserver.admission.mutating_policy import MutatingAdmissionPolicy
from tutor.cluster.apiserver.admission.namespace_lifecycle import NamespaceLifecycle
from tutor.cluster.apiserver.admission.node_restriction import NodeRestriction
from tutor.cluster.apiserver.admission.optional import (
    AlwaysPullImages,
    DenyServiceExternalIPs,
    NamespaceAutoProvision,
)
from tutor.cluster.apiserver.admission.plugin import Plugin
from tutor.cluster.apiserver.admission.pod_security import PodSecurity
from tutor.cluster.apiserver.admission.pod_topology_labels import PodTopologyLabels
from tutor.cluster.apiserver.admission.priority import Priority
from tutor.cluster.apiserver.admission.rbac_escalation import RbacEscalation
from tutor.cluster.apiserver.admission.resource_quota import ResourceQuota
from tutor.cluster.apiserver.admission.runtime_class import RuntimeClass
from tutor.cluster.apiserver.admission.service_account import ServiceAccount
from tutor.cluster.apiserver.admission.storage import (
    DefaultIngressClass,
    DefaultStorageClass,
    PersistentVolumeClaimResize,
    StorageObjectInUseProtection,
)
from tutor.cluster.apiserver.admission.taint_nodes import TaintNodesByCondition
from tutor.cluster.apiserver.admission.validating_policy import ValidatingAdmissionPolicy
from tutor.cluster.apiserver.admission.webhooks import MutatingAdmissionWebhook, ValidatingAdmissionWebhook

PLUGINS: tuple[type[Plugin], ...] = (
    RbacEscalation,
    NamespaceAutoProvision,
    NamespaceLifecycle,
    LimitRanger,
    ServiceAccount,
    NodeRestriction,
    TaintNodesByCondition,
    AlwaysPullImages,
    ImagePolicyWebhook,
    PodSecurity,
    Priority,
    DefaultTolerationSeconds,
    DefaultStorageClass,
    StorageObjectInUseProtection,
    PersistentVolumeClaimResize,
    RuntimeClass,
    CertificateApproval,
    CertificateSigning,
    CertificateSubjectRestriction,
    DefaultIngressClass,
    PodTopologyLabels,
    DenyServiceExternalIPs,
    MutatingAdmissionPolicy,
    MutatingAdmissionWebhook,
    ValidatingAdmissionPolicy,
    ValidatingAdmissionWebhook,
    ResourceQuota,
)
