"""kubectl top pod."""

from __future__ import annotations

from datetime import datetime

from tutor.apimachinery.duration import format_duration
from tutor.apimachinery.objects import Object
from tutor.kubectl.command import Command
from tutor.kubectl.errors import KubectlError
from tutor.kubectl.metrics import METRICS_FLAGS, ZERO, TopOptions, Usage, quantities, shown, total
from tutor.kubectl.options import ALL_NAMESPACES_FLAG, SELECTOR_FLAG
from tutor.kubectl.options import FIELD_SELECTOR_FLAG as FIELDS
from tutor.shell.pflag import Flag

DELAY = 120
RULE = '________'


class TopPodOptions(TopOptions):
    usage = 'pod [NAME | -l label]'

    def validate(self) -> None:
        super().validate()
        if self.name and (self.flags['selector'] or self.flags['field-selector']):
            raise KubectlError('only one of NAME or selector can be provided')

    async def run(self) -> None:
        self.check_available()
        every, namespace = self.flags['all-namespaces'], self.factory.namespace()
        found = self.metrics('pods', '' if every else namespace, labelSelector=self.flags['selector'],
                             fieldSelector=self.flags['field-selector'])
        if not found:
            self._explain_none(namespace)
            where = 'No resources found\n' if every else f'No resources found in {namespace} namespace.\n'
            self.err(where)
            return
        found = self.sorted(found, self._usage, self._key)
        columns = [*(['NAMESPACE'] if every else ()), *(['POD'] if self.flags['containers'] else ()), 'NAME',
                   'CPU(cores)', 'MEMORY(bytes)', *(['SWAP(bytes)'] if self.flags['show-swap'] else ())]
        rows = [row for pod in found for row in self._rows(pod)]
        if self.flags['sum']:
            rows += self._sum(found, len(columns) if not self.flags['no-headers'] else 1 + len(self.measured))
        self.table(columns, rows)

    def _usage(self, pod: Object) -> Usage:
        return total([quantities(container.get('usage')) for container in pod.get('containers') or ()], self.measured)

    def _key(self, pod: Object) -> tuple[str, str]:
        meta = pod['metadata']
        return (meta.get('namespace', '') if self.flags['all-namespaces'] else '', meta['name'])

    def _rows(self, pod: Object) -> list[list[str]]:
        meta = pod['metadata']
        where = [meta.get('namespace', '')] if self.flags['all-namespaces'] else []
        if not self.flags['containers']:
            return [[*where, meta['name'], *self._cells(self._usage(pod))]]
        containers = self.sorted(list(pod.get('containers') or ()), lambda item: quantities(item.get('usage')),
                                 lambda item: item['name'])
        return [[*where, meta['name'], item['name'], *self._cells(quantities(item.get('usage')))]
                for item in containers]

    def _cells(self, usage: Usage) -> list[str]:
        return [shown(name, usage.get(name, ZERO)) for name in self.measured]

    def _sum(self, pods: list[Object], width: int) -> list[list[str]]:
        whole = total([self._usage(pod) for pod in pods], self.measured)
        return [[*[''] * (width - 2), RULE, RULE], [*[''] * (width - 3), '', *self._cells(whole)]]

    def _explain_none(self, namespace: str) -> None:
        """verifyEmptyMetrics: pods that are there, but too young to have been measured, or too old not to."""
        pods = self.factory.client.items('pods', namespace, self.flags['selector'], self.flags['field-selector'])
        now = self.factory.ctx.simulation.wall()
        for pod in pods:
            meta = pod['metadata']
            age = (now - datetime.fromisoformat(meta['creationTimestamp'])).total_seconds()
            if age > DELAY:
                raise KubectlError(f'Metrics not available for pod {meta["namespace"]}/{meta["name"]}, '
                                   f'age: {format_duration(age)}')
        if pods:
            raise KubectlError('metrics not available yet')


COMMAND = Command(
    usage='top pod [NAME | -l label]',
    long="""
        Display resource (CPU/memory) usage of pods.

        The 'top pod' command allows you to see the resource consumption of pods.

        Due to the metrics pipeline delay, they may be unavailable for a few minutes since pod creation.
        """,
    examples="""
        # Show metrics for all pods in the default namespace
        kubectl top pod

        # Show metrics for all pods in the given namespace
        kubectl top pod --namespace=NAMESPACE

        # Show metrics for a given pod and its containers
        kubectl top pod POD_NAME --containers

        # Show metrics for the pods defined by label name=myLabel
        kubectl top pod -l name=myLabel
        """,
    flags=(
        ALL_NAMESPACES_FLAG, FIELDS, *METRICS_FLAGS, SELECTOR_FLAG,
        Flag('containers', default=False, help='If present, print usage of containers within a pod.'),
        Flag('sort-by', help="If non-empty, sort pods list using specified field. The field can be either 'cpu' or "
             "'memory'."),
        Flag('sum', default=False, help='Print the sum of the resource usage'),
    ),
    options=TopPodOptions,
)
