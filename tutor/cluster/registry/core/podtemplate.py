"""PodTemplates."""

from __future__ import annotations

from typing import Any

from tutor.apimachinery.field import FieldError
from tutor.apimachinery.objects import Object
from tutor.cluster.registry.cells import columns, container_names, format_labels, images
from tutor.cluster.registry.kind import Kind
from tutor.cluster.registry.podspec import defaults, validation, warnings
from tutor.cluster.registry.strategy import Context
from tutor.cluster.simulation import Simulation


class PodTemplateStrategy(Kind):
    columns = columns('Name, Containers, Images, Pod Labels')
    generation = True

    def default(self, obj: Object) -> None:
        defaults.default_template(obj.setdefault('template', {}))

    def changed(self, new: Object, old: Object) -> bool:
        return new['template'] != old['template']

    def check(self, obj: Object, context: Context) -> list[FieldError]:
        return validation.validate_template(obj['template'], 'template')

    def warnings(self, obj: Object, old: Object | None = None) -> list[str]:
        return warnings.of_workload(obj, old, 'template')

    def row(self, obj: Object, simulation: Simulation) -> list[Any]:
        template = obj.get('template') or {}
        containers = (template.get('spec') or {}).get('containers')
        return [obj['metadata']['name'], container_names(containers), images(containers),
                format_labels((template.get('metadata') or {}).get('labels'))]
