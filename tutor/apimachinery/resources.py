"""Which resources a v1.36 API server serves, in the order of its discovery: a table of ours."""

from __future__ import annotations

from dataclasses import dataclass, replace

ALL = ('create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch')
_VERBS = {
    'all': ALL,
    'single': tuple(verb for verb in ALL if verb != 'deletecollection'),
    'read': ('get', 'list'),
    'create': ('create',),
}


@dataclass(frozen=True, slots=True)
class Subresource:
    """A subresource: the kind it speaks (group and version only where they are not the parent's) and its verbs."""

    name: str
    kind: str
    verbs: tuple[str, ...]
    group: str = ''
    version: str = ''


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource of one group version, built in or defined by a CustomResourceDefinition."""

    group: str
    version: str
    plural: str
    singular: str
    kind: str
    namespaced: bool
    verbs: tuple[str, ...] = ALL
    short_names: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    subresources: tuple[Subresource, ...] = ()
    stored_as: str = ''
    """The group version of its objects in etcd; none for what is not kept there."""

    @property
    def group_version(self) -> str:
        """'v1', 'apps/v1': what an object of it has as apiVersion."""
        return f'{self.group}/{self.version}' if self.group else self.version

    @property
    def names(self) -> tuple[str, ...]:
        """What kubectl lets one say for it: plural, singular and short names."""
        return self.plural, self.singular, *self.short_names

    @property
    def group_resource(self) -> str:
        """'pods', 'deployments.apps': how messages name it."""
        return f'{self.plural}.{self.group}' if self.group else self.plural

    @property
    def base_path(self) -> str:
        """'/api/v1', '/apis/apps/v1'."""
        return f'/apis/{self.group}/{self.version}' if self.group else f'/api/{self.version}'

    def subresource(self, name: str) -> Subresource | None:
        for found in self.subresources:
            if found.name == name:
                return found
        return None

    def path(self, namespace: str = '', name: str = '', subresource: str = '') -> str:
        """The path of the collection or of one object of it."""
        path = self.base_path
        if self.namespaced and namespace:
            path += f'/namespaces/{namespace}'
        path += f'/{self.plural}'
        if name:
            path += f'/{name}'
        return f'{path}/{subresource}' if subresource else path


_READ_WRITE = ('get', 'patch', 'update')
_PROXY = ('create', 'delete', 'get', 'patch', 'update')
_SUBRESOURCES = {
    'attach': Subresource('attach', 'PodAttachOptions', ('create', 'get')),
    'binding': Subresource('binding', 'Binding', ('create',)),
    'eviction': Subresource('eviction', 'Eviction', ('create',), 'policy', 'v1'),
    'exec': Subresource('exec', 'PodExecOptions', ('create', 'get')),
    'finalize': Subresource('finalize', '', ('update',)),
    'log': Subresource('log', 'Pod', ('get',)),
    'portforward': Subresource('portforward', 'PodPortForwardOptions', ('create', 'get')),
    'scale': Subresource('scale', 'Scale', _READ_WRITE, 'autoscaling', 'v1'),
    'token': Subresource('token', 'TokenRequest', ('create',), 'authentication.k8s.io', 'v1'),
}
_POD = 'attach binding ephemeralcontainers eviction exec log portforward proxy resize status'

# plural, kind, whether it lives in namespaces, verbs, short names, categories, subresources
_TABLE = f"""
v1
  bindings                          Binding                          ns  create  -        -
  componentstatuses                 ComponentStatus                  -   read    cs       -
  configmaps                        ConfigMap                        ns  all     cm       -
  endpoints                         Endpoints                        ns  all     ep       -
  events                            Event                            ns  all     ev       -
  limitranges                       LimitRange                       ns  all     limits   -
  namespaces                        Namespace                        -   single  ns       -              finalize status
  nodes                             Node                             -   all     no       -               proxy status
  persistentvolumeclaims            PersistentVolumeClaim            ns  all     pvc      -               status
  persistentvolumes                 PersistentVolume                 -   all     pv       -               status
  pods                              Pod                              ns  all     po       all             {_POD}
  podtemplates                      PodTemplate                      ns  all     -        -
  replicationcontrollers            ReplicationController            ns  all     rc       all             scale status
  resourcequotas                    ResourceQuota                    ns  all     quota    -               status
  secrets                           Secret                           ns  all     -        -
  serviceaccounts                   ServiceAccount                   ns  all     sa       -               token
  services                          Service                          ns  all     svc      all             proxy status
