"""MutatingAdmissionPolicy: changes in CEL, as an apply configuration or a JSON patch (plugin/policy/mutating)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tutor.apimachinery import schema
from tutor.apimachinery.errors import StatusError
from tutor.apimachinery.expressions import ExpressionError
from tutor.apimachinery.objects import Object, deep_copy
from tutor.apimachinery.patches import json_patch, merge, strategic
from tutor.apimachinery.schema import Field
from tutor.cluster.apiserver.admission.policies import Asked, PolicyPlugin, denied
from tutor.cluster.apiserver.scope import Scope
from tutor.cluster.registry.strategy import Context


class MutatingAdmissionPolicy(PolicyPlugin):
    name = 'MutatingAdmissionPolicy'
    policies, bindings = 'mutatingadmissionpolicies', 'mutatingadmissionpolicybindings'

    def mutate(self, scope: Scope, obj: Object, old: Object | None, context: Context) -> bool:
        if self._pairs == []:
            return False
        changed = False
        for asked in self.asked(scope, obj, old, context):
            names = f"policy '{asked.policy['metadata']['name']}' with binding '{asked.binding['metadata']['name']}'"
            try:
                if asked.problem:
                    raise ExpressionError(asked.problem)
                changed |= _mutate(scope, obj, asked)
            except (ExpressionError, StatusError) as error:
                if asked.fails:
                    raise denied(scope, obj, f'{names} denied request: {error}') from None
        if changed:
            scope.store.strategy.default(obj)
        return changed


def _mutate(scope: Scope, obj: Object, asked: Asked) -> bool:
    """Apply the mutations of a policy one after the other, each to what the one before has left."""
    changed = False
    for mutation in asked.policy['spec'].get('mutations') or ():
        asked.variables['object'] = deep_copy(obj)
        if mutation.get('patchType') == 'JSONPatch':
            new = _json_patch(obj, asked, mutation['jsonPatch']['expression'])
        else:
            new = _apply(scope, obj, asked, mutation['applyConfiguration']['expression'])
        if new != obj:
            changed = True
            obj.clear()
            obj.update(new)
    return changed


def _json_patch(obj: Object, asked: Asked, expression: str) -> Any:
    return json_patch.apply(deep_copy(obj), asked.evaluate(expression))


def _apply(scope: Scope, obj: Object, asked: Asked, expression: str) -> Any:
    """ApplyStructuredMergeDiff: maps and keyed lists are merged, everything else is set."""
    wanted = asked.evaluate(expression)
    kind = scope.store.strategy.merge_type(scope.resource)
    atomics = list(_atomics(wanted, kind)) if kind is not None else []
    if atomics:
        raise ExpressionError('error applying patch: invalid ApplyConfiguration: may not mutate atomic arrays, maps or '
                              f'structs: {", ".join(atomics)}')
    if scope.store.strategy.custom:
        return deep_copy(merge.apply(obj, wanted))
    return deep_copy(strategic.apply(obj, wanted, scope.resource))


def _atomics(value: Any, field: Field, path: str = '') -> Iterator[str]:
    """findAtomics: what an apply configuration may not hold, since all of it that is not said would be lost."""
    if isinstance(value, list) and field.type == schema.LIST and field.items is not None:
        if field.list_type in ('', 'atomic'):
            yield path
        for place, item in enumerate(value):
            yield from _atomics(item, field.items, f'{path}[{place}]')
    elif isinstance(value, dict) and field.type == schema.MAP and field.items is not None:
        if field.map_type == 'atomic':
            yield path
    elif isinstance(value, dict) and (definition := field.definition) is not None:
        if 'atomic' in (field.map_type, definition.map_type):
            yield path
        for name, item in value.items():
            if name in definition.fields:
                yield from _atomics(item, definition.fields[name], f'{path}.{name}')
