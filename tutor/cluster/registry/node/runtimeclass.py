"""RuntimeClasses."""

from __future__ import annotations

from typing import Any

from tutor.apimachinery import field, names
from tutor.apimachinery.field import FieldError
from tutor.apimachinery.objects import Object
from tutor.cluster.registry import metadata
from tutor.cluster.registry.cells import age, columns
from tutor.cluster.registry.kind import Kind
from tutor.cluster.registry.strategy import Context
from tutor.cluster.simulation import Simulation


class RuntimeClassStrategy(Kind):
    columns = columns('Name, Handler, Age')

    def check(self, obj: Object, context: Context) -> list[FieldError]:
        return [field.invalid('handler', obj.get('handler', ''), text)
                for text in names.is_dns1123_label(obj.get('handler', ''))]

    def check_update(self, new: Object, old: Object, context: Context) -> list[FieldError]:
        return metadata.immutable(new.get('handler'), old.get('handler'), 'handler')

    def row(self, obj: Object, simulation: Simulation) -> list[Any]:
        return [obj['metadata']['name'], obj.get('handler', ''), age(obj, simulation)]
