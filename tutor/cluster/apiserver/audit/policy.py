"""An audit policy: the level of a request, and the stages at which nothing is said of it (audit/policy)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tutor.apimachinery import decode
from tutor.apimachinery.decode import DecodeError
from tutor.apimachinery.field import aggregate
from tutor.apimachinery.http.requestinfo import RequestInfo
from tutor.apimachinery.objects import Object
from tutor.client.transport import User
from tutor.cluster.apiserver.rules import path_matches

API, KIND = 'audit.k8s.io/v1', 'Policy'
LEVELS = ('None', 'Metadata', 'Request', 'RequestResponse')
RECEIVED, STARTED, COMPLETE = 'RequestReceived', 'ResponseStarted', 'ResponseComplete'
STAGES = (RECEIVED, STARTED, COMPLETE, 'Panic')


class BadPolicy(Exception):
    """Why the API server does not start with a policy."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What is to be written of a request."""

    level: int
    omitted: frozenset[str]
    managed_fields: bool

    def tells(self, stage: str) -> bool:
        return self.level > 0 and stage not in self.omitted


NOTHING = Decision(0, frozenset(), False)


@dataclass(frozen=True, slots=True)
class Policy:
    """The rules, in order: the first that is about a request decides."""

    rules: tuple[Object, ...]
    omitted: frozenset[str]
    without_managed_fields: bool

    def decide(self, user: User, info: RequestInfo) -> Decision:
        """policyRuleEvaluator.EvaluatePolicyRule."""
        for rule in self.rules:
            if _matches(rule, user, info):
                leaves_out = rule.get('omitManagedFields', self.without_managed_fields)
                return Decision(LEVELS.index(rule['level']), self.omitted | frozenset(rule.get('omitStages') or ()),
                                not leaves_out)
        return NOTHING


def read(text: str, path: str) -> Policy:
    """A policy from its file (LoadPolicyFromBytes). Raises BadPolicy."""
    try:
        found: Any = decode.one(text) or {}
    except DecodeError as error:
        raise BadPolicy(f'loading audit policy file: failed decoding: {error}: from file {path}') from None
    if not isinstance(found, dict) or (found.get('apiVersion'), found.get('kind')) != (API, KIND):
        kind = found if isinstance(found, dict) else {}
        raise BadPolicy(f'loading audit policy file: failed decoding: no kind "{kind.get("kind", "")}" is registered '
                        f'for version "{kind.get("apiVersion", "")}" in scheme "pkg/audit/scheme.go:30": from file '
                        f'{path}')
    rules = found.get('rules') or []
    if not rules:
        raise BadPolicy(f'loading audit policy file: loaded illegal policy with 0 rules from file {path}')
    problems = [problem for place, rule in enumerate(rules) for problem in _problems(rule, f'rules[{place}]')]
    problems += _bad_stages(found, 'omitStages')
    if problems:
        raise BadPolicy(f'loading audit policy file: {aggregate(problems)}')
    return Policy(tuple(rules), frozenset(found.get('omitStages') or ()), bool(found.get('omitManagedFields')))


def _problems(rule: Object, path: str) -> list[str]:
    """validatePolicyRule."""
    found, level = [], rule.get('level', '')
    if level not in LEVELS:
        known = ', '.join(f'"{name}"' for name in LEVELS)
        found.append(f'{path}.level: Unsupported value: "{level}": supported values: {known}' if level else
                     f'{path}.level: Required value')
    if rule.get('nonResourceURLs') and (rule.get('resources') or rule.get('namespaces')):
        found.append(f'{path}.nonResourceURLs: Invalid value: {rule["nonResourceURLs"]}: rules cannot apply to both '
                     'regular resources and non-resource URLs')
    for place, entry in enumerate(rule.get('resources') or ()):
        if '/' in entry.get('group', ''):
            found.append(f'{path}.resources[{place}].group: Invalid value: "{entry["group"]}": invalid group name')
    return found + _bad_stages(rule, f'{path}.omitStages')


def _bad_stages(entry: Object, path: str) -> list[str]:
    known = ', '.join(f'"{name}"' for name in STAGES)
    return [f'{path}[{place}]: Unsupported value: "{stage}": supported values: {known}'
            for place, stage in enumerate(entry.get('omitStages') or ()) if stage not in STAGES]


def _matches(rule: Object, user: User, info: RequestInfo) -> bool:
    """ruleMatches."""
    users, groups, verbs = (rule.get(name) for name in ('users', 'userGroups', 'verbs'))
    if (users and user.name not in users) or (groups and not set(groups) & set(user.groups)):
        return False
    if verbs and info.verb not in verbs:
        return False
    if rule.get('namespaces') or rule.get('resources'):
        return info.is_resource and _matches_resource(rule, info)
    if rule.get('nonResourceURLs'):
        return not info.is_resource and any(path_matches(spec, info.path) for spec in rule['nonResourceURLs'])
    return True


def _matches_resource(rule: Object, info: RequestInfo) -> bool:
    """ruleMatchesResource."""
    if rule.get('namespaces') and info.namespace not in rule['namespaces']:
        return False
    if not rule.get('resources'):
        return True
    whole = f'{info.resource}/{info.subresource}' if info.subresource else info.resource
    for entry in rule['resources']:
        if entry.get('group', '') != info.group:
            continue
        if not entry.get('resources'):
            return True
        if entry.get('resourceNames') and info.name not in entry['resourceNames']:
            continue
        words = (whole, '*', f'{info.resource}/*') if info.subresource else (whole, '*')
        if any(word in words or word == f'*/{info.subresource}' for word in entry['resources']):
            return True
    return False
