"""What an admission plugin looks like."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.apimachinery import errors
from tutor.apimachinery.objects import Object
from tutor.cluster.apiserver.scope import Scope
from tutor.cluster.registry.strategy import Context

if TYPE_CHECKING:
    from tutor.apimachinery.errors import StatusError
    from tutor.cluster.apiserver.server import ApiServer


class Plugin:
    """`old` is None on create, `obj` on delete. `mutate` may change `obj`; all may raise StatusError.

    A `mutate` that changed what others should see again says True: then everything mutates once more, by `remutate`.
    `resources` limits the plugin to some (group, plural); empty means all.
    """

    name = ''
    resources: frozenset[tuple[str, str]] = frozenset()

    def __init__(self, server: ApiServer) -> None:
        self.server = server

    def mutate(self, scope: Scope, obj: Object, old: Object | None, context: Context) -> bool | None: ...
    def validate(self, scope: Scope, obj: Object, old: Object | None, context: Context) -> None: ...
    def validate_delete(self, scope: Scope, obj: Object, context: Context) -> None: ...
    def connect(self, scope: Scope, options: Object, context: Context) -> None: ...

    def remutate(self, scope: Scope, obj: Object, old: Object | None, context: Context) -> None:
        self.mutate(scope, obj, old, context)


class Judge(Plugin):
    """One that judges whatever is done to a resource in the same way: `obj` is None when something is deleted, and the
    options of a connection."""

    def judge(self, scope: Scope, obj: Object | None, old: Object | None, context: Context) -> None:
        raise NotImplementedError

    def validate(self, scope: Scope, obj: Object, old: Object | None, context: Context) -> None:
        self.judge(scope, obj, old, context)

    def validate_delete(self, scope: Scope, obj: Object, context: Context) -> None:
        self.judge(scope, None, obj, context)

    def connect(self, scope: Scope, options: Object, context: Context) -> None:
        self.judge(scope, options, None, context)


def refused(scope: Scope, obj: Object, text: str) -> StatusError:
    """admission.NewForbidden: what has no name yet when it is mutated is called as it begins."""
    meta = obj['metadata']
    name = scope.info.name or meta.get('name') or meta.get('generateName') or 'Unknown'
    return errors.forbidden(scope.resource.group, scope.resource.plural, name, text)
