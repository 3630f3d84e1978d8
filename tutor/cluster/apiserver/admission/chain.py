"""The admission chain of a request, in upstream's order (pkg/kubeapiserver/options/plugins.go)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.apimachinery.objects import Object
from tutor.cluster.apiserver.admission import enabling
from tutor.cluster.apiserver.admission.catalog import PLUGINS
from tutor.cluster.apiserver.admission.configuration import Admission
from tutor.cluster.apiserver.admission.image_policy import ImagePolicyWebhook
from tutor.cluster.apiserver.admission.node_restriction import NodeRestriction
from tutor.cluster.apiserver.admission.plugin import Plugin
from tutor.cluster.apiserver.admission.pod_security import PodSecurity
from tutor.cluster.apiserver.scope import Scope
from tutor.cluster.registry.strategy import Context

if TYPE_CHECKING:
    from tutor.cluster.apiserver.server import ApiServer


class AdmissionChain:
    """All plugins; each resource's own list of them is worked out once."""

    def __init__(self, server: ApiServer) -> None:
        self.plugins = [plugin(server) for plugin in PLUGINS]
        self._lists: dict[tuple[str, str, str], list[Plugin]] = {}
        self._on = enabling.USUAL

    def enable(self, names: frozenset[str]) -> None:
        """Have only these on; what is no plugin of upstream's always works."""
        self._on = names
        self._lists.clear()

    def configure(self, settings: Admission) -> None:
        """What plugins do that are told so in a file."""
        for plugin in self.plugins:
            if isinstance(plugin, PodSecurity):
                plugin.defaults = settings.security
            elif isinstance(plugin, ImagePolicyWebhook):
                plugin.configure(settings.images)

    def mutate(self, scope: Scope, obj: Object, old: Object | None, context: Context) -> None:
        plugins = self._of(scope, 'mutate')
        again = False
        for plugin in plugins:
            again = plugin.mutate(scope, obj, old, context) or again
        for plugin in plugins if again else ():
            plugin.remutate(scope, obj, old, context)

    def validate(self, scope: Scope, obj: Object, old: Object | None, context: Context) -> None:
        for plugin in self._of(scope, 'validate'):
            plugin.validate(scope, obj, old, context)

    def validate_delete(self, scope: Scope, obj: Object, context: Context) -> None:
        for plugin in self._of(scope, 'validate_delete'):
            plugin.validate_delete(scope, obj, context)

    def connect(self, scope: Scope, options: Object, context: Context) -> None:
        """Exec, attach, port-forward and proxy: `options` say what is wanted."""
        for plugin in self._of(scope, 'connect'):
            plugin.connect(scope, options, context)

    def node_restriction(self) -> NodeRestriction | None:
        """The plugin that holds kubelets to what is theirs, if it is on."""
        return next((plugin for plugin in self.plugins
                     if isinstance(plugin, NodeRestriction) and plugin.name in self._on), None)

    def _of(self, scope: Scope, phase: str) -> list[Plugin]:
        """The plugins that care for a resource and override a phase."""
        what = (scope.resource.group, scope.resource.plural, phase)
        found = self._lists.get(what)
        if found is None:
            found = self._lists[what] = [
                plugin for plugin in self.plugins
                if (plugin.name in self._on or plugin.name not in enabling.ALL)
                and (not plugin.resources or what[:2] in plugin.resources)
                and getattr(type(plugin), phase) is not getattr(Plugin, phase)]
        return found
