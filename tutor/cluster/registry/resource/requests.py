"""What a claim asks of devices (pkg/apis/resource/validation)."""

from __future__ import annotations

from tutor.apimachinery import field, names
from tutor.apimachinery.field import FieldError
from tutor.apimachinery.objects import Object
from tutor.cluster.registry.resource import tolerations
from tutor.cluster.registry.resource.selectors import validate_selectors
from tutor.cluster.registry.storage import volume

MOST = 32
_NO_REQUEST = ("must be the name of a request in the claim or the name of a request and a subrequest separated by "
               "'/'")
_MODES = ('All', 'ExactCount')
_MOST_ALTERNATIVES = 8
_ID_LENGTH = 32


def default(spec: Object) -> None:
    """SetDefaults_ExactDeviceRequest, SetDefaults_DeviceSubRequest, SetDefaults_DeviceToleration."""
    for request in (spec.get('devices') or {}).get('requests') or ():
        for part in (request.get('exactly'), *(request.get('firstAvailable') or ())):
            if part is None:
                continue
            part.setdefault('allocationMode', 'ExactCount')
            if part['allocationMode'] == 'ExactCount':
                part.setdefault('count', 1)
            tolerations.default(part)


def validate(spec: Object, path: str) -> list[FieldError]:
    """validateDeviceClaim; `path` is the claim's spec."""
    devices, here = spec.get('devices') or {}, f'{path}.devices'
    given = devices.get('requests') or []
    found: list[FieldError] = []
    if len(given) > MOST:
        found.append(field.too_many(f'{here}.requests', len(given), MOST))
        given = []
    seen: set[str] = set()
    for index, request in enumerate(given):
        place, name = f'{here}.requests[{index}]', request.get('name', '')
        found += _name(name, seen, f'{place}.name')
        found += _request(request, place)
    for kind, check in (('constraints', _constraint), ('config', _configuration)):
        parts = devices.get(kind) or []
        if len(parts) > MOST:
            found.append(field.too_many(f'{here}.{kind}', len(parts), MOST))
            continue
        for index, part in enumerate(parts):
            place = f'{here}.{kind}[{index}]'
            found += [*_references(part.get('requests') or [], spec, f'{place}.requests'), *check(part, place)]
    return found


def _references(given: list[str], spec: Object, path: str) -> list[FieldError]:
    if len(given) > MOST:
        return [field.too_many(path, len(given), MOST)]
    found = [error for index, name in enumerate(given) for error in validate_reference(name, spec, f'{path}[{index}]')]
    return found + [field.duplicate(f'{path}[{index}]', name) for index, name in enumerate(given)
                    if name in given[:index]]


def validate_reference(name: str, spec: Object, path: str) -> list[FieldError]:
    """validateRequestNameRef: a request of a claim's spec, or one of the alternatives in it."""
    first, _, second = name.partition('/')
    if '/' in second:
        return [field.invalid(path, name, _NO_REQUEST)]
    found = [error for part in name.split('/') for error in field.invalid_each(
        path, part, names.is_dns1123_label(part))]
    request = next((item for item in (spec.get('devices') or {}).get('requests') or ()
                    if item.get('name') == first), None)
    alternatives = [item.get('name') for item in (request or {}).get('firstAvailable') or ()]
    if request is None or ('/' in name and second not in alternatives):
        found.append(field.invalid(path, name, _NO_REQUEST))
    return found


def _constraint(constraint: Object, path: str) -> list[FieldError]:
    """validateDeviceConstraint."""
    for name in ('matchAttribute', 'distinctAttribute'):
        if name in constraint:
            return _attribute(constraint[name], f'{path}.{name}')
    return [field.required(path, 'exactly one of "matchAttribute" or "distinctAttribute" is required, but multiple '
                                 'fields are set')]


def _attribute(name: str, path: str) -> list[FieldError]:
    """validateFullyQualifiedName: the domain of a driver, and an identifier."""
    found: list[FieldError] = []
    parts = name.split('/')
    if len(parts) == 2:
        if parts[0]:
            volume.driver_name(parts[0], path, found)
        else:
            found.append(field.invalid(path, '', 'the domain must not be empty'))
        if not parts[1]:
            found.append(field.invalid(path, '', 'the name must not be empty'))
    if len(parts) <= 2 and (parts[-1] or len(parts) == 1):
        if len(parts[-1].encode()) > _ID_LENGTH:
            found.append(field.too_long(path, _ID_LENGTH))
        found += field.invalid_each(path, parts[-1], names.is_c_identifier(parts[-1]))
    if len(parts) == 1:
        found.append(field.invalid(path, name,
                                   'a fully qualified name must be a domain and a name separated by a slash'))
    return found


def _configuration(config: Object, path: str) -> list[FieldError]:
    """validateDeviceConfiguration."""
    opaque, here = config.get('opaque'), f'{path}.opaque'
    if opaque is None:
        return [field.required(here)]
    found: list[FieldError] = []
    volume.driver_name(opaque.get('driver', ''), f'{here}.driver', found)
    given = opaque.get('parameters')
    if given is None:
        found.append(field.required(f'{here}.parameters'))
    elif not isinstance(given, dict):
        found.append(field.invalid(f'{here}.parameters', '<value omitted>', 'must be a valid JSON object'))
    return found


def _name(name: str, seen: set[str], path: str) -> list[FieldError]:
    found: list[FieldError] = []
    if not name:
        found.append(field.required(path))
    elif name in seen:
        found.append(field.duplicate(path, name))
    else:
        found += field.invalid_each(path, name, names.is_dns1123_label(name))
    seen.add(name)
    return found


def _request(request: Object, path: str) -> list[FieldError]:
    """validateDeviceRequest."""
    exactly, alternatives = request.get('exactly'), request.get('firstAvailable')
    if exactly is not None and alternatives:
        return [field.invalid(path, None, 'exactly one of `exactly` or `firstAvailable` is required, but multiple '
                                               'fields are set')]
    if exactly is not None:
        return _device(exactly, f'{path}.exactly')
    if not alternatives:
        return [field.required(path, 'exactly one of `exactly` or `firstAvailable` is required')]
    if len(alternatives) > _MOST_ALTERNATIVES:
        return [field.too_many(f'{path}.firstAvailable', len(alternatives), _MOST_ALTERNATIVES)]
    found: list[FieldError] = []
    seen: set[str] = set()
    for index, part in enumerate(alternatives):
        here = f'{path}.firstAvailable[{index}]'
        found += _name(part.get('name', ''), seen, f'{here}.name')
        found += _device(part, here)
    return found


def _device(part: Object, path: str) -> list[FieldError]:
    """validateExactDeviceRequest, validateDeviceSubRequest."""
    kind, mode, count = part.get('deviceClassName', ''), part.get('allocationMode', ''), part.get('count', 0)
    found = field.invalid_each(f'{path}.deviceClassName', kind, names.is_dns1123_subdomain(kind)) if kind else [
        field.required(f'{path}.deviceClassName')]
    found += validate_selectors(part.get('selectors') or [], f'{path}.selectors')
    if mode == 'All' and count:
        found.append(field.invalid(f'{path}.count', count, f"must not be specified when allocationMode is '{mode}'"))
    elif mode == 'ExactCount' and count <= 0:
        found.append(field.invalid(f'{path}.count', count, 'must be greater than zero'))
    elif mode not in _MODES:
        found.append(field.not_supported(f'{path}.allocationMode', mode, _MODES))
    return found + tolerations.validate(part, path)
