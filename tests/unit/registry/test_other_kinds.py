"""What kinds of all groups are and may become, from the tables of upstream's validation tests."""

from __future__ import annotations

from typing import Any

import pytest

from tutor.apimachinery.errors import StatusError
from tutor.apimachinery.objects import deep_copy

STORAGE = 'apiVersion: storage.k8s.io/v1\nkind: '
CSI_NODE = STORAGE + 'CSINode\nmetadata: {name: m}\nspec: {drivers: [{name: d.io, nodeID: i, topologyKeys: [zone]}]}'
CSI_DRIVER = STORAGE + 'CSIDriver\nmetadata: {name: d.io}\nspec: '
SC = STORAGE + 'StorageClass\nmetadata: {name: c}\nprovisioner: p.io/x\nallowedTopologies: '
ATTACHMENT = STORAGE + 'VolumeAttachment\nmetadata: {name: a}\nspec: '
CAPACITY = STORAGE + 'CSIStorageCapacity\nmetadata: {name: c}\nstorageClassName: '
ATTRIBUTES = STORAGE + 'VolumeAttributesClass\nmetadata: {name: gold}\ndriverName: d.io\nparameters: '
SLICE = 'apiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\nmetadata: {name: s}\naddressType: '
SERVED = 'apiVersion: apiregistration.k8s.io/v1\nkind: APIService\nmetadata: {name: '
RUNTIME = 'apiVersion: node.k8s.io/v1\nkind: RuntimeClass\nmetadata: {name: r}\nhandler: '
NETWORK = 'apiVersion: networking.k8s.io/v1\nkind: '
HPA = ('apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: h}\nspec: {maxReplicas: 3, '
       'scaleTargetRef: {kind: Deployment, name: web}, ')
PRIORITY = 'apiVersion: scheduling.k8s.io/v1\nkind: PriorityClass\nmetadata: {name: '
TYPES = '"ContainerResource", "External", "Object", "Pods", "Resource"'
ADDRESS = ('apiVersion: networking.k8s.io/v1\nkind: IPAddress\nmetadata: {name: 10.0.0.1}\n'
           'spec: {parentRef: {resource: services, name: a}}')
DOMAIN = ("a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must "
          "start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is "
          "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')")
CRON = ('apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: c}\nspec: {schedule: "0 0 * * *", jobTemplate: {spec: '
        '{template: {spec: {restartPolicy: Never, containers: [{name: c, image: x}]}}}}}')
LEASE = 'apiVersion: coordination.k8s.io/v1\nkind: Lease\nmetadata: {name: l}\nspec: '

FLOW = 'apiVersion: flowcontrol.apiserver.k8s.io/v1\nkind: FlowSchema\nmetadata: {name: f}\nspec: '
LEVEL = ('apiVersion: flowcontrol.apiserver.k8s.io/v1\nkind: PriorityLevelConfiguration\nmetadata: {name: catch-all}\n'
         'spec: {type: Limited, limited: ')
VERBS = '"create", "delete", "deletecollection", "get", "list", "patch", "proxy", "update", "watch"'

