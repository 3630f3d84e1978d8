"""Making roles and bindings cover what a file says (component-helpers/auth/rbac/reconciliation)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tutor.apimachinery.errors import StatusError
from tutor.apimachinery.objects import Object, annotations
from tutor.kubectl.errors import KubectlError
from tutor.kubectl.rbac import Rule, as_rule, breakdown
from tutor.kubectl.resource.info import Info

AUTO_UPDATE = 'rbac.authorization.kubernetes.io/autoupdate'


@dataclass(slots=True)
class Outcome:
    """What was done: '' for nothing, 'create', 'update' or 'recreate'; and what was missing or too much."""

    obj: Object
    operation: str = ''
    protected: bool = False
    missing_rules: list[str] = field(default_factory=list)
    extra_rules: list[str] = field(default_factory=list)
    missing_subjects: list[str] = field(default_factory=list)
    extra_subjects: list[str] = field(default_factory=list)


def covers(owner: Iterable[Mapping[str, Any]], wanted: Iterable[Mapping[str, Any]]) -> list[Rule]:
    """validation.Covers: the broken-down rules of `wanted` that no rule of `owner` grants."""
    granted = [as_rule(rule) for rule in owner]
    return [part for rule in wanted for part in breakdown(rule) if not any(_grants(each, part) for each in granted)]


def _grants(owner: Rule, part: Rule) -> bool:
    """ruleCovers."""
    if not _has(owner.verbs, part.verbs):
        return False
    if part.non_resource_urls:
        return all(_url(owner.non_resource_urls, url) for url in part.non_resource_urls)
    if not _has(owner.api_groups, part.api_groups) or not _resources(owner.resources, part.resources):
        return False
    return not owner.resource_names or (bool(part.resource_names) and set(part.resource_names) <= set(
        owner.resource_names))


def _has(granted: list[str], wanted: list[str]) -> bool:
    return '*' in granted or set(wanted) <= set(granted)


def _resources(granted: list[str], wanted: list[str]) -> bool:
    if '*' in granted or set(wanted) <= set(granted):
        return True
    return all(name in granted or ('/' in name and f'*/{name.partition("/")[2]}' in granted) for name in wanted)


def _url(granted: list[str], url: str) -> bool:
    return url in granted or any(each.endswith('*') and url.startswith(each[:-1]) for each in granted)


def reconcile_role(info: Info, remove_extra: bool, confirm: bool) -> Outcome:
    """ReconcileRoleOptions.Run."""
    desired = info.object
    live = _live(info)
    if live is None:
        created = _created(info, confirm)
        return Outcome(created, 'create', missing_rules=[as_rule(rule).text() for rule in desired.get('rules') or ()])
    have, want = live.get('rules') or [], desired.get('rules') or []
    missing, extra = covers(have, want), covers(want, have)
    rules = have + [rule.as_object() for rule in missing]
    if remove_extra and extra:
        rules = want
    changed = {**_with_metadata(live, desired), 'rules': rules}
    outcome = Outcome(changed, protected=_protected(live), missing_rules=[rule.text() for rule in missing],
                      extra_rules=[rule.text() for rule in extra])
    return _written(info, live, changed, outcome, confirm, bool(missing or (remove_extra and extra)))


def reconcile_binding(info: Info, remove_extra: bool, confirm: bool) -> Outcome:
    """ReconcileRoleBindingOptions.Run; a binding to another role is made anew."""
    desired = info.object
    live = _live(info)
    want = desired.get('subjects') or []
    if live is None:
        return Outcome(_created(info, confirm), 'create', missing_subjects=[subject_text(each) for each in want])
    if _role(live) != _role(desired):
        if confirm and not _protected(live):
            options = {'preconditions': {'uid': live['metadata'].get('uid')}}
            info.request('DELETE', info.path(), options)
            return Outcome(_created(info, confirm), 'recreate')
        return Outcome(desired, 'recreate', _protected(live))
    have = live.get('subjects') or []
    missing = [each for each in want if each not in have]
    extra = [each for each in have if each not in want]
    subjects = want if remove_extra and extra else have + missing
    changed = {**_with_metadata(live, desired), 'subjects': subjects}
    outcome = Outcome(changed, protected=_protected(live), missing_subjects=[subject_text(each) for each in missing],
                      extra_subjects=[subject_text(each) for each in extra])
    return _written(info, live, changed, outcome, confirm, bool(missing or (remove_extra and extra)))


def subject_text(subject: Mapping[str, Any]) -> str:
    """Go's %+v of a Subject."""
    return (f'{{Kind:{subject.get("kind", "")} APIGroup:{subject.get("apiGroup", "")} Name:{subject.get("name", "")} '
            f'Namespace:{subject.get("namespace", "")}}}')


def _written(info: Info, live: Object, changed: Object, outcome: Outcome, confirm: bool,
             needed: bool) -> Outcome:
    if not needed and changed['metadata'] == live['metadata']:
        return outcome
    outcome.operation = 'update'
    if confirm and not outcome.protected:
        outcome.obj = info.request('PUT', info.path(), changed)
    return outcome


def _live(info: Info) -> Object | None:
    try:
        return info.request('GET', info.path())
    except StatusError as error:
        if error.code == 404:
            return None
        raise


def _created(info: Info, confirm: bool) -> Object:
    """Create it, and the namespace it wants to live in."""
    if not confirm:
        return info.object
    if info.namespaced and not info.namespace:
        raise KubectlError('resource name may not be empty')  # TryEnsureNamespace asks for the namespace ''
    if info.namespace and info.client is not None and info.client.find('namespaces', info.namespace) is None:
        info.client.create('namespaces', {'apiVersion': 'v1', 'kind': 'Namespace',
                                          'metadata': {'name': info.namespace}})
    return info.request('POST', info.mapping.path(info.namespace), info.object)


def _with_metadata(live: Object, desired: Object) -> Object:
    """Labels and annotations of the file are added, where the object does not have them."""
    meta = dict(live['metadata'])
    for name in ('labels', 'annotations'):
        both = {**(desired['metadata'].get(name) or {}), **(meta.get(name) or {})}
        if both:
            meta[name] = both
    return {**live, 'metadata': meta}


def _protected(live: Object) -> bool:
    return annotations(live).get(AUTO_UPDATE) == 'false'


def _role(binding: Object) -> tuple[str, str]:
    reference = binding.get('roleRef') or {}
    return reference.get('kind', ''), reference.get('name', '')
