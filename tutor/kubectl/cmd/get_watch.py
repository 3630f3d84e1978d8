"""kubectl get --watch: the state, then every change as the server tells it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tutor.apimachinery.errors import StatusError
from tutor.apimachinery.objects import Object
from tutor.client.transport import JSON, Request
from tutor.kubectl.errors import KubectlError
from tutor.kubectl.printers.table import TablePrinter, is_table
from tutor.kubectl.printers.tabwriter import new_table_writer
from tutor.kubectl.resource.files import is_list, items
from tutor.kubectl.resource.info import Info

if TYPE_CHECKING:
    from tutor.kubectl.cmd.get import GetOptions


class WatchPrinter:
    """Prints objects and, with --output-watch-events, the type of the event that brought each."""

    def __init__(self, options: GetOptions, info: Info) -> None:
        self._options = options
        self._events = options.flags['output-watch-events']
        self._table: TablePrinter | None = None
        self._widths = new_table_writer()
        self._begun = False
        if options.human:
            self._table = options.table_printer(info.resource, options.flags['all-namespaces'], False)
        else:
            self._printer = options.generic_printer()

    def print(self, obj: Object, event: str) -> None:
        options = self._options
        if self._table is not None:
            self._table.print(obj, self._widths.write, event if self._events else '')
            options.out(self._widths.flush())
        elif self._events:
            self._print_event(obj, event)
        else:
            self._printer.print(obj, options.out)

    def _print_event(self, obj: Object, event: str) -> None:
        """What the printers make of a metav1.WatchEvent, which has neither kind nor metadata."""
        out, shown = self._options.out, {'type': event, 'object': obj}
        match self._options.output:
            case 'json':
                from tutor.apimachinery.printing.json import to_json
                out(f'{{"type":"{event}","object":{to_json(obj, indent=None)}}}\n')
            case 'yaml':
                from tutor.apimachinery.printing.yaml import to_yaml
                out(f'---\n{to_yaml(shown)}' if self._begun else to_yaml(shown))
            case 'name':
                self._printer.print(obj, out)
            case _:
                self._printer.print(shown, out)
        self._begun = True


async def watch(options: GetOptions) -> int:
    """GetOptions.watch: ends when the server ends the stream, or with Ctrl-C."""
    result = await options.builder().single_resource_type().latest().do()
    infos = result.check().infos()
    if len({info.gvk for info in infos}) != 1:
        raise KubectlError('watch is only supported on individual resources and resource collections - more than 1 '
                           'resource was found')
    info = infos[0]
    obj = info.object
    if len(infos) > 1:
        obj = {'kind': 'List', 'apiVersion': 'v1', 'metadata': {'resourceVersion': _common_version(infos)},
               'items': [each.object for each in infos]}
    collection = is_list(obj) or (is_table(obj) and not info.name)
    printer = WatchPrinter(options, info)
    if not options.flags['watch-only']:
        if options.sort_by:
            try:
                obj = options.sorted(obj)
            except KubectlError as error:
                raise KubectlError(f'unable to output the provided object: {error}') from None
        for each in items(obj) if is_list(obj) else [obj]:
            printer.print(each, 'ADDED')
    if len(infos) > 1 and info.name:  # several lists are the chunks of one
        raise KubectlError('you may only watch a single resource or type of resource at a time')
    version = obj.get('metadata', {}).get('resourceVersion', '') or '0'
    if not collection and is_table(obj):
        version = version if version != '0' else _version_of_row(obj)
    await _follow(options, info, version, printer)
    return 0


def _common_version(infos: list[Info]) -> str:
    """The revision that all of them are of, '' if there is none (Result.Object)."""
    versions = {(info.object.get('metadata') or {}).get('resourceVersion', '') for info in infos}
    return versions.pop() if len(versions) == 1 else ''


def _version_of_row(table: Object) -> str:
    rows = table.get('rows') or [{}]
    return ((rows[0].get('object') or {}).get('metadata') or {}).get('resourceVersion', '0')


async def _follow(options: GetOptions, info: Info, version: str, printer: WatchPrinter) -> None:
    stream = options.factory.client.transport.watch(_request(options, info, version))
    await options.factory.io.stdout.drain()
    try:
        while (event := await stream.next()) is not None:
            if event['type'] == 'ERROR':
                raise StatusError(event['object'])
            if event['type'] != 'BOOKMARK':
                printer.print(event['object'], event['type'])
                await options.factory.io.stdout.drain()
    finally:
        stream.close()


def _request(options: GetOptions, info: Info, version: str) -> Request:
    query: dict[str, Any] = {**info.query, 'watch': 'true', 'resourceVersion': version}
    fields = options.flags['field-selector']
    if info.name:
        fields = f'metadata.name={info.name}'
    if options.flags['selector'] and not info.name:
        query['labelSelector'] = options.flags['selector']
    if fields:
        query['fieldSelector'] = fields
    client = options.factory.client
    accept = info.accept if options.server_print else JSON
    return Request('GET', info.mapping.path(info.namespace), query, accept=accept, user=client.user,
                   user_agent=client.agent)