MADE: list[tuple[str, list[str]]] = [
    (SC + '[{matchLabelExpressions: [{key: a, values: [x]}]}, {matchLabelExpressions: [{key: a, values: [x]}]}]', [
        'allowedTopologies[1].matchLabelExpressions: Duplicate value: ""']),
    (SC + '[{}]', ['allowedTopologies[0].matchLabelExpressions: Duplicate value: ""']),
    (CSI_DRIVER + '{fsGroupPolicy: Odd, volumeLifecycleModes: [Odd], nodeAllocatableUpdatePeriodSeconds: 9, '
                  'tokenRequests: [{audience: a, expirationSeconds: 9999999999}, {audience: a}]}', [
        'spec.fsGroupPolicy: Unsupported value: "Odd": supported values: "File", "None", "ReadWriteOnceWithFSType"',
        'spec.tokenRequests[0].expirationSeconds: Invalid value: 9999999999: may not specify a duration larger than '
        '2^32 seconds',
        'spec.tokenRequests[1].audience: Duplicate value: "a"',
        'spec.volumeLifecycleModes: Unsupported value: "Odd": supported values: "Persistent", "Ephemeral"',
        'spec.nodeAllocatableUpdatePeriodSeconds: Invalid value: 9: must be greater than or equal to 10 seconds']),
    (CSI_NODE.replace('nodeID: i, topologyKeys: [zone]',
                      f'nodeID: {"i" * 257}, topologyKeys: ["", a, a], allocatable: {{count: -1}}'), [
        f'spec.drivers[0].nodeID: Invalid value: "{"i" * 257}": must be 256 characters or less',
        'spec.drivers[0].allocatable.count: Invalid value: -1: must be greater than or equal to 0',
        'spec.drivers[0]: Required value', 'spec.drivers[0]: Invalid value: "": name part must be non-empty',
        "spec.drivers[0]: Invalid value: \"\": name part must consist of alphanumeric characters, '-', '_' or '.', and "
        "must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used "
        "for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')",
        'spec.drivers[0]: Duplicate value: "a"']),
    (ATTACHMENT + '{attacher: d.io, nodeName: m, source: {persistentVolumeName: A_b}}', [
        f'spec.source.persistentVolumeName: Invalid value: "A_b": {DOMAIN}']),
    (CAPACITY + 'c\ncapacity: -1Gi', ['capacity: Invalid value: "-1Gi": must be greater than or equal to 0']),
    (ATTRIBUTES + '{}', ['parameters: Required value: must contain at least one key/value pair']),
    (SLICE + 'FQDN\nendpoints: [{addresses: [a.b., a, ""]}]', [
        'endpoints[0].addresses[1]: Invalid value: "a": should be a domain with at least two segments separated by '
        'dots',
        'endpoints[0].addresses[2]: Required value']),
    (SLICE + 'IPv4\nports: [{port: 70000}]', []),
    (SERVED + 'v2.}\nspec: {version: v2, groupPriorityMinimum: 1, versionPriority: 1, caBundle: YQ==, '
              'insecureSkipTLSVerify: true}', [
        'spec.group: Required value: only v1 may have an empty group and it better be legacy kube',
        'spec.caBundle: Invalid value: "1 bytes": local APIServices may not have a caBundle',
        'spec.insecureSkipTLSVerify: Invalid value: true: local APIServices may not have insecureSkipTLSVerify']),
    (SERVED + 'v1.a.io}\nspec: {version: v1, group: a.io, groupPriorityMinimum: 1, versionPriority: 1, caBundle: YQ==, '
              'insecureSkipTLSVerify: true, service: {port: 0}}', [
        'spec.service.namespace: Required value', 'spec.service.name: Required value',
        'spec.service.port: Invalid value: 0: port is not valid: must be between 1 and 65535, inclusive',
        'spec.insecureSkipTLSVerify: Invalid value: true: may not be true if caBundle is present']),
    (RUNTIME + 'x\noverhead: {podFixed: {cpu: -1}}\nscheduling: {tolerations: [{key: a, operator: Exists, effect: '
               'NoExecute}, {key: a, operator: Exists, effect: NoExecute, tolerationSeconds: 3}]}', [
        'overhead.limits[cpu]: Invalid value: "-1": must be greater than or equal to 0',
        'scheduling.tolerations[1]: Duplicate value: {"Key":"a","Operator":"Exists","Value":"","Effect":"NoExecute",'
        '"TolerationSeconds":3}']),
    (NETWORK + 'NetworkPolicy\nmetadata: {name: p}\nspec: {policyTypes: [Ingress, Egress, Other]}', [
        'spec.policyTypes: Invalid value: ["Ingress","Egress","Other"]: may not specify more than two policyTypes']),
    (NETWORK + 'IngressClass\nmetadata: {name: p}\nspec: {controller: a.io/b, parameters: {kind: k, name: p, scope: '
               'Namespace}}', ["spec.parameters.namespace: Required value: `parameters.scope` is set to 'Namespace'"]),
    (NETWORK + 'ServiceCIDR\nmetadata: {name: c}\nspec: {cidrs: [10.1.0.0/16, 10.2.0.0/16]}', [
        'spec.cidrs: Invalid value: {"CIDRs":["10.1.0.0/16","10.2.0.0/16"]}: may specify no more than one IP for each '
        'IP family, i.e 192.168.0.0/24 and 2001:db8::/64']),
    (ADDRESS.replace('name: a}', 'namespace: a/b, group: A}'), [
        f'spec.parentRef.group: Invalid value: "A": {DOMAIN}',
        'spec.parentRef.name: Required value',
        "spec.parentRef.namespace: Invalid value: \"a/b\": may not contain '/'"]),
    (HPA + 'metrics: [{type: Odd}]}', [
        f'spec.metrics[0].type: Unsupported value: "Odd": supported values: {TYPES}'] * 2),
    (HPA + 'metrics: [{type: Object, external: {}, pods: {}}]}', [
        'spec.metrics[0].external.metric.name: Required value: must specify a metric name',
        'spec.metrics[0].external.target.type: Required value: must specify a metric target type',
        'spec.metrics[0].external.target.type: Invalid value: "": must be either Utilization, Value, or AverageValue',
        'spec.metrics[0].external.target.averageValue: Required value: must set either a target value for metric or a '
        'per-pod target',
        'spec.metrics[0].object: Required value: must populate information for the given metric source',
        'spec.metrics[0].external: Forbidden: must populate the given metric source only',
        'spec.metrics[0].pods: Forbidden: must populate the given metric source only']),
    (PRIORITY + 'system-node-critical}\nvalue: 5', [
        "metadata.name: Forbidden: priority class names with 'system-' prefix are reserved for system use only. error: "
        'value of system-node-critical PriorityClass must be 2000001000']),
    ('apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {name: A_b}', []),
    ('apiVersion: v1\nkind: Event\nmetadata: {name: e}\ninvolvedObject: {namespace: other}', [
        'involvedObject.namespace: Invalid value: "other": does not match event.namespace']),
    ('apiVersion: v1\nkind: Event\nmetadata: {name: e}\neventTime: "2026-01-01T00:00:00.000000Z"\n'
     f'reportingComponent: a\nreportingInstance: {"x" * 129}', [
        'reportingInstance: Invalid value: "": can have at most 128 characters', 'action: Required value',
        'reason: Required value']),
    (FLOW + '{priorityLevelConfiguration: {name: a}, distinguisherMethod: {type: Odd}, rules: [{subjects: [{kind: '
            'User, group: {name: a}}, {kind: ServiceAccount, serviceAccount: {name: "*"}}, {kind: Group, group: {}}], '
            'nonResourceRules: [{verbs: [head], nonResourceURLs: [/]}]}]}', [
        'spec.distinguisherMethod.type: Unsupported value: {"Type":"Odd"}: supported values: "ByNamespace", "ByUser"',
        "spec.rules[0].subjects[0].user: Required value: user is required when subject kind is 'User'",
        "spec.rules[0].subjects[0].group: Forbidden: group is forbidden when subject kind is not 'Group'",
        'spec.rules[0].subjects[1].serviceAccount.namespace: Required value: must specify namespace for service '
        'account',
        'spec.rules[0].subjects[2].group.name: Required value',
        f'spec.rules[0].nonResourceRules[0].verbs: Unsupported value: ["head"]: supported values: {VERBS}']),
    (LEVEL + '{limitResponse: {type: Queue, queuing: {queues: 64, handSize: 11}}, borrowingLimitPercent: -1}}', [
        'spec.limited.limitResponse.queuing.handSize: Invalid value: 11: required entropy bits of deckSize 64 and '
        'handSize 11 should not be greater than 60',
        'spec.limited.borrowingLimitPercent: Invalid value: -1: if specified, must be a non-negative integer']),
    ('apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\nspec: {finalizers: [mine]}', [
        'spec.finalizers: Invalid value: "mine": name is neither a standard finalizer name nor is it fully qualified']),
    ('apiVersion: v1\nkind: LimitRange\nmetadata: {name: a}\nspec: {limits: [{type: Container, min: {cpu: 0}, max: '
     '{cpu: 1}, maxLimitRequestRatio: {cpu: 5}}]}', []),
    ('apiVersion: v1\nkind: ResourceQuota\nmetadata: {name: a}\nspec: {scopeSelector: {matchExpressions: [{scopeName: '
     'Terminating, operator: Exists}, {scopeName: NotTerminating, operator: Exists}]}}', [
        'spec.scopes: Invalid value: null: conflicting scopes']),
]


