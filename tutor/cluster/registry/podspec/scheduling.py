"""What a pod says about where it wants to run: affinity, spreading, tolerations."""

from __future__ import annotations

from tutor.apimachinery import field, names
from tutor.apimachinery.field import FieldError
from tutor.apimachinery.objects import Object
from tutor.cluster.registry import label_selectors

REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution'
PREFERRED = 'preferredDuringSchedulingIgnoredDuringExecution'
EFFECTS = ('NoSchedule', 'PreferNoSchedule', 'NoExecute')
_IN_BOTH = 'exists in both matchLabelKeys and labelSelector'
_EXISTS_WITHOUT_KEY = 'operator must be Exists when `key` is empty, which means "match all values and all keys"'


def affinity(value: Object, path: str, found: list[FieldError]) -> None:
    """validateAffinity."""
    if 'nodeAffinity' in value:
        _node_affinity(value['nodeAffinity'], f'{path}.nodeAffinity', found)
    for kind in ('podAffinity', 'podAntiAffinity'):
        if kind in value:
            _pod_affinity(value[kind], f'{path}.{kind}', found)


def _node_affinity(value: Object, path: str, found: list[FieldError]) -> None:
    if REQUIRED in value:
        node_selector(value[REQUIRED], f'{path}.{REQUIRED}', found)
    # What is only preferred may have values that no label can have.
    for index, term in enumerate(value.get(PREFERRED) or ()):
        here = f'{path}.{PREFERRED}[{index}]'
        _weight(term, here, found)
        node_selector_term(term.get('preference') or {}, f'{here}.preference', found, any_values=True)


def node_selector(selector: Object, path: str, found: list[FieldError]) -> None:
    """ValidateNodeSelector."""
    terms = selector.get('nodeSelectorTerms')
    if not terms:
        found.append(field.required(f'{path}.nodeSelectorTerms', 'must have at least one node selector term'))
        return
    for index, term in enumerate(terms):
        node_selector_term(term, f'{path}.nodeSelectorTerms[{index}]', found)


def node_selector_term(term: Object, path: str, found: list[FieldError], any_values: bool = False) -> None:
    for index, requirement in enumerate(term.get('matchExpressions') or ()):
        here = f'{path}.matchExpressions[{index}]'
        _requirement(requirement, here, found)
        for number, value in enumerate(() if any_values else requirement.get('values') or ()):
            found += field.invalid_each(f'{here}.values[{number}]', value, names.is_label_value(value))
    for index, requirement in enumerate(term.get('matchFields') or ()):
        _field_requirement(requirement, f'{path}.matchFields[{index}]', found)


def _requirement(requirement: Object, path: str, found: list[FieldError]) -> None:
    """ValidateNodeSelectorRequirement."""
    operator, values = requirement.get('operator', ''), requirement.get('values') or ()
    if operator in ('In', 'NotIn'):
        if not values:
            found.append(field.required(f'{path}.values', "must be specified when `operator` is 'In' or 'NotIn'"))
    elif operator in ('Exists', 'DoesNotExist'):
        if values:
            found.append(field.forbidden(f'{path}.values',
                                         "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"))
    elif operator in ('Gt', 'Lt'):
        if len(values) != 1:
            found.append(field.required(f'{path}.values',
                                        "must be specified single value when `operator` is 'Lt' or 'Gt'"))
    else:
        found.append(field.invalid(f'{path}.operator', operator, 'not a valid selector operator'))
    label_name(requirement.get('key', ''), f'{path}.key', found)


def _field_requirement(requirement: Object, path: str, found: list[FieldError]) -> None:
    operator, values = requirement.get('operator', ''), requirement.get('values') or ()
    if operator not in ('In', 'NotIn'):
        found.append(field.invalid(f'{path}.operator', operator, 'not a valid selector operator'))
    elif len(values) != 1:
        found.append(field.required(f'{path}.values', "must be only one value when `operator` is 'In' or 'NotIn' for "
                                                      'node field selector'))
    if requirement.get('key') != 'metadata.name':
        found.append(field.invalid(f'{path}.key', requirement.get('key', ''), 'not a valid field selector key'))
        return
    for index, value in enumerate(values):
        found += field.invalid_each(f'{path}.values[{index}]', value, names.is_dns1123_subdomain(value))


def label_name(name: str, path: str, found: list[FieldError]) -> None:
    """ValidateLabelName."""
    found += field.invalid_each(path, name, names.is_qualified_name(name))


def _weight(term: Object, path: str, found: list[FieldError]) -> None:
    weight = term.get('weight', 0)
    if not 1 <= weight <= 100:
        found.append(field.invalid(f'{path}.weight', weight, 'must be in the range 1-100'))


def _pod_affinity(value: Object, path: str, found: list[FieldError]) -> None:
    for index, term in enumerate(value.get(REQUIRED) or ()):
        _pod_affinity_term(term, f'{path}.{REQUIRED}[{index}]', found)
    for index, term in enumerate(value.get(PREFERRED) or ()):
        here = f'{path}.{PREFERRED}[{index}]'
        _weight(term, here, found)
        _pod_affinity_term(term.get('podAffinityTerm') or {}, f'{here}.podAffinityTerm', found)


def _pod_affinity_term(term: Object, path: str, found: list[FieldError]) -> None:
    for name in ('labelSelector', 'namespaceSelector'):
        found += label_selectors.validate(term.get(name), f'{path}.{name}')
    for name in term.get('namespaces') or ():
        found += field.invalid_each(f'{path}.namespace', name, names.is_dns1123_label(name))
    _term_keys(term, path, found)
    key = term.get('topologyKey', '')
    if not key:
        found.append(field.required(f'{path}.topologyKey', 'can not be empty'))
    label_name(key, f'{path}.topologyKey', found)


