"""All controllers of kube-controller-manager, in the order in which they start: one line each.

The first column is what --controllers calls it, the second the service account in kube-system that it acts as, whose
role is system:controller:<account>. Without one it acts as system:kube-controller-manager.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from tutor.client.client import Client
from tutor.client.informer import Informers
from tutor.cluster.controllers.attachdetach import AttachDetachController
from tutor.cluster.controllers.bootstrap_tokens import BootstrapSigner, TokenCleaner
from tutor.cluster.controllers.certificates import CSRApprovingController, CSRCleanerController, CSRSigningController
from tutor.cluster.controllers.clusterrole_aggregation import ClusterRoleAggregationController
from tutor.cluster.controllers.controller import Controller
from tutor.cluster.controllers.cronjob import CronJobController
from tutor.cluster.controllers.daemonset import DaemonSetController
from tutor.cluster.controllers.deployment import DeploymentController
from tutor.cluster.controllers.disruption import DisruptionController
from tutor.cluster.controllers.endpoints import EndpointsController
from tutor.cluster.controllers.endpointslice import EndpointSliceController
from tutor.cluster.controllers.endpointslicemirroring import EndpointSliceMirroringController
from tutor.cluster.controllers.ephemeral_volume import EphemeralVolumeController
from tutor.cluster.controllers.expand import ExpandController
from tutor.cluster.controllers.garbagecollector import GarbageCollector
from tutor.cluster.controllers.hpa import HorizontalController
from tutor.cluster.controllers.job import JobController
from tutor.cluster.controllers.namespace import NamespaceController
from tutor.cluster.controllers.nodeipam import NodeIpamController
from tutor.cluster.controllers.nodelifecycle import NodeLifecycleController
from tutor.cluster.controllers.podgc import PodGarbageCollector
from tutor.cluster.controllers.policy_types import ValidatingAdmissionPolicyStatusController
from tutor.cluster.controllers.protection import ClaimProtectionController, VolumeProtectionController
from tutor.cluster.controllers.pv_binder import PersistentVolumeController
from tutor.cluster.controllers.replicaset import ReplicaSetController
from tutor.cluster.controllers.replication import ReplicationController
from tutor.cluster.controllers.resourceclaim import ResourceClaimController
from tutor.cluster.controllers.resourcequota import ResourceQuotaController
from tutor.cluster.controllers.serviceaccount import RootCACertPublisher, ServiceAccountsController
from tutor.cluster.controllers.servicecidrs import ServiceCIDRController
from tutor.cluster.controllers.settings import PodRange, Settings
from tutor.cluster.controllers.statefulset import StatefulSetController
from tutor.cluster.controllers.tainteviction import TaintEvictionController
from tutor.cluster.controllers.tokens import TokensController
from tutor.cluster.controllers.ttlafterfinished import TTLAfterFinishedController
from tutor.cluster.simulation import Simulation

Make = Callable[[Simulation, Client, Informers, Settings], Controller]


class Entry(NamedTuple):
    """One controller: its name, the account it acts as, and what makes it."""

    name: str
    account: str
    make: Make


def _plain(kind: Callable[[Simulation, Client, Informers], Controller]) -> Make:
    return lambda simulation, client, informers, settings: kind(simulation, client, informers)


def _node_ipam(simulation: Simulation, client: Client, informers: Informers, settings: Settings) -> Controller:
    return NodeIpamController(simulation, client, informers, settings.pods or PodRange())


NODE_IPAM = Entry('node-ipam-controller', 'node-controller', _node_ipam)
"""Only with --allocate-node-cidrs."""
CONTROLLERS: tuple[Entry, ...] = (
    Entry('serviceaccount-controller', 'service-account-controller', _plain(ServiceAccountsController)),
    Entry('serviceaccount-token-controller', '',
          lambda s, c, i, settings: TokensController(s, c, i, settings.root_ca, settings.tokens)),
    Entry('root-ca-certificate-publisher-controller', 'root-ca-cert-publisher',
          lambda s, c, i, settings: RootCACertPublisher(s, c, i, settings.root_ca)),
    Entry('namespace-controller', 'namespace-controller', _plain(NamespaceController)),
    Entry('garbage-collector-controller', 'generic-garbage-collector', _plain(GarbageCollector)),
    Entry('deployment-controller', 'deployment-controller', _plain(DeploymentController)),
    Entry('replicaset-controller', 'replicaset-controller', _plain(ReplicaSetController)),
    Entry('replicationcontroller-controller', 'replication-controller', _plain(ReplicationController)),
    Entry('job-controller', 'job-controller', _plain(JobController)),
    Entry('daemonset-controller', 'daemon-set-controller', _plain(DaemonSetController)),
    Entry('statefulset-controller', 'statefulset-controller', _plain(StatefulSetController)),
    Entry('ttl-after-finished-controller', 'ttl-after-finished-controller', _plain(TTLAfterFinishedController)),
    Entry('disruption-controller', 'disruption-controller', _plain(DisruptionController)),
    Entry('node-lifecycle-controller', 'node-controller',
          lambda s, c, i, settings: NodeLifecycleController(s, c, i, settings.heartbeats, settings.monitoring)),
    Entry('taint-eviction-controller', 'node-controller', _plain(TaintEvictionController)),
    Entry('pod-garbage-collector-controller', 'pod-garbage-collector',
          lambda s, c, i, settings: PodGarbageCollector(s, c, i, settings.terminated_pods)),
    Entry('endpoints-controller', 'endpoint-controller', _plain(EndpointsController)),
    Entry('endpointslice-controller', 'endpointslice-controller', _plain(EndpointSliceController)),
    Entry('endpointslice-mirroring-controller', 'endpointslicemirroring-controller',
          _plain(EndpointSliceMirroringController)),
    Entry('cronjob-controller', 'cronjob-controller', _plain(CronJobController)),
    Entry('resourcequota-controller', 'resourcequota-controller', _plain(ResourceQuotaController)),
    Entry('persistentvolume-attach-detach-controller', 'attachdetach-controller', _plain(AttachDetachController)),
    Entry('persistentvolume-binder-controller', 'persistent-volume-binder', _plain(PersistentVolumeController)),
    Entry('persistentvolume-expander-controller', 'expand-controller', _plain(ExpandController)),
    Entry('persistentvolumeclaim-protection-controller', 'pvc-protection-controller',
          _plain(ClaimProtectionController)),
    Entry('persistentvolume-protection-controller', 'pv-protection-controller', _plain(VolumeProtectionController)),
    Entry('ephemeral-volume-controller', 'ephemeral-volume-controller', _plain(EphemeralVolumeController)),
    Entry('resourceclaim-controller', 'resource-claim-controller', _plain(ResourceClaimController)),
    Entry('clusterrole-aggregation-controller', 'clusterrole-aggregation-controller',
          _plain(ClusterRoleAggregationController)),
    Entry('validatingadmissionpolicy-status-controller', 'validatingadmissionpolicy-status-controller',
          _plain(ValidatingAdmissionPolicyStatusController)),
    Entry('horizontal-pod-autoscaler-controller', 'horizontal-pod-autoscaler',
          lambda s, c, i, settings: HorizontalController(s, c, i, settings.scaling)),
    Entry('service-cidr-controller', 'service-cidrs-controller', _plain(ServiceCIDRController)),
    Entry('certificatesigningrequest-approving-controller', 'certificate-controller', _plain(CSRApprovingController)),
    Entry('certificatesigningrequest-signing-controller', 'certificate-controller',
          CSRSigningController),
    Entry('certificatesigningrequest-cleaner-controller', 'certificate-controller', _plain(CSRCleanerController)),
    Entry('bootstrap-signer-controller', 'bootstrap-signer', _plain(BootstrapSigner)),
    Entry('token-cleaner-controller', 'token-cleaner', _plain(TokenCleaner)),
)
