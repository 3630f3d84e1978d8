"""IngressClasses."""

from __future__ import annotations

import re
from typing import Any

from tutor.apimachinery import field, names
from tutor.apimachinery.field import FieldError
from tutor.apimachinery.objects import Object
from tutor.cluster.registry import metadata
from tutor.cluster.registry.cells import NONE, age, columns
from tutor.cluster.registry.kind import Kind
from tutor.cluster.registry.strategy import Context
from tutor.cluster.simulation import Simulation

DEFAULT = 'ingressclass.kubernetes.io/is-default-class'
_DOMAIN_PREFIXED = re.compile(r'[a-z0-9]([-a-z0-9.]*[a-z0-9])?/[A-Za-z0-9/\-._~%!$&\'()*+,;=:]+').fullmatch


class IngressClassStrategy(Kind):
    generation = True
    columns = columns('Name, Controller, Parameters, Age')

    def default(self, obj: Object) -> None:
        parameters = obj.setdefault('spec', {}).get('parameters')
        if parameters is not None:
            parameters.setdefault('scope', 'Cluster')

    def check(self, obj: Object, context: Context) -> list[FieldError]:
        """ValidateIngressClass."""
        controller = obj['spec'].get('controller', '')
        if not controller:
            return [field.required('spec.controller')]
        if len(controller) > 250:
            return [field.too_long('spec.controller', 250)]
        if not _DOMAIN_PREFIXED(controller):
            return [field.invalid('spec.controller', controller, 'must be a domain-prefixed path (such as '
                                                                 '"acme.io/foo")')]
        return [field.invalid('spec.controller', controller, text)
                for text in names.is_dns1123_subdomain(controller.partition('/')[0])]

    def check_update(self, new: Object, old: Object, context: Context) -> list[FieldError]:
        return metadata.immutable(new['spec'].get('controller'), old['spec'].get('controller'), 'spec.controller')

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