def told(call) -> list[str]:
    try:
        call()
    except StatusError as error:
        return [f'{cause["field"]}: {cause["message"]}' for cause in error.status['details']['causes']]
    return []


@pytest.mark.parametrize(('text', 'expected'), MADE)
def test_what_is_wrong_with_an_object(kinds, text, expected):
    assert told(lambda: kinds.create(text)) == expected


def put(obj: Any, path: str, value: Any) -> None:
    *steps, last = path.split('.')
    for step in steps:
        obj = obj[int(step)] if step.isdigit() else obj.setdefault(step, {})
    obj[last] = value


@pytest.mark.parametrize(('text', 'path', 'value', 'expected'), [
    (CSI_NODE, 'spec.drivers.0.allocatable', {'count': 5}, []),
    (CSI_NODE, 'spec.drivers.0.nodeID', 'j', [
        'spec.drivers: Invalid value: {"Name":"d.io","NodeID":"j","TopologyKeys":["zone"],"Allocatable":null}: field '
        'is immutable']),
    (CSI_DRIVER + '{}', 'spec.attachRequired', False, [
        'spec.attachedRequired: Invalid value: false: field is immutable']),
    (ATTRIBUTES + '{a: b}', 'parameters', {}, [
        'parameters: Forbidden: updates to parameters are forbidden.',
        'parameters: Required value: must contain at least one key/value pair']),
    (CAPACITY + 'c', 'storageClassName', 'd', ['storageClassName: Invalid value: "d": field is immutable']),
    (ATTACHMENT + '{attacher: d.io, nodeName: m, source: {persistentVolumeName: v}}', 'spec.nodeName', 'o', [
        'spec: Invalid value: {"Attacher":"d.io","Source":{"PersistentVolumeName":"v","InlineVolumeSpec":null},'
        '"NodeName":"o"}: field is immutable']),
    (RUNTIME + 'x', 'handler', 'y', ['handler: Invalid value: "y": field is immutable']),
    (RUNTIME + 'x', 'overhead', {'podFixed': {'cpu': '-1'}}, []),
    (ADDRESS, 'spec.parentRef.name', 'b', [
        'spec.parentRef: Invalid value: {"Group":"","Resource":"services","Namespace":"","Name":"b"}: field is '
        'immutable']),
    (NETWORK + 'ServiceCIDR\nmetadata: {name: c}\nspec: {cidrs: [10.1.0.0/16]}', 'spec.cidrs', ['10.2.0.0/16'], [
        'spec.cidrs: Invalid value: ["10.2.0.0/16"]: field is immutable']),
    (HPA + 'minReplicas: 1}', 'spec.minReplicas', 0, [
        'spec.minReplicas: Invalid value: 0: must be greater than or equal to 1',
        'spec.metrics: Forbidden: must specify at least one Object or External metric to support scaling to zero '
        'replicas']),
    (LEVEL + '{limitResponse: {type: Reject}}}', 'spec.limited.lendablePercent', 5, [
        'spec: Invalid value: {"Type":"Limited","Limited":{"NominalConcurrencyShares":30,"LimitResponse":{"Type":'
        '"Reject","Queuing":null},"LendablePercent":5,"BorrowingLimitPercent":null},"Exempt":null}: spec of '
        "'catch-all' must equal the fixed value"]),
    (CRON, 'spec.schedule', '1-2-x * * * *', [
        'spec.schedule: Invalid value: "1-2-x * * * *": too many hyphens: 1-2-x']),
    (CRON, 'spec.schedule', '0 0 * * 8/', [
        'spec.schedule: Invalid value: "0 0 * * 8/": failed to parse int from : strconv.Atoi: parsing "": invalid '
        'syntax']),
    (CRON, 'spec.schedule', 'CRON_TZ=UTC 0 0 * * *', [
        'spec.schedule: Invalid value: "CRON_TZ=UTC 0 0 * * *": cannot use TZ or CRON_TZ in schedule, use timeZone '
        'field instead']),
])
def test_what_of_an_object_may_change(kinds, text, path, value, expected):
    old = kinds.create(text)
    assert told(lambda: kinds.update(old, lambda new: put(new, path, value))) == expected


