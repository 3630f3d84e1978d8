"""RuntimeClasses."""

from __future__ import annotations

from typing import Any

from tutor.apimachinery import field, names
from tutor.apimachinery.field import FieldError
from tutor.apimachinery.objects import Object
from tutor.cluster.registry import metadata
from tutor.cluster.registry.cells import age, columns
from tutor.cluster.registry.internal import internal
from tutor.cluster.registry.kind import Kind
from tutor.cluster.registry.podspec import resources, scheduling
from tutor.cluster.registry.podspec.warnings import NODE_LABELS
from tutor.cluster.registry.strategy import Context
from tutor.cluster.simulation import Simulation

_NO_TOLERATION = {'Key': '', 'Operator': '', 'Value': '', 'Effect': ''}


class RuntimeClassStrategy(Kind):
    columns = columns('Name, Handler, Age')

    def check(self, obj: Object, context: Context) -> list[FieldError]:
        """ValidateRuntimeClass."""
        handler, where = obj.get('handler', ''), obj.get('scheduling') or {}
        found = field.invalid_each('handler', handler, names.is_dns1123_label(handler))
        if 'overhead' in obj:
            resources.validate({'limits': obj['overhead'].get('podFixed') or {}}, 'overhead', found)
        if 'nodeSelector' in where:
            found += metadata.validate_labels(where['nodeSelector'], 'scheduling.nodeSelector')
        tolerations = where.get('tolerations') or []
        scheduling.tolerations(tolerations, 'scheduling.tolerations', found)
        keys = [[item.get(name, '') for name in ('key', 'operator', 'value', 'effect')] for item in tolerations]
        return found + [field.duplicate(f'scheduling.tolerations[{index}]', internal(
            item, 'Key Operator Value Effect TolerationSeconds', zeros=_NO_TOLERATION))
            for index, item in enumerate(tolerations) if keys[index] in keys[:index]]

    def check_update(self, new: Object, old: Object, context: Context) -> list[FieldError]:
        """ValidateRuntimeClassUpdate. As upstream, nothing else is looked at."""
        return metadata.immutable(new.get('handler', ''), old.get('handler', ''), 'handler')

    def warnings(self, obj: Object, old: Object | None = None) -> list[str]:
        """GetWarningsForRuntimeClass."""
        selector = (obj.get('scheduling') or {}).get('nodeSelector') or {}
        return [f'scheduling.nodeSelector[{key}]: {NODE_LABELS[key]}' for key in sorted(selector) if key in NODE_LABELS]

    def row(self, obj: Object, simulation: Simulation) -> list[Any]:
        return [obj['metadata']['name'], obj.get('handler', ''), age(obj, simulation)]
