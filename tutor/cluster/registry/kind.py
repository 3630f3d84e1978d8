"""What the strategies of kinds share: metadata is validated, then the rest."""

from __future__ import annotations

from tutor.apimachinery import names
from tutor.apimachinery.field import FieldError
from tutor.apimachinery.objects import Object
from tutor.cluster.registry import metadata
from tutor.cluster.registry.strategy import Context, Strategy


class Kind(Strategy):
    """A strategy with the rules that all kinds have. A kind adds `check`, and `check_update` where more is forbidden
    to change than to be."""

    name_rule = staticmethod(names.is_dns1123_subdomain)
    free_finalizers = False
    """Whether finalizers may have any name."""

    def validate(self, obj: Object, context: Context) -> list[FieldError]:
        found = metadata.validate(obj['metadata'], self.resource.namespaced, self.name_rule)
        return found + self._finalizers(obj) + self.check(obj, context)

    def validate_update(self, new: Object, old: Object, context: Context) -> list[FieldError]:
        return self._finalizers(new) + self.check_update(new, old, context)

    def _finalizers(self, obj: Object) -> list[FieldError]:
        return [] if self.free_finalizers else metadata.kube_finalizers(obj['metadata'])

    def check(self, obj: Object, context: Context) -> list[FieldError]:
        """What is wrong with everything but the metadata."""
        return []

    def check_update(self, new: Object, old: Object, context: Context) -> list[FieldError]:
        """The same for an update; may also say what cannot change."""
        return self.check(new, context)