@pytest.mark.parametrize(('text', 'status', 'expected'), [
    ('apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {name: a}', {'expectedPods': -1}, [
        'status.expectedPods: Invalid value: -1: must be greater than or equal to 0']),
    (HPA + 'minReplicas: 1}', {'desiredReplicas': -1}, [
        'status.desiredReplicas: Invalid value: -1: must be greater than or equal to 0']),
    (NETWORK + 'Ingress\nmetadata: {name: i}\nspec: {defaultBackend: {service: {name: a, port: {number: 1}}}}',
     {'loadBalancer': {'ingress': [{'ip': 'x', 'hostname': '1.2.3.4'}]}}, [
        'status.loadBalancer.ingress[0].ip: Invalid value: "x": must be a valid IP address, (e.g. 10.9.8.7 or '
        '2001:db8::ffff)',
        'status.loadBalancer.ingress[0].hostname: Invalid value: "1.2.3.4": must be a DNS name, not an IP address']),
    ('apiVersion: v1\nkind: Namespace\nmetadata: {name: a}', {'phase': 'Terminating'}, [
        'status.Phase: Invalid value: "Terminating": may only be \'Active\' if `deletionTimestamp` is empty']),
    ('apiVersion: v1\nkind: ResourceQuota\nmetadata: {name: a}', {'used': {'odd': '1', 'pods': '-1'}}, [
        'status.used[odd]: Invalid value: "odd": must be a standard resource type or fully qualified',
        'status.used[odd]: Invalid value: "odd": must be a standard resource for quota',
        'status.used[pods]: Invalid value: "-1": must be greater than or equal to 0']),
    (SERVED + 'v1.}\nspec: {version: v1, groupPriorityMinimum: 1, versionPriority: 1}',
     {'conditions': [{'type': 'Available', 'status': 'Odd'}]}, [
        'status.conditions[0].status: Unsupported value: "Odd": supported values: "True", "False", "Unknown"']),
    (ATTACHMENT + '{attacher: d.io, nodeName: m, source: {persistentVolumeName: v}}',
     {'attached': False, 'attachError': {'message': 'x' * 1025, 'errorCode': -1}}, [
        'status.attachError.message: Too long: may not be more than 262144 bytes',
        'status.attachError.errorCode: Invalid value: -1: must be between 0 and 2147483647, inclusive']),
])
def test_what_a_status_may_say(kinds, text, status, expected):
    old = kinds.create(text)
    strategy = kinds.strategy(old)
    found = strategy.validate_status({**deep_copy(old), 'status': status}, old, kinds.context)
    assert [str(error) for error in found] == expected


