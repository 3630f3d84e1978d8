"""kubectl get: the state of one or many resources."""

from __future__ import annotations

from typing import Any

from tutor.apimachinery.objects import Object
from tutor.apimachinery.resources import Resource
from tutor.client.transport import TABLE
from tutor.kubectl.command import Command, Options
from tutor.kubectl.errors import ERRORS, Exit, KubectlError, UsageError, flattened, raise_all, raise_together
from tutor.kubectl.klog import log_line
from tutor.kubectl.options import (
    ALL_NAMESPACES_FLAG,
    CHUNK_SIZE_FLAG,
    FIELD_SELECTOR_FLAG,
    SELECTOR_FLAG,
    TEMPLATE_FLAGS,
    filename_flags,
    subresource_flag,
)
from tutor.kubectl.printers.print_flags import (
    COLUMNS,
    FORMATS,
    NoPrinter,
    object_printer,
    output_format,
    template_printer,
)
from tutor.kubectl.printers.printer import NamePrinter
from tutor.kubectl.printers.table import TableOptions, TablePrinter
from tutor.kubectl.printers.tabwriter import new_table_writer
from tutor.kubectl.raw import check_uri, raw_get
from tutor.kubectl.resource.builder import Builder
from tutor.kubectl.resource.files import is_list, items
from tutor.kubectl.resource.info import Info
from tutor.kubectl.resource.result import Result
from tutor.shell.pflag import Flag

SUGGEST_API_RESOURCES = 'Use "kubectl api-resources" for a complete list of supported resources.'
TABLE_ACCEPT = f'{TABLE},application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json'


