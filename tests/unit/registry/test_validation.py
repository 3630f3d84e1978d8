"""Objects that a real v1.36 refused, and the words it used."""

from typing import Any

import pytest

from tutor.apimachinery.errors import StatusError

LABEL = ("a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end "
         "with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is "
         "'[a-z0-9]([-a-z0-9]*[a-z0-9])?')")
SUBDOMAIN = ("a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must "
             "start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is "
             r"'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')")
POD = 'apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: '
DEPLOYMENT = 'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: '
SERVICE = 'apiVersion: v1\nkind: Service\nmetadata: {name: x}\nspec: '

CASES: list[tuple[str, list[str]]] = [
    ('apiVersion: v1\nkind: Pod\nmetadata: {name: Web_1}\nspec: {containers: [{name: c, image: nginx}]}',
     [f'metadata.name: Invalid value: "Web_1": {SUBDOMAIN}']),
    (POD + '{containers: []}', ['spec.containers: Required value']),
    (POD + '{containers: [{name: c}, {image: nginx}, {name: c, image: nginx}, {name: UPPER, image: " nginx"}]}', [
        'spec.containers[0].image: Required value', 'spec.containers[1].name: Required value',
        'spec.containers[2].name: Duplicate value: "c"', f'spec.containers[3].name: Invalid value: "UPPER": {LABEL}',
        'spec.containers[3].image: Invalid value: " nginx": must not have leading or trailing whitespace']),
    (POD + '{restartPolicy: Sometimes, dnsPolicy: Nope, containers: [{name: c, image: nginx, imagePullPolicy: Maybe, '
     'ports: [{containerPort: 0}, {containerPort: 99999, name: http}, {containerPort: 80, name: http, protocol: ICMP}]'
     '}]}', [
        'spec.containers[0].ports[0].containerPort: Required value',
        'spec.containers[0].ports[1].containerPort: Invalid value: 99999: must be between 1 and 65535, inclusive',
        'spec.containers[0].ports[2].name: Duplicate value: "http"',
        'spec.containers[0].ports[2].protocol: Unsupported value: "ICMP": supported values: "SCTP", "TCP", "UDP"',
        'spec.containers[0].imagePullPolicy: Unsupported value: "Maybe": supported values: "Always", "IfNotPresent", '
        '"Never"',
        'spec.restartPolicy: Unsupported value: "Sometimes": supported values: "Always", "OnFailure", "Never"',
        'spec.dnsPolicy: Unsupported value: "Nope": supported values: "ClusterFirstWithHostNet", "ClusterFirst", '
        '"Default", "None"']),
    (POD + '{containers: [{name: c, image: nginx, resources: {requests: {cpu: -1, gpu: 1}}}]}', [
        'spec.containers[0].resources.requests[cpu]: Invalid value: "-1": must be greater than or equal to 0',
        'spec.containers[0].resources.requests[gpu]: Invalid value: "gpu": must be a standard resource type or fully '
        'qualified',
        'spec.containers[0].resources.requests[gpu]: Invalid value: "gpu": must be a standard resource for '
        'containers']),
    (POD + '{containers: [{name: c, image: nginx, env: [{name: "", value: one}, {name: "A=B", value: two}, {name: C, '
     'value: three, valueFrom: {fieldRef: {fieldPath: spec.nosuch}}}]}]}', [
        'spec.containers[0].env[0].name: Required value',
        'spec.containers[0].env[1].name: Invalid value: "A=B": a valid environment variable name must consist only of '
        "printable ASCII characters other than '='",
        'spec.containers[0].env[2].valueFrom.fieldRef.fieldPath: Invalid value: "spec.nosuch": error converting '
        'fieldPath: field label not supported: spec.nosuch',
        'spec.containers[0].env[2].valueFrom: Invalid value: "": may not be specified when `value` is not empty']),
    (POD + '{containers: [{name: c, image: nginx, volumeMounts: [{name: nosuch, mountPath: /a}, {name: v, mountPath: '
     '""}, {name: v, mountPath: /b}, {name: v, mountPath: /b}]}], volumes: [{name: v, emptyDir: {}}, {name: v, '
     'emptyDir: {}}, {name: w, emptyDir: {}, hostPath: {path: /x}}]}', [
        'spec.volumes[1].name: Duplicate value: "v"',
        'spec.volumes[2].hostPath: Forbidden: may not specify more than 1 volume type',
        'spec.containers[0].volumeMounts[0].name: Not found: "nosuch"',
        'spec.containers[0].volumeMounts[1].mountPath: Required value',
        'spec.containers[0].volumeMounts[3].mountPath: Invalid value: "/b": must be unique']),
    (POD + '{containers: [{name: c, image: nginx, livenessProbe: {httpGet: {port: 80}, tcpSocket: {port: 80}, '
     'periodSeconds: -1}, readinessProbe: {initialDelaySeconds: 5}, startupProbe: {exec: {command: []}}}]}', [
        'spec.containers[0].livenessProbe.tcpSocket: Forbidden: may not specify more than 1 handler type',
        'spec.containers[0].livenessProbe.periodSeconds: Invalid value: -1: must be greater than or equal to 0',
        'spec.containers[0].readinessProbe: Required value: must specify a handler type',
        'spec.containers[0].startupProbe.exec.command: Required value']),
    (POD + '{tolerations: [{key: a, operator: Exists, value: b}, {operator: Equal}, {key: c, effect: Never}], '
     'containers: [{name: c, image: nginx}]}', [
        'spec.tolerations[0].operator: Invalid value: "b": value must be empty when `operator` is \'Exists\'',
        'spec.tolerations[1].operator: Invalid value: "Equal": operator must be Exists when `key` is empty, which '
        'means "match all values and all keys"',
        'spec.tolerations[2].effect: Unsupported value: "Never": supported values: "NoSchedule", "PreferNoSchedule", '
        '"NoExecute"']),
    (POD + '{hostNetwork: true, terminationGracePeriodSeconds: -5, activeDeadlineSeconds: 0, hostname: Bad_Host, '
     'containers: [{name: c, image: nginx, ports: [{containerPort: 80, hostPort: 81}]}]}', [
        'spec.containers[0].ports[0].hostPort: Invalid value: 81: must match `containerPort` when `hostNetwork` is '
        'true',
        'spec.activeDeadlineSeconds: Invalid value: 0: must be between 1 and 2147483647, inclusive',
        f'spec.hostname: Invalid value: "Bad_Host": {LABEL}']),
    (POD + '{securityContext: {runAsUser: -1, fsGroupChangePolicy: Now, seccompProfile: {type: Nope}}, containers: '
     '[{name: c, image: nginx, securityContext: {privileged: true, allowPrivilegeEscalation: false, procMount: Odd}}]}',
     ['spec.containers[0].securityContext.procMount: Unsupported value: "Odd": supported values: "Default", "Unmasked"',
      'spec.containers[0].securityContext: Invalid value: {"Capabilities":null,"Privileged":true,"SELinuxOptions":null,'
      '"WindowsOptions":null,"RunAsUser":null,"RunAsGroup":null,"RunAsNonRoot":null,"ReadOnlyRootFilesystem":null,'
      '"AllowPrivilegeEscalation":false,"ProcMount":"Odd","SeccompProfile":null,"AppArmorProfile":null}: cannot set '
      '`allowPrivilegeEscalation` to false and `privileged` to true',
      'spec.securityContext.runAsUser: Invalid value: -1: must be between 0 and 2147483647, inclusive',
      'spec.securityContext.fsGroupChangePolicy: Unsupported value: "Now": supported values: "Always", '
      '"OnRootMismatch"',
      'spec.securityContext.seccompProfile.type: Unsupported value: "Nope": supported values: "Localhost", '
      '"RuntimeDefault", "Unconfined"']),
    (DEPLOYMENT + '{template: {metadata: {labels: {app: web}}, spec: {containers: [{name: c, image: nginx}]}}}', [
        'spec.selector: Required value',
        'spec.template.metadata.labels: Invalid value: {"app":"web"}: `selector` does not match template `labels`']),
    (DEPLOYMENT + '{selector: {matchLabels: {x: z}}, template: {metadata: {labels: {c: d, a: b}}, spec: {containers: '
     '[{name: c, image: nginx}]}}}',
     ['spec.template.metadata.labels: Invalid value: {"a":"b","c":"d"}: `selector` does not match template `labels`']),
    (DEPLOYMENT + '{selector: {}, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: '
     'nginx}]}}}',
     ['spec.selector: Invalid value: {}: empty selector is invalid for deployment']),
    (DEPLOYMENT + '{selector: {matchLabels: {a: b}}}', [
        'spec.template.metadata.labels: Invalid value: null: `selector` does not match template `labels`',
        'spec.template.spec.containers: Required value']),
    (DEPLOYMENT + '{replicas: -3, revisionHistoryLimit: -1, selector: {matchLabels: {a: b}}, strategy: {rollingUpdate: '
     '{maxSurge: 0, maxUnavailable: 0%}}, template: {metadata: {labels: {a: b}}, spec: {restartPolicy: Never, '
     'containers: [{name: c, image: nginx, ports: [{containerPort: 80, name: Has_Underscore}]}]}}}', [
        'spec.replicas: Invalid value: -3: must be greater than or equal to 0',
        'spec.template.spec.containers[0].ports[0].name: Invalid value: "Has_Underscore": must contain only '
        'alpha-numeric characters (a-z, 0-9), and hyphens (-)',
        'spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"',
        'spec.strategy.rollingUpdate.maxUnavailable: Invalid value: "0%": may not be 0 when `maxSurge` is 0',
        'spec.revisionHistoryLimit: Invalid value: -1: must be greater than or equal to 0']),
    (SERVICE + '{selector: {a: b}}', ['spec.ports: Required value']),
    (SERVICE + '{ports: [{port: 0}, {port: 70000, targetPort: Bad_Name}]}', [
        'spec.ports[0].name: Required value',
        'spec.ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive',
        'spec.ports[0].targetPort: Invalid value: 0: must be between 1 and 65535, inclusive',
        'spec.ports[1].name: Required value',
        'spec.ports[1].port: Invalid value: 70000: must be between 1 and 65535, inclusive',
        'spec.ports[1].targetPort: Invalid value: "Bad_Name": must contain only alpha-numeric characters (a-z, 0-9), '
        'and hyphens (-)']),
    (SERVICE + '{type: Nope, sessionAffinity: Sometimes, ports: [{port: 80}]}', [
        'spec.sessionAffinity: Unsupported value: "Sometimes": supported values: "ClientIP", "None"',
        'spec.type: Unsupported value: "Nope": supported values: "ClusterIP", "ExternalName", "LoadBalancer", '
        '"NodePort"']),
    (SERVICE + '{type: NodePort, ports: [{port: 80, nodePort: 80}]}', [
        'spec.ports[0].nodePort: Invalid value: 80: provided port is not in the valid range. The range of valid ports '
        'is 30000-32767']),
    (SERVICE + '{clusterIP: 10.200.0.1, ports: [{port: 80}]}', [
        'spec.clusterIPs: Invalid value: ["10.200.0.1"]: failed to allocate IP 10.200.0.1: the provided network does '
        'not match the current range']),
    (SERVICE + '{ports: [{port: 80, nodePort: 30080}]}',
     ["spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'"]),
    (SERVICE + '{type: ExternalName}', ['spec.externalName: Required value']),
    ('apiVersion: v1\nkind: Secret\nmetadata: {name: t}\ntype: kubernetes.io/tls\ndata: {tls.crt: YQ==}',
     ['data[tls.key]: Required value']),
    ('apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c, finalizers: [hold]}', [
        'metadata.finalizers[0]: Invalid value: "hold": name is neither a standard finalizer name nor is it fully '
        'qualified']),
    ('apiVersion: v1\nkind: Namespace\nmetadata: {name: Bad_NS}', [f'metadata.name: Invalid value: "Bad_NS": {LABEL}']),
    ('apiVersion: batch/v1\nkind: Job\nmetadata: {name: j}\nspec: {template: {spec: {containers: [{name: c, image: '
     'nginx}]}}}', ['spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never"']),
    ('apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: i}',
     ['spec: Invalid value: null: either `defaultBackend` or `rules` must be specified']),
    ('apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {name: p}\nspec: {minAvailable: 1, maxUnavailable: '
     '50%, selector: {matchLabels: {app: web}}}', [
        'spec: Invalid value: {"MinAvailable":1,"Selector":{"matchLabels":{"app":"web"}},"MaxUnavailable":"50%",'
        '"UnhealthyPodEvictionPolicy":null}: minAvailable and maxUnavailable cannot be both set']),
    ('apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: p}\nspec: {}', [
        'spec.accessModes: Required value: at least 1 access mode is required',
        'spec.resources[storage]: Required value']),
    ('apiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: {name: s}\nreclaimPolicy: Sometimes', [
        'provisioner: Required value',
        'reclaimPolicy: Unsupported value: "Sometimes": supported values: "Delete", "Retain"']),
    ('apiVersion: v1\nkind: LimitRange\nmetadata: {name: l}\nspec: {limits: [{type: Planet}]}',
     ['spec.limits[0].type: Invalid value: "Planet": must be a standard limit type or fully qualified']),
]