CLAIM = ('apiVersion: resource.k8s.io/v1\nkind: ResourceClaim\nmetadata: {name: c}\nspec: {devices: {requests: [{name: '
         'r, exactly: {deviceClassName: d}}]}}')
ALLOCATED = {'allocation': {'devices': {'results': [{'request': 'r', 'driver': 'd.io', 'pool': 'p', 'device': 'x'}]}}}
USER = {'resource': 'pods', 'name': 'p', 'uid': 'u'}


@pytest.mark.parametrize(('before', 'status', 'expected'), [
    ({}, {**ALLOCATED, 'reservedFor': [USER]}, []),
    ({}, {'reservedFor': [USER]}, ['status.reservedFor: Forbidden: may not be specified when `allocated` is not set']),
    (ALLOCATED, {**ALLOCATED, 'reservedFor': [{}, USER, USER]}, [
        'status.reservedFor[0].resource: Required value', 'status.reservedFor[0].name: Required value',
        'status.reservedFor[0].uid: Required value', 'status.reservedFor[2]: Duplicate value: "u"']),
    (ALLOCATED, {**ALLOCATED, 'devices': [{'driver': 'd.io', 'pool': 'p', 'device': 'y', 'conditions': [
        {'type': 'Ready', 'status': 'Odd', 'reason': 'a b', 'lastTransitionTime': None}]}]}, [
        'status.devices[0]: Invalid value: d.io/p/y: must be an allocated device in the claim',
        'status.devices[0].conditions[0].status: Unsupported value: "Odd": supported values: "False", "True", '
        '"Unknown"',
        'status.devices[0].conditions[0].lastTransitionTime: Required value: must be set',
        'status.devices[0].conditions[0].reason: Invalid value: "a b": a condition reason must start with alphabetic '
        "character, optionally followed by a string of alphanumeric characters or '_,:', and must end with an "
        "alphanumeric character or '_' (e.g. 'my_name',  or 'MY_NAME',  or 'MyName',  or 'ReasonA,ReasonB',  or "
        "'ReasonA:ReasonB', regex used for validation is '[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?')"]),
    (ALLOCATED, {'allocation': {'devices': {}}}, [
        'status.allocation: Invalid value: {"Devices":{"Results":null,"Config":null},"NodeSelector":null,'
        '"AllocationTimestamp":null}: field is immutable']),
    ({}, {'allocation': {'devices': {'results': [{'request': 's', 'driver': 'd.io', 'pool': '', 'device': 'x'}]}}}, [
        'status.allocation.devices.results[0].request: Invalid value: "s": must be the name of a request in the claim '
        "or the name of a request and a subrequest separated by '/'",
        'status.allocation.devices.results[0].pool: Required value']),
])
def test_what_is_allocated_to_a_claim(kinds, before, status, expected):
    old = {**deep_copy(kinds.create(CLAIM)), 'status': before}
    found = kinds.strategy(old).validate_status({**deep_copy(old), 'status': status}, old, kinds.context)
    assert [str(error) for error in found] == expected