class GetOptions(Options):
    def complete(self) -> None:
        flags = self.flags
        if flags['raw']:
            if self.args:
                raise KubectlError('arguments may not be passed when --raw is specified')
            return
        self.namespace, self.explicit_namespace = self.factory.enforced_namespace()
        if flags['all-namespaces']:
            self.explicit_namespace = False
        self.sort_by = flags['sort-by']
        self.output = output_format(self.factory)
        self.human = self.output in ('', 'wide')
        self.server_print = flags['server-print'] and self.human
        self.watching = flags['watch'] or flags['watch-only']
        if self.watching:
            if self.sort_by:
                self.err('warning: --watch requested, --sort-by will be ignored for watch events received\n'
                         if flags['watch'] else 'warning: --watch-only requested, --sort-by will be ignored\n')
        elif not self.args and not flags['filename'] and not flags['kustomize']:
            self.err(f'You must specify the type of resource to get. {SUGGEST_API_RESOURCES}\n\n')
            raise UsageError('Required resource not specified.\nUse "kubectl explain <resource>" for a detailed '
                             'description of that resource (e.g. kubectl explain pods).')

    def validate(self) -> None:
        flags = self.flags
        if flags['raw']:
            if flags['watch'] or flags['watch-only'] or flags['selector']:
                raise KubectlError('--raw may not be specified with other flags that filter the server request or '
                                   'alter the output')
            if flags['output']:
                raise KubectlError('--raw and --output are mutually exclusive')
            check_uri(flags['raw'])
            return
        if flags['show-labels'] and flags['output'] not in ('', 'wide'):
            raise KubectlError(f'--show-labels option cannot be used with {flags["output"]} printer')
        if flags['output-watch-events'] and not self.watching:
            raise KubectlError('--output-watch-events option can only be used with --watch or --watch-only')

    async def run(self) -> int | None:
        from tutor.kubectl.printers.sort_by import Unsortable
        try:
            return await self._get()
        except Unsortable as error:
            log_line(self.factory, 'F', error.place, str(error))
            raise Exit from None

    async def _get(self) -> int | None:
        if self.flags['raw']:
            return await raw_get(self.factory, self.flags['raw'])
        if self.watching:
            from tutor.kubectl.cmd.get_watch import watch
            return await watch(self)
        result = await self.builder().continue_on_error().latest().flatten().do()
        if self.flags['ignore-not-found']:
            result.ignore_not_found()
        result.check()
        if self.human:
            self.print_tables(result)
        else:
            self.print_generic(result)
        return 0

    def builder(self) -> Builder:
        flags = self.flags
        builder = (self.factory.builder().namespace(self.namespace).all_namespaces(flags['all-namespaces'])
                   .filename_flags(self.explicit_namespace, flags).labels(flags['selector'])
                   .fields(flags['field-selector']).chunks(0 if self.sort_by else flags['chunk-size'])
                   .subresource(flags['subresource']).arguments(True, self.args))
        if self.server_print:
            builder.accept(TABLE_ACCEPT, **({'includeObject': 'Object'} if self.sort_by else {}))
        return builder

    # -- printers -----------------------------------------------------------------------------------------------

    def table_printer(self, resource: Resource | None, with_namespace: bool, with_kind: bool) -> TablePrinter:
        flags = self.flags
        return TablePrinter(TableOptions(
            flags['no-headers'], with_namespace, with_kind or flags['show-kind'], self.output == 'wide',
            flags['show-labels'], flags['label-columns'], resource), self.factory.now)

    def generic_printer(self) -> Any:
        printer = object_printer(self.factory, self.output)
        if printer is None and self.output.lower() == 'name':
            printer = NamePrinter()
        if printer is None:
            printer = template_printer(self.factory, self.output)
        if printer is None:
            from tutor.kubectl.printers.columns import columns_printer
            printer = columns_printer(self.factory, self.output)
        if printer is None:
            raise NoPrinter(self.output, (*FORMATS, *COLUMNS, 'wide'))
        if self.sort_by:
            from tutor.kubectl.printers.sort_by import SortingPrinter
            return SortingPrinter(printer, self.sort_by)
        return printer

    # -- tables -------------------------------------------------------------------------------------------------

    def print_tables(self, result: Result) -> None:
        infos, error = result.infos_and_error()
        if self.sort_by and len(infos) > 1:
            infos = self._sorted(infos)
        with_kind = len({info.gvk for info in infos}) > 1
        tables = new_table_writer()
        blocks: list[str] = []
        last: Resource | None = None
        printer: TablePrinter | None = None
        all_namespaced = not self.flags['all-namespaces']
        for info in infos:
            all_namespaced = all_namespaced and info.namespaced
            if printer is None or info.mapping != last:
                blocks.append(tables.flush())
                tables = new_table_writer()
                with_namespace = self.flags['all-namespaces'] and info.namespaced
                printer = self.table_printer(info.resource, with_namespace, with_kind)
                last = info.mapping
            self._print_table(printer, info.object, tables.write)
        blocks.append(tables.flush())
        shown = [block for block in blocks if block]
        self.out(('' if self.flags['no-headers'] else '\n').join(shown))
        if not shown and not self.flags['ignore-not-found'] and error is None:
            where = f' in {self.namespace} namespace' if all_namespaced else ''
            self.err(f'No resources found{where}.\n' if where else 'No resources found\n')
        raise_together([error] if error else [])

    def _sorted(self, infos: list[Info]) -> list[Info]:
        """RuntimeSorter: several kinds are sorted by what their tables have at the path."""
        from tutor.kubectl.printers.sort_by import sorted_objects
        by_object = {id(info.object): info for info in infos}
        return [by_object[id(obj)] for obj in sorted_objects([info.object for info in infos], self.sort_by)]

    def sorted(self, obj: Object) -> Object:
        """A list or table with its items in order."""
        from tutor.kubectl.printers.sort_by import sorted_objects, sorted_table
        if is_list(obj):
            return {**obj, 'items': sorted_objects(obj['items'], self.sort_by)}
        return sorted_table(obj, self.sort_by) if 'rows' in obj else obj

    def _print_table(self, printer: TablePrinter, obj: Object, write: Any) -> None:
        if self.sort_by:
            from tutor.kubectl.printers.sort_by import sorted_table
            try:
                obj = sorted_table(obj, self.sort_by)
            except ERRORS:
                return  # kubectl drops the errors of its table printers
        printer.print(obj, write)

    # -- everything else ----------------------------------------------------------------------------------------

    def print_generic(self, result: Result) -> None:
        infos, error = result.infos_and_error()
        if error is not None and result.single_item_implied:
            raise error
        errors = [error] if error else []
        if infos or not self.flags['ignore-not-found']:
            printer = self.generic_printer()
            if result.single_item_implied and len(infos) == 1:
                obj = infos[0].object
            else:
                obj = {'kind': 'List', 'apiVersion': 'v1', 'metadata': {'resourceVersion': ''},
                       'items': [info.object for info in infos]}
            try:
                printer.print(self._as_list(obj), self.out)
            except KubectlError as failure:
                errors.append(failure)
        raise_all(flattened(errors))

    def _as_list(self, obj: Object) -> Object:
        """A list of the server is shown as a plain List."""
        if not is_list(obj) or obj['kind'] == 'List':
            return obj
        version = (obj.get('metadata') or {}).get('resourceVersion', '')
        return {'kind': 'List', 'apiVersion': 'v1', 'metadata': {'resourceVersion': version}, 'items': items(obj)}


