"""What admission refuses, changes and warns about."""

from __future__ import annotations

from typing import Any

import pytest

from tutor.client.transport import ADMIN, Request, User

JANE = User('jane', ('system:authenticated',))
RBAC = '/apis/rbac.authorization.k8s.io/v1'
POLICIES = '/apis/admissionregistration.k8s.io/v1'
PODS = '/api/v1/namespaces/default/pods'
DEPLOYMENTS = '/apis/apps/v1/namespaces/default/deployments'


def pod(name: str = 'p', **spec: Any) -> dict[str, Any]:
    return {'apiVersion': 'v1', 'kind': 'Pod', 'metadata': {'name': name},
            'spec': {'containers': [{'name': 'c', 'image': 'nginx'}], **spec}}


def deployment(replicas: int, name: str = 'web') -> dict[str, Any]:
    labels = {'app': name}
    return {'apiVersion': 'apps/v1', 'kind': 'Deployment', 'metadata': {'name': name}, 'spec': {
        'replicas': replicas, 'selector': {'matchLabels': labels},
        'template': {'metadata': {'labels': labels}, 'spec': {'containers': [{'name': 'c', 'image': 'nginx'}]}}}}


@pytest.fixture
def account(api) -> None:
    if api.ask('GET', '/api/v1/namespaces/default/serviceaccounts/default').status == 404:
        api.make('/api/v1/namespaces/default/serviceaccounts', {'metadata': {'name': 'default'}})


def label(api, **labels: str) -> Any:
    given = {f'pod-security.kubernetes.io/{key}': value for key, value in labels.items()}
    return api.ask('PATCH', '/api/v1/namespaces/default', {'metadata': {'labels': given}}, patch='merge')


@pytest.mark.usefixtures('account')
class TestPodSecurity:
    @pytest.mark.parametrize('spec, words', [
        ({'hostNetwork': True, 'hostPID': True}, 'host namespaces (hostNetwork=true, hostPID=true)'),
        ({'volumes': [{'name': 'v', 'hostPath': {'path': '/'}}]}, 'hostPath volumes (volume "v")'),
        ({'containers': [{'name': 'c', 'image': 'i', 'securityContext': {'capabilities': {'add': ['SYS_ADMIN']}}}]},
         'non-default capabilities (container "c" must not include "SYS_ADMIN" in securityContext.capabilities.add)'),
        ({'containers': [{'name': 'c', 'image': 'i', 'ports': [{'containerPort': 80, 'hostPort': 80}]}]},
         'hostPort (container "c" uses hostPort 80)'),
        ({'containers': [{'name': 'c', 'image': 'i', 'livenessProbe': {'tcpSocket': {'port': 1, 'host': 'h'}}}]},
         'probe or lifecycle host (container "c" uses probe or lifecycle host "h")'),
    ])
    def test_baseline(self, api, spec, words):
        label(api, enforce='baseline')
        assert api.message('POST', PODS, pod(**spec)) == (
            f'pods "p" is forbidden: violates PodSecurity "baseline:latest": {words}')

    def test_restricted_lets_a_careful_pod_in(self, api):
        label(api, enforce='restricted')
        careful = {'allowPrivilegeEscalation': False, 'capabilities': {'drop': ['ALL']}}
        api.make(PODS, pod(securityContext={'runAsNonRoot': True, 'seccompProfile': {'type': 'RuntimeDefault'}},
                           containers=[{'name': 'c', 'image': 'i', 'securityContext': careful}]))

    def test_older_versions_and_windows_ask_for_less(self, api):
        calm = {'runAsNonRoot': True, 'seccompProfile': {'type': 'RuntimeDefault'}}
        label(api, enforce='restricted', **{'enforce-version': 'v1.7'})
        api.make(PODS, pod(securityContext=calm))
        label(api, enforce='restricted', **{'enforce-version': 'v1.30'})
        assert 'allowPrivilegeEscalation != false' in api.message('POST', PODS, pod(securityContext=calm))
        windows = pod(securityContext={'runAsNonRoot': True}, os={'name': 'windows'})
        api.make(PODS, {**windows, 'metadata': {'name': 'w'}})

    @pytest.mark.parametrize(('version', 'sysctl', 'allowed'), [
        ('latest', 'net.ipv4.tcp_rmem', True), ('v1.31', 'net.ipv4.tcp_rmem', False),
        ('v1.29', 'net.ipv4.tcp_fin_timeout', True), ('v1.28', 'net.ipv4.tcp_fin_timeout', False),
        ('v1.26', 'net.ipv4.ip_local_reserved_ports', False), ('v1.0', 'net.ipv4.tcp_syncookies', True),
        ('latest', 'kernel.msgmax', False)])
    def test_sysctls_by_version(self, api, version, sysctl, allowed):
        label(api, **{'enforce': 'baseline', 'enforce-version': version})
        answer = api.ask('POST', PODS, pod(securityContext={'sysctls': [{'name': sysctl, 'value': '1'}]}))
        assert answer.status == (201 if allowed else 403)
        assert allowed or answer.body['message'].endswith(
            f'violates PodSecurity "baseline:{version}": forbidden sysctls ({sysctl})')

    def test_labels_must_name_a_policy(self, api):
        response = label(api, enforce='strict', **{'warn-version': 'v1.x'})
        assert response.status == 422
        assert [cause['message'] for cause in response.body['details']['causes']] == [
            'Invalid value: "strict": must be one of privileged, baseline, restricted',
            'Invalid value: "v1.x": must be "latest" or "v1.x"']

    def test_existing_pods_are_warned_about(self, api):
        api.make(PODS, pod(hostNetwork=True))
        assert label(api, enforce='baseline').warnings == (
            'existing pods in namespace "default" violate the new PodSecurity enforce level "baseline:latest"',
            'p: host namespaces')

    def test_templates_only_warn(self, api):
        label(api, enforce='restricted')
        response = api.ask('POST', DEPLOYMENTS, deployment(1))
        assert response.status == 201
        assert response.warnings[0].startswith('would violate PodSecurity "restricted:latest": ')


