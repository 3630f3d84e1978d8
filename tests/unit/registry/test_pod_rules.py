"""Rules of pod specs that recordings do not reach, from pkg/apis/core/validation."""

from __future__ import annotations

from typing import Any

import pytest

from tutor.apimachinery import names
from tutor.apimachinery.errors import StatusError
from tutor.cluster.registry.podspec.defaults import default_pod

NAME = '{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: '
QUALIFIED = ("name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an "
             "alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is "
             "'([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')")
SUBDOMAIN = names.is_dns1123_subdomain('UPPER_CASE')[0]


def container(more: str) -> str:
    return f'{{containers: [{{name: c, image: nginx, {more}}}]}}'


def spec(more: str) -> str:
    return f'{{containers: [{{name: c, image: nginx}}], {more}}}'


CASES: list[tuple[str, list[str]]] = [
    (container('envFrom: [{}]'), [
        'spec.containers[0].envFrom: Invalid value: "": must specify one of: `configMapRef` or `secretRef`']),
    (container('env: [{name: A, valueFrom: {resourceFieldRef: {resource: limits.cpu, divisor: 2}}}]'), [
        'spec.containers[0].env[0].valueFrom.resourceFieldRef.divisor: Invalid value: "limits.cpu": only divisor\'s '
        'values 1m and 1 are supported with the cpu resource']),
    (container('resources: {requests: {hugepages-2Mi: 3Mi}, limits: {hugepages-2Mi: 3Mi}}'), [
        'spec.containers[0].resources.limits[hugepages-2Mi]: Invalid value: "3Mi": 3Mi is not positive integer '
        'multiple of hugepages-2Mi',
        'spec.containers[0].resources.requests[hugepages-2Mi]: Invalid value: "3Mi": 3Mi is not positive integer '
        'multiple of hugepages-2Mi',
        'spec.containers[0].resources: Forbidden: HugePages require cpu or memory']),
    (container('resources: {limits: {example.com/gpu: 500m}}'), [
        'spec.containers[0].resources.limits[example.com/gpu]: Invalid value: "500m": must be an integer',
        'spec.containers[0].resources.requests[example.com/gpu]: Invalid value: "500m": must be an integer']),
    (container('resources: {claims: [{name: gpu}]}'), [
        'spec.containers[0].resources.claims[0]: Not found: "gpu": must be one of the names in pod.spec.resourceClaims '
        'which is empty']),
    (container('resizePolicy: [{resourceName: disk, restartPolicy: Sometimes}]'), [
        'spec.containers[0].resizePolicy: Unsupported value: "disk": supported values: "cpu", "memory"',
        'spec.containers[0].resizePolicy: Unsupported value: "Sometimes": supported values: "NotRequired", '
        '"RestartContainer"']),
    (container('restartPolicyRules: [{action: Restart, exitCodes: {operator: In, values: [1]}}]'), [
        'spec.containers[0].restartPolicy: Required value: must specify restartPolicy when restart rules are used']),
    (container('restartPolicy: Sometimes, restartPolicyRules: [{action: Stop}]'), [
        'spec.containers[0].restartPolicy: Unsupported value: "Sometimes": supported values: "Always", "Never", '
        '"OnFailure"',
        'spec.containers[0].restartPolicyRules[0].action: Unsupported value: "Stop": supported values: "Restart", '
        '"RestartAllContainers"',
        'spec.containers[0].restartPolicyRules[0].exitCodes: Required value: must be specified']),
    (container('securityContext: {windowsOptions: {gmsaCredentialSpecName: UPPER_CASE, gmsaCredentialSpec: ""}}'), [
        'spec.containers[0].securityContext.windowsOptions.gmsaCredentialSpecName: Invalid value: "UPPER_CASE": '
        f'{SUBDOMAIN}',
        'spec.containers[0].securityContext.windowsOptions.gmsaCredentialSpec: Invalid value: "": gmsaCredentialSpec '
        'cannot be an empty string']),
    (container("securityContext: {windowsOptions: {runAsUserName: 'a\\b\\c'}}"), [
        'spec.containers[0].securityContext.windowsOptions.runAsUserName: Invalid value: "a\\\\b\\\\c": runAsUserName '
        'cannot contain more than one backslash']),
    (spec("securityContext: {windowsOptions: {runAsUserName: '.dot\\..'}}"), [
        'spec.securityContext.windowsOptions.runAsUserName: Invalid value: ".dot\\\\..": runAsUserName\'s Domain '
        "doesn't match the NetBios nor the DNS format",
        'spec.securityContext.windowsOptions.runAsUserName: Invalid value: ".dot\\\\..": runAsUserName\'s User cannot '
        'contain only periods or spaces']),
    (container("securityContext: {windowsOptions: {runAsUserName: 'AUTHORITY\\Local:Service'}}"), [
        'spec.containers[0].securityContext.windowsOptions.runAsUserName: Invalid value: "AUTHORITY\\\\Local:Service"'
        ': runAsUserName\'s User cannot contain the following characters: "/\\:;|=,+*?<>@[]']),
    (spec('initContainers: [{name: i, image: nginx, securityContext: {windowsOptions: {hostProcess: false}}}], '
          'securityContext: {windowsOptions: {hostProcess: true}}'), [
        'spec.initContainers[0].securityContext.windowsOptions.hostProcess: Invalid value: false: pod hostProcess '
        'value must be identical if both are specified, was true',
        'spec: Invalid value: "": If pod contains any hostProcess containers then all containers must be HostProcess '
        'containers',
        'spec.hostNetwork: Invalid value: false: hostNetwork must be true if pod contains any hostProcess containers']),
    (container('securityContext: {procMount: Unmasked}'), [
        'spec.containers[0].securityContext.procMount: Invalid value: "Unmasked": `hostUsers` must be false to use '
        '`Unmasked`']),
    (container('securityContext: {seccompProfile: {type: RuntimeDefault, localhostProfile: a}}'), [
        'spec.containers[0].securityContext.seccompProfile.localhostProfile: Invalid value: {"Type":"RuntimeDefault",'
        '"LocalhostProfile":"a"}: can only be set when seccomp type is Localhost']),
    (spec('volumes: [{name: v, emptyDir: {}}]').replace('image: nginx', 'image: nginx, volumeDevices: [{name: v, '
                                                        'devicePath: /dev/x}]'), [
        'spec.containers[0].volumeDevices[0].name: Invalid value: "v": can only use volume source type of '
        'PersistentVolumeClaim or Ephemeral for block mode']),
    (spec('volumes: [{name: v, csi: {driver: UPPER_CASE}}]'), [
        f'spec.volumes[0].csi.driver: Invalid value: "UPPER_CASE": {SUBDOMAIN}']),
    (spec('volumes: [{name: v, downwardAPI: {items: [{path: /abs, fieldRef: {fieldPath: metadata.name}}]}}]'), [
        'spec.volumes[0].downwardAPI.path: Invalid value: "/abs": must be a relative path']),
    (spec('volumes: [{name: v, projected: {sources: [{configMap: {name: a, items: [{key: k, path: p}]}}, '
          '{secret: {name: b, items: [{key: k, path: p}]}}]}}]'), [
        'spec.volumes[0].projected: Invalid value: "b": conflicting duplicate paths']),
    (spec('volumes: [{name: v, ephemeral: {volumeClaimTemplate: {spec: {resources: {}}}}}]'), [
        'spec.volumes[0].ephemeral.volumeClaimTemplate.spec.accessModes: Required value: at least 1 access mode is '
        'required',
        'spec.volumes[0].ephemeral.volumeClaimTemplate.spec.resources[storage]: Required value']),
    (spec('volumes: [{name: v, awsElasticBlockStore: {}}, {name: w, fc: {}}]'), [
        'spec.volumes[0].awsElasticBlockStore.volumeID: Required value',
        'spec.volumes[1].fc.targetWWNs: Required value: must specify either targetWWNs or wwids, but not both']),
    (spec('hostUsers: false, hostNetwork: true, hostPID: true'), [
        'spec.hostNetwork: Forbidden: when `pod.Spec.HostUsers` is false',
        'spec.HostPID: Forbidden: when `pod.Spec.HostUsers` is false']),
    (spec('schedulingGates: [{name: a b}, {name: x}, {name: x}]'), [
        f'spec.schedulingGates[0]: Invalid value: "a b": {QUALIFIED}',
        'spec.schedulingGates[2]: Duplicate value: "x"']),
    (spec('readinessGates: [{conditionType: a b}]'), [
        f'spec.readinessGates[0].conditionType: Invalid value: "a b": {QUALIFIED}']),
    (spec('os: {name: plan9}'), ['spec.os: Unsupported value: "plan9": supported values: "linux", "windows"']),
    (spec('os: {name: windows}, securityContext: {fsGroup: 1}'), [
        'spec.securityContext.fsGroup: Forbidden: cannot be set for a windows pod']),
    (spec('preemptionPolicy: Maybe'), [
        'spec.preemptionPolicy: Unsupported value: "Maybe": supported values: "PreemptLowerPriority", "Never"']),
    (spec('securityContext: {sysctls: [{name: net.ipv4.ip_forward, value: "1"}]}, hostNetwork: true'), [
        'spec.securityContext.sysctls[0].name: Invalid value: "net.ipv4.ip_forward": may not be specified when '
        '\'hostNetwork\' is true']),
    (spec('topologySpreadConstraints: [{maxSkew: 1, topologyKey: zone, whenUnsatisfiable: DoNotSchedule, '
          'labelSelector: {matchLabels: {a: b}}, matchLabelKeys: [a]}, {maxSkew: 1, topologyKey: zone, '
          'whenUnsatisfiable: DoNotSchedule}]'), [
        'spec.topologySpreadConstraints[0].{topologyKey, whenUnsatisfiable}: Duplicate value: "{zone, DoNotSchedule}"',
        'spec.topologySpreadConstraints[0].matchLabelKeys[0]: Invalid value: "a": exists in both matchLabelKeys and '
        'labelSelector']),
    (spec('dnsPolicy: None, dnsConfig: {nameservers: [1.1.1.1, 2.2.2.2, 3.3.3.3, 4.4.4.4]}'), [
        'spec.dnsConfig.nameservers: Invalid value: ["1.1.1.1","2.2.2.2","3.3.3.3","4.4.4.4"]: must not have more than '
        '3 nameservers']),
    (spec('resources: {requests: {cpu: 1}}').replace('image: nginx', 'image: nginx, resources: {requests: {cpu: 2}}'), [
        'spec.resources.requests[cpu]: Invalid value: "1": must be greater than or equal to aggregate container '
        'requests of 2']),
    (spec('nodeName: node01, schedulingGates: [{name: x}]'), [
        'spec.nodeName: Forbidden: cannot be set until all schedulingGates have been cleared']),
    (spec('resourceClaims: [{name: gpu}]'), [
        'spec.resourceClaims[0]: Invalid value: {"Name":"gpu","ResourceClaimName":null,'
        '"ResourceClaimTemplateName":null}: must specify one of: `resourceClaimName`, `resourceClaimTemplateName`']),
]


