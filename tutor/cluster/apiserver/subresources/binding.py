"""pods/binding: the scheduler's word on which node a pod goes to (registry/core/pod/storage BindingREST)."""

from __future__ import annotations

from tutor.apimachinery import errors
from tutor.apimachinery import field as field_errors
from tutor.apimachinery.objects import Object, with_condition
from tutor.client.transport import Response
from tutor.cluster.apiserver import decoding
from tutor.cluster.apiserver.admission.pod_topology_labels import topology
from tutor.cluster.apiserver.scope import Scope
from tutor.cluster.apiserver.subresources.subresource import SubresourceHandler


def create(scope: Scope) -> Response:
    """assignPod: set spec.nodeName once, and the PodScheduled condition."""
    binding = decoding.read_body(scope)
    if (binding.get('metadata') or {}).get('name') != scope.info.name:
        raise errors.bad_request('name in URL does not match name in Binding object')
    node = _target(binding)
    pod = scope.store.get(scope.info.namespace, scope.info.name)
    _check(scope, pod)
    new = _assigned(pod, node, binding, scope.server.simulation.timestamp())
    labels = {**topology(scope.server.stores, node), **((binding.get('metadata') or {}).get('labels') or {})}
    if labels:  # copyLabelsWithoutOverwriting
        new['metadata']['labels'] = {**labels, **(pod['metadata'].get('labels') or {})}
    scope.store.replace(new, pod, scope.context())
    trace = scope.server.simulation.trace
    subject = f'Pod/{scope.info.namespace}/{scope.info.name}'
    trace.cause = trace.record('apiserver', 'bind', subject, scope.user.name)
    trace.cause = trace.record('etcd', 'put', subject, new)
    return Response(201, {'kind': 'Status', 'apiVersion': 'v1', 'metadata': {}, 'status': 'Success', 'code': 201})


def _target(binding: Object) -> str:
    """ValidatePodBinding: the node's name."""
    target, found = binding.get('target') or {}, []
    if target.get('kind') not in (None, '', 'Node'):
        found.append(field_errors.not_supported('target.kind', target['kind'], ('Node', '<empty>')))
    if not target.get('name'):
        found.append(field_errors.required('target.name'))
    if found:
        raise errors.invalid('', 'Binding', binding['metadata']['name'], found)
    return target['name']


def _check(scope: Scope, pod: Object) -> None:
    name = scope.info.name
    problem = ''
    if 'deletionTimestamp' in pod['metadata']:
        problem = f'pod {name} is being deleted, cannot be assigned to a host'
    elif pod['spec'].get('nodeName'):
        problem = f'pod {name} is already assigned to node "{pod["spec"]["nodeName"]}"'
    elif pod['spec'].get('schedulingGates'):
        problem = f'pod {name} has non-empty .spec.schedulingGates'
    if problem:
        raise errors.conflict('', 'pods/binding', name, problem)


def _assigned(pod: Object, node: str, binding: Object, now: str) -> Object:
    new = {**pod, 'metadata': dict(pod['metadata']), 'spec': {**pod['spec'], 'nodeName': node}}
    annotations = (binding.get('metadata') or {}).get('annotations')
    if annotations:
        new['metadata']['annotations'] = {**(pod['metadata'].get('annotations') or {}), **annotations}
    status = dict(pod.get('status') or {})
    status.pop('nominatedNodeName', None)  # ClearingNominatedNodeNameAfterBinding
    scheduled = {'lastProbeTime': None, 'lastTransitionTime': now, 'status': 'True', 'type': 'PodScheduled'}
    generation = pod['metadata'].get('generation')
    if generation:
        scheduled['observedGeneration'] = generation
    status['conditions'] = with_condition(status.get('conditions'), scheduled)
    new['status'] = status
    return new


HANDLER = SubresourceHandler({'create': create})