def policy(api, *validations: dict[str, Any], actions: tuple[str, ...] = ('Deny',), **spec: Any) -> None:
    rules = [{'apiGroups': ['apps'], 'apiVersions': ['*'], 'operations': ['CREATE', 'UPDATE', 'DELETE'],
              'resources': ['deployments']}]
    api.make(f'{POLICIES}/validatingadmissionpolicies', {
        'metadata': {'name': 'p'}, 'spec': {'matchConstraints': {'resourceRules': rules},
                                            'validations': list(validations), **spec}})
    api.make(f'{POLICIES}/validatingadmissionpolicybindings', {
        'metadata': {'name': 'b'}, 'spec': {
            'policyName': 'p', 'validationActions': list(actions),
            **({'paramRef': {'name': 'limits', 'namespace': 'default', 'parameterNotFoundAction': 'Deny'}}
               if 'paramKind' in spec else {})}})


DENIED = "deployments.apps \"web\" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'b' denied request: "


class TestValidatingPolicies:
    def test_message_expression_and_variables(self, api):
        words = "'no more than 2, not ' + string(variables.n)"
        policy(api, {'expression': 'variables.n <= 2', 'messageExpression': words},
               variables=[{'name': 'n', 'expression': 'object.spec.replicas'}])
        assert api.message('POST', DEPLOYMENTS, deployment(3)) == f'{DENIED}no more than 2, not 3'
        api.make(DEPLOYMENTS, deployment(2))

    def test_an_expression_without_value_refuses(self, api):
        policy(api, {'expression': 'object.spec.nothing == 1'})
        assert api.message('POST', DEPLOYMENTS, deployment(1)) == (
            f"{DENIED}expression 'object.spec.nothing == 1' resulted in error: no such key: nothing")

    def test_warn_audit_and_conditions(self, api):
        policy(api, {'expression': 'false', 'message': 'never'}, actions=('Warn', 'Audit'),
               matchConditions=[{'name': 'm', 'expression': 'object.spec.replicas > 1'}])
        assert not api.ask('POST', DEPLOYMENTS, deployment(1, 'one')).warnings
        assert api.ask('POST', DEPLOYMENTS, deployment(2)).warnings == (
            "Validation failed for ValidatingAdmissionPolicy 'p' with binding 'b': never",)

    def test_parameters(self, api):
        policy(api, {'expression': 'object.spec.replicas <= int(params.data.most)'},
               paramKind={'apiVersion': 'v1', 'kind': 'ConfigMap'})
        assert 'no params found for policy binding' in api.message('POST', DEPLOYMENTS, deployment(1))
        api.make('/api/v1/namespaces/default/configmaps', {'metadata': {'name': 'limits'}, 'data': {'most': '1'}})
        api.make(DEPLOYMENTS, deployment(1))
        assert 'failed expression: ' in api.message('POST', DEPLOYMENTS, deployment(2, 'more'))


