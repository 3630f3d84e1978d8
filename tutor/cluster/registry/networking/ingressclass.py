"""IngressClasses."""

from __future__ import annotations

from typing import Any

from tutor.apimachinery import field, names
from tutor.apimachinery.field import FieldError
from tutor.apimachinery.objects import Object
from tutor.cluster.registry import metadata
from tutor.cluster.registry.cells import NONE, age, columns
from tutor.cluster.registry.kind import Kind
from tutor.cluster.registry.networking.ingress import validate_reference
from tutor.cluster.registry.strategy import Context
from tutor.cluster.simulation import Simulation

DEFAULT = 'ingressclass.kubernetes.io/is-default-class'


class IngressClassStrategy(Kind):
    generation = True
    columns = columns('Name, Controller, Parameters, Age')

    def default(self, obj: Object) -> None:
        parameters = obj.setdefault('spec', {}).get('parameters')
        if parameters is not None:
            parameters.setdefault('scope', 'Cluster')

    def check(self, obj: Object, context: Context) -> list[FieldError]:
        """validateIngressClassSpec."""
        spec = obj['spec']
        controller = spec.get('controller', '')
        found: list[FieldError] = []
        if not controller:
            found.append(field.required('spec.controller'))
        else:
            if len(controller) > 250:
                found.append(field.too_long('spec.controller', 250))
            found += [field.invalid('spec.controller', part, text)
                      for part, text in names.domain_prefixed_path(controller)]
        if 'parameters' in spec:
            found += _parameters(spec['parameters'], 'spec.parameters')
        return found

    def check_update(self, new: Object, old: Object, context: Context) -> list[FieldError]:
        return metadata.immutable(new['spec'].get('controller', ''), old['spec'].get('controller', ''),
                                  'spec.controller') + self.check(new, context)

    def row(self, obj: Object, simulation: Simulation) -> list[Any]:
        name = obj['metadata']['name']
        if (obj['metadata'].get('annotations') or {}).get(DEFAULT) == 'true':
            name += ' (default)'
        parameters = obj['spec'].get('parameters')
        shown = NONE
        if parameters:
            group = parameters.get('apiGroup')
            kind = f'{parameters.get("kind", "")}.{group}' if group else parameters.get('kind', '')
            shown = f'{kind}/{parameters.get("name", "")}'
        return [name, obj['spec'].get('controller', ''), shown, age(obj, simulation)]


def _parameters(parameters: Object, path: str) -> list[FieldError]:
    """validateIngressClassParametersReference."""
    found = validate_reference(parameters, path)
    scope, space = parameters.get('scope', ''), parameters.get('namespace')
    if scope not in ('Cluster', 'Namespace'):
        found.append(field.not_supported(f'{path}.scope', scope, ('Cluster', 'Namespace')))
    elif scope == 'Cluster' and space is not None:
        found.append(field.forbidden(f'{path}.namespace', "`parameters.scope` is set to 'Cluster'"))
    elif scope == 'Namespace' and space is None:
        found.append(field.required(f'{path}.namespace', "`parameters.scope` is set to 'Namespace'"))
    elif scope == 'Namespace':
        found += field.invalid_each(f'{path}.namespace', space, names.is_dns1123_label(space))
    return found
