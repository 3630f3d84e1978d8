"""Whether the priority level that a FlowSchema names exists: its condition Dangling
(apiserver/pkg/util/flowcontrol/apf_controller.go: presyncFlowSchemaStatus). Requests are never queued here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.apimachinery.objects import Object, condition
from tutor.cluster.apiserver.controlplane import LOOPBACK
from tutor.cluster.registry.strategy import Context
from tutor.cluster.storage.store import Change

if TYPE_CHECKING:
    from tutor.cluster.apiserver.server import ApiServer

GROUP = 'flowcontrol.apiserver.k8s.io'
SOON = 0.002


class FlowControl:
    """Follows FlowSchemas and PriorityLevelConfigurations."""

    def __init__(self, server: ApiServer) -> None:
        self._simulation = server.simulation
        self._context = Context(server.simulation, server.stores, LOOPBACK)
        self._schemas = server.stores.of(GROUP, 'flowschemas')
        self._levels = server.stores.of(GROUP, 'prioritylevelconfigurations')
        self._waiting = False
        for store in (self._schemas, self._levels):
            server.store.listen(store.prefix, self._changed)

    def _changed(self, change: Change) -> None:
        if not self._waiting:
            self._waiting = True
            self._simulation.call_later(SOON, self._sync)

    def _sync(self) -> None:
        self._waiting = False
        for schema in self._schemas.list():
            wanted = self._dangling(schema)
            known = condition(schema, 'Dangling') or {}
            if any(known.get(name) != value for name, value in wanted.items()):
                entry = {**wanted, 'lastTransitionTime': self._simulation.timestamp()}
                new = {**schema, 'metadata': dict(schema['metadata']), 'status': {'conditions': [entry]}}
                self._schemas.update(new, schema, self._context, status=True)

    def _dangling(self, schema: Object) -> Object:
        level = schema['spec']['priorityLevelConfiguration']['name']
        named = f'This FlowSchema references the PriorityLevelConfiguration object named "{level}"'
        if self._levels.find('', level) is None:
            return {'type': 'Dangling', 'status': 'True', 'reason': 'NotFound',
                    'message': f'{named} but there is no such object'}
        return {'type': 'Dangling', 'status': 'False', 'reason': 'Found', 'message': f'{named} and it exists'}
