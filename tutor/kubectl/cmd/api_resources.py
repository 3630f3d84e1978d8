"""kubectl api-resources."""

from __future__ import annotations

from tutor.apimachinery.objects import Object
from tutor.apimachinery.resources import Resource
from tutor.kubectl.command import Command, Options
from tutor.kubectl.errors import KubectlError, UsageError
from tutor.kubectl.printers.print_flags import NoPrinter, object_printer
from tutor.kubectl.printers.tabwriter import new_table_writer
from tutor.shell.pflag import Flag

FORMATS = ('json', 'kyaml', 'name', 'wide', 'yaml')
HEADERS = ('NAME', 'SHORTNAMES', 'APIVERSION', 'NAMESPACED', 'KIND')


class ApiResourcesOptions(Options):
    def complete(self) -> None:
        if self.args:
            raise UsageError(f'unexpected arguments: [{" ".join(self.args)}]')

    def validate(self) -> None:
        if self.flags['output'] not in ('', *FORMATS):
            raise NoPrinter(self.flags['output'], FORMATS)
        if self.flags['sort-by'] not in ('', 'name', 'kind'):
            raise KubectlError('--sort-by accepts only name or kind')

    async def run(self) -> None:
        mapper = self.factory.mapper
        if not self.flags['cached']:
            mapper.refresh()
        preferred = mapper.discovery.preferred
        found = [item for item in mapper.discovery.resources
                 if item.version == preferred.get(item.group) and item.verbs and self._wanted(item)]
        field = self.flags['sort-by']
        if field:
            found.sort(key=lambda item: item.kind if field == 'kind' else item.plural)
        else:
            found.sort(key=lambda item: (item.group, item.plural))
        self._print(found)

    def _wanted(self, item: Resource) -> bool:
        flags = self.flags
        if flags.changed('api-group') and item.group != flags['api-group']:
            return False
        if flags.changed('namespaced') and item.namespaced != flags['namespaced']:
            return False
        return set(flags['verbs']) <= set(item.verbs) and set(flags['categories']) <= set(item.categories)

    def _print(self, found: list[Resource]) -> None:
        output = self.flags['output']
        listing = {'kind': 'APIResourceList', 'apiVersion': 'v1', 'groupVersion': '',
                   'resources': [_entry(item) for item in found] or None}
        if output == 'json':
            from tutor.apimachinery.printing.json import to_json
            self.out(to_json(listing, sort_keys=False) + '\n')
            return
        printer = object_printer(self.factory, output)
        if printer is not None:
            printer.print(listing, self.out)
            return
        if output == 'name':
            self.out(''.join(f'{item.group_resource}\n' for item in found))
            return
        table = new_table_writer()
        wide = output == 'wide'
        if not self.flags['no-headers']:
            table.write('\t'.join((*HEADERS, *(('VERBS', 'CATEGORIES') if wide else ()))) + '\n')
        for item in found:
            cells = [item.plural, ','.join(item.short_names), item.group_version,
                     'true' if item.namespaced else 'false', item.kind]
            if wide:
                cells += [','.join(item.verbs), ','.join(item.categories)]
            table.write('\t'.join(cells) + '\n')
        self.out(table.flush())


def _entry(item: Resource) -> Object:
    """metav1.APIResource."""
    entry: Object = {'name': item.plural, 'singularName': item.singular, 'namespaced': item.namespaced}
    entry.update({'group': item.group} if item.group else {})
    entry.update({'version': item.version, 'kind': item.kind, 'verbs': list(item.verbs)})
    if item.short_names:
        entry['shortNames'] = list(item.short_names)
    if item.categories:
        entry['categories'] = list(item.categories)
    return entry


COMMAND = Command(
    usage='api-resources [flags]',
    long='Print the supported API resources on the server.',
    examples="""
        # Print the supported API resources
        kubectl api-resources

        # Print the supported API resources with more information
        kubectl api-resources -o wide

        # Print the supported API resources sorted by a column
        kubectl api-resources --sort-by=name

        # Print the supported namespaced resources
        kubectl api-resources --namespaced=true

        # Print the supported non-namespaced resources
        kubectl api-resources --namespaced=false

        # Print the supported API resources with a specific APIGroup
        kubectl api-resources --api-group=rbac.authorization.k8s.io
        """,
    flags=(
        Flag('api-group', help='Limit to resources in the specified API group.'),
        Flag('cached', default=False, help='Use the cached list of resources if available.'),
        Flag('categories', default=(), help='Limit to resources that belong to the specified categories.'),
        Flag('namespaced', default=True, help='If false, non-namespaced resources will be returned, otherwise '
             'returning namespaced resources by default.'),
        Flag('no-headers', default=False, help="When using the default or custom-column output format, don't print "
             'headers (default print headers).'),
        Flag('output', 'o', help='Output format. One of: (json, yaml, kyaml, name, wide).'),
        Flag('show-managed-fields', default=False, help='If true, keep the managedFields when printing objects in '
             'JSON or YAML format.'),
        Flag('sort-by', help='If non-empty, sort list of resources using specified field. The field can be either '
             "'name' or 'kind'."),
        Flag('verbs', default=(), help='Limit to resources that support the specified verbs.'),
    ),
    options=ApiResourcesOptions,
)