@pytest.mark.parametrize(('conditions', 'status'), [
    (['object.metadata.labels.x == "y"'], 422), (['object.metadata.labels.x == "y"', 'object.spec.replicas > 9'], 201)])
def test_a_condition_that_is_false_decides_over_one_that_cannot_be_evaluated(api, conditions, status):
    policy(api, {'expression': 'false'}, matchConditions=[
        {'name': f'c{number}', 'expression': expression} for number, expression in enumerate(conditions)])
    made = api.ask('POST', DEPLOYMENTS, deployment(1))
    assert made.status == status
    assert status == 201 or "expression 'object.metadata.labels.x == \"y\"' resulted in error" in made.body['message']


@pytest.mark.parametrize('mutation', [
    {'patchType': 'ApplyConfiguration', 'applyConfiguration': {
        'expression': 'Object{metadata: Object.metadata{labels: Object.metadata.labels{team: "a {b}"}}}'}},
    {'patchType': 'JSONPatch', 'jsonPatch': {
        'expression': '[JSONPatch{op: "add", path: "/metadata/labels", value: {"team": "a {b}"}}]'}},
    {'patchType': 'JSONPatch', 'jsonPatch': {
        'expression': '[JSONPatch{op: "add", path: "/metadata/labels", value: {}}, JSONPatch{op: "add", path: '
                      '"/metadata/labels/" + jsonpatch.escapeKey("x/team"), value: "a {b}"}]'}},
])
def test_mutating_policies(api, mutation):
    rules = [{'apiGroups': [''], 'apiVersions': ['v1'], 'operations': ['CREATE'], 'resources': ['configmaps']}]
    api.make(f'{POLICIES}/mutatingadmissionpolicies', {'metadata': {'name': 'm'}, 'spec': {
        'matchConstraints': {'resourceRules': rules}, 'mutations': [mutation], 'reinvocationPolicy': 'Never'}})
    api.make(f'{POLICIES}/mutatingadmissionpolicybindings', {'metadata': {'name': 'b'}, 'spec': {'policyName': 'm'}})
    made = api.ask('POST', '/api/v1/namespaces/default/configmaps', {'metadata': {'name': 'c'}, 'data': {'k': 'v'}})
    # "a {b}" is no label value: validation sees what the policy has set, with the text of its string untouched.
    assert made.status == 422
    assert '"a {b}"' in made.body['message']


@pytest.mark.parametrize(('expression', 'where'), [
    ('Object{spec: Object.spec{tolerations: [Object.spec.tolerations{operator: "Exists"}]}}', '.spec.tolerations'),
    ('Object{spec: Object.spec{containers: [Object.spec.containers{name: "c", args: ["x"]}]}}',
     '.spec.containers[0].args'),
    ('Object{spec: Object.spec{nodeSelector: Object.spec.nodeSelector{disk: "ssd"}}}', '.spec.nodeSelector')])
def test_an_apply_configuration_may_not_replace_what_is_one_whole(api, account, expression, where):
    rules = [{'apiGroups': [''], 'apiVersions': ['v1'], 'operations': ['CREATE'], 'resources': ['pods']}]
    api.make(f'{POLICIES}/mutatingadmissionpolicies', {'metadata': {'name': 'm'}, 'spec': {
        'matchConstraints': {'resourceRules': rules}, 'reinvocationPolicy': 'Never', 'mutations': [
            {'patchType': 'ApplyConfiguration', 'applyConfiguration': {'expression': expression}}]}})
    api.make(f'{POLICIES}/mutatingadmissionpolicybindings', {'metadata': {'name': 'b'}, 'spec': {'policyName': 'm'}})
    assert api.message('POST', PODS, pod()).endswith(
        "policy 'm' with binding 'b' denied request: error applying patch: invalid ApplyConfiguration: may not mutate "
        f'atomic arrays, maps or structs: {where}')


