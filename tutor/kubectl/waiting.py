"""What `kubectl wait` waits for: a condition in the status, or a value at a JSONPath (kubectl/pkg/cmd/wait)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tutor.apimachinery.jsonpath import JSONPath, JSONPathError, parse
from tutor.apimachinery.jsonpath.relaxed import relaxed
from tutor.apimachinery.objects import Object
from tutor.kubectl.describe.writer import go_text
from tutor.kubectl.errors import KubectlError

Met = Callable[[Object], bool]
FORMAT = ("jsonpath wait format must be --for=jsonpath='{.status.readyReplicas}'=3 or "
          "--for=jsonpath='{.status.readyReplicas}'")


def condition_met(name: str, value: str, obj: Object) -> bool:
    """ConditionalWait.checkCondition; what was observed of an older generation does not count."""
    status = obj.get('status') or {}
    for entry in status.get('conditions') or ():
        if entry.get('type', '').casefold() != name.casefold() or 'status' not in entry:
            continue
        generation = obj['metadata'].get('generation')
        observed = entry.get('observedGeneration', status.get('observedGeneration'))
        if generation is not None and observed is not None and observed < generation:
            return False
        return str(entry['status']).casefold() == value.casefold()
    return False


def split_json_path(text: str) -> tuple[JSONPath, str]:
    """processJSONPathInput: the path and the value after a single '='; no value means any."""
    parts = _split(text)
    if len(parts) > 2:
        raise KubectlError(FORMAT)
    try:
        path = relaxed(parts[0])
        value = parts[1].strip('\'"') if len(parts) == 2 else ''
        if len(parts) == 2 and not value:
            raise KubectlError('jsonpath wait has to have a value after equal sign, like '
                               "--for=jsonpath='{.status.readyReplicas}'=3")
        if not path:
            raise KubectlError('jsonpath expression cannot be empty')
        return parse(path), value
    except JSONPathError as error:
        raise KubectlError(str(error)) from None


def _split(text: str) -> list[str]:
    """splitJSONPathInput: at single '=', not at '=='."""
    parts = ['']
    at = 0
    while at < len(text):
        if text.startswith('==', at):
            parts[-1] += '=='
            at += 2
        elif text[at] == '=':
            parts.append('')
            at += 1
        else:
            parts[-1] += text[at]
            at += 1
    return parts


def json_path_met(path: JSONPath, value: str, obj: Object) -> bool:
    """JSONPathWait.checkCondition."""
    try:
        results = path.find(obj, allow_missing=True)
    except JSONPathError as error:
        raise KubectlError(str(error)) from None
    if not results or not results[0]:
        return False
    if len(results) > 1:
        raise KubectlError('given jsonpath expression matches more than one list')
    if len(results[0]) > 1:
        raise KubectlError('given jsonpath expression matches more than one value')
    return not value or _text(results[0][0]) == value.strip()


def _text(found: Any) -> str:
    if isinstance(found, (dict, list)):
        raise KubectlError('jsonpath leads to a nested object or list which is not supported')
    return ('<nil>' if found is None else go_text(found)).strip()
