"""What a kind adds to the generic pipeline. Every method has the answer that most kinds give."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from tutor.apimachinery import schema
from tutor.apimachinery.field import FieldError
from tutor.apimachinery.objects import Object
from tutor.apimachinery.patches import fieldset
from tutor.apimachinery.resources import Resource
from tutor.apimachinery.schema import Field

if TYPE_CHECKING:
    from tutor.client.transport import User
    from tutor.cluster.registry.store import ResourceStore, ResourceStores
    from tutor.cluster.simulation import Simulation


@dataclass(slots=True)
class Context:
    """What a strategy may know of the request it serves."""

    simulation: Simulation
    stores: ResourceStores
    user: User
    dry_run: bool = False
    namespace: str = ''
    subresource: str = ''
    api_version: str = ''
    """The one that the request names; nothing when it is not a request."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the resource's Table; priority above 0 shows with `-o wide`."""

    name: str
    type: str = 'string'
    format: str = ''
    description: str = ''
    priority: int = 0


NAME = Column('Name', format='name')


class Strategy:
    """Rules of one resource. `obj`/`new` are private to the request and may be changed; `old` is stored: read only.

    Class attributes say the common variations:
    `generation`: metadata.generation counts the changes of spec.
    `unconditional_update`: an update without a resourceVersion overwrites (most kinds do not allow it).
    `create_on_update`: PUT to a name that does not exist creates it.
    `returns_deleted`: DELETE answers with the object, not with a Status.
    `deprecation`: the warning that every request for it is answered with.
    `prefix`: where it lies in etcd below /registry/.
    `store`: the kind of its store, when that is not the generic one.
    """

    store: ClassVar[type[ResourceStore] | None] = None
    generation = False
    unconditional_update = True
    create_on_update = False
    returns_deleted = False
    orphans_by_default = False
    deprecation = ''
    prefix = ''
    custom = False
    """Whether a CustomResourceDefinition describes it."""
    converts = False
    """Whether objects look different in the versions that are served."""

    def __init__(self, resource: Resource) -> None:
        self.resource = resource
        self.has_status = resource.subresource('status') is not None
        self.prefix = type(self).prefix or resource.plural

    # -- versions -----------------------------------------------------------------------------------------------

    def to_version(self, obj: Object, resource: Resource) -> Object:
        """A stored object as a version shows it; only asked where `converts`."""
        return obj

    def decode(self, obj: Object, resource: Resource) -> list[str]:
        """Check and prune a decoded object of a custom resource, in place; what was unknown."""
        return []

    def from_version(self, obj: Object) -> None:
        """Turn a decoded object of any version into what is stored, in place."""

    def merge_type(self, resource: Resource) -> Field | None:
        """The type of objects in a version, for server-side apply and managedFields."""
        return fieldset.root(schema.for_resource(resource))

    def scale_paths(self, obj: Object) -> Object | None:
        """Where the scale subresource finds its numbers, for kinds that keep them elsewhere than built-in ones."""
        return None

    def deprecation_of(self, resource: Resource) -> str:
        """The warning that every request for a version is answered with."""
        return self.deprecation

    # -- create -------------------------------------------------------------------------------------------------

    def default(self, obj: Object) -> None:
        """Fill in what v1.36 stores when the field is not given (SetDefaults_…)."""

    def prepare_create(self, obj: Object, context: Context) -> None:
        """PrepareForCreate: reset what a client may not set. The generic store has set the metadata already."""
        if self.has_status:
            obj['status'] = {}

    def validate(self, obj: Object, context: Context) -> list[FieldError]:
        return []

    # -- update -------------------------------------------------------------------------------------------------

    def prepare_update(self, new: Object, old: Object, context: Context) -> None:
        """PrepareForUpdate: what an update of the main resource may not touch."""
        if self.has_status:
            _keep(new, old, 'status')

    def validate_update(self, new: Object, old: Object, context: Context) -> list[FieldError]:
        return self.validate(new, context)

    def prepare_status(self, new: Object, old: Object, context: Context) -> None:
        """PrepareForUpdate of the status strategy: only the status changes (and what the kind lets through)."""
        _keep(new, old, 'spec')

    def validate_status(self, new: Object, old: Object, context: Context) -> list[FieldError]:
        return []

    def changed(self, new: Object, old: Object) -> bool:
        """Whether an update raises metadata.generation, for kinds that count."""
        return new.get('spec') != old.get('spec')

    def warnings(self, obj: Object, old: Object | None = None) -> list[str]:
        """Warnings that go with a create or update."""
        return []

    # -- delete -------------------------------------------------------------------------------------------------

    def grace_period(self, obj: Object, requested: int | None) -> int | None:
        """Seconds of grace for a kind that is deleted gracefully (CheckGracefulDelete); None: at once."""
        return None

    def finalizing(self, obj: Object) -> bool:
        """Whether something else than metadata.finalizers keeps a deleted object (a namespace's spec.finalizers)."""
        return False

    def mark_deleted(self, obj: Object) -> None:
        """What else changes when deletionTimestamp is set (a namespace's phase); `obj` is private."""

    # -- side effects -------------------------------------------------------------------------------------------

    def begin_create(self, obj: Object, context: Context) -> None:
        """Allocate what belongs to the object (addresses, ports); raises StatusError. Not called for dry runs that
        must not keep anything: use `context.dry_run`."""

    def begin_update(self, new: Object, old: Object, context: Context) -> None:
        """The same for an update."""

    def after_delete(self, obj: Object, context: Context) -> None:
        """Release what `begin_create` allocated."""

    # -- reading ------------------------------------------------------------------------------------------------

    def fields(self, obj: Object) -> dict[str, str]:
        """The fields that field selectors may use, besides metadata.name and metadata.namespace."""
        return {}

    selectable: tuple[str, ...] = ()
    """Names of the fields of `fields`."""

    def unsupported_field(self, field: str) -> str:
        """What a field selector on another field is told."""
        if self.selectable:
            return f'field label not supported: {field}'
        return f'"{field}" is not a known field selector: only "metadata.name", "metadata.namespace"'

    triggers: tuple[str, ...] = ()
    """Of these, the ones that watches are indexed by (upstream: cacher's indexers): each the string at that path, such
    as spec.nodeName."""

    columns: tuple[Column, ...] = (NAME, Column('Created At', 'date'))

    def row(self, obj: Object, simulation: Simulation) -> list[Any]:
        """The cells of one Table row, in the order of `columns`."""
        meta = obj['metadata']
        return [meta.get('name', ''), meta.get('creationTimestamp', '')]

    def columns_of(self, resource: Resource) -> tuple[Column, ...]:
        """The columns as a version has them."""
        return self.columns

    def row_of(self, obj: Object, resource: Resource, simulation: Simulation) -> list[Any]:
        """The cells of one Table row as a version has them."""
        return self.row(obj, simulation)


def _keep(new: Object, old: Object, field: str) -> None:
    if field in old:
        new[field] = old[field]
    else:
        new.pop(field, None)