def test_pods_are_labelled_with_the_place_of_their_node(api, account):
    places = {'topology.kubernetes.io/zone': 'a', 'topology.kubernetes.io/region': 'b'}
    api.make('/api/v1/nodes', {'metadata': {'name': 'n', 'labels': {**places, 'other': 'x'}}})
    assert api.make(PODS, pod('p', nodeName='n'))['metadata']['labels'] == places
    api.make(PODS, {**pod('q'), 'metadata': {'name': 'q', 'labels': {'topology.kubernetes.io/zone': 'mine'}}})
    api.make(f'{PODS}/q/binding', {'apiVersion': 'v1', 'kind': 'Binding', 'metadata': {'name': 'q'},
                                   'target': {'kind': 'Node', 'name': 'n'}})
    assert api.get(f'{PODS}/q')['metadata']['labels'] == {**places, 'topology.kubernetes.io/zone': 'mine'}


def test_warnings_go_to_who_may_read_them(api, account):
    odd = {**pod(), 'metadata': {'name': 'a.b'}}
    assert len(api.ask('POST', PODS, odd, dryRun='All').warnings) == 1
    asked = Request('POST', PODS, {'dryRun': 'All'}, odd, user=ADMIN, user_agent='kube-controller-manager/v1.36.1')
    assert api.server.send(asked).warnings == ()


def test_nobody_hands_out_more_than_they_have(api):
    rule = {'apiGroups': ['rbac.authorization.k8s.io'], 'resources': ['roles', 'rolebindings'], 'verbs': ['create']}
    api.make(f'{RBAC}/namespaces/default/roles', {'metadata': {'name': 'r'}, 'rules': [rule]})
    api.make(f'{RBAC}/namespaces/default/rolebindings', {
        'metadata': {'name': 'r'}, 'roleRef': {'kind': 'Role', 'name': 'r'},
        'subjects': [{'kind': 'User', 'name': 'jane'}]})
    pods = {'apiGroups': [''], 'resources': ['pods'], 'verbs': ['get', 'list']}
    wanted = {'metadata': {'name': 'x'}, 'rules': [pods]}
    assert api.message('POST', f'{RBAC}/namespaces/default/roles', wanted, user=JANE) == (
        'roles.rbac.authorization.k8s.io "x" is forbidden: user "jane" (groups=["system:authenticated"]) is attempting '
        'to grant RBAC permissions not currently held:\n{APIGroups:[""], Resources:["pods"], Verbs:["get" "list"]}')
    api.make(f'{RBAC}/namespaces/default/roles', {'metadata': {'name': 'y'}, 'rules': [rule]}, user=JANE)
    binding = {'metadata': {'name': 'z'}, 'roleRef': {'kind': 'ClusterRole', 'name': 'view'}}
    assert 'not currently held' in api.message('POST', f'{RBAC}/namespaces/default/rolebindings', binding, user=JANE)


def test_default_classes_and_finalizers(api):
    api.make('/apis/storage.k8s.io/v1/storageclasses', {
        'metadata': {'name': 'fast', 'annotations': {'storageclass.kubernetes.io/is-default-class': 'true'}},
        'provisioner': 'example.com/disk'})
    claim = api.make('/api/v1/namespaces/default/persistentvolumeclaims', {'metadata': {'name': 'c'}, 'spec': {
        'accessModes': ['ReadWriteOnce'], 'resources': {'requests': {'storage': '1Gi'}}}})
    assert claim['spec']['storageClassName'] == 'fast'
    assert claim['metadata']['finalizers'] == ['kubernetes.io/pvc-protection']
    for name in ('b', 'a'):
        api.make('/apis/networking.k8s.io/v1/ingressclasses', {
            'metadata': {'name': name, 'annotations': {'ingressclass.kubernetes.io/is-default-class': 'true'}},
            'spec': {'controller': 'example.com/c'}})
    ingress = api.make('/apis/networking.k8s.io/v1/namespaces/default/ingresses', {'metadata': {'name': 'i'}, 'spec': {
        'defaultBackend': {'service': {'name': 's', 'port': {'number': 80}}}}})
    assert ingress['spec']['ingressClassName'] == 'a'


@pytest.mark.usefixtures('account')
def test_quota_scopes(api):
    quotas = '/api/v1/namespaces/default/resourcequotas'
    api.make(quotas, {'metadata': {'name': 'q'}, 'spec': {'hard': {'pods': '0'}, 'scopes': ['BestEffort']}})
    api.make(quotas, {'metadata': {'name': 'x'}, 'spec': {
        'hard': {'pods': '0'}, 'scopes': ['CrossNamespacePodAffinity']}})
    for name in 'qx':
        api.ask('PATCH', f'{quotas}/{name}/status', {'status': {'hard': {'pods': '0'}, 'used': {'pods': '0'}}},
                patch='merge')
    assert 'exceeded quota: q, requested: pods=1' in api.message('POST', PODS, pod())
    asks = {'name': 'c', 'image': 'i', 'resources': {'requests': {'cpu': '1'}}}
    term = {'topologyKey': 'zone', 'namespaceSelector': {}}
    near = {'podAffinity': {'requiredDuringSchedulingIgnoredDuringExecution': [term]}}
    assert 'exceeded quota: x, requested: pods=1' in api.message('POST', PODS, pod(containers=[asks], affinity=near))
    api.make(PODS, pod(containers=[asks]))


