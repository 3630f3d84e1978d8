"""An API server with what a new control plane makes, and nothing that runs."""

from __future__ import annotations

from typing import Any

import pytest

from tutor.client.transport import ADMIN, APPLY_PATCH, JSON_PATCH, MERGE_PATCH, STRATEGIC_PATCH, Request, Response, User
from tutor.cluster import bootstrap
from tutor.cluster.apiserver.server import ApiServer
from tutor.cluster.registry.strategy import Context
from tutor.cluster.simulation import Simulation
from tutor.cluster.storage import Store

PATCHES = {'json': JSON_PATCH, 'merge': MERGE_PATCH, 'strategic': STRATEGIC_PATCH, 'apply': APPLY_PATCH}


class Api:
    """An API server without controllers."""

    def __init__(self) -> None:
        self.simulation = Simulation(0)
        self.server = ApiServer(self.simulation, Store(), {'gitVersion': 'v1.36.1'})
        bootstrap.create_all(self.server.stores, Context(self.simulation, self.server.stores, ADMIN))

    def ask(self, method: str, path: str, body: Any = None, user: User = ADMIN, accept: str = '', patch: str = '',
            **query: str) -> Response:
        request = Request(method, path, body=body, user=user, query=dict(query))
        if accept:
            request.accept = accept
        if patch:
            request.content_type = PATCHES[patch]
        return self.server.send(request)

    def make(self, path: str, body: Any, **more: Any) -> Any:
        """POST what must succeed."""
        response = self.ask('POST', path, body, **more)
        assert response.status == 201, response.body
        return response.body

    def get(self, path: str, **more: Any) -> Any:
        response = self.ask('GET', path, **more)
        assert response.status == 200, response.body
        return response.body

    def message(self, method: str, path: str, body: Any = None, **more: Any) -> str:
        """What is said to a request that is refused."""
        response = self.ask(method, path, body, **more)
        assert response.status >= 400, response.body
        return response.body['message']

    def owned(self, path: str, manager: str) -> Any:
        """What managedFields says that a manager owns."""
        found = self.server.send(Request('GET', path, user=ADMIN, user_agent='kubectl/v1.36.1')).body
        return next(entry['fieldsV1'] for entry in found['metadata']['managedFields'] if entry['manager'] == manager)

    def settle(self) -> None:
        self.simulation.advance(0.1)

    @staticmethod
    def definition(schema: dict[str, Any], *versions: dict[str, Any], scope: str = 'Namespaced') -> dict[str, Any]:
        """A CustomResourceDefinition of widgets.example.com."""
        first = {'name': 'v1', 'served': True, 'storage': True, 'schema': {'openAPIV3Schema': schema}}
        return {'apiVersion': 'apiextensions.k8s.io/v1', 'kind': 'CustomResourceDefinition',
                'metadata': {'name': 'widgets.example.com'},
                'spec': {'group': 'example.com', 'scope': scope, 'versions': list(versions) or [first],
                         'names': {'plural': 'widgets', 'kind': 'Widget', 'shortNames': ['wg']}}}


@pytest.fixture
def api() -> Api:
    return Api()
