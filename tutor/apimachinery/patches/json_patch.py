"""JSON patches, as an API server answers to them."""

from __future__ import annotations

from typing import Any

from tutor.apimachinery import errors
from tutor.apimachinery.patches.operations import JsonPatchError
from tutor.apimachinery.patches.operations import apply as apply_operations

MAX_OPERATIONS = 10_000


def apply(obj: dict[str, Any], operations: Any) -> dict[str, Any]:
    """Patch a private object; the result may share nothing with it. Raises StatusError."""
    if not isinstance(operations, list):
        kind = {dict: 'object', str: 'string', bool: 'bool', type(None): 'null'}.get(type(operations), 'number')
        raise errors.bad_request(
            f'error decoding patch: json: cannot unmarshal {kind} into Go value of type []handlers.jsonPatchOp')
    if len(operations) > MAX_OPERATIONS:
        raise errors.request_entity_too_large(
            f'The allowed maximum operations in a JSON patch is {MAX_OPERATIONS}, got {len(operations)}')
    try:
        patched = apply_operations(obj, operations)
    except (JsonPatchError, AttributeError):
        raise rejected() from None
    if not isinstance(patched, dict):
        raise rejected()
    return patched


def rejected() -> errors.StatusError:
    """errors.NewGenericServerResponse for 422."""
    return errors.new(422, 'Invalid', 'the server rejected our request due to an error in our request', {})
