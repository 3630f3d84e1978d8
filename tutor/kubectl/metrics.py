"""What the Metrics API measures, as `top` asks for it and prints it (cmd/top, metricsutil)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tutor.apimachinery.objects import Object
from tutor.apimachinery.quantity import Quantity, parse
from tutor.apimachinery.selectors import SelectorError, parse_fields
from tutor.apimachinery.selectors import parse as parse_selector
from tutor.client.client import checked_name
from tutor.kubectl.command import Options
from tutor.kubectl.discovery import discover
from tutor.kubectl.errors import KubectlError, UsageError
from tutor.kubectl.printers.sorting import go_sort
from tutor.kubectl.printers.tabwriter import new_table_writer
from tutor.shell.pflag import Flag

GROUP, VERSION = 'metrics.k8s.io', 'v1beta1'
SWAP = 'swap'
ZERO = parse('0')
Usage = dict[str, Quantity]

METRICS_FLAGS = (
    Flag('no-headers', default=False, help='If present, print output without headers'),
    Flag('show-swap', default=False, help='Print pod resources related to swap memory.'),
    Flag('use-protocol-buffers', default=True, help='Enables using protocol-buffers to access Metrics API.'),
)


class TopOptions(Options):
    """What `top node` and `top pod` share."""

    usage = ''

    def complete(self) -> None:
        if len(self.args) > 1:
            raise UsageError(self.usage)
        self.name = self.args[0] if self.args else ''
        self.measured = ['cpu', 'memory', *([SWAP] if self.flags['show-swap'] else ())]

    def validate(self) -> None:
        if self.flags['sort-by'] not in ('', 'cpu', 'memory'):
            raise KubectlError('--sort-by accepts only cpu or memory')

    def check_available(self) -> None:
        try:
            parse_selector(self.flags['selector'])
            parse_fields(self.flags.get('field-selector', ''))
        except SelectorError as error:
            raise KubectlError(str(error)) from None
        # Not the discovery that the other commands share.
        if VERSION not in discover(self.factory.client).versions.get(GROUP, ()):
            raise KubectlError('Metrics API not available')

    def metrics(self, plural: str, namespace: str = '', **query: str) -> list[Object]:
        """NodeMetrics or PodMetrics: of one object by name, or of all that match."""
        inside = f'/namespaces/{namespace}' if namespace else ''
        path = f'/apis/{GROUP}/{VERSION}{inside}/{plural}'
        if self.name:
            return [self.factory.client.request('GET', f'{path}/{checked_name(self.name)}').body]
        given = {key: value for key, value in query.items() if value}
        return list(self.factory.client.request('GET', path, **given).body.get('items') or [])

    def sorted(self, items: list[Any], usage: Callable[[Any], Usage], name: Callable[[Any], Any]) -> list[Any]:
        """By name, or with --sort-by what uses the most first."""
        by = self.flags['sort-by']
        if not by:
            return go_sort(items, lambda left, right: name(left) < name(right))
        return go_sort(items, lambda left, right: usage(right).get(by, ZERO) < usage(left).get(by, ZERO))

    def table(self, columns: list[str], rows: list[list[str]]) -> None:
        """Every cell ends with a tab, as metricsutil's printer has it."""
        writer = new_table_writer()
        for row in (*(() if self.flags['no-headers'] else (columns,)), *rows):
            writer.write(''.join(f'{cell}\t' for cell in row) + '\n')
        self.out(writer.flush())


def quantities(usage: Object | None) -> Usage:
    return {name: parse(text) for name, text in (usage or {}).items()}


def total(usages: list[Usage], measured: list[str]) -> Usage:
    return {name: sum((usage.get(name, ZERO) for usage in usages), ZERO) for name in measured}


def shown(resource: str, amount: Quantity) -> str:
    return f'{amount.milli()}m' if resource == 'cpu' else f'{amount.ceil() // (1024 * 1024)}Mi'


def percentage(amount: Quantity, available: Quantity) -> str:
    return f'{int(amount.milli() / available.milli() * 100) if available else 0}%'