def _term_keys(term: Object, path: str, found: list[FieldError]) -> None:
    """validateMatchLabelKeysAndMismatchLabelKeys."""
    selector = term.get('labelSelector')
    for name in ('matchLabelKeys', 'mismatchLabelKeys'):
        keys = term.get(name) or ()
        if keys and selector is None:
            found.append(field.forbidden(f'{path}.{name}', 'must not be specified when labelSelector is not set'))
            continue
        for index, key in enumerate(keys):
            label_name(key, f'{path}.{name}[{index}]', found)
    keys = term.get('matchLabelKeys') or ()
    seen = set((selector or {}).get('matchLabels') or ())
    for expression in (selector or {}).get('matchExpressions') or ():
        key = expression.get('key', '')
        if key in keys and key in seen:
            found.append(field.invalid(f'{path}[{list(keys).index(key)}]', key, _IN_BOTH))
        seen.add(key)
    for index, key in enumerate(keys):
        if key in (term.get('mismatchLabelKeys') or ()):
            found.append(field.invalid(f'{path}.matchLabelKeys[{index}]', key,
                                       'exists in both matchLabelKeys and mismatchLabelKeys'))


def spread(constraints: list[Object], path: str, found: list[FieldError]) -> None:
    """validateTopologySpreadConstraints."""
    pairs = [(constraint.get('topologyKey', ''), constraint.get('whenUnsatisfiable', ''))
             for constraint in constraints]
    for index, constraint in enumerate(constraints):
        here = f'{path}[{index}]'
        if constraint.get('maxSkew', 0) <= 0:
            found.append(field.invalid(f'{here}.maxSkew', constraint.get('maxSkew', 0), 'must be greater than zero'))
        key, action = pairs[index]
        if not key:
            found.append(field.required(f'{here}.topologyKey', 'can not be empty'))
        if action not in ('DoNotSchedule', 'ScheduleAnyway'):
            found.append(field.not_supported(f'{here}.whenUnsatisfiable', action, ('DoNotSchedule', 'ScheduleAnyway')))
        if pairs[index] in pairs[index + 1:]:
            found.append(field.duplicate(f'{here}.{{topologyKey, whenUnsatisfiable}}', f'{{{key}, {action}}}'))
        _min_domains(constraint, here, found)
        for name in ('nodeAffinityPolicy', 'nodeTaintsPolicy'):
            if constraint.get(name, 'Honor') not in ('Honor', 'Ignore'):
                found.append(field.not_supported(f'{here}.{name}', constraint[name], ('Honor', 'Ignore')))
        _spread_keys(constraint, f'{here}.matchLabelKeys', found)
        found += label_selectors.validate(constraint.get('labelSelector'), f'{here}.labelSelector')


def _spread_keys(constraint: Object, path: str, found: list[FieldError]) -> None:
    """validateMatchLabelKeysInTopologySpread."""
    keys, selector = constraint.get('matchLabelKeys') or (), constraint.get('labelSelector')
    if keys and selector is None:
        found.append(field.forbidden(path, 'must not be specified when labelSelector is not set'))
    used = set((selector or {}).get('matchLabels') or ())
    used |= {expression.get('key') for expression in (selector or {}).get('matchExpressions') or ()}
    for index, key in enumerate(keys):
        label_name(key, f'{path}[{index}]', found)
        if key in used:
            found.append(field.invalid(f'{path}[{index}]', key, _IN_BOTH))


def _min_domains(constraint: Object, path: str, found: list[FieldError]) -> None:
    domains = constraint.get('minDomains')
    if domains is None:
        return
    if domains <= 0:
        found.append(field.invalid(f'{path}.minDomains', domains, 'must be greater than zero'))
    action = constraint.get('whenUnsatisfiable', '')
    if action != 'DoNotSchedule':
        found.append(field.invalid(f'{path}.minDomains', domains,
                                   f'can only use minDomains if whenUnsatisfiable=DoNotSchedule, not {action}'))


def tolerations(values: list[Object], path: str, found: list[FieldError]) -> None:
    """ValidateTolerations."""
    for index, toleration in enumerate(values):
        here = f'{path}[{index}]'
        key, operator = toleration.get('key'), toleration.get('operator', '')
        value, effect = toleration.get('value', ''), toleration.get('effect')
        if key:
            label_name(key, f'{here}.key', found)
        elif operator != 'Exists':
            found.append(field.invalid(f'{here}.operator', operator, _EXISTS_WITHOUT_KEY))
        if 'tolerationSeconds' in toleration and effect != 'NoExecute':
            found.append(field.invalid(f'{here}.effect', effect or '',
                                       "effect must be 'NoExecute' when `tolerationSeconds` is set"))
        if operator == 'Exists':
            if value:
                found.append(field.invalid(f'{here}.operator', value,
                                           "value must be empty when `operator` is 'Exists'"))
        elif operator in ('Equal', ''):
            if errors := names.is_label_value(value):
                found.append(field.invalid(f'{here}.operator', value, ';'.join(errors)))
        else:
            found.append(field.not_supported(f'{here}.operator', operator, ('Equal', 'Exists')))
        if effect and effect not in EFFECTS:
            found.append(field.not_supported(f'{here}.effect', effect, EFFECTS))
