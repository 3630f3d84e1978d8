"""kubectl top node."""

from __future__ import annotations

from tutor.apimachinery.objects import Object
from tutor.kubectl.command import Command
from tutor.kubectl.errors import KubectlError
from tutor.kubectl.metrics import METRICS_FLAGS, SWAP, ZERO, TopOptions, Usage, percentage, quantities, shown
from tutor.kubectl.options import SELECTOR_FLAG
from tutor.shell.pflag import Flag

COLUMNS = ['NAME', 'CPU(cores)', 'CPU(%)', 'MEMORY(bytes)', 'MEMORY(%)', 'SWAP(bytes)', 'SWAP(%)']
UNKNOWN = '<unknown>'


class TopNodeOptions(TopOptions):
    usage = 'node [NAME | -l label]'

    def validate(self) -> None:
        super().validate()
        if self.name and self.flags['selector']:
            raise KubectlError('only one of NAME or --selector can be provided')

    async def run(self) -> None:
        self.check_available()
        found = self.metrics('nodes', labelSelector=self.flags['selector'])
        if not found:
            raise KubectlError('metrics not available yet')
        client = self.factory.client
        nodes = [client.get('nodes', self.name)] if self.name else client.items('nodes', '', self.flags['selector'])
        available = {node['metadata']['name']: self._available(node) for node in nodes}
        found = self.sorted(found, lambda item: quantities(item.get('usage')), lambda item: item['metadata']['name'])
        rows = []
        for item in found:
            name = item['metadata']['name']
            rows.append([name, *self._cells(quantities(item.get('usage')), available.pop(name, {}))])
        rows += [[name, *[UNKNOWN] * (2 * len(self.measured))] for name in available]
        self.table(COLUMNS[:1 + 2 * len(self.measured)], rows)

    def _available(self, node: Object) -> Usage:
        status = node.get('status') or {}
        found = quantities(status.get('capacity' if self.flags['show-capacity'] else 'allocatable'))
        capacity = ((status.get('nodeInfo') or {}).get('swap') or {}).get('capacity')
        if SWAP in self.measured and capacity is not None:
            found[SWAP] = quantities({SWAP: capacity})[SWAP]
        return found

    def _cells(self, usage: Usage, available: Usage) -> list[str]:
        cells = []
        for resource in self.measured:
            if resource == SWAP and SWAP not in available:
                cells += [UNKNOWN, UNKNOWN]
                continue
            amount = usage.get(resource, ZERO)
            cells.append(shown(resource, amount))
            if resource in available:
                cells.append(percentage(amount, available[resource]))
        return cells


COMMAND = Command(
    usage='top node [NAME | -l label]',
    long="""
        Display resource (CPU/memory) usage of nodes.

        The top-node command allows you to see the resource consumption of nodes.
        """,
    examples="""
        # Show metrics for all nodes
        kubectl top node

        # Show metrics for a given node
        kubectl top node NODE_NAME
        """,
    flags=(
        *METRICS_FLAGS,
        SELECTOR_FLAG,
        Flag('show-capacity', default=False, help='Print node resources based on Capacity instead of '
             'Allocatable(default) of the nodes.'),
        Flag('sort-by', help="If non-empty, sort nodes list using specified field. The field can be either 'cpu' or "
             "'memory'."),
    ),
    options=TopNodeOptions,
)
