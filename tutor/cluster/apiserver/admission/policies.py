"""What validating and mutating admission policies share: bindings, parameters, variables, conditions
(apiserver/pkg/admission/plugin/policy/generic)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tutor.apimachinery import errors, expressions, selectors
from tutor.apimachinery.expressions import ExpressionError
from tutor.apimachinery.objects import Object
from tutor.apimachinery.resources import split_api_version
from tutor.cluster.apiserver.admission import requests
from tutor.cluster.apiserver.admission.plugin import Plugin, refused
from tutor.cluster.apiserver.admission.policy_matching import EXCLUDED, conditions_hold, matches
from tutor.cluster.apiserver.scope import Scope
from tutor.cluster.registry.admissionregistration.conditions import VARIABLES
from tutor.cluster.registry.store import ResourceStore
from tutor.cluster.registry.strategy import Context

if TYPE_CHECKING:
    from tutor.cluster.apiserver.server import ApiServer

GROUP = 'admissionregistration.k8s.io'
_WITHOUT = {'subResource': '', 'requestSubResource': '', 'name': '', 'namespace': ''}
"""Fields that an expression may use although the request has nothing in them."""
CODES = {'Unauthorized': 401, 'Forbidden': 403, 'RequestEntityTooLarge': 413, 'Invalid': 422}
NOT_FOUND = 'failed to configure binding: no params found for policy binding with `Deny` parameterNotFoundAction'


@dataclass(slots=True)
class Asked:
    """A policy that a request falls under, by one of its bindings, with one of its parameters."""

    policy: Object
    binding: Object
    variables: dict[str, Any]
    problem: str = ''

    @property
    def fails(self) -> bool:
        """Whether a request is refused when the policy itself does not work."""
        return self.policy['spec'].get('failurePolicy', 'Fail') == 'Fail'

    def evaluate(self, expression: str) -> Any:
        """Raises ExpressionError."""
        return expressions.compile(expression, VARIABLES).evaluate(self.variables)


class PolicyPlugin(Plugin):
    """Keeps the pairs of policy and binding; a request pays nothing while there are none."""

    policies = bindings = ''

    def __init__(self, server: ApiServer) -> None:
        super().__init__(server)
        self._pairs: list[tuple[Object, Object]] | None = None
        for plural in (self.policies, self.bindings):
            server.store.listen(server.stores.of(GROUP, plural).prefix, self._forget)

    def _forget(self, _: object) -> None:
        self._pairs = None

    def _load(self) -> list[tuple[Object, Object]]:
        policies = self.server.stores.of(GROUP, self.policies)
        found = [(policies.find('', binding['spec'].get('policyName', '')), binding)
                 for binding in self.server.stores.of(GROUP, self.bindings).list()]
        return [(policy, binding) for policy, binding in found if policy is not None]

    def asked(self, scope: Scope, obj: Object | None, old: Object | None, context: Context) -> Iterator[Asked]:
        """Every policy that this request falls under."""
        if self._pairs is None:
            self._pairs = self._load()
        if not self._pairs or scope.resource.group in EXCLUDED:
            return
        operation = requests.operation(scope, obj, old)
        namespace = self.server.stores.of('', 'namespaces').find('', context.namespace) if context.namespace else None
        for policy, binding in self._pairs:
            if matches(policy['spec'].get('matchConstraints'), scope, operation, (obj, old), namespace) and \
                    matches(binding['spec'].get('matchResources'), scope, operation, (obj, old), namespace):
                request = _WITHOUT | requests.admission_request(scope, operation, context, obj or old)
                base = {'object': obj, 'oldObject': old, 'request': request,
                        'namespaceObject': namespace, 'params': None, 'variables': {}, 'authorizer': None}
                yield from self._with_params(policy, binding, base, context)

    def _with_params(self, policy: Object, binding: Object, base: dict[str, Any], context: Context) -> Iterator[Asked]:
        reference = binding['spec'].get('paramRef')
        if not policy['spec'].get('paramKind') or not reference:
            yield from _conditioned(Asked(policy, binding, base))
            return
        found = self._params(policy['spec']['paramKind'], reference, context)
        if not found and reference.get('parameterNotFoundAction', 'Deny') == 'Deny':
            yield Asked(policy, binding, base, NOT_FOUND)
        elif not found:
            yield from _conditioned(Asked(policy, binding, base))
        for params in found:
            yield from _conditioned(Asked(policy, binding, {**base, 'params': params}))

    def _params(self, kind: Object, reference: Object, context: Context) -> list[Object]:
        store = self._store(kind)
        if store is None:
            return []
        namespace = reference.get('namespace') or context.namespace
        if reference.get('name'):
            found = store.find(namespace, reference['name'])
            return [found] if found is not None else []
        wanted = selectors.from_label_selector(reference.get('selector') or {})
        return [item for item in store.list(namespace) if wanted.matches(item['metadata'].get('labels') or {})]

    def _store(self, kind: Object) -> ResourceStore | None:
        group, version = split_api_version(kind.get('apiVersion', ''))
        for resource in self.server.resources.values():
            if (resource.group, resource.version, resource.kind) == (group, version, kind.get('kind')):
                return self.server.stores.find(group, resource.plural)
        return None


def _conditioned(asked: Asked) -> Iterator[Asked]:
    """Nothing when a match condition says no; the variables are worked out before."""
    spec = asked.policy['spec']
    try:
        if not conditions_hold(spec.get('matchConditions') or (), asked.variables, asked.fails):
            return
    except ExpressionError as error:
        asked.problem = str(error)
        yield asked
        return
    for variable in spec.get('variables') or ():
        try:
            value = asked.evaluate(variable['expression'])
        except ExpressionError:
            continue  # it is missed where it is used
        asked.variables['variables'] = {**asked.variables['variables'], variable['name']: value}
    yield asked


def denied(scope: Scope, obj: Object, message: str, reason: str = 'Invalid') -> errors.StatusError:
    """A refusal: Forbidden in its words, but of the reason that the policy gives."""
    error = refused(scope, obj, message)
    error.status['reason'], error.status['code'] = reason, CODES.get(reason, 422)
    error.status['details']['causes'] = [{'message': message}]
    return error