COMMAND = Command(
    usage='get [(-o|--output=)json|yaml|kyaml|name|go-template|go-template-file|template|templatefile|jsonpath|'
          'jsonpath-as-json|jsonpath-file|custom-columns|custom-columns-file|wide] (TYPE[.VERSION][.GROUP] '
          '[NAME | -l label] | TYPE[.VERSION][.GROUP]/NAME ...) [flags]',
    long="""
        Display one or many resources.

        Prints a table of the most important information about the specified resources. You can filter the list
        using a label selector and the --selector flag. If the desired resource type is namespaced you will only see
        results in the current namespace if you don't specify any namespace.

        By specifying the output as 'template' and providing a Go template as the value of the --template flag, you
        can filter the attributes of the fetched resources.
        """,
    after_long=SUGGEST_API_RESOURCES,
    examples="""
        # List all pods in ps output format
        kubectl get pods

        # List all pods in ps output format with more information (such as node name)
        kubectl get pods -o wide

        # List a single replication controller with specified NAME in ps output format
        kubectl get replicationcontroller web

        # List deployments in JSON output format, in the "v1" version of the "apps" API group
        kubectl get deployments.v1.apps -o json

        # List a single pod in JSON output format
        kubectl get -o json pod web-pod-13je7

        # List a pod identified by type and name specified in "pod.yaml" in JSON output format
        kubectl get -f pod.yaml -o json

        # List resources from a directory with kustomization.yaml - e.g. dir/kustomization.yaml
        kubectl get -k dir/

        # Return only the phase value of the specified pod
        kubectl get -o template pod/web-pod-13je7 --template={{.status.phase}}

        # List resource information in custom columns
        kubectl get pod test-pod -o custom-columns=CONTAINER:.spec.containers[0].name,IMAGE:.spec.containers[0].image

        # List all replication controllers and services together in ps output format
        kubectl get rc,services

        # List one or more resources by their type and names
        kubectl get rc/web service/frontend pods/web-pod-13je7

        # List the 'status' subresource for a single pod
        kubectl get pod web-pod-13je7 --subresource status

        # List all deployments in namespace 'backend'
        kubectl get deployments.apps --namespace backend

        # List all pods existing in all namespaces
        kubectl get pods --all-namespaces
        """,
    flags=(
        *TEMPLATE_FLAGS,
        *filename_flags('identifying the resource to get from a server.'),
        ALL_NAMESPACES_FLAG,
        CHUNK_SIZE_FLAG,
        FIELD_SELECTOR_FLAG,
        SELECTOR_FLAG,
        subresource_flag('If specified, gets the subresource of the requested object.'),
        Flag('ignore-not-found', default=False, help='If set to true, suppresses NotFound error for specific objects '
             'that do not exist. Using this flag with commands that query for collections of resources has no effect '
             'when no resources are found.'),
        Flag('label-columns', 'L', (), 'Accepts a comma separated list of labels that are going to be presented as '
             'columns. Names are case-sensitive. You can also use multiple flag options like -L label1 -L label2...'),
        Flag('no-headers', default=False, help="When using the default or custom-column output format, don't print "
             'headers (default print headers).'),
        Flag('output', 'o', help='Output format. One of: (json, yaml, kyaml, name, go-template, go-template-file, '
             'template, templatefile, jsonpath, jsonpath-as-json, jsonpath-file, custom-columns, custom-columns-file, '
             'wide). See custom columns [https://kubernetes.io/docs/reference/kubectl/#custom-columns], golang '
             'template [http://golang.org/pkg/text/template/#pkg-overview] and jsonpath template '
             '[https://kubernetes.io/docs/reference/kubectl/jsonpath/].'),
        Flag('output-watch-events', default=False, help='Output watch event objects when --watch or --watch-only is '
             'used. Existing objects are output as initial ADDED events.'),
        Flag('raw', help='Raw URI to request from the server.  Uses the transport specified by the kubeconfig file.'),
        Flag('server-print', default=True, help='If true, have the server return the appropriate table output. '
             'Supports extension APIs and CRDs.'),
        Flag('show-kind', default=False, help='If present, list the resource type for the requested object(s).'),
        Flag('show-labels', default=False, help='When printing, show all labels as the last column (default hide '
             'labels column)'),
        Flag('sort-by', help='If non-empty, sort list types using this field specification.  The field specification '
             "is expressed as a JSONPath expression (e.g. '{.metadata.name}'). The field in the API resource "
             'specified by this JSONPath expression must be an integer or a string.'),
        Flag('watch', 'w', False, 'After listing/getting the requested object, watch for changes.'),
        Flag('watch-only', default=False, help='Watch for changes to the requested object(s), without listing/getting '
             'first.'),
    ),
    options=GetOptions,
)