@pytest.mark.parametrize(('text', 'problems'), CASES)
def test_what_is_wrong_is_said_as_a_real_server_does(kinds: Any, text: str, problems: list[str]) -> None:
    with pytest.raises(StatusError) as raised:
        kinds.create(text)
    causes = raised.value.details['causes']
    assert [f'{cause["field"]}: {cause["message"]}' for cause in causes] == problems


def replicas(count: int) -> Any:
    return lambda obj: obj['spec'].update(replicas=count)


def test_a_selector_cannot_change(kinds: Any) -> None:
    obj = kinds.create(DEPLOYMENT + '{selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b, t: x}}, '
                       'spec: {containers: [{name: c, image: nginx}]}}}')
    with pytest.raises(StatusError) as raised:
        kinds.update(obj, lambda new: new['spec'].update(selector={'matchLabels': {'t': 'x'}}))
    assert raised.value.message == ('Deployment.apps "web" is invalid: spec.selector: Invalid value: '
                                    '{"matchLabels":{"t":"x"}}: field is immutable')
    assert kinds.update(obj, replicas(3))['metadata']['generation'] == 2


def test_only_some_fields_of_a_pod_can_change(kinds: Any) -> None:
    obj = kinds.create(POD + '{containers: [{name: c, image: nginx}]}')
    new = kinds.update(obj, lambda pod: pod['spec']['containers'][0].update(image='m'))
    assert new['spec']['containers'][0]['image'] == 'm'
    for change, problem in (
            (lambda pod: pod['spec'].update(restartPolicy='Never'), 'spec: Forbidden: pod updates may not change '
             'fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,'
             '`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow '
             'it to be set to 1 if it was previously negative)\n'),
            (lambda pod: pod['spec']['containers'].append({'name': 'd', 'image': 'n'}),
             'spec.containers: Forbidden: pod updates may not add or remove containers')):
        with pytest.raises(StatusError) as raised:
            kinds.update(new, change)
        assert raised.value.message.startswith(f'Pod "web" is invalid: {problem}')


