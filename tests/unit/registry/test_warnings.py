"""What the API server warns of while it does what was asked."""

from __future__ import annotations

from typing import Any

import pytest

POD = '{containers: [{name: c, image: nginx%s}]%s}'
FRACTION = 'fractional byte value "1500m" is invalid, must be an integer'
NAMED = 'which can result in surprising behavior; a DNS label is recommended: [must not contain dots]'


def warned(kinds: Any, head: str, rest: str, meta: str = '') -> list[str]:
    version, kind, name = head.split()
    obj = kinds.create(f'apiVersion: {version}\nkind: {kind}\nmetadata: {{name: {name}, uid: u{meta}}}\n{rest}')
    return kinds.strategy(obj).warnings(obj)


@pytest.mark.parametrize(('container', 'pod', 'said'), [
    ('', '', []),
    ('', ', nodeSelector: {beta.kubernetes.io/os: linux}',
     ['spec.nodeSelector[beta.kubernetes.io/os]: deprecated since v1.14; use "kubernetes.io/os" instead']),
    ('', ', volumes: [{name: a, gitRepo: {repository: b}}]',
     ['spec.volumes[0].gitRepo: deprecated in v1.11, and disabled by default in v1.33+']),
    ('', ', imagePullSecrets: [{name: a}, {name: a}, {}]',
     ['spec.imagePullSecrets[1].name: duplicate name "a"', 'spec.imagePullSecrets[2].name: invalid empty name ""']),
    ('', ', topologySpreadConstraints: [{maxSkew: 1, topologyKey: z, whenUnsatisfiable: DoNotSchedule}]',
     ['spec.topologySpreadConstraints[0].labelSelector: a null labelSelector results in matching no pod']),
    (', env: [{name: A, value: a}, {name: A, value: b}]', '',
     ['spec.containers[0].env[1]: hides previous definition of "A", which may be dropped when using apply']),
    (', env: [{name: A, value: a}, {name: A, value: $(A)b}]', '', []),
    (', ports: [{containerPort: 80, hostIP: 1.2.3.4}]', '', [
        'spec.containers[0].ports[0]: hostIP set without hostPort: {Name: HostPort:0 ContainerPort:80 Protocol:TCP '
        'HostIP:1.2.3.4}']),
    (', ports: [{containerPort: 80}, {containerPort: 80}]', '',
     ['spec.containers[0].ports[1]: duplicate port definition with spec.containers[0].ports[0]']),
    (', ports: [{containerPort: 80}, {containerPort: 80, hostPort: 81}]', '',
     ['spec.containers[0].ports[1]: overlapping port definition with spec.containers[0].ports[0]']),
    (', resources: {requests: {memory: 1500m}}', '', [f'spec.containers[0].resources.requests[memory]: {FRACTION}'])])
def test_pods(kinds: Any, container: str, pod: str, said: list[str]) -> None:
    assert warned(kinds, 'v1 Pod a', f'spec: {POD % (container, pod)}') == said


def test_annotations_that_do_nothing_any_more(kinds: Any) -> None:
    notes = (', annotations: {seccomp.security.alpha.kubernetes.io/pod: x, '
             'scheduler.alpha.kubernetes.io/critical-pod: x}')
    assert warned(kinds, 'v1 Pod a', f'spec: {POD % ("", "")}', notes) == [
        'metadata.annotations[scheduler.alpha.kubernetes.io/critical-pod]: non-functional in v1.16+; use the '
        '"priorityClassName" field instead',
        'metadata.annotations[seccomp.security.alpha.kubernetes.io/pod]: non-functional in v1.27+; use the '
        '"seccompProfile" field instead']


@pytest.mark.parametrize(('head', 'path'), [
    ('apps/v1 Deployment a.b', 'spec.template'), ('apps/v1 ReplicaSet a.b', 'spec.template'),
    ('apps/v1 DaemonSet a', 'spec.template'), ('apps/v1 StatefulSet a', 'spec.template'),
    ('v1 ReplicationController a.b', 'spec.template'), ('batch/v1 Job a.b', 'spec.template'),
    ('batch/v1 CronJob a.b', 'spec.jobTemplate.spec.template')])