apiregistration.k8s.io/v1
  apiservices                       APIService                       -   all     -        api-extensions  status
apps/v1
  controllerrevisions               ControllerRevision               ns  all     -        -
  daemonsets                        DaemonSet                        ns  all     ds       all             status
  deployments                       Deployment                       ns  all     deploy   all             scale status
  replicasets                       ReplicaSet                       ns  all     rs       all             scale status
  statefulsets                      StatefulSet                      ns  all     sts      all             scale status
events.k8s.io/v1
  events                            Event                            ns  all     ev       -
authentication.k8s.io/v1
  selfsubjectreviews                SelfSubjectReview                -   create  -        -
  tokenreviews                      TokenReview                      -   create  -        -
authorization.k8s.io/v1
  localsubjectaccessreviews         LocalSubjectAccessReview         ns  create  -        -
  selfsubjectaccessreviews          SelfSubjectAccessReview          -   create  -        -
  selfsubjectrulesreviews           SelfSubjectRulesReview           -   create  -        -
  subjectaccessreviews              SubjectAccessReview              -   create  -        -
autoscaling/v2
  horizontalpodautoscalers          HorizontalPodAutoscaler          ns  all     hpa      all             status
autoscaling/v1
  horizontalpodautoscalers          HorizontalPodAutoscaler          ns  all     hpa      all             status
batch/v1
  cronjobs                          CronJob                          ns  all     cj       all             status
  jobs                              Job                              ns  all     -        all             status
certificates.k8s.io/v1
  certificatesigningrequests        CertificateSigningRequest        -   all     csr      -              approval status
networking.k8s.io/v1
  ingressclasses                    IngressClass                     -   all     -        -
  ingresses                         Ingress                          ns  all     ing      -               status
  ipaddresses                       IPAddress                        -   all     ip       -
  networkpolicies                   NetworkPolicy                    ns  all     netpol   -
  servicecidrs                      ServiceCIDR                      -   all     -        -               status
policy/v1
  poddisruptionbudgets              PodDisruptionBudget              ns  all     pdb      -               status
rbac.authorization.k8s.io/v1
  clusterrolebindings               ClusterRoleBinding               -   all     -        -
  clusterroles                      ClusterRole                      -   all     -        -
  rolebindings                      RoleBinding                      ns  all     -        -
  roles                             Role                             ns  all     -        -
storage.k8s.io/v1
  csidrivers                        CSIDriver                        -   all     -        -
  csinodes                          CSINode                          -   all     -        -
  csistoragecapacities              CSIStorageCapacity               ns  all     -        -
  storageclasses                    StorageClass                     -   all     sc       -
  volumeattachments                 VolumeAttachment                 -   all     -        -               status
  volumeattributesclasses           VolumeAttributesClass            -   all     vac      -
admissionregistration.k8s.io/v1
  mutatingadmissionpolicies         MutatingAdmissionPolicy          -   all     -        api-extensions
  mutatingadmissionpolicybindings   MutatingAdmissionPolicyBinding   -   all     -        api-extensions
  mutatingwebhookconfigurations     MutatingWebhookConfiguration     -   all     -        api-extensions
  validatingadmissionpolicies       ValidatingAdmissionPolicy        -   all     -        api-extensions  status
  validatingadmissionpolicybindings ValidatingAdmissionPolicyBinding -   all     -        api-extensions
  validatingwebhookconfigurations   ValidatingWebhookConfiguration   -   all     -        api-extensions
