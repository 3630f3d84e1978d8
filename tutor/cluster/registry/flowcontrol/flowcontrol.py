"""FlowSchemas and PriorityLevelConfigurations."""

from __future__ import annotations

from math import ceil, log2
from typing import Any

from tutor.apimachinery import field, names
from tutor.apimachinery.field import FieldError
from tutor.apimachinery.objects import Object, condition
from tutor.cluster.registry.cells import NONE, age, columns
from tutor.cluster.registry.core.internals import internal_form
from tutor.cluster.registry.flowcontrol.subjects import validate_subject
from tutor.cluster.registry.kind import Kind
from tutor.cluster.registry.strategy import Context
from tutor.cluster.simulation import Simulation

MAX_PRECEDENCE = 10_000
EVERY = '*'
_VERBS = ('create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'proxy', 'update', 'watch')
MAX_QUEUES = 10_000_000
_METHODS = ('ByNamespace', 'ByUser')
_MANDATORY = ('exempt', 'catch-all')
_MOST_HASH_BITS = 60


class FlowSchemaStrategy(Kind):
    generation = True
    columns = columns('Name, PriorityLevel, MatchingPrecedence, DistinguisherMethod, Age, MissingPL')

    def default(self, obj: Object) -> None:
        obj.setdefault('spec', {}).setdefault('matchingPrecedence', 1000)

    def check(self, obj: Object, context: Context) -> list[FieldError]:
        """ValidateFlowSchemaSpec."""
        spec = obj['spec']
        precedence, path = spec['matchingPrecedence'], 'spec.matchingPrecedence'
        found: list[FieldError] = []
        if precedence <= 0:
            found.append(field.invalid(path, precedence, 'must be a positive value'))
        if precedence > MAX_PRECEDENCE:
            found.append(field.invalid(path, precedence, f'must not be greater than {MAX_PRECEDENCE}'))
        if precedence == 1 and obj['metadata'].get('name') != 'exempt':
            found.append(field.invalid(path, precedence,
                                       "only the schema named 'exempt' may have matchingPrecedence 1"))
        method = spec.get('distinguisherMethod')
        if method is not None and method.get('type') not in _METHODS:
            found.append(field.not_supported('spec.distinguisherMethod.type', {'Type': method.get('type', '')},
                                             _METHODS))
        here = 'spec.priorityLevelConfiguration.name'
        level = (spec.get('priorityLevelConfiguration') or {}).get('name', '')
        if not level:
            found.append(field.required(here, 'must reference a priority level'))
        else:
            found += field.invalid_each(here, level, names.is_dns1123_subdomain(level))
        for index, rule in enumerate(spec.get('rules') or ()):
            found += _rule(rule, f'spec.rules[{index}]')
        return found

    def check_update(self, new: Object, old: Object, context: Context) -> list[FieldError]:
        """ValidateFlowSchemaUpdate: two schemas stay as they are."""
        return self.check(new, context) + _fixed(new, old, 'FlowSchemaSpec')

    def validate_status(self, new: Object, old: Object, context: Context) -> list[FieldError]:
        """ValidateFlowSchemaStatusUpdate."""
        return _conditions(new)

    def row(self, obj: Object, simulation: Simulation) -> list[Any]:
        spec = obj['spec']
        dangling = condition(obj, 'Dangling') or {}
        return [obj['metadata']['name'], (spec.get('priorityLevelConfiguration') or {}).get('name', ''),
                spec.get('matchingPrecedence', 0), (spec.get('distinguisherMethod') or {}).get('type') or NONE,
                age(obj, simulation), dangling.get('status') or '?']


def _fixed(new: Object, old: Object, kind: str) -> list[FieldError]:
    name = new['metadata']['name']
    if name not in _MANDATORY or new['spec'] == old['spec']:
        return []
    return [field.invalid('spec', internal_form(new['spec'], kind), f"spec of '{name}' must equal the fixed value")]


def _conditions(obj: Object) -> list[FieldError]:
    """ValidateFlowSchemaStatus, ValidatePriorityLevelConfigurationStatus."""
    kinds = [item.get('type', '') for item in (obj.get('status') or {}).get('conditions') or ()]
    found: list[FieldError] = []
    for index, kind in enumerate(kinds):
        path = f'status.conditions[{index}].type'
        if kind in kinds[:index]:
            found.append(field.duplicate(path, kind))
        if not kind:
            found.append(field.required(path, 'must not be empty'))
    return found


def _rule(rule: Object, path: str) -> list[FieldError]:
    """ValidateFlowSchemaPolicyRulesWithSubjects."""
    found: list[FieldError] = []
    subjects = rule.get('subjects') or ()
    if not subjects:
        found.append(field.required(f'{path}.subjects', 'subjects must contain at least one value'))
    for index, subject in enumerate(subjects):
        found += validate_subject(subject, f'{path}.subjects[{index}]')
    if not rule.get('resourceRules') and not rule.get('nonResourceRules'):
        found.append(field.required(path, 'at least one of resourceRules and nonResourceRules has to be non-empty'))
    for index, item in enumerate(rule.get('resourceRules') or ()):
        found += _resource_rule(item, f'{path}.resourceRules[{index}]')
    for index, item in enumerate(rule.get('nonResourceRules') or ()):
        found += _path_rule(item, f'{path}.nonResourceRules[{index}]')
    return found


def _resource_rule(rule: Object, path: str) -> list[FieldError]:
    """ValidateFlowSchemaResourcePolicyRule."""
    found = _all_or(rule.get('verbs'), f'{path}.verbs', 'verbs must contain at least one value', 'verbs', _VERBS)
    supply = 'resource rules must supply at least one'
    found += _all_or(rule.get('apiGroups'), f'{path}.apiGroups', f'{supply} api group', 'api groups')
    found += _all_or(rule.get('resources'), f'{path}.resources', f'{supply} resource', 'resources')
    spaces = rule.get('namespaces') or []
    if spaces or not rule.get('clusterScope'):
        found += _all_or(spaces, f'{path}.namespaces', 'resource rules that are not cluster scoped must supply at '
                         'least one namespace', 'namespaces')
    for index, space in enumerate(spaces if EVERY not in spaces else ()):
        found += [field.invalid(f'{path}.namespaces[{index}]', space, "each member of this list must be '*' or a "
                                f'DNS-1123 label; {problem}') for problem in names.is_dns1123_label(space)]
    return found


def _path_rule(rule: Object, path: str) -> list[FieldError]:
    """ValidateFlowSchemaNonResourcePolicyRule."""
    found = _all_or(rule.get('verbs'), f'{path}.verbs', 'verbs must contain at least one value', 'verbs', _VERBS)
    urls = rule.get('nonResourceURLs') or []
    found += _all_or(urls, f'{path}.nonResourceURLs', 'nonResourceURLs must contain at least one value',
                     'non-resource URLs')
    for index, url in enumerate(urls if EVERY not in urls else ()):
        if problem := _bad_url(url):
            found.append(field.invalid(f'{path}.nonResourceURLs[{index}]', url, problem))
    return found


def _all_or(values: list[str] | None, path: str, missing: str, noun: str,
            allowed: tuple[str, ...] = ()) -> list[FieldError]:
    """Something must be there, '*' only alone, and the rest among what is known."""
    if not values:
        return [field.required(path, missing)]
    if EVERY in values:
        return [field.invalid(path, values, f"if '*' is present, must not specify other {noun}")] \
            if len(values) > 1 else []
    if allowed and not set(values) <= set(allowed):
        return [field.not_supported(path, values, allowed)]
    return []


def _bad_url(url: str) -> str:
    """ValidateNonResourceURLPath."""
    if not url.startswith('/'):
        return 'must start with slash' if url else 'must not be empty'
    if ' ' in url:
        return 'must not contain white-space'
    if '//' in url:
        return 'must not contain double slash'
    stars = url.count('*')
    return 'wildcard can only do suffix matching' if stars > 1 or (stars and not url.endswith('/*')) else ''


class PriorityLevelStrategy(Kind):
    generation = True
    columns = columns('Name, Type, NominalConcurrencyShares, Queues, HandSize, QueueLengthLimit, Age')

    def default(self, obj: Object) -> None:
        """SetDefaults_LimitedPriorityLevelConfiguration and its neighbours."""
        spec = obj.get('spec') or {}
        for name, shares in (('limited', 30), ('exempt', 0)):
            if spec.get(name) is not None:
                spec[name].setdefault('nominalConcurrencyShares', shares)
                spec[name].setdefault('lendablePercent', 0)
        queuing = ((spec.get('limited') or {}).get('limitResponse') or {}).get('queuing')
        if queuing is not None:
            for name, value in (('queues', 64), ('handSize', 8), ('queueLengthLimit', 50)):
                queuing[name] = queuing.get(name) or value

    def check(self, obj: Object, context: Context) -> list[FieldError]:
        """ValidatePriorityLevelConfigurationSpec."""
        spec = obj.get('spec') or {}
        kind, found = spec.get('type', ''), []
        if (obj['metadata'].get('name') == 'exempt') != (kind == 'Exempt'):
            found.append(field.invalid('spec.type', kind, "type must be 'Exempt' if and only if name is 'exempt'"))
        if kind == 'Exempt':
            if 'limited' in spec:
                found.append(field.forbidden('spec.limited', 'must be nil if the type is not Limited'))
            exempt = spec.get('exempt') or {}
            found += _shares(exempt, 'spec.exempt') + _percent(exempt, 'spec.exempt')
        elif kind == 'Limited':
            if 'exempt' in spec:
                found.append(field.forbidden('spec.exempt', 'must be nil if the type is Limited'))
            found += _limited(spec['limited'], 'spec.limited') if 'limited' in spec else [
                field.required('spec.limited', 'must not be empty when type is Limited')]
        else:
            found.append(field.not_supported('spec.type', kind, ('Exempt', 'Limited')))
        return found

    def check_update(self, new: Object, old: Object, context: Context) -> list[FieldError]:
        """ValidateIfMandatoryPriorityLevelConfigurationObject: of two levels nothing changes, but for the shares of the
        exempt one."""
        found = self.check(new, context)
        if new['metadata']['name'] != 'exempt':
            return found + _fixed(new, old, 'PriorityLevelConfigurationSpec')
        after, before = ({name: value for name, value in item['spec'].items() if name != 'exempt'}
                         for item in (new, old))
        return found if after == before else [*found, field.invalid(
            'spec', internal_form(new['spec'], 'PriorityLevelConfigurationSpec'),
            "spec of 'exempt' except the 'spec.exempt' field must equal the fixed value")]

    def validate_status(self, new: Object, old: Object, context: Context) -> list[FieldError]:
        """ValidatePriorityLevelConfigurationStatusUpdate."""
        return _conditions(new)

    def row(self, obj: Object, simulation: Simulation) -> list[Any]:
        spec = obj['spec']
        limited = spec.get('limited') or {}
        shares = (spec.get('limited') or spec.get('exempt') or {}).get('nominalConcurrencyShares', NONE)
        queuing = (limited.get('limitResponse') or {}).get('queuing') or {}
        return [obj['metadata']['name'], spec.get('type', ''), shares, queuing.get('queues', NONE),
                queuing.get('handSize', NONE), queuing.get('queueLengthLimit', NONE), age(obj, simulation)]


def _limited(limited: Object, path: str) -> list[FieldError]:
    """ValidateLimitedPriorityLevelConfiguration."""
    found = _shares(limited, path) + _response(limited.get('limitResponse') or {}, f'{path}.limitResponse')
    found += _percent(limited, path)
    most = limited.get('borrowingLimitPercent')
    if most is not None and most < 0:
        found.append(field.invalid(f'{path}.borrowingLimitPercent', most,
                                   'if specified, must be a non-negative integer'))
    return found


def _shares(given: Object, path: str) -> list[FieldError]:
    shares = given.get('nominalConcurrencyShares', 0)
    return [] if shares >= 0 else [field.invalid(f'{path}.nominalConcurrencyShares', shares,
                                                 'must be a non-negative integer')]


def _percent(given: Object, path: str) -> list[FieldError]:
    lendable = given.get('lendablePercent', 0)
    return [] if 0 <= lendable <= 100 else [field.invalid(f'{path}.lendablePercent', lendable,
                                                          'must be between 0 and 100, inclusive')]


def _response(response: Object, path: str) -> list[FieldError]:
    """ValidateLimitResponse."""
    kind, queuing = response.get('type', ''), response.get('queuing')
    if kind == 'Reject' and queuing is not None:
        return [field.forbidden(f'{path}.queuing', 'must be nil if limited.limitResponse.type is not Limited')]
    if kind == 'Queue' and queuing is None:
        return [field.required(f'{path}.queuing', 'must not be empty if limited.limitResponse.type is Limited')]
    if kind not in ('Queue', 'Reject'):
        return [field.not_supported(f'{path}.type', kind, ('Queue', 'Reject'))]
    return _queuing(queuing, f'{path}.queuing') if queuing is not None else []


def _queuing(queuing: Object, path: str) -> list[FieldError]:
    """ValidatePriorityLevelQueuingConfiguration."""
    found: list[FieldError] = []
    for name in ('queueLengthLimit', 'queues'):
        if queuing[name] <= 0:
            found.append(field.invalid(f'{path}.{name}', queuing[name], 'must be positive'))
    if queuing['queues'] > MAX_QUEUES:
        found.append(field.invalid(f'{path}.queues', queuing['queues'], f'must not be greater than {MAX_QUEUES}'))
    hand = queuing['handSize']
    if hand <= 0:
        found.append(field.invalid(f'{path}.handSize', hand, 'must be positive'))
    elif hand > queuing['queues']:
        found.append(field.invalid(f'{path}.handSize', hand,
                                   f'should not be greater than queues ({queuing["queues"]})'))
    elif ceil(log2(queuing['queues']) * hand) > _MOST_HASH_BITS:
        found.append(field.invalid(f'{path}.handSize', hand, (
            f'required entropy bits of deckSize {queuing["queues"]} and handSize {hand} should not be greater than '
            f'{_MOST_HASH_BITS}')))
    return found