def test_templates_and_names_of_what_makes_pods(kinds: Any, head: str, path: str) -> None:
    batch = 'batch' in head
    spec = POD % (', resources: {limits: {memory: 1500m}}', ', restartPolicy: Never' if batch else '')
    template = f'template: {{metadata: {{labels: {{a: b}}}}, spec: {spec}}}'
    inner = template if batch else f'selector: {{matchLabels: {{a: b}}}}, {template}'
    if 'CronJob' in head:
        inner = f'schedule: "* * * * *", jobTemplate: {{spec: {{{template}}}}}'
    if 'ReplicationController' in head:
        inner = f'selector: {{a: b}}, {template}'
    name = [f'metadata.name: this is used in Pod names and hostnames, {NAMED}'] if 'a.b' in head else []
    assert warned(kinds, head, f'spec: {{{inner}}}') == [
        *name, f'{path}.spec.containers[0].resources.limits[memory]: {FRACTION}']


@pytest.mark.parametrize(('head', 'rest', 'meta', 'said'), [
    ('v1 PersistentVolume a', 'spec: {capacity: {storage: 1500m}, accessModes: [ReadWriteOnce], hostPath: {path: /a}, '
     'persistentVolumeReclaimPolicy: Recycle}', '', [
         f'spec.capacity[storage]: {FRACTION}', 'spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is '
         'deprecated. Instead, the recommended approach is to use dynamic provisioning.']),
    ('v1 PersistentVolumeClaim a', 'spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1500m}}}', '',
     [f'spec.resources.requests[storage]: {FRACTION}']),
    ('networking.k8s.io/v1 Ingress a', 'spec: {defaultBackend: {service: {name: s, port: {number: 80}}}}',
     ', annotations: {kubernetes.io/ingress.class: nginx}',
     ['annotation "kubernetes.io/ingress.class" is deprecated, please use \'spec.ingressClassName\' instead']),
    ('discovery.k8s.io/v1 EndpointSlice a', 'addressType: FQDN', '', [
        'spec.addressType: FQDN endpoints are deprecated']),
    ('v1 ServiceAccount a', '', ', annotations: {kubernetes.io/enforce-mountable-secrets: "true"}', [
        'metadata.annotations[kubernetes.io/enforce-mountable-secrets]: deprecated in v1.32+; prefer separate '
        'namespaces to isolate access to mounted secrets']),
    ('v1 Service a', 'spec: {clusterIP: None, sessionAffinity: ClientIP, ports: [{port: 80}]}', '', [
        'spec.SessionAffinity is ignored for headless services']),
    ('v1 Service a', 'spec: {type: ExternalName, externalName: a.b, externalIPs: [8.8.8.8]}', '', [
        'spec.externalIPs is ignored when spec.type is "ExternalName"']),
    ('v1 Service a', 'spec: {trafficDistribution: PreferClose, ports: [{port: 80}]}', '', [
        'spec.trafficDistribution: "PreferClose" is deprecated; use "PreferSameZone"'])])
def test_other_kinds(kinds: Any, head: str, rest: str, meta: str, said: list[str]) -> None:
    assert warned(kinds, head, rest, meta) == said


def test_formats_in_schemas_that_nobody_checks(kinds: Any) -> None:
    properties = ('{a: {type: string, format: date-time}, b: {type: string, format: odd}, c: {type: integer, format: '
                  'int8}, d: {type: array, items: {type: integer, format: int32}}, e: {type: object, format: odd}}')
    schema = f'{{openAPIV3Schema: {{type: object, properties: {properties}}}}}'
    said = warned(kinds, 'apiextensions.k8s.io/v1 CustomResourceDefinition ws.x.io', (
        'spec: {group: x.io, names: {plural: ws, kind: W}, scope: Namespaced, versions: [{name: v1, served: true, '
        f'storage: true, schema: {schema}}}]}}'))
    assert said == ['unrecognized format "odd"', 'unrecognized format "int8"']


def test_an_indexed_job_that_may_be_too_large_to_track(kinds: Any) -> None:
    said = warned(kinds, 'batch/v1 Job a', 'spec: {completionMode: Indexed, completions: 200000, parallelism: 20000, '
                  f'template: {{spec: {POD % ("", ", restartPolicy: Never")}}}}}')
    assert len(said) == 1 and said[0].startswith('spec: In Indexed Jobs with a number of completions higher than 10^5')
