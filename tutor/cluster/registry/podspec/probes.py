"""Probes and lifecycle handlers of containers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tutor.apimachinery import field, names
from tutor.apimachinery.field import FieldError
from tutor.apimachinery.objects import Object
from tutor.cluster.registry.metadata import non_negative

_COUNTS = ('initialDelaySeconds', 'timeoutSeconds', 'periodSeconds', 'successThreshold', 'failureThreshold')


def validate_all(container: Object, grace: int, path: str, found: list[FieldError]) -> None:
    """The lifecycle, liveness, readiness and startup of one container."""
    if 'lifecycle' in container:
        for name in ('postStart', 'preStop'):
            if name in container['lifecycle']:
                validate_handler(container['lifecycle'][name], grace, f'{path}.lifecycle.{name}', found)
    for name in ('livenessProbe', 'readinessProbe', 'startupProbe'):
        if name in container:
            _probe(name, container[name], grace, f'{path}.{name}', found)


def _probe(name: str, probe: Object, grace: int, path: str, found: list[FieldError]) -> None:
    """validateProbe."""
    validate_handler(probe, grace, path, found)
    for count in _COUNTS:
        found += non_negative(probe.get(count), f'{path}.{count}')
    period = probe.get('terminationGracePeriodSeconds')
    if name == 'readinessProbe':
        if period is not None:
            found.append(field.invalid(f'{path}.terminationGracePeriodSeconds', period,
                                       'must not be set for readinessProbes'))
        return
    if period is not None and period <= 0:
        found.append(field.invalid(f'{path}.terminationGracePeriodSeconds', period, 'must be greater than 0'))
    if probe.get('successThreshold', 1) != 1:
        found.append(field.invalid(f'{path}.successThreshold', probe['successThreshold'], 'must be 1'))


def validate_handler(handler: Object, grace: int, path: str, found: list[FieldError]) -> None:
    """validateHandler: one of its kinds, and only one."""
    number = 0
    for name, check in _HANDLERS.items():
        if name not in handler:
            continue
        if number:
            found.append(field.forbidden(f'{path}.{name}', 'may not specify more than 1 handler type'))
        else:
            number = 1
            check(handler[name], f'{path}.{name}', found)
    if 'sleep' in handler:
        number = 1
        seconds = handler['sleep'].get('seconds', 0)
        if not 0 <= seconds <= grace:
            found.append(field.invalid(f'{path}.sleep', seconds,
                                       f'must be non-negative and less than terminationGracePeriodSeconds ({grace})'))
    if not number:
        found.append(field.required(path, 'must specify a handler type'))


def port(value: Any, path: str, found: list[FieldError]) -> None:
    """ValidatePortNumOrName."""
    if isinstance(value, str):
        found += [field.invalid(path, value, text) for text in names.is_valid_port_name(value)]
    else:
        found += [field.invalid(path, value or 0, text) for text in names.is_valid_port_number(value or 0)]


def _exec(action: Object, path: str, found: list[FieldError]) -> None:
    if not action.get('command'):
        found.append(field.required(f'{path}.command'))


def _http_get(action: Object, path: str, found: list[FieldError]) -> None:
    if not action.get('path'):
        found.append(field.required(f'{path}.path'))
    port(action.get('port'), f'{path}.port', found)
    if action.get('scheme') not in ('HTTP', 'HTTPS'):
        found.append(field.not_supported(f'{path}.scheme', action.get('scheme', ''), ('HTTP', 'HTTPS')))
    for header in action.get('httpHeaders') or ():
        name = header.get('name', '')
        found += [field.invalid(f'{path}.httpHeaders', name, text) for text in names.is_http_header_name(name)]


def _port(action: Object, path: str, found: list[FieldError]) -> None:
    port(action.get('port'), f'{path}.port', found)


_HANDLERS: dict[str, Callable[[Object, str, list[FieldError]], None]] = {
    'exec': _exec, 'httpGet': _http_get, 'tcpSocket': _port, 'grpc': _port,
}
