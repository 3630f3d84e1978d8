"""The strategy of a custom resource, as its definition is now (apiextensions-apiserver/pkg/registry/customresource)."""

from __future__ import annotations

from typing import Any

from tutor.apimachinery import conversion, errors, field, schema, structural
from tutor.apimachinery.field import FieldError
from tutor.apimachinery.objects import Object
from tutor.apimachinery.resources import Resource
from tutor.apimachinery.schema import Field
from tutor.cluster.registry.cells import since
from tutor.cluster.registry.custom import columns, pruning, rules, validation, versions
from tutor.cluster.registry.kind import Kind
from tutor.cluster.registry.metadata import STANDARD_FINALIZERS
from tutor.cluster.registry.strategy import Column, Context
from tutor.cluster.simulation import Simulation

META = 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta'
UNCHECKED = ('some validation rules were not checked because the object was invalid; correct the existing errors to '
             'complete validation')
PREFER_DOMAIN = ('prefer a domain-qualified finalizer name including a path (/) to avoid accidental conflicts with '
                 'other finalizer writers')


class CustomResourceStrategy(Kind):
    """One for all versions of a resource; an object's apiVersion says which one holds for it."""

    generation = True
    free_finalizers = True
    unconditional_update = False
    custom = True

    def __init__(self, resource: Resource, definition: Object) -> None:
        super().__init__(resource)
        self.prefix = f'{resource.group}/{resource.plural}'
        self.define(resource, definition)

    def define(self, resource: Resource, definition: Object) -> None:
        """Follow a definition from now on."""
        self.resource = resource
        self.definition = definition
        self.versions: dict[str, Object] = {version['name']: version for version in definition['spec']['versions']}
        self.storage = next(name for name, version in self.versions.items() if version.get('storage'))
        self.converts = len(self.versions) > 1
        self._types: dict[str, Field] = {}
        self._ruled = {name: rules.has_rules(self.schema(name)) for name in self.versions}
        self.selectable = tuple(item['jsonPath'].lstrip('.') for item in self.versions[self.storage].get(
            'selectableFields') or ())

    def deprecation_of(self, resource: Resource) -> str:
        return versions.deprecation(self.definition, resource.version)

    def version(self, obj: Object) -> Object:
        """What the definition says of an object's version."""
        return self.versions[obj['apiVersion'].rpartition('/')[2]]

    def schema(self, version: str) -> Object | None:
        return (self.versions[version].get('schema') or {}).get('openAPIV3Schema')

    def _schema(self, obj: Object) -> Object | None:
        return self.schema(obj['apiVersion'].rpartition('/')[2])

    def _status(self, obj: Object) -> bool:
        return (self.version(obj).get('subresources') or {}).get('status') is not None

    def merge_type(self, resource: Resource) -> Field | None:
        found = self._types.get(resource.version)
        if found is None:
            shape = structural.definition(self.schema(resource.version), resource.kind)
            found = self._types[resource.version] = Field('', schema.STRUCT, inline=shape)
        return found

    # -- versions -----------------------------------------------------------------------------------------------

    def to_version(self, obj: Object, resource: Resource) -> Object:
        """The `None` converter: another apiVersion, and what that version's schema knows."""
        if obj['apiVersion'] == resource.group_version:
            return obj
        return {**obj, 'apiVersion': resource.group_version}

    def from_version(self, obj: Object) -> None:
        obj['apiVersion'] = f'{self.resource.group}/{self.storage}'

    # -- decoding -----------------------------------------------------------------------------------------------

    def decode(self, obj: Object, resource: Resource) -> list[str]:
        """Check the metadata, prune the rest; what was unknown. Raises DecodeError."""
        definition = schema.definition(META)
        assert definition is not None
        try:
            found = [text.replace('unknown field "', 'unknown field "metadata.', 1)
                     for text in conversion.decode(obj['metadata'], definition)]
        except conversion.DecodeError as error:
            raise conversion.DecodeError(f'unable to decode metadata: {error}') from None
        pruned = [] if self._preserves() else pruning.prune(obj, self._schema(obj))
        return found + [f'unknown field "{path}"' for path in sorted(pruned)]

    def _preserves(self) -> bool:
        return bool(self.definition['spec'].get('preserveUnknownFields'))

    # -- writes -------------------------------------------------------------------------------------------------

    def default(self, obj: Object) -> None:
        pruning.default(obj, self._schema(obj))

    def prepare_create(self, obj: Object, context: Context) -> None:
        if self._status(obj):
            obj.pop('status', None)

    def prepare_update(self, new: Object, old: Object, context: Context) -> None:
        if self._status(new):
            _keep(new, old, 'status')

    def prepare_status(self, new: Object, old: Object, context: Context) -> None:
        """Only the status changes."""
        status = new.get('status')
        meta = {**old['metadata'], 'resourceVersion': new['metadata'].get('resourceVersion', '')}
        new.clear()
        new.update({**old, 'metadata': meta})
        new.pop('status', None)
        if status is not None:
            new['status'] = status

    def changed(self, new: Object, old: Object) -> bool:
        ignored = {'metadata', 'apiVersion', *(('status',) if self._status(new) else ())}
        return {key: value for key, value in new.items() if key not in ignored} != \
            {key: value for key, value in old.items() if key not in ignored}

    def begin_create(self, obj: Object, context: Context) -> None:
        if 'deletionTimestamp' in self.definition['metadata']:
            raise errors.new(405, 'MethodNotAllowed', 'create not allowed while custom resource definition is '
                             'terminating', {'group': self.resource.group, 'kind': self.resource.plural})

    # -- validation ---------------------------------------------------------------------------------------------

    def check(self, obj: Object, context: Context) -> list[FieldError]:
        return self._check(obj, rules.UNSET)

    def check_update(self, new: Object, old: Object, context: Context) -> list[FieldError]:
        return self._check(new, old)

    def validate_status(self, new: Object, old: Object, context: Context) -> list[FieldError]:
        return self._check(new, old)

    def _check(self, obj: Object, old: Any) -> list[FieldError]:
        structural = self._schema(obj)
        found = validation.validate(obj, structural)
        if old is not rules.UNSET and found:
            found = _ratcheted(found, validation.validate(old, structural), obj, old)
        if self._ruled[obj['apiVersion'].rpartition('/')[2]]:
            if validation.blocks_rules(found):
                found.append(field.invalid('<nil>', None, UNCHECKED))
            else:
                found += rules.validate(obj, old, structural)
        return found

    def warnings(self, obj: Object, old: Object | None = None) -> list[str]:
        """validateKubeFinalizerName, of the finalizers that are new."""
        known = old['metadata'].get('finalizers') or () if old is not None else ()
        return [f'metadata.finalizers: {field.go_quote(name)}: {PREFER_DOMAIN}'
                for name in sorted(set(obj['metadata'].get('finalizers') or ()).difference(known))
                if '/' not in name and name not in STANDARD_FINALIZERS]

    # -- reading ------------------------------------------------------------------------------------------------

    def fields(self, obj: Object) -> dict[str, str]:
        return {name: _text(columns.first(f'.{name}', obj)) for name in self.selectable}

    def scale_paths(self, obj: Object) -> Object | None:
        return (self.version(obj).get('subresources') or {}).get('scale')

    def columns_of(self, resource: Resource) -> tuple[Column, ...]:
        return columns.columns(self.versions[resource.version])

    def row_of(self, obj: Object, resource: Resource, simulation: Simulation) -> list[Any]:
        meta = obj['metadata']
        shown = columns.printed(self.versions[resource.version])
        if shown is None:
            return [meta['name'], since(meta.get('creationTimestamp'), simulation)]
        return [meta['name'], *(columns.cell(column, obj, simulation) for column in shown)]


def _ratcheted(found: list[FieldError], before: list[FieldError], new: Object, old: Object) -> list[FieldError]:
    """CRDValidationRatcheting: what was wrong already, and was not touched, may stay wrong."""
    known = {str(problem) for problem in before}
    return [problem for problem in found if str(problem) not in known
            or columns.first(f'.{problem.field}', new) != columns.first(f'.{problem.field}', old)]


def _keep(new: Object, old: Object, name: str) -> None:
    if name in old:
        new[name] = old[name]
    else:
        new.pop(name, None)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return 'true' if value else 'false'
    return '' if value is None else str(value)
