"""LimitRanges."""

from __future__ import annotations

from tutor.apimachinery import field, names, quantity
from tutor.apimachinery.field import FieldError
from tutor.apimachinery.objects import Object
from tutor.cluster.registry.cells import columns
from tutor.cluster.registry.kind import Kind
from tutor.cluster.registry.podspec import resources
from tutor.cluster.registry.strategy import Context

_TYPES = ('Pod', 'Container', 'PersistentVolumeClaim')
_ORDER = ('min', 'defaultRequest', 'default', 'max')


class LimitRangeStrategy(Kind):
    columns = columns('Name, Created At:date')

    def default(self, obj: Object) -> None:
        """SetDefaults_LimitRangeItem: for containers, max gives default, and that gives defaultRequest."""
        for item in obj.setdefault('spec', {}).get('limits') or ():
            if item.get('type') != 'Container':
                continue
            default, request = dict(item.get('default') or {}), dict(item.get('defaultRequest') or {})
            for name, amount in (item.get('max') or {}).items():
                default.setdefault(name, amount)
            for source in (default, item.get('min') or {}):
                for name, amount in source.items():
                    request.setdefault(name, amount)
            if default:
                item['default'] = default
            if request:
                item['defaultRequest'] = request

    def check(self, obj: Object, context: Context) -> list[FieldError]:
        """ValidateLimitRange."""
        found: list[FieldError] = []
        seen: set[str] = set()
        for index, item in enumerate(obj['spec'].get('limits') or ()):
            path = f'spec.limits[{index}]'
            kind = item.get('type', '')
            if errors := names.is_qualified_name(kind):
                found += field.invalid_each(f'{path}.type', kind, errors)
            elif kind not in _TYPES and '/' not in kind:
                found.append(field.invalid(f'{path}.type', kind, 'must be a standard limit type or fully qualified'))
            if kind in seen:
                found.append(field.duplicate(f'{path}.type', kind))
            seen.add(kind)
            _item(item, path, found)
        return found


def _item(item: Object, path: str, found: list[FieldError]) -> None:
    kind = item.get('type')
    check = resources.container_name if kind in ('Pod', 'Container') else resources.validate_name
    keys: set[str] = set()

    def look(*given: str) -> None:
        for name in given:
            for key in sorted(item.get(name) or {}):
                keys.add(key)
                check(key, f'{path}.{name}[{key}]', found)
    look('max', 'min')
    if kind == 'Pod':
        found += [field.forbidden(f'{path}.{name}', "may not be specified when `type` is 'Pod'")
                  for name in ('default', 'defaultRequest') if item.get(name)]
    else:
        look('default', 'defaultRequest')
    if kind == 'PersistentVolumeClaim' and not any('storage' in (item.get(name) or {}) for name in ('min', 'max')):
        found.append(field.required(f'{path}.limits', 'either minimum or maximum storage value is required, but '
                                                      'neither was provided'))
    look('maxLimitRequestRatio')
    for key in sorted(keys):
        _amounts(item, key, path, found)


def _amounts(item: Object, key: str, path: str, found: list[FieldError]) -> None:
    amounts = {name: (item.get(name) or {}).get(key) for name in _ORDER}
    least, request, default, most = (amounts[name] for name in _ORDER)
    if _above(least, most):
        found.append(field.invalid(f'{path}.min[{key}]', least, f'min value {least} is greater than max value {most}'))
    if _above(least, request):
        found.append(field.invalid(f'{path}.defaultRequest[{key}]', request,
                                   f'min value {least} is greater than default request value {request}'))
    if _above(request, most):
        found.append(field.invalid(f'{path}.defaultRequest[{key}]', request,
                                   f'default request value {request} is greater than max value {most}'))
    if _above(request, default):
        found.append(field.invalid(f'{path}.defaultRequest[{key}]', request,
                                   f'default request value {request} is greater than default limit value {default}'))
    if _above(least, default):
        found.append(field.invalid(f'{path}.default[{key}]', least,
                                   f'min value {least} is greater than default value {default}'))
    if _above(default, most):
        found.append(field.invalid(f'{path}.default[{key}]', most,
                                   f'default value {default} is greater than max value {most}'))
    ratio = (item.get('maxLimitRequestRatio') or {}).get(key)
    if ratio is not None:
        _ratio(key, ratio, least, most, path, found)
    if default is not None and request is not None and not resources.overcommit_allowed(key) \
            and quantity.parse(default) != quantity.parse(request):
        found.append(field.invalid(f'{path}.defaultRequest[{key}]', request,
                                   f'default value {default} must equal to defaultRequest value {request} in {key}'))


def _ratio(key: str, ratio: str, least: str | None, most: str | None, path: str, found: list[FieldError]) -> None:
    here = f'{path}.maxLimitRequestRatio[{key}]'
    if quantity.parse(ratio).value < 1:
        found.append(field.invalid(here, ratio, f'ratio {ratio} is less than 1'))
    if least is not None and most is not None:
        bound = quantity.as_float(most) / quantity.as_float(least) if quantity.as_float(least) else float('inf')
        if quantity.as_float(ratio) > bound:
            found.append(field.invalid(here, ratio, f'ratio {ratio} is greater than max/min = {bound:f}'))


def _above(left: str | None, right: str | None) -> bool:
    return left is not None and right is not None and quantity.parse(right) < quantity.parse(left)