def test_an_immutable_config_map_stays(kinds: Any) -> None:
    obj = kinds.create('apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {a: b}\nimmutable: true')
    with pytest.raises(StatusError, match='data: Forbidden: field is immutable when `immutable` is set'):
        kinds.update(obj, lambda new: new['data'].update(a='c'))


def test_a_service_keeps_its_address_and_port(kinds: Any) -> None:
    obj = kinds.create(SERVICE + '{type: NodePort, ports: [{port: 80}]}')
    port, address = obj['spec']['ports'][0]['nodePort'], obj['spec']['clusterIP']

    def forget(new: dict[str, Any]) -> None:
        new['spec'] = {'type': 'NodePort', 'ports': [{'port': 81}]}
    new = kinds.update(obj, forget)
    assert (new['spec']['clusterIP'], new['spec']['ports'][0]['nodePort']) == (address, port)
    with pytest.raises(StatusError, match='may not change once set'):
        kinds.update(new, lambda service: service['spec'].update(clusterIP='10.96.9.9'))
    plain = kinds.update(new, lambda service: service['spec'].update(type='ClusterIP'))
    assert 'nodePort' not in plain['spec']['ports'][0] and 'externalTrafficPolicy' not in plain['spec']
    with pytest.raises(StatusError, match='provided IP is already allocated'):
        kinds.create(f'apiVersion: v1\nkind: Service\nmetadata: {{name: other}}\nspec: {{clusterIP: {address}, '
                     'ports: [{port: 1}]}')
