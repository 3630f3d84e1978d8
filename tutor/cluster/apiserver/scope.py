"""One request on its way through the pipeline."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tutor.apimachinery import errors
from tutor.apimachinery import field as field_errors
from tutor.apimachinery.http.requestinfo import RequestInfo, is_true
from tutor.apimachinery.resources import Resource
from tutor.client.transport import Request, User
from tutor.cluster.registry.store import ResourceStore
from tutor.cluster.registry.strategy import Context

if TYPE_CHECKING:
    from tutor.cluster.apiserver.server import ApiServer

FIELD_VALIDATION = ('Ignore', 'Warn', 'Strict')
LONGEST_MANAGER = 128


@dataclass(slots=True)
class Scope:
    """The request, what it is about, and who asks; `warnings` go back with the answer."""

    server: ApiServer
    request: Request
    info: RequestInfo
    user: User
    resource: Resource
    store: ResourceStore
    warnings: list[str] = field(default_factory=list)

    def context(self) -> Context:
        return Context(self.server.simulation, self.server.stores, self.user, self.dry_run, self.info.namespace,
                       self.info.subresource, self.resource.group_version)

    @property
    def dry_run(self) -> bool:
        return bool(self.request.query.get('dryRun'))

    @property
    def field_validation(self) -> str:
        """Strict, Warn or Ignore; Warn is the default for writes."""
        return self.request.query.get('fieldValidation') or 'Warn'

    @property
    def field_manager(self) -> str:
        """The name that managedFields gives to who writes: the parameter, or what the user agent begins with."""
        return self.request.query.get('fieldManager') or self.client

    @property
    def client(self) -> str:
        """The program that asks: what its user agent begins with."""
        return self.request.user_agent.partition('/')[0]

    def flag(self, name: str) -> bool:
        return is_true(self.request.query.get(name))

    def check_options(self) -> None:
        """Refuse values of common parameters that the API does not have; raises StatusError Invalid."""
        query: dict[str, Any] = self.request.query
        manager = query.get('fieldManager') or ''
        if 'dryRun' not in query and 'fieldValidation' not in query and len(manager.encode()) <= LONGEST_MANAGER:
            return
        problems = [] if len(manager.encode()) <= LONGEST_MANAGER else [
            field_errors.too_long('fieldManager', LONGEST_MANAGER)]
        dry_run = query.get('dryRun')
        if dry_run and dry_run not in ('All', ['All']):
            problems.append(field_errors.not_supported('dryRun', dry_run, ['All']))
        validation = query.get('fieldValidation')
        if validation and validation not in FIELD_VALIDATION:
            problems.append(field_errors.not_supported('fieldValidation', validation, ['', 'Ignore', 'Strict', 'Warn']))
        if problems:
            kind = {'POST': 'CreateOptions', 'PUT': 'UpdateOptions', 'PATCH': 'PatchOptions'}
            raise errors.invalid('meta.k8s.io', kind.get(self.request.method, 'DeleteOptions'), '', problems)
