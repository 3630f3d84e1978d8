"""What may not change is shown with the field names, the order and the nulls of the server's own types."""

from __future__ import annotations

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
