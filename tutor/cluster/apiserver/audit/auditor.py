"""Audit events: each stage of a request that the policy wants to know of is one line of JSON (audit/request.go)."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from tutor.apimachinery import decode
from tutor.apimachinery.decode import DecodeError
from tutor.apimachinery.errors import StatusError
from tutor.apimachinery.http.requestinfo import RequestInfo
from tutor.apimachinery.objects import Object
from tutor.client.transport import Request, Response, User
from tutor.cluster.apiserver.audit.policy import (
    API,
    COMPLETE,
    LEVELS,
    NOTHING,
    RECEIVED,
    STARTED,
    Decision,
    Policy,
)
from tutor.cluster.apiserver.authentication import user_info
from tutor.cluster.apiserver.authorization.authorizer import impersonated
from tutor.cluster.simulation import Simulation

REQUEST, RESPONSE = 2, 3
"""The levels from which bodies are written."""
UPGRADED = 101
UNSEEN = ('system:node-fleet',)
"""As whom the simulation reads for all kubelets at once."""


class Auditor:
    """Writes what the policy says. `explain` gives why a user may do something, None when they may not; `source` from
    which address a user's requests come."""

    def __init__(self, simulation: Simulation, policy: Policy, write: Callable[[str], None],
                 explain: Callable[[User, RequestInfo], str | None], source: Callable[[User], str]) -> None:
        self._simulation = simulation
        self._policy = policy
        self._write = write
        self._explain = explain
        self._source = source

    def send(self, request: Request, info: RequestInfo, answer: Callable[[Request], Response]) -> Response:
        """WithAudit around a request that is answered at once."""
        decision = self._decide(request, info)
        if not decision.level:
            return answer(request)
        event = self._begin(request, info, decision)
        response = answer(request)
        self._end(event, decision, response.status, response.body)
        return response

    def opened(self, request: Request, info: RequestInfo, upgraded: bool) -> None:
        """A watch or another stream has begun; one that the client upgraded (exec, attach) is told as a whole."""
        decision = self._decide(request, info)
        if not decision.level:
            return
        event = self._begin(request, info, decision)
        code = UPGRADED if upgraded else 200
        self._tell({**event, 'responseStatus': {'metadata': {}, 'code': code}}, decision, STARTED)
        if upgraded:
            self._end(event, decision, code, None)

    def refused(self, request: Request, info: RequestInfo, error: StatusError) -> None:
        """A stream that did not begin."""
        decision = self._decide(request, info)
        if decision.level:
            self._end(self._begin(request, info, decision), decision, error.code, error.status)

    def _decide(self, request: Request, info: RequestInfo) -> Decision:
        return NOTHING if request.user.name in UNSEEN else self._policy.decide(request.user, info)

    def _begin(self, request: Request, info: RequestInfo, decision: Decision) -> Object:
        event = self._event(request, info, decision)
        self._tell(event, decision, RECEIVED)
        reason = self._explain(_acting(request), info)
        event['annotations'] = {'authorization.k8s.io/decision': 'forbid' if reason is None else 'allow',
                                'authorization.k8s.io/reason': reason or ''}
        if request.body is not None:
            self._log_body(event, info, self._body(request.body, decision), decision)
        return event

    @staticmethod
    def _log_body(event: Object, info: RequestInfo, body: Any, decision: Decision) -> None:
        """LogRequestObject: what is asked for tells what it is about, too."""
        if info.is_resource and info.verb != 'patch' and isinstance(body, dict):
            meta = body.get('metadata') or {}
            known = {name: meta[name] for name in ('namespace', 'name', 'uid', 'resourceVersion') if meta.get(name)}
            event['objectRef'] = _ordered({**known, **event['objectRef']})
        if decision.level >= REQUEST:
            event['requestObject'] = body

    def _event(self, request: Request, info: RequestInfo, decision: Decision) -> Object:
        """LogRequestMetadata."""
        query = urlencode(sorted((name, _word(value)) for name, value in request.query.items()), doseq=True)
        event = {
            'kind': 'Event', 'apiVersion': API, 'level': LEVELS[decision.level],
            'auditID': str(UUID(int=self._simulation.identities.getrandbits(128), version=4)), 'stage': '',
            'requestURI': f'{request.path}?{query}' if query else request.path, 'verb': info.verb,
            'user': user_info(request.user)}
        if request.impersonate is not None:
            event['impersonatedUser'] = user_info(_acting(request))
        event['sourceIPs'] = [self._source(request.user)]
        event['userAgent'] = request.user_agent
        if info.is_resource:
            event['objectRef'] = _reference(info)
        event['requestReceivedTimestamp'] = self._simulation.micro_timestamp()
        return event

    def _end(self, event: Object, decision: Decision, code: int, body: Any) -> None:
        status: Object = {'metadata': {}}
        if isinstance(body, dict) and body.get('kind') == 'Status':
            status |= {name: body[name] for name in ('status', 'message', 'reason', 'details') if body.get(name)}
        event['responseStatus'] = {**status, 'code': code}
        if decision.level >= RESPONSE and isinstance(body, dict):
            event['responseObject'] = self._body(body, decision)
        self._tell(event, decision, COMPLETE)

    def _tell(self, event: Object, decision: Decision, stage: str) -> None:
        if not decision.tells(stage):
            return
        told = {**event, 'stage': stage, 'stageTimestamp': self._simulation.micro_timestamp()}
        order = sorted(told, key=_place)
        self._write(json.dumps({name: told[name] for name in order}, separators=(',', ':'), ensure_ascii=False) + '\n')

    def _body(self, body: Any, decision: Decision) -> Any:
        if isinstance(body, bytes | str):
            try:
                body = decode.one(body if isinstance(body, str) else body.decode('utf-8', 'replace'))
            except DecodeError:
                return None
        if decision.managed_fields or not isinstance(body, dict):
            return body
        items = body.get('items')
        if isinstance(items, list):
            return {**body, 'items': [_without_managed_fields(item) for item in items]}
        return _without_managed_fields(body)


ORDER = ('kind', 'apiVersion', 'level', 'auditID', 'stage', 'requestURI', 'verb', 'user', 'impersonatedUser',
         'sourceIPs', 'userAgent', 'objectRef', 'responseStatus', 'requestObject', 'responseObject',
         'requestReceivedTimestamp', 'stageTimestamp', 'annotations')


def _place(name: str) -> int:
    return ORDER.index(name)


def _acting(request: Request) -> User:
    """As whom a request is made."""
    return request.user if request.impersonate is None else impersonated(request.impersonate)


def _reference(info: RequestInfo) -> Object:
    return _ordered({'resource': info.resource, 'namespace': info.namespace, 'name': info.name, 'apiGroup': info.group,
                     'apiVersion': info.version, 'subresource': info.subresource})


def _ordered(reference: Object) -> Object:
    """The fields of an ObjectReference that are not empty, in its order."""
    return {name: reference[name] for name in ('resource', 'namespace', 'name', 'uid', 'apiGroup', 'apiVersion',
                                               'resourceVersion', 'subresource') if reference.get(name)}


def _word(value: Any) -> Any:
    return str(value).lower() if isinstance(value, bool) else value


def _without_managed_fields(obj: Object) -> Object:
    if not isinstance(obj, dict) or 'managedFields' not in (obj.get('metadata') or {}):
        return obj
    return {**obj, 'metadata': {name: value for name, value in obj['metadata'].items() if name != 'managedFields'}}