def test_a_kubelet_keeps_to_its_node(api):
    kubelet = User('system:node:node01', ('system:nodes', 'system:authenticated'))
    made = api.make('/api/v1/nodes', {'metadata': {'name': 'node01'}}, user=kubelet)
    assert made['spec']['taints'] == [{'effect': 'NoSchedule', 'key': 'node.kubernetes.io/not-ready'}]
    labels = {'node-restriction.kubernetes.io/x': '1', 'kubernetes.io/os': 'linux', 'k8s.io/x': '1', 'mine/x': '1'}
    assert api.message('PATCH', '/api/v1/nodes/node01', {'metadata': {'labels': labels}}, patch='merge',
                       user=kubelet).endswith(
        'is not allowed to modify labels: k8s.io/x, node-restriction.kubernetes.io/x')
    assert 'is not allowed to modify node "node02"' in api.message(
        'POST', '/api/v1/nodes', {'metadata': {'name': 'node02'}}, user=kubelet)


KUBELET = User('system:node:node01', ('system:nodes', 'system:authenticated'))
LEASES, SLICES = '/apis/coordination.k8s.io/v1/namespaces/{}/leases', '/apis/resource.k8s.io/v1/resourceslices'


@pytest.fixture
def node(api) -> Any:
    return api.make('/api/v1/nodes', {'metadata': {'name': 'node01'}}, user=KUBELET)


def mirror(node: Any, **spec: Any) -> dict[str, Any]:
    owner = {'apiVersion': 'v1', 'kind': 'Node', 'name': 'node01', 'uid': node['metadata']['uid'], 'controller': True}
    return {'metadata': {'name': 'm', 'annotations': {'kubernetes.io/config.mirror': 'x'}, 'ownerReferences': [owner]},
            'spec': {'nodeName': 'node01', 'containers': [{'name': 'c', 'image': 'i'}], **spec}}


@pytest.mark.parametrize(('change', 'problem'), [
    (lambda pod: pod['metadata'].update(annotations={}),
     'pod does not have "kubernetes.io/config.mirror" annotation, node "node01" can only create mirror pods'),
    (lambda pod: pod['spec'].update(nodeName='b'),
     'node "node01" can only create pods with spec.nodeName set to itself'),
    (lambda pod: pod['metadata'].update(ownerReferences=[]),
     'node "node01" can only create pods with an owner reference set to itself'),
    (lambda pod: pod['metadata']['ownerReferences'][0].update(controller=False),
     'node "node01" can only create pods with a controller owner reference set to itself'),
    (lambda pod: pod['metadata']['ownerReferences'][0].update(uid='1'), 'node node01 UID mismatch: expected 1 got '),
    (lambda pod: pod['spec'].update(serviceAccountName='a'),
     'node "node01" can not create pods that reference a service account'),
    (lambda pod: pod['spec']['containers'][0].update(envFrom=[{'secretRef': {'name': 'a'}}]),
     'node "node01" can not create pods that reference secrets'),
    (lambda pod: pod['spec'].update(volumes=[{'name': 'v', 'projected': {'sources': [{'configMap': {'name': 'a'}}]}}]),
     'node "node01" can not create pods that reference configmaps'),
    (lambda pod: pod['spec'].update(volumes=[{'name': 'v', 'persistentVolumeClaim': {'claimName': 'a'}}]),
     'node "node01" can not create pods that reference persistentvolumeclaims'),
])
def test_which_pods_a_kubelet_makes(api, node, change, problem):
    made = mirror(node)
    change(made)
    assert problem in api.message('POST', PODS, made, user=KUBELET)


def test_a_kubelet_may_show_its_own_pod_and_not_label_it_by_its_status(api, node):
    api.make(PODS, mirror(node), user=KUBELET)
    status = {'metadata': {'labels': {'a': 'b'}}, 'status': {'phase': 'Running'}}
    assert 'node "node01" cannot update labels through pod status' in api.message(
        'PATCH', f'{PODS}/m/status', status, patch='merge', user=KUBELET)


