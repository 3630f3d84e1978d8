"""ResourceQuota: what a namespace may still use (apiserver/pkg/admission/plugin/resourcequota).

Usage is charged to the quota's status in the same step in which an object is admitted; the quota controller corrects
it when objects go.
"""

from __future__ import annotations

from tutor.apimachinery.objects import Object
from tutor.apimachinery.quantity import parse
from tutor.apimachinery.usage import matches_scopes, object_usage, required_for
from tutor.cluster.apiserver.admission.plugin import Plugin, refused
from tutor.cluster.apiserver.scope import Scope
from tutor.cluster.registry.strategy import Context


class ResourceQuota(Plugin):
    name = 'ResourceQuota'

    def validate(self, scope: Scope, obj: Object, old: Object | None, context: Context) -> None:
        if not _counted(scope, old):
            return
        quotas = self.server.stores.of('', 'resourcequotas').list(context.namespace)
        if not quotas:
            return
        usage = object_usage(scope.resource.group, scope.resource.plural, obj)
        before = object_usage(scope.resource.group, scope.resource.plural, old) if old is not None else {}
        charges = [(quota, _charge(quota, scope, obj, usage, before)) for quota in quotas
                   if matches_scopes(quota, scope.resource.plural, obj)]
        for quota, charge in charges:
            if charge and not context.dry_run:
                self._charge(quota, charge, context)

    def _charge(self, quota: Object, charge: dict[str, str], context: Context) -> None:
        status = quota.get('status') or {}
        used = {**(status.get('used') or {}), **charge}
        new = {**quota, 'metadata': dict(quota['metadata']), 'status': {**status, 'used': used}}
        self.server.stores.of('', 'resourcequotas').replace(new, quota, context)


def _counted(scope: Scope, old: Object | None) -> bool:
    """Evaluator.Handles: of pods, new ones and those that are resized."""
    if not scope.resource.namespaced or scope.resource.plural == 'resourcequotas':
        return False
    if (scope.resource.group, scope.resource.plural) == ('', 'pods') and old is not None:
        return scope.info.subresource == 'resize'
    return not scope.info.subresource


def _charge(quota: Object, scope: Scope, obj: Object, usage: dict[str, str], before: dict[str, str]) -> dict[str, str]:
    """The new usage of a quota (checkRequest); raises Forbidden when it is over."""
    status = quota.get('status') or {}
    hard, used = status.get('hard') or {}, status.get('used') or {}
    limited = [name for name in usage if name in hard]
    if not limited and not hard:
        return {}
    missing = required_for(scope.resource.plural, obj, hard) if not before else {}
    if missing:
        raise refused(scope, obj, f'failed quota: {quota["metadata"]["name"]}: must specify {_missing(missing)}')
    charge, exceeded = {}, []
    for item in sorted(limited):
        delta = parse(usage[item]) - parse(before.get(item, '0'))
        if not delta:
            continue
        total = parse(used.get(item, '0')) + delta
        charge[item] = str(total)
        if delta.sign > 0 and parse(hard[item]) < total:
            exceeded.append((item, str(delta)))
    if exceeded:
        raise refused(scope, obj, _exceeded(quota, exceeded))
    return charge


def _missing(missing: dict[str, list[str]]) -> str:
    return '; '.join(f'{name} for: {",".join(containers)}' for name, containers in sorted(missing.items()))


def _exceeded(quota: Object, exceeded: list[tuple[str, str]]) -> str:
    status = quota.get('status') or {}
    names = [name for name, _ in exceeded]
    requested = ','.join(f'{name}={delta}' for name, delta in exceeded)
    used = ','.join(f'{name}={(status.get("used") or {}).get(name, "0")}' for name in names)
    limited = ','.join(f'{name}={status["hard"][name]}' for name in names)
    return f'exceeded quota: {quota["metadata"]["name"]}, requested: {requested}, used: {used}, limited: {limited}'
