"""Do the expressions of a ValidatingAdmissionPolicy fit what it is about? A warning for every field that the kinds
which it matches do not have (pkg/controller/validatingadmissionpolicystatus, plugin/policy/validating/typechecking)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tutor.apimachinery import resources, schema
from tutor.apimachinery.cel_fields import undefined_fields
from tutor.apimachinery.objects import Object, key
from tutor.apimachinery.resources import Resource
from tutor.client.client import Client
from tutor.client.informer import Informers
from tutor.cluster.controllers.controller import Controller
from tutor.cluster.simulation import Simulation

POLICIES = 'validatingadmissionpolicies.admissionregistration.k8s.io'
MOST_KINDS = 10


class ValidatingAdmissionPolicyStatusController(Controller):
    """Writes the warnings into the status, once for each generation."""

    component = 'validatingadmissionpolicy-status-controller'

    def __init__(self, simulation: Simulation, client: Client, informers: Informers) -> None:
        super().__init__(simulation, client, informers)
        self.policies = self.informer(POLICIES)
        self.policies.on_change(self._changed)

    def _changed(self, old: Object | None, new: Object | None) -> None:
        if new is not None and _is_new(new):
            self.queue.add(key(new))

    def reconcile(self, key: str) -> None:
        policy = self.policies.objects.get(key)
        if policy is None or not _is_new(policy):
            return
        found = warnings(policy)
        status = {**(policy.get('status') or {}), 'observedGeneration': policy['metadata']['generation'],
                  'typeChecking': {'expressionWarnings': found} if found else {}}
        self.client.update_status(POLICIES, {**policy, 'status': status})


def _is_new(policy: Object) -> bool:
    return (policy.get('status') or {}).get('observedGeneration') != policy['metadata'].get('generation')


def warnings(policy: Object) -> list[Object]:
    """TypeChecker.Check."""
    spec, found = policy['spec'], []
    kinds = list(dict.fromkeys(_kinds(spec.get('matchConstraints') or {})))[:MOST_KINDS]
    for index, validation in enumerate(spec.get('validations') or ()):
        for name in ('expression', 'messageExpression'):
            texts = [f'{_shown(kind)}: {problem}' for kind in kinds
                     if (problem := '\n'.join(_problems(validation.get(name) or '', kind)))]
            if texts:
                found.append({'fieldRef': f'spec.validations[{index}].{name}', 'warning': '\n'.join(texts)})
    return found


def _kinds(constraints: Object) -> Iterator[Resource]:
    """typesToCheck: what is named, without wildcards."""
    for rule in constraints.get('resourceRules') or ():
        for group in rule.get('apiGroups') or ():
            for version in rule.get('apiVersions') or ():
                for plural in rule.get('resources') or ():
                    found = resources.by_plural(group, version, plural)
                    if found is not None:
                        yield found


def _shown(kind: Resource) -> str:
    return f'{kind.group}/{kind.version}, Kind={kind.kind}'


def _problems(expression: str, kind: Resource) -> list[str]:
    return undefined_fields(expression, 'object|oldObject', lambda chain, is_call: _missing(chain, kind, is_call))


def _missing(chain: str, kind: Resource, is_call: bool) -> tuple[int, str] | None:
    """Where the first field of a chain is that its struct does not have."""
    definition = schema.for_resource(kind)
    steps = list(re.finditer(r'\.(\w+)', chain))
    for step in steps[:-1] if is_call else steps:
        if definition is None:
            return None
        field = definition.fields.get(step[1])
        if field is None:
            return (step.start(), step[1]) if definition.fields and not definition.open else None
        definition = field.definition if field.type == schema.STRUCT else None
    return None