@pytest.mark.parametrize('spec, problem', [
    ({'serviceAccountName': 'a'}, 'a mirror pod may not reference service accounts'),
    ({'imagePullSecrets': [{'name': 'a'}]}, 'a mirror pod may not reference secrets'),
    ({'volumes': [{'name': 'v', 'projected': {'sources': [{'serviceAccountToken': {'path': 'a'}}]}}]},
     'a mirror pod may not use ServiceAccountToken volume projections'),
])
def test_a_mirror_pod_names_nothing_of_the_api(api, node, spec, problem):
    assert problem in api.message('POST', PODS, mirror(node, **spec))


@pytest.mark.usefixtures('account')
@pytest.mark.parametrize(('spec', 'secret'), [
    ({'volumes': [{'name': 'v', 'cephfs': {'monitors': ['m'], 'secretRef': {'name': 'a'}}}]}, 'a'),
    ({'volumes': [{'name': 'v', 'azureFile': {'shareName': 's', 'secretName': 'b'}}]}, 'b'),
    ({'volumes': [{'name': 'v', 'secret': {'secretName': 'c'}}]}, 'c'),
    ({'imagePullSecrets': [{'name': 'd'}]}, 'd')])
def test_a_kubelet_reads_the_secrets_that_its_pods_name(api, spec, secret):
    path = '/api/v1/namespaces/default/secrets'
    for name in (secret, 'other'):
        api.make(path, {'metadata': {'name': name}})
    api.make(PODS, pod(nodeName='node01', **spec))
    assert api.ask('GET', f'{path}/{secret}', user=KUBELET).status == 200
    assert 'no relationship found' in api.message('GET', f'{path}/other', user=KUBELET)


@pytest.mark.usefixtures('node')
def test_what_else_is_a_kubelets_own(api):
    lease = {'metadata': {'name': 'node02'}, 'spec': {}}
    assert 'can only access node lease with the same name as the requesting node' in api.message(
        'POST', LEASES.format('kube-node-lease'), lease, user=KUBELET)
    assert 'can only create ResourceSlice with the same NodeName as the requesting node' in api.message(
        'POST', SLICES, {'metadata': {'name': 's'}, 'spec': {
            'driver': 'd', 'nodeName': 'b', 'pool': {'name': 'p', 'resourceSliceCount': 1}}}, user=KUBELET)


@pytest.mark.usefixtures('account', 'node')
def test_a_kubelet_asks_for_tokens_of_its_pods(api):
    made = api.make(PODS, pod(nodeName='node01'))
    path = '/api/v1/namespaces/default/serviceaccounts/default/token'

    def problem(**reference: Any) -> str:
        return api.message('POST', path, {'spec': {'boundObjectRef': reference}}, user=KUBELET)

    assert problem().endswith('node requested token not bound to a pod')
    assert problem(kind='Pod', apiVersion='v1', name='p').endswith(
        'node requested token with a pod binding without a uid')
    assert 'the UID in the bound object reference (1) does not match the UID in record' in problem(
        kind='Pod', apiVersion='v1', name='p', uid='1')
    api.make(path, {'spec': {'boundObjectRef': {
        'kind': 'Pod', 'apiVersion': 'v1', 'name': 'p', 'uid': made['metadata']['uid']}}}, user=KUBELET)


@pytest.mark.usefixtures('account')
def test_overhead_comes_from_a_runtime_class(api):
    assert api.message('POST', PODS, pod(overhead={'cpu': '1'})).endswith(
        'pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead')


@pytest.mark.usefixtures('account')
def test_limit_ranger_tells_container_by_container_what_it_has_set(api):
    api.make('/api/v1/namespaces/default/limitranges', {'metadata': {'name': 'l'}, 'spec': {'limits': [
        {'type': 'Container', 'default': {'cpu': '1'}, 'defaultRequest': {'cpu': '1'}}]}})
    made = api.make(PODS, pod(containers=[{'name': 'a', 'image': 'i'}, {'name': 'b', 'image': 'i'}],
                              initContainers=[{'name': 'c', 'image': 'i'}]))
    assert made['metadata']['annotations']['kubernetes.io/limit-ranger'] == (
        'LimitRanger plugin set: cpu request for container a; cpu limit for container a; cpu request for container b; '
        'cpu limit for container b; cpu request for init container c; cpu limit for init container c')