def problems(kinds, text: str) -> list[str]:
    try:
        kinds.create(text)
    except StatusError as error:
        return [f'{cause["field"]}: {cause["message"]}' for cause in error.details['causes']]
    return []


@pytest.mark.parametrize(('text', 'expected'), CASES)
def test_what_is_wrong_with_a_pod(kinds, text, expected):
    assert problems(kinds, f'{NAME}{text}}}') == expected


def test_a_gated_pod_may_only_be_told_more(kinds):
    pod = kinds.create(f'{NAME}{spec("schedulingGates: [{name: x}], nodeSelector: {a: b}")}}}')

    def more(obj: Any) -> None:
        obj['spec']['nodeSelector']['c'] = 'd'

    def other(obj: Any) -> None:
        obj['spec']['nodeSelector'] = {'a': 'z'}
    pod = kinds.update(pod, more)
    with pytest.raises(StatusError, match=r'only additions to spec\.nodeSelector are allowed'):
        kinds.update(pod, other)


@pytest.mark.parametrize(('pod', 'container', 'requests'), [
    pytest.param({'limits': {'cpu': '5m', 'memory': '5Mi'}}, {}, {'cpu': '5m', 'memory': '5Mi'},
                 id='pod requests=unset limits=set, container requests=unset limits=unset'),
    pytest.param({'limits': {'cpu': '5', 'memory': '5Mi'}}, {'limits': {'memory': '4Mi'}},
                 {'cpu': '5', 'memory': '4Mi'},
                 id='pod requests=unset limits=set, container requests=unset limits=set'),
    pytest.param({'requests': {'cpu': '1'}}, {'requests': {'cpu': '1m', 'memory': '1Mi'}},
                 {'cpu': '1', 'memory': '1Mi'}, id='pod requests=set limits=unset, container requests=set'),
])
def test_the_requests_of_a_pod_default_to_its_containers_or_its_limits(pod, container, requests):
    """setDefaultPodRequests; the names are those of TestSetDefaultResourcesPod."""
    obj = {'spec': {'resources': pod, 'containers': [{'name': 'c', 'image': 'i', 'resources': container}]}}
    default_pod(obj)
    assert obj['spec']['resources']['requests'] == requests