@pytest.mark.parametrize(('constraint', 'expected'), [
    ({'matchAttribute': 'd.io/model', 'requests': ['r']}, []), ({'distinctAttribute': 'd.io/model'}, []),
    ({'matchAttribute': 'a/b/c'}, []),
    ({}, [': Required value: exactly one of "matchAttribute" or "distinctAttribute" is required, but multiple fields '
          'are set']),
    ({'matchAttribute': 'model'}, ['.matchAttribute: Invalid value: "model": a fully qualified name must be a domain '
                                   'and a name separated by a slash']),
    ({'matchAttribute': '/'}, ['.matchAttribute: Invalid value: "": the domain must not be empty',
                               '.matchAttribute: Invalid value: "": the name must not be empty']),
    ({'distinctAttribute': f'd.io/{"m" * 33}'}, [
        '.distinctAttribute: Too long: may not be more than 32 bytes']),
])
def test_what_devices_of_a_claim_share(kinds, constraint, expected):
    claim = kinds.create(CLAIM)
    claim['spec']['devices']['constraints'] = [constraint]
    found = kinds.strategy(claim).validate(claim, kinds.context)
    assert [str(error) for error in found] == [f'spec.devices.constraints[0]{error}' for error in expected]


@pytest.mark.parametrize(('toleration', 'expected'), [
    ('{key: a, value: b, effect: NoExecute}', []), ('{operator: Exists, effect: None}', []),
    ('{operator: Exists, value: x}', ['.value: Invalid value: "x": must be empty for operator `Exists`']),
    ('{operator: In, effect: PreferNoSchedule}', [
        '.operator: Unsupported value: "In": supported values: "Equal", "Exists"',
        '.effect: Unsupported value: "PreferNoSchedule": supported values: "NoExecute", "NoSchedule", "None"']),
])
def test_which_taints_of_devices_a_request_bears(kinds, toleration, expected):
    text = CLAIM.replace('deviceClassName: d', f'deviceClassName: d, tolerations: [{toleration}]')
    assert told(lambda: kinds.create(text)) == [
        f'spec.devices.requests[0].exactly.tolerations[0]{error}' for error in expected]