apiextensions.k8s.io/v1
  customresourcedefinitions         CustomResourceDefinition         -   all     crd,crds api-extensions  status
scheduling.k8s.io/v1
  priorityclasses                   PriorityClass                    -   all     pc       -
coordination.k8s.io/v1
  leases                            Lease                            ns  all     -        -
node.k8s.io/v1
  runtimeclasses                    RuntimeClass                     -   all     -        -
discovery.k8s.io/v1
  endpointslices                    EndpointSlice                    ns  all     -        -
resource.k8s.io/v1
  deviceclasses                     DeviceClass                      -   all     -        -
  resourceclaims                    ResourceClaim                    ns  all     -        -               status
  resourceclaimtemplates            ResourceClaimTemplate            ns  all     -        -
  resourceslices                    ResourceSlice                    -   all     -        -
flowcontrol.apiserver.k8s.io/v1
  flowschemas                       FlowSchema                       -   all     -        -               status
  prioritylevelconfigurations       PriorityLevelConfiguration       -   all     -        -               status
"""

_STORED_AS = {
    ('autoscaling', 'horizontalpodautoscalers'): 'autoscaling/v2',
    ('events.k8s.io', 'events'): 'v1',
    # version 1 is new in v1.36, and v1.35 must be able to read what is stored
    ('admissionregistration.k8s.io', 'mutatingadmissionpolicies'): 'admissionregistration.k8s.io/v1beta1',
    ('admissionregistration.k8s.io', 'mutatingadmissionpolicybindings'): 'admissionregistration.k8s.io/v1beta1',
}
"""Where it is not the version that is served (emulatedStorageVersion)."""


def _subresource(name: str, kind: str) -> Subresource:
    if name == 'proxy':
        return Subresource('proxy', f'{kind}ProxyOptions', _PROXY)
    known = _SUBRESOURCES.get(name)
    if known is None:
        return Subresource(name, kind, _READ_WRITE)
    return known if known.kind else replace(known, kind=kind)


def _words(cell: str) -> tuple[str, ...]:
    return () if cell == '-' else tuple(cell.split(','))


def _parse(table: str) -> tuple[Resource, ...]:
    found = []
    group_version = group = version = ''
    for line in table.strip().splitlines():
        if not line.startswith(' '):
            group_version = line
            group, _, version = line.rpartition('/')
            continue
        plural, kind, scope, verbs, short, categories, *subs = line.split()
        stored_as = _STORED_AS.get((group, plural), group_version) if verbs in ('all', 'single') else ''
        found.append(Resource(
            group, version, plural, kind.lower(), kind, scope == 'ns', _VERBS[verbs], _words(short),
            _words(categories), tuple(_subresource(name, kind) for name in subs), stored_as))
    return tuple(found)


RESOURCES: tuple[Resource, ...] = _parse(_TABLE)
_BY_PLURAL = {(item.group, item.version, item.plural): item for item in RESOURCES}
_BY_KIND = {(item.group, item.version, item.kind): item for item in RESOURCES}


def by_plural(group: str, version: str, plural: str) -> Resource | None:
    return _BY_PLURAL.get((group, version, plural))


def find(group: str, plural: str) -> Resource:
    """A resource in the version that the server prefers; raises KeyError."""
    for item in RESOURCES:
        if item.plural == plural and item.group == group:
            return item
    raise KeyError(f'{plural}.{group}')


def by_kind(group: str, version: str, kind: str) -> Resource | None:
    return _BY_KIND.get((group, version, kind))


def split_api_version(api_version: str) -> tuple[str, str]:
    """'apps/v1' → ('apps', 'v1'), 'v1' → ('', 'v1')."""
    group, _, version = api_version.rpartition('/')
    return group, version
