"""pods/eviction: delete a pod if its disruption budgets allow it (registry/core/pod/storage/eviction.go)."""

from __future__ import annotations

from tutor.apimachinery import errors, selectors
from tutor.apimachinery.disruption import ALLOWED, SYNC_FAILED, disruption_allowed, target
from tutor.apimachinery.objects import Object, condition, is_true, with_condition
from tutor.client.transport import Response
from tutor.cluster.apiserver import decoding, deletion
from tutor.cluster.apiserver.scope import Scope
from tutor.cluster.apiserver.subresources.subresource import SubresourceHandler

SEVERAL = ('This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.')


def create(scope: Scope) -> Response:
    body = decoding.check_types(decoding.read_body(scope), 'policy', 'v1', 'Eviction')
    if (body.get('metadata') or {}).get('name') != scope.info.name:
        raise errors.bad_request('name in URL does not match name in Eviction object')
    scope.server.admission.mutate(scope, body, None, scope.context())
    pod = scope.store.get(scope.info.namespace, scope.info.name)
    restriction = scope.server.admission.node_restriction()
    if restriction is not None:
        restriction.check_eviction(scope, pod)
    options = _options(scope, body.get('deleteOptions') or {})
    context = deletion.context(scope, options)
    if not _free(pod):
        budgets = _budgets(scope, pod)
        if len(budgets) > 1:
            raise errors.internal_error(SEVERAL)
        if budgets and not _goes_unhealthy(budgets[0], pod):
            _take_one(scope, budgets[0], pod, options.dry_run)
    if not options.dry_run:
        pod = _mark(scope, pod)
    deletion.delete(scope.store, pod, options, context)
    return Response(201, {'kind': 'Status', 'apiVersion': 'v1', 'metadata': {}, 'status': 'Success', 'code': 201})


def _options(scope: Scope, given: Object) -> deletion.DeleteOptions:
    grace = given.get('gracePeriodSeconds')
    return deletion.DeleteOptions(grace, given.get('propagationPolicy'), given.get('preconditions') or {},
                                  bool(given.get('dryRun') or scope.dry_run))


def _free(pod: Object) -> bool:
    """canIgnorePDB: what does not run, or is going already, disturbs nobody."""
    return pod.get('status', {}).get('phase') in ('Succeeded', 'Failed', 'Pending') or \
        'deletionTimestamp' in pod['metadata']


def _goes_unhealthy(budget: Object, pod: Object) -> bool:
    """Whether a pod that is not ready may go without being counted (spec.unhealthyPodEvictionPolicy)."""
    if is_true(pod, 'Ready'):
        return False
    if budget['spec'].get('unhealthyPodEvictionPolicy') == 'AlwaysAllow':
        return True
    status = budget.get('status') or {}
    return status.get('currentHealthy', 0) >= status.get('desiredHealthy', 0) > 0


def _mark(scope: Scope, pod: Object) -> Object:
    """addConditionAndDeletePod: the pod says why it goes."""
    entry = {'lastProbeTime': None, **target(pod, 'EvictionByEvictionAPI', 'Eviction API: evicting',
                                             scope.server.simulation.timestamp())}
    status = pod.get('status') or {}
    new = {**pod, 'metadata': dict(pod['metadata']),
           'status': {**status, 'conditions': with_condition(status.get('conditions'), entry)}}
    return scope.store.replace(new, pod, scope.context())


def _budgets(scope: Scope, pod: Object) -> list[Object]:
    labels = pod['metadata'].get('labels') or {}
    found = scope.server.stores.of('policy', 'poddisruptionbudgets').list(scope.info.namespace)
    return [pdb for pdb in found if selectors.from_label_selector(pdb['spec'].get('selector')).matches(labels)]


def _take_one(scope: Scope, budget: Object, pod: Object, dry_run: bool) -> None:
    """checkAndDecrement: raises TooManyRequests when the budget allows no disruption now."""
    status = budget.get('status') or {}
    name = budget['metadata']['name']
    refusal = 'Cannot evict pod as it would violate the pod\'s disruption budget.'
    if status.get('observedGeneration', 0) < budget['metadata'].get('generation', 0):
        raise errors.too_many_requests(refusal, 10, {'causes': [{
            'reason': 'DisruptionBudget', 'message': f'The disruption budget {name} is still being processed by the '
            'server.'}]})
    if status.get('disruptionsAllowed', 0) <= 0:
        raise errors.too_many_requests(refusal, 0, {'causes': [{
            'reason': 'DisruptionBudget', 'message': _why_not(budget)}]})
    if dry_run:
        return
    now = scope.server.simulation.timestamp()
    status = {**status, 'disruptionsAllowed': status['disruptionsAllowed'] - 1,
              'disruptedPods': {**(status.get('disruptedPods') or {}), pod['metadata']['name']: now}}
    status['conditions'] = disruption_allowed(status, now)
    new = {**budget, 'metadata': dict(budget['metadata']), 'status': status}
    scope.server.stores.of('policy', 'poddisruptionbudgets').replace(new, budget, scope.context())


def _why_not(budget: Object) -> str:
    """disruptionDeniedMessage."""
    status = budget.get('status') or {}
    healthy, desired = status.get('currentHealthy', 0), status.get('desiredHealthy', 0)
    known = condition(budget, ALLOWED) or {}
    told = known.get('status') == 'False' and known.get('message')
    budget_text = f'The disruption budget {budget["metadata"]["name"]}'
    refused = f'{budget_text} does not allow evicting pods currently'
    if told and known['reason'] == SYNC_FAILED:
        return f'{refused} because it failed sync: {told}'
    if healthy <= desired:
        return f'{budget_text} needs {desired} healthy pods and has {healthy} currently'
    return f'{refused} ({known["reason"]}): {told}' if told else refused


HANDLER = SubresourceHandler({'create': create})
