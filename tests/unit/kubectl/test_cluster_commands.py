"""The commands that describe, change and judge what is in a cluster, from outside."""

from __future__ import annotations

import json

import pytest

DEPLOYMENT = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, labels: {app: web}}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - {name: nginx, image: "nginx:1.24"}
"""
NODE = '{apiVersion: v1, kind: Node, metadata: {name: n1}}'
POD = """
apiVersion: v1
kind: Pod
metadata: {name: p}
spec: {containers: [{name: a, image: nginx}, {name: b, image: nginx}]}
"""


@pytest.fixture
def web(kubectl):
    kubectl.put('web.yaml', DEPLOYMENT)
    assert kubectl('apply -f web.yaml').code == 0
    return kubectl


# -- describe -------------------------------------------------------------------------------------------------------


def test_a_config_map_is_described(kubectl):
    kubectl('create cm c --from-literal=b=two --from-literal=a=one')
    assert kubectl('describe cm c').out == (
        'Name:         c\nNamespace:    default\nLabels:       <none>\nAnnotations:  <none>\n\nData\n====\n'
        'a:\n----\none\n\nb:\n----\ntwo\n\n\nBinaryData\n====\n\nEvents:  <none>\n')


def test_several_objects_are_described_two_lines_apart(kubectl):
    kubectl('create secret generic s --from-literal=k=secret')
    kubectl('create sa bot')
    out = kubectl('describe secret/s sa/bot').out
    assert 'Type:  Opaque\n\nData\n====\nk:  6 bytes\n' in out
    assert '\n\n\nName:                bot\n' in out
    assert 'secret\n' not in out


def test_a_name_may_be_a_prefix(kubectl):
    kubectl('create cm one-a')
    kubectl('create cm one-b')
    assert kubectl('describe cm one').out.count('Name:') == 2
    assert kubectl('describe cm two').err == 'Error from server (NotFound): configmaps "two" not found\n'


# -- explain --------------------------------------------------------------------------------------------------------


def test_explain_leads_to_a_field(shared):
    out = shared('explain pod.spec.containers.image').out
    assert out.startswith('KIND:       Pod\nVERSION:    v1\n\nFIELD: image <string>\n\n\nDESCRIPTION:\n    Container')
    assert shared('explain pod.spec.nothing').err == 'error: field "nothing" does not exist\n'


# -- labels, annotations, taints ------------------------------------------------------------------------------------


def test_labels_are_set_changed_and_removed(web):
    assert web('label deploy web tier=front').out == 'deployment.apps/web labeled\n'
    assert web('label deploy web tier=front').out == 'deployment.apps/web not labeled\n'
    assert web('label deploy web tier=back').err == (
        "error: 'tier' already has a value (front), and --overwrite is false\n")
    assert web('label deploy web tier-').out == 'deployment.apps/web unlabeled\n'
    assert web('annotate deploy web note=x').out == 'deployment.apps/web annotated\n'


def test_a_node_is_cordoned_and_tainted(kubectl):
    kubectl('create -f -', NODE)
    assert kubectl('cordon n1').out == 'node/n1 cordoned\n'
    assert kubectl('cordon n1').out == 'node/n1 already cordoned\n'
    assert kubectl('uncordon n1').out == 'node/n1 uncordoned\n'
    assert kubectl('taint node n1 a=b:NoSchedule -o wide').err.startswith('error: unable to match a printer')
    assert kubectl('taint node n1 a=b:NoSchedule').out == 'node/n1 tainted\n'
    assert kubectl('taint node n1 a-').out == 'node/n1 untainted\n'
    assert kubectl('drain n1').out == 'node/n1 cordoned\nnode/n1 drained\n'


def test_a_drain_waits_for_what_goes_with_its_namespace(kubectl):
    kubectl.put('n.yaml', NODE)
    kubectl('create -f n.yaml')
    kubectl('create ns old')
    kubectl.cluster.simulation.advance(1)
    kubectl.put('p.yaml', POD.replace('{name: p}', '{name: p, namespace: old, finalizers: [a.b/c]}').replace(
        'spec: {', 'spec: {nodeName: n1, '))
    assert kubectl('create -f p.yaml').code == 0
    kubectl('delete ns old --wait=false')
    kubectl.cluster.simulation.advance(8)
    assert kubectl('drain n1 --force --timeout=3s').err.endswith(
        'error when waiting for pod "p" in namespace "old" to terminate: global timeout reached: 3s\n')


# -- workloads ------------------------------------------------------------------------------------------------------


def test_a_deployment_is_scaled_set_and_rolled_back(web):
    assert web('scale deploy web --replicas=3').out == 'deployment.apps/web scaled\n'
    assert web('scale deploy web --replicas=1 --current-replicas=2').err == 'error: Expected replicas to be 2, was 3\n'
    web.cluster.simulation.advance(2)
    assert web('set image deploy/web nginx=nginx:1.25').out == 'deployment.apps/web image updated\n'
    web.cluster.simulation.advance(2)
    assert web('set env deploy/web A=1').out == 'deployment.apps/web env updated\n'
    assert web('set env deploy/web --list').out == '# Deployment web, container nginx\nA=1\n'
    web.cluster.simulation.advance(2)
    assert web('rollout history deploy web').out == (
        'deployment.apps/web \nREVISION  CHANGE-CAUSE\n1         <none>\n2         <none>\n3         <none>\n\n')
    assert web('rollout undo deploy web --to-revision=1').out == 'deployment.apps/web rolled back\n'
    assert web('rollout pause deploy web').out == 'deployment.apps/web paused\n'
    assert web('rollout undo deploy web').err.endswith(
        "error: you cannot rollback a paused deployment; resume it first with 'kubectl rollout resume' "
        'and try again\n')
    assert web('autoscale deploy web --max=5').out == 'horizontalpodautoscaler.autoscaling/web autoscaled\n'


def test_waiting_takes_virtual_time_until_its_timeout(web):
    assert web('wait deploy/web --for=create').out == 'deployment.apps/web condition met\n'
    assert web("wait deploy/web --for=jsonpath='{.spec.replicas}'=2").code == 0
    before = web.cluster.simulation.now
    assert web('wait deploy/web --for=condition=Nothing --timeout=20s').err == (
        'error: timed out waiting for the condition on deployments/web\n')
    assert web.cluster.simulation.now - before == pytest.approx(20, abs=1)


# -- rights ---------------------------------------------------------------------------------------------------------


def test_what_a_user_may_do(kubectl):
    kubectl('create role reader --verb=get,list --resource=pods')
    kubectl('create rolebinding jane --role=reader --user=jane')
    assert kubectl('auth can-i list pods --as=jane').out == 'yes\n'
    refused = kubectl('auth can-i delete pods --as=jane')
    assert (refused.code, refused.out) == (1, 'no\n')
    assert 'pods ' in kubectl('auth can-i --list --as=jane').out
    assert 'kubernetes-admin' in kubectl('auth whoami').out


# -- streams --------------------------------------------------------------------------------------------------------


def test_pods_that_have_no_streams_yet(kubectl):
    kubectl.put('pod.yaml', POD)
    kubectl.cluster.simulation.advance(2)
    assert kubectl('apply -f pod.yaml').code == 0
    assert kubectl('logs p').err.startswith('Defaulted container "a" out of: a, b\n')
    assert kubectl('exec p -c nothing -- ls').err == 'error: container nothing is not valid for pod p out of: a, b\n'
    assert kubectl('exec p ls').err.startswith(
        'error: exec [POD] [COMMAND] is not supported anymore. Use exec [POD] -- [COMMAND] instead\n')
    assert kubectl('port-forward p 80').err == (
        'error: unable to forward port because pod is not running. Current status=Pending\n')
    assert kubectl('debug p').err == 'error: you must specify --image when not using --copy-to.\n'
    assert kubectl('debug p --image=busybox --copy-to=q -c d -q').code == 0
    copied = json.loads(kubectl('get pod q -o json').out)['spec']
    assert [container['name'] for container in copied['containers']] == ['a', 'b', 'd']
    assert copied['shareProcessNamespace'] is True


@pytest.mark.parametrize(('line', 'error'), [
    ('top pod', 'error: Metrics API not available\n'),
    ('top node --sort-by=age', 'error: --sort-by accepts only cpu or memory\n'),
    ('cp a b', 'error: one of src or dest must be a remote file specification\n'),
    ('rollout status cm/x', 'Error from server (NotFound): configmaps "x" not found\n'),
    ('set image deploy/web', 'Error from server (NotFound): deployments.apps "web" not found\n'),
    ('taint foo n1 a=b:NoSchedule', 'the server doesn\'t have a resource type "foo"\n'),
    ('rollout restart deploy -l no=such', 'No resources found in default namespace.\n'),
    ('auth reconcile -f x.yaml --dry-run=server', 'error: --dry-run=server for command reconcile is not supported '
     'yet\n'),
    ('wait pod/x --all --for=condition=Ready', 'Error from server (NotFound): pods "x" not found\n'),
    ('config set-context --current c', 'error: you cannot specify both a context name and --current\n'),
    ('wait pod/x --for=delete,now', 'error: unrecognized condition: "delete,now"\n'),
])
def test_refusals_of_other_commands(shared, line, error):
    assert shared(line).err == error


ROLE = '''
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: r, namespace: default}
rules: [{apiGroups: [''], resources: [pods], verbs: [%s]}]
'''


def test_a_role_is_made_to_cover_a_file(kubectl):
    assert kubectl('auth reconcile -f -', ROLE % 'get').err == (
        '\treconciliation required create\n\tmissing rules added:\n'
        '\t\t{Verbs:[get] APIGroups:[] Resources:[pods] ResourceNames:[] NonResourceURLs:[]}\n')
    assert 'extra' not in kubectl('auth reconcile -f -', ROLE % 'list').err
    assert '\textra rules removed:\n' in kubectl('auth reconcile -f - --remove-extra-permissions', ROLE % 'get').err
    assert kubectl('auth reconcile -f -', ROLE.replace(', namespace: default', '') % 'get').err == (
        'error: resource name may not be empty\n')
    assert kubectl('auth reconcile -f -', POD).err == ''


def test_where_a_cluster_is_has_no_colours(shared):
    assert shared('cluster-info').out.startswith('Kubernetes control plane is running at https://')


def test_a_dump_is_made_of_lists_as_go_has_them(kubectl):
    kubectl('create svc clusterip s --tcp=80')
    out = kubectl('cluster-info dump --namespaces=default -o yaml').out
    assert 'items: null\nkind: EventList\n' in out and '---\napiVersion: v1\nitems:\n- metadata:\n' in out


# -- kubeconfig -----------------------------------------------------------------------------------------------------


def test_contexts_are_made_used_and_deleted(kubectl):
    assert kubectl('config current-context').out == 'kubernetes-admin@kubernetes\n'
    assert kubectl('config set-context dev --cluster=kubernetes --user=kubernetes-admin --namespace=dev').out == (
        'Context "dev" created.\n')
    assert kubectl('config use-context dev').out == 'Switched to context "dev".\n'
    assert kubectl('get pods').err == 'No resources found in dev namespace.\n'
    assert kubectl('config get-contexts dev').out == (
        'CURRENT   NAME   CLUSTER      AUTHINFO           NAMESPACE\n'
        '*         dev    kubernetes   kubernetes-admin   dev\n')
    deleted = kubectl('config delete-context dev')
    assert deleted.out == 'deleted context dev from /root/.kube/config\n'
    assert deleted.err.startswith('warning: this removed your active context')
    assert 'certificate-authority-data: DATA+OMITTED' in kubectl('config view').out


def test_a_dump_that_cannot_be_written(shared):
    shared.put('file', '')
    assert shared('cluster-info dump --output-directory=file').err == 'error: mkdir file: not a directory\n'
    assert shared('cluster-info dump -o name').err == (
        'error: list types are not supported by name printing: *v1.NodeList\n')
