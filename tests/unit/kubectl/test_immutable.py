"""What may not change is shown with the field names, the order and the nulls of the server's own types."""

from __future__ import annotations

import pytest

POD = """\
apiVersion: v1
kind: Pod
metadata: {name: p}
spec: {automountServiceAccountToken: false, containers: [{name: a, image: b}]}
"""
VOLUME = """\
apiVersion: v1
kind: PersistentVolume
metadata: {name: v}
spec: {capacity: {storage: 1Gi}, accessModes: [ReadWriteOnce], hostPath: {path: /a}, storageClassName: m}
"""
CLAIM = """\
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: c}
spec: {resources: {requests: {storage: 2Gi}}, accessModes: [ReadWriteOnce], storageClassName: m}
"""


def test_a_pod(kubectl):
    kubectl('create -f -', POD)
    answer = kubectl('patch pod p -p \'{"spec":{"containers":[{"name":"a","workingDir":"/tmp"}]}}\'')
    assert answer.err.endswith("""\
(allow it to be set to 1 if it was previously negative)
@@ -7,7 +7,7 @@
    "Image": "b",
    "Command": null,
    "Args": null,
-   "WorkingDir": "",
+   "WorkingDir": "/tmp",
    "Ports": null,
    "EnvFrom": null,
    "Env": null,

""")


def test_a_pods_host_namespaces_are_its_security_contexts(kubectl):
    kubectl('create -f -', POD)
    answer = kubectl('patch pod p -p \'{"spec":{"hostNetwork":true}}\'')
    assert '  "SecurityContext": {\n-  "HostNetwork": false,\n+  "HostNetwork": true,\n' in answer.err


def test_a_volume_and_a_claim(kubectl):
    kubectl('create -f -', f'{VOLUME}---\n{CLAIM}')
    answer = kubectl('patch pv v -p \'{"spec":{"hostPath":{"path":"/b"}}}\'')
    assert '-  "Path": "/b",\n+  "Path": "/a",\n' in answer.err
    answer = kubectl('patch pvc c -p \'{"spec":{"storageClassName":"x"}}\'')
    assert ' "VolumeName": "",\n- "StorageClassName": "m",\n+ "StorageClassName": "x",\n' in answer.err


def test_an_ephemeral_container_gains_what_a_second_debugging_gives_it(kubectl):
    kubectl('create -f -', POD)
    assert kubectl('debug p --image=busybox -c look -- sleep 1').code == 0
    answer = kubectl('debug p --image=busybox -c look -- sleep 2')
    assert '   "Add": [\n+    "SYS_PTRACE",\n     "SYS_PTRACE"\n' in answer.err
    assert 'sleep' not in answer.err


def test_the_template_of_a_job(kubectl):
    kubectl('create job j --image=a')
    error = kubectl('patch job j -p \'{"spec":{"template":{"spec":{"containers":[{"name":"j","image":"b"}]}}}}\'').err
    assert error.startswith('The Job "j" is invalid: spec.template: Invalid value: {"labels":{"batch.kubernetes.io/')
    assert ('},"Spec":{"Volumes":null,"InitContainers":null,"Containers":[{"Name":"j","Image":"b","Command":null,'
            in error)
    assert error.endswith('}: field is immutable\n')


EVENT = """\
apiVersion: events.k8s.io/v1
kind: Event
metadata: {name: e}
eventTime: "2026-01-01T00:00:00.000000Z"
reportingController: me
reportingInstance: me-1
action: A
reason: R
"""


def test_an_event_of_the_new_group_is_looked_at_more_closely_than_one_of_the_old(kubectl):
    old = 'apiVersion: v1\nkind: Event\nmetadata: {name: o}\nmessage: hello\n'
    new = 'apiVersion: events.k8s.io/v1\nkind: Event\nmetadata: {name: late}\nnote: hello\n'
    assert kubectl('create -f -', old).out == 'event/o created\n'
    assert kubectl('create -f -', new).err == (
        'The Event "late" is invalid: \n* eventTime: Required value\n* type: Invalid value: "": has invalid value: \n')
    odd = 'deprecatedCount: 2\ndeprecatedSource: {component: a}\nseries: {count: 1, lastObservedTime: null}\n'
    assert kubectl('create -f -', f'{EVENT}{odd}type: Odd\n').err == (
        'The Event "e" is invalid: \n* series.count: Invalid value: "": should be at least 2\n'
        '* series.lastObservedTime: Required value\n* type: Invalid value: "": has invalid value: Odd\n'
        '* count: Invalid value: "": needs to be unset\n* source: Invalid value: "": needs to be unset\n')
    assert kubectl('create -f -', EVENT.replace('me\n', 'a/b/\n', 1) + 'type: Normal\n').err.startswith(
        'The Event "e" is invalid: reportingController: Invalid value: "a/b/": a qualified name must consist of')


def test_what_an_event_says_cannot_be_changed_through_the_new_group(kubectl):
    kubectl('create -f -', f'{EVENT}type: Normal\n')
    assert kubectl('patch events.v1.events.k8s.io e --type=merge -p \'{"note":"x"}\'').err == (
        'The Event "e" is invalid: message: Invalid value: "x": field is immutable\n')
    assert kubectl('label events.v1.events.k8s.io e a=b').code == 0
    assert kubectl('patch event e --type=merge -p \'{"message":"x"}\'').out == 'event/e patched\n'


SET = """\
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db}
spec:
  serviceName: db.svc
  selector: {matchLabels: {app: db}}
  template: {metadata: {labels: {app: db}}, spec: {activeDeadlineSeconds: 5, containers: [{name: db, image: db}]}}
"""


def test_a_stateful_set_that_is_made_names_its_service_as_pods_can_name_it(kubectl):
    service, deadline = kubectl('create -f -', SET).err.splitlines()[1:]
    assert service == '* spec.serviceName: Invalid value: "db.svc": must not contain dots'
    assert deadline == ('* spec.template.spec.activeDeadlineSeconds: Forbidden: activeDeadlineSeconds in StatefulSet '
                        'is not Supported')
    assert kubectl('create -f -', SET.replace('.svc', '').replace('activeDeadlineSeconds: 5,', '')).code == 0
    assert kubectl('scale sts db --replicas=2').out == 'statefulset.apps/db scaled\n'


@pytest.mark.parametrize(('kind', 'name'), [('DaemonSet', 'DaemonSet'), ('Deployment', 'ReplicaSet')])
def test_pods_of_a_workload_start_again_and_have_no_deadline(kubectl, kind, name):
    text = SET.replace('StatefulSet', kind).replace('  serviceName: db.svc\n', '')
    answer = kubectl('create -f -', text.replace('spec: {', 'spec: {restartPolicy: Odd, '))
    odd = '* spec.template.spec.restartPolicy: Unsupported value: "Odd": supported values: "Always"'
    assert answer.err == (
        f'The {kind} "db" is invalid: \n{odd}, "OnFailure", "Never"\n{odd}\n'
        f'* spec.template.spec.activeDeadlineSeconds: Forbidden: activeDeadlineSeconds in {name} is not Supported\n')
