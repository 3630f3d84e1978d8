"""MutatingAdmissionWebhook and ValidatingAdmissionWebhook: programs in the cluster, or elsewhere, that are asked about
requests (apiserver/pkg/admission/plugin/webhook)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from tutor.apimachinery import errors
from tutor.apimachinery.errors import StatusError
from tutor.apimachinery.expressions import ExpressionError
from tutor.apimachinery.objects import Object, deep_copy
from tutor.apimachinery.patches import json_patch
from tutor.cluster.apiserver import decoding
from tutor.cluster.apiserver.admission import requests, webhook_call
from tutor.cluster.apiserver.admission.plugin import Judge, Plugin
from tutor.cluster.apiserver.admission.policy_matching import CONFIGURATIONS, conditions_hold, webhook_matches
from tutor.cluster.apiserver.admission.webhook_call import CallFailed, Verdict
from tutor.cluster.apiserver.scope import Scope
from tutor.cluster.registry.admissionregistration.conditions import VARIABLES
from tutor.cluster.registry.store import new_uid
from tutor.cluster.registry.strategy import Context

if TYPE_CHECKING:
    from tutor.cluster.apiserver.server import ApiServer

GROUP = 'admissionregistration.k8s.io'
WITHOUT_SIDE_EFFECTS = ('None', 'NoneOnDryRun')


class _Webhooks(Plugin):
    """Keeps the webhooks of one kind, in the order of their configurations' names; a request pays nothing while there
    are none."""

    configurations = ''
    mutating = False

    def __init__(self, server: ApiServer) -> None:
        super().__init__(server)
        self._hooks: list[Object] | None = None
        self._store = server.stores.of(GROUP, self.configurations)
        server.store.listen(self._store.prefix, self._forget)

    def _forget(self, _: object) -> None:
        self._hooks = None

    def hooks(self, scope: Scope, obj: Object | None, old: Object | None, context: Context) -> Iterator[Object]:
        """The webhooks that want to be asked, each looked at when it is its turn. Raises Forbidden for a match
        condition that does not work."""
        if self._hooks is None:
            self._hooks = [hook for item in self._store.list() for hook in item.get('webhooks') or ()]
        if not self._hooks or (scope.resource.group == GROUP and scope.resource.plural in CONFIGURATIONS):
            return
        kind = requests.operation(scope, obj, old)
        namespace = self.server.stores.of('', 'namespaces').find('', context.namespace) if context.namespace else None
        for hook in self._hooks:
            if webhook_matches(hook, scope, kind, (obj, old), namespace) and \
                    (not hook.get('matchConditions') or _conditions_hold(hook, scope, obj, old, context)):
                yield hook

    def ask(self, hook: Object, scope: Scope, obj: Object | None, old: Object | None,
            context: Context) -> Verdict | None:
        """What a webhook says; None when it does not answer and that does not matter. Raises StatusError."""
        name = hook.get('name', '')
        if context.dry_run and hook.get('sideEffects') not in WITHOUT_SIDE_EFFECTS:
            raise errors.bad_request(f'admission webhook "{name}" does not support dry run')
        asked = requests.admission_request(scope, requests.operation(scope, obj, old), context, obj or old)
        asked = {'uid': new_uid(self.server.simulation), **asked, 'object': obj, 'oldObject': old}
        self.server.trace('webhook', name, asked['operation'])
        try:
            verdict = webhook_call.call(self.server, hook, asked, self.mutating)
        except CallFailed as problem:
            scope.request.took += problem.took
            if hook.get('failurePolicy') == 'Ignore':
                return None
            raise errors.internal_error(f'failed calling webhook "{name}": {problem}') from None
        scope.request.took += verdict.took
        scope.warnings.extend(verdict.warnings)
        if not verdict.allowed:
            raise _denied(name, verdict.status)
        return verdict


class MutatingAdmissionWebhook(_Webhooks):
    name = 'MutatingAdmissionWebhook'
    configurations = 'mutatingwebhookconfigurations'
    mutating = True

    def mutate(self, scope: Scope, obj: Object, old: Object | None, context: Context) -> bool:
        return self._hooks != [] and self._run(scope, obj, old, context, again=False)

    def remutate(self, scope: Scope, obj: Object, old: Object | None, context: Context) -> None:
        self._run(scope, obj, old, context, again=True)

    def validate_delete(self, scope: Scope, obj: Object, context: Context) -> None:
        for hook in self.hooks(scope, None, obj, context):
            verdict = self.ask(hook, scope, None, obj, context)
            if verdict is not None and verdict.patch:
                raise errors.internal_error(f'admission webhook "{hook["name"]}" attempted to modify the object, which '
                                            'is not supported for this operation')

    def _run(self, scope: Scope, obj: Object, old: Object | None, context: Context, again: bool) -> bool:
        """Whether a webhook changed the object. `again`: only those that want to see what others have changed."""
        changed = False
        for hook in self.hooks(scope, obj, old, context):
            if again and hook.get('reinvocationPolicy') != 'IfNeeded':
                continue
            verdict = self.ask(hook, scope, obj, old, context)
            if verdict is not None and verdict.patch:
                changed |= _patch(scope, obj, verdict.patch)
        return changed


class ValidatingAdmissionWebhook(_Webhooks, Judge):
    name = 'ValidatingAdmissionWebhook'
    configurations = 'validatingwebhookconfigurations'

    def judge(self, scope: Scope, obj: Object | None, old: Object | None, context: Context) -> None:
        """All are asked, as they are at once; the first refusal counts."""
        if self._hooks == []:
            return
        refusals: list[StatusError] = []
        for hook in self.hooks(scope, obj, old, context):
            try:
                self.ask(hook, scope, obj, old, context)
            except StatusError as refusal:
                refusals.append(refusal)
        if refusals:
            raise refusals[0]


def _conditions_hold(hook: Object, scope: Scope, obj: Object | None, old: Object | None, context: Context) -> bool:
    """Whether a webhook's match conditions let a request through. Raises Forbidden when they do not work."""
    asked = requests.admission_request(scope, requests.operation(scope, obj, old), context, obj or old)
    variables: dict[str, Any] = dict.fromkeys(VARIABLES) | {'object': obj, 'oldObject': old, 'request': asked}
    try:
        return conditions_hold(hook['matchConditions'], variables, hook.get('failurePolicy') != 'Ignore')
    except ExpressionError as problem:
        raise errors.forbidden(scope.resource.group, scope.resource.plural, scope.info.name, str(problem)) from None


def _patch(scope: Scope, obj: Object, operations: tuple[Object, ...]) -> bool:
    """Apply a webhook's JSON patch in place: what comes of it is decoded and defaulted like a body of a request.
    Whether that changed anything; raises StatusError."""
    before = deep_copy(obj)
    try:
        new = json_patch.apply(deep_copy(obj), list(operations))
    except StatusError as error:
        raise errors.internal_error(str(error)) from None
    try:
        decoding.decode(scope, new)
    except decoding.DecodeError as error:
        raise errors.internal_error(str(error)) from None
    scope.store.strategy.default(new)
    obj.clear()
    obj.update(new)
    return obj != before


def _denied(name: str, status: Object) -> StatusError:
    """webhookerrors.ToStatusErr."""
    said = status.get('message') or status.get('reason')
    text = f'admission webhook "{name}" denied the request' + (f': {said}' if said else ' without explanation')
    code = max(int(status.get('code') or 0), 400)
    return errors.new(code, status.get('reason') or '', text, status.get('details') or None)