def test_a_claim_that_goes_is_reserved_for_nobody_else(kinds):
    old = {**deep_copy(kinds.create(CLAIM)), 'status': ALLOCATED}
    old['metadata']['deletionTimestamp'] = '2026-01-01T00:00:00Z'
    new = {**old, 'status': {**ALLOCATED, 'reservedFor': [USER]}}
    found = kinds.strategy(old).validate_status(new, old, kinds.context)
    assert [str(error) for error in found] == [
        'status.reservedFor: Forbidden: new entries may not be added while `deallocationRequested` or '
        '`deletionTimestamp` are set']


def test_a_lease_has_nothing_of_coordinated_elections(kinds):
    assert kinds.create(LEASE + '{strategy: OldestEmulationVersion, preferredHolder: a}')['spec'] == {}


JOB = ('apiVersion: batch/v1\nkind: Job\nmetadata: {name: j}\nspec: {suspend: true, template: {spec: {restartPolicy: '
       'Never, containers: [{name: c, image: x}]}}}')


@pytest.mark.parametrize(('path', 'value', 'allowed'), [
    ('nodeSelector', {'a': 'b'}, True), ('tolerations', [{'operator': 'Exists'}], True),
    ('containers.0.resources', {'requests': {'cpu': '1'}}, True), ('containers.0.image', 'other', False),
    ('affinity', {'nodeAffinity': {'requiredDuringSchedulingIgnoredDuringExecution': {'nodeSelectorTerms': [
        {'matchExpressions': [{'key': 'a', 'operator': 'Exists'}]}]}}}, True),
    ('affinity', {'podAffinity': {'requiredDuringSchedulingIgnoredDuringExecution': [
        {'topologyKey': 'a', 'labelSelector': {}}]}}, False),
    ('hostNetwork', True, False)])
def test_a_suspended_job_may_be_scheduled_otherwise_and_nothing_else(kinds, path, value, allowed):
    old = kinds.create(JOB)
    found = told(lambda: kinds.update(old, lambda new: put(new['spec']['template']['spec'], path, value)))
    assert [text.partition(':')[0] for text in found] == ([] if allowed else ['spec.template'])


STARTED = {'startTime': '2026-01-01T00:00:00Z'}


def conditions(*kinds):
    return [{'type': kind, 'status': 'True'} for kind in kinds]


@pytest.mark.parametrize(('before', 'status', 'expected'), [
    (STARTED, {**STARTED, 'conditions': conditions('Complete')}, [
        'status.completionTime: Required value: completionTime is required for Complete jobs',
        'status.conditions: Invalid value: cannot set Complete=True condition without the SuccessCriteriaMet=true '
        'condition']),
    ({}, {'conditions': conditions('Failed'), 'active': 1, 'ready': 2}, [
        'status.conditions: Invalid value: cannot set Failed=True condition without the FailureTarget=true condition',
        'status.active: Invalid value: 1: active>0 is invalid for finished job',
        'status.startTime: Required value: startTime is required for finished job',
        'status.ready: Invalid value: 2: cannot set more ready pods than active']),
    ({**STARTED, 'failed': 2, 'conditions': conditions('FailureTarget', 'Failed')}, {'failed': 1}, [
        'status.conditions: Invalid value: cannot disable the terminal Failed=True condition',
        'status.conditions: Invalid value: cannot disable the terminal FailureTarget=True condition',
        'status.failed: Invalid value: 1: cannot decrease the failed counter']),
    ({}, {'completedIndexes': '0'}, [
        'status.completedIndexes: Invalid value: "0": cannot set non-empty completedIndexes when non-indexed '
        'completion mode']),
    ({}, {'completionTime': '2026-01-01T00:00:00Z'}, [
        'status.completionTime: Invalid value: "2026-01-01T00:00:00Z": cannot set completionTime when there is no '
        'Complete=True condition']),
    (STARTED, {**STARTED, 'completionTime': '2026-01-01T00:00:09Z', 'succeeded': 1,
               'conditions': conditions('SuccessCriteriaMet', 'Complete')}, []),
])
def test_how_a_job_may_be_said_to_end(kinds, before, status, expected):
    old = {**deep_copy(kinds.create(JOB)), 'status': before}
    found = kinds.strategy(old).validate_status({**deep_copy(old), 'status': status}, old, kinds.context)
    # A suspended job's start may be taken back.
    assert [str(error) for error in found] == expected
