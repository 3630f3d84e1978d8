"""kubectl events."""

from __future__ import annotations

from tutor.apimachinery.duration import parse_timestamp, translate_timestamp
from tutor.apimachinery.objects import Object
from tutor.client.client import chunks
from tutor.kubectl.command import Command, Options
from tutor.kubectl.describe.writer import escape_terminal
from tutor.kubectl.errors import KubectlError
from tutor.kubectl.options import ALL_NAMESPACES_FLAG, CHUNK_SIZE_FLAG, PRINT_FLAGS
from tutor.kubectl.printers.print_flags import output_format, printer_for
from tutor.kubectl.printers.sorting import go_sort
from tutor.kubectl.printers.tabwriter import TabWriter, new_table_writer
from tutor.shell.pflag import Flag

TYPES = ('normal', 'warning')
UNSET = {'eventTime': None, 'firstTimestamp': None, 'lastTimestamp': None, 'reportingComponent': '',
         'reportingInstance': '', 'source': {}}
"""What Go writes of an event though it is not set."""
HEADERS = ('LAST SEEN', 'TYPE', 'REASON', 'OBJECT', 'MESSAGE')


class EventsOptions(Options):
    selector = ''

    def complete(self) -> None:
        self.everywhere = self.flags['all-namespaces']
        self.namespace = self.factory.namespace()
        about = self.flags['for']
        if about:
            kind, name = self._about(about)
            if name:
                self.selector = f'involvedObject.kind={kind},involvedObject.name={name}'
        self.printer = printer_for(self.factory, typed=True) if output_format(self.factory) else None

    def _about(self, about: str) -> tuple[str, str]:
        """decodeResourceTypeName."""
        resource, *names = about.split('/')
        if not names:
            raise KubectlError('--for must be in resource/name form')
        if len(names) > 1:
            raise KubectlError('arguments in resource/name form may not have more than one slash')
        if not resource:
            raise KubectlError('a resource must be present, got: /, Resource=')
        return self.factory.mapper.kind_for(resource).kind, names[0]

    def validate(self) -> None:
        if any(kind.lower() not in TYPES for kind in self.flags['types']):
            raise KubectlError('valid --types are Normal or Warning')

    async def run(self) -> None:
        client = self.factory.client
        path = client.path('events', '' if self.everywhere else self.namespace)
        query = {'fieldSelector': self.selector} if self.selector else {}
        events: list[Object] = []
        version = ''
        for page in chunks(client, path, self.flags['chunk-size'], **query):
            events += page.get('items') or ()
            version = (page.get('metadata') or {}).get('resourceVersion', '')
        events = go_sort([event for event in events if self._wanted(event)], lambda a, b: _when(a) < _when(b))
        if self.flags['watch']:
            await self._watch(events, version)
        elif not events:
            self.err('No events found.\n' if self.everywhere else f'No events found in {self.namespace} namespace.\n')
        elif self.printer is None:
            table = new_table_writer()
            self._write(events, table, not self.flags['no-headers'])
            self.out(table.flush())
        elif self.flags['output'] != 'name':
            # The name printer refuses typed lists, and what it says is not heard.
            items = [{'apiVersion': 'v1', 'kind': 'Event', **UNSET, **event} for event in events]
            self.printer.print({'apiVersion': 'v1', 'kind': 'EventList', 'metadata': {}, 'items': items}, self.out)

    def _wanted(self, event: Object) -> bool:
        kinds = [kind.lower() for kind in self.flags['types']]
        return not kinds or event.get('type', '').lower() in kinds

    async def _watch(self, events: list[Object], version: str) -> None:
        """What there is, and then what happens until Ctrl-C."""
        headers = not self.flags['no-headers']
        for event in events:
            self._follow(event, headers)
            headers = False
        stream = self.factory.client.watch('events', '' if self.everywhere else self.namespace, fields=self.selector,
                                           resource_version=version)
        try:
            while (change := await stream.next()) is not None:
                if change['type'] in ('ADDED', 'MODIFIED') and self._wanted(change['object']):
                    self._follow(change['object'], headers)
                    headers = False
        finally:
            stream.close()

    def _follow(self, event: Object, headers: bool) -> None:
        if self.printer is not None:
            self.printer.print({'apiVersion': 'v1', 'kind': 'Event', **UNSET, **event}, self.out)
            return
        if headers:
            self._table = new_table_writer()
        self._write([event], self._table, headers)
        self.out(self._table.flush())

    def _write(self, events: list[Object], table: TabWriter, headers: bool) -> None:
        """EventPrinter."""
        if headers:
            table.write('\t'.join((*(('NAMESPACE',) if self.everywhere else ()), *HEADERS)) + '\n')
        now = self.factory.ctx.simulation.wall().timestamp()
        for event in events:
            about = event.get('involvedObject') or {}
            cells = (*((event['metadata'].get('namespace', ''),) if self.everywhere else ()), _interval(event, now),
                     event.get('type', ''), event.get('reason', ''),
                     f'{about.get("kind", "")}/{about.get("name", "")}', (event.get('message') or '').strip())
            table.write(escape_terminal('\t'.join(cells)) + '\n')


def _when(event: Object) -> float:
    """eventTime: when it was last seen."""
    seen = (event.get('series') or {}).get('lastObservedTime') or event.get('lastTimestamp') or event.get('eventTime')
    return parse_timestamp(seen) if seen else 0.0


def _interval(event: Object, now: float) -> str:
    first = translate_timestamp(event.get('eventTime') or event.get('firstTimestamp'), now)
    series = event.get('series')
    if series:
        return f'{translate_timestamp(series.get("lastObservedTime"), now)} (x{series.get("count", 0)} over {first})'
    if event.get('count', 0) > 1:
        return f'{translate_timestamp(event.get("lastTimestamp"), now)} (x{event["count"]} over {first})'
    return first


COMMAND = Command(
    usage='events [(-o|--output=)json|yaml|kyaml|name|go-template|go-template-file|template|templatefile|jsonpath|'
          'jsonpath-as-json|jsonpath-file] [--for TYPE/NAME] [--watch] [--types=Normal,Warning]',
    long="""
        Display events.

        Prints a table of the most important information about events. You can request events for a namespace, for all
        namespace, or filtered to only those pertaining to a specified resource.
        """,
    examples="""
        # List recent events in the default namespace
        kubectl events

        # List recent events in all namespaces
        kubectl events --all-namespaces

        # List recent events for the specified pod, then wait for more events and list them as they arrive
        kubectl events --for pod/web-pod-13je7 --watch

        # List recent events in YAML format
        kubectl events -oyaml

        # List recent only events of type 'Warning' or 'Normal'
        kubectl events --types=Warning,Normal
        """,
    flags=(
        *PRINT_FLAGS, ALL_NAMESPACES_FLAG, CHUNK_SIZE_FLAG,
        Flag('for', help='Filter events to only those pertaining to the specified resource.'),
        Flag('no-headers', default=False, help="When using the default output format, don't print headers."),
        Flag('types', default=(), help='Output only events of given types.'),
        Flag('watch', 'w', False, 'After listing the requested events, watch for more events.'),
    ),
    options=EventsOptions,
)
