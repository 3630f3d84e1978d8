"""Label and field selectors of a request."""

from __future__ import annotations

from collections.abc import Callable

from tutor.apimachinery import errors, selectors
from tutor.apimachinery.objects import Object
from tutor.cluster.apiserver.scope import Scope

Matches = Callable[[Object], bool]
METADATA = ('metadata.name', 'metadata.namespace')


def filtered(scope: Scope, items: list[Object]) -> list[Object]:
    """The items that the request's selectors let through."""
    matches = matcher(scope)
    return items if matches is None else [item for item in items if matches(item)]


def matcher(scope: Scope) -> Matches | None:
    """One predicate for both selectors, None when everything matches; raises BadRequest."""
    by_label = label_matcher(scope.request.query.get('labelSelector') or '')
    by_field = field_matcher(scope, field_requirements(scope))
    if by_label is None:
        return by_field
    if by_field is None:
        return by_label
    return lambda obj: by_label(obj) and by_field(obj)


def label_matcher(text: str) -> Matches | None:
    if not text:
        return None
    try:
        selector = selectors.parse(text)
    except ValueError as problem:
        raise errors.bad_request(str(problem)) from None
    return lambda obj: selector.matches(obj['metadata'].get('labels') or {})


def field_requirements(scope: Scope) -> list[tuple[str, str, bool]]:
    """(field, value, whether it must be equal) of the fieldSelector, and of the name in the URL of a watch."""
    found = []
    text = scope.request.query.get('fieldSelector') or ''
    if text:
        try:
            parsed = selectors.parse_fields(text)
        except ValueError as problem:
            raise errors.bad_request(str(problem)) from None
        for requirement in parsed.requirements:
            field, value, equal = requirement.field, requirement.value, requirement.operator == '='
            if field not in METADATA and field not in scope.store.strategy.selectable:
                raise errors.bad_request(scope.store.strategy.unsupported_field(field))
            found.append((field, value, equal))
    if scope.info.name:
        found.append(('metadata.name', scope.info.name, True))
    return found


def field_matcher(scope: Scope, requirements: list[tuple[str, str, bool]]) -> Matches | None:
    if not requirements:
        return None
    strategy = scope.store.strategy
    fields = strategy.fields
    if len(requirements) == 1 and requirements[0][0] in strategy.triggers:
        return _path_matcher(*requirements[0])

    def matches(obj: Object) -> bool:
        known = None
        for field, value, equal in requirements:
            if field in METADATA:
                have = obj['metadata'].get(field[9:], '')
            else:
                known = known or fields(obj)
                have = known.get(field, '')
            if (have == value) is not equal:
                return False
        return True

    return matches


def _path_matcher(field: str, value: str, equal: bool) -> Matches:
    """One field that is the string at its path, for lists of many objects."""
    part, name = field.split('.')
    return lambda obj: (obj[part].get(name, '') == value) is equal
