"""Policy rules taken apart and put together again, as kubectl shows and compares them (kubectl/pkg/util/rbac)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(slots=True)
class Rule:
    """One rbac.PolicyRule."""

    verbs: list[str]
    api_groups: list[str]
    resources: list[str]
    resource_names: list[str]
    non_resource_urls: list[str]

    def text(self) -> str:
        """Go's %+v of the struct."""
        return (f'{{Verbs:{_list(self.verbs)} APIGroups:{_list(self.api_groups)} Resources:{_list(self.resources)} '
                f'ResourceNames:{_list(self.resource_names)} NonResourceURLs:{_list(self.non_resource_urls)}}}')

    def as_object(self) -> dict[str, Any]:
        fields = (('verbs', self.verbs), ('apiGroups', self.api_groups), ('resources', self.resources),
                  ('resourceNames', self.resource_names), ('nonResourceURLs', self.non_resource_urls))
        return {name: list(values) for name, values in fields if values or name == 'verbs'}


def _list(values: list[str]) -> str:
    return f'[{" ".join(values)}]'


def as_rule(rule: Mapping[str, Any]) -> Rule:
    def values(field: str) -> list[str]:
        return list(rule.get(field) or ())

    return Rule(values('verbs'), values('apiGroups'), values('resources'), values('resourceNames'),
                values('nonResourceURLs'))


def breakdown(rule: Mapping[str, Any]) -> list[Rule]:
    """BreakdownRule: one rule for each group, resource, verb and name."""
    whole = as_rule(rule)
    found = []
    for group in whole.api_groups:
        for resource in whole.resources:
            for verb in whole.verbs:
                names = [[name] for name in whole.resource_names] or [[]]
                found += [Rule([verb], [group], [resource], name, []) for name in names]
    for url in whole.non_resource_urls:
        found += [Rule([verb], [], [], [], [url]) for verb in whole.verbs]
    return found


def compact(rules: Iterable[Rule]) -> list[Rule]:
    """CompactRules: rules for the same resource, with at most one name, become one with all their verbs."""
    simple: dict[tuple[str, str, str | None], Rule] = {}
    others: list[Rule] = []
    for rule in rules:
        key = _simple_key(rule)
        if key is None:
            others.append(rule)
        elif key in simple:
            simple[key].verbs += rule.verbs
        else:
            simple[key] = Rule(list(rule.verbs), rule.api_groups, rule.resources, rule.resource_names, [])
    return others + list(simple.values())


def _simple_key(rule: Rule) -> tuple[str, str, str | None] | None:
    if len(rule.resource_names) > 1 or rule.non_resource_urls or len(rule.api_groups) != 1 or len(rule.resources) != 1:
        return None
    return rule.api_groups[0], rule.resources[0], rule.resource_names[0] if rule.resource_names else None


def compacted_rules(rules: Iterable[Mapping[str, Any]]) -> list[Rule]:
    """Taken apart, compacted and sorted: what `describe` and `can-i --list` show."""
    broken = [part for rule in rules for part in breakdown(rule)]
    return sorted(compact(broken), key=sort_key)


def sort_key(rule: Rule) -> str:
    """SortableRuleSlice compares the text of the rules as generated messages: commas between the fields."""
    return ','.join((f'Verbs:{_list(rule.verbs)}', f'APIGroups:{_list(rule.api_groups)}',
                     f'Resources:{_list(rule.resources)}', f'ResourceNames:{_list(rule.resource_names)}',
                     f'NonResourceURLs:{_list(rule.non_resource_urls)}'))


def resource_text(rule: Rule) -> str:
    """CombineResourceGroup: 'deployments.apps/scale'."""
    if not rule.resources:
        return ''
    resource, slash, sub = rule.resources[0].partition('/')
    if rule.api_groups and rule.api_groups[0]:
        resource += f'.{rule.api_groups[0]}'
    return resource + slash + sub
