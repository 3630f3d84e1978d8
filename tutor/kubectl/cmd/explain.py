"""kubectl explain."""

from __future__ import annotations

from tutor.apimachinery.errors import StatusError
from tutor.apimachinery.jsonpath.nodes import FieldName, JSONPathError, Node, Nodes
from tutor.apimachinery.jsonpath.parser import parse
from tutor.apimachinery.resources import Resource
from tutor.kubectl.cmd.describe import SUGGEST_RESOURCES
from tutor.kubectl.command import Command, Options
from tutor.kubectl.discovery import RestMapper
from tutor.kubectl.errors import KubectlError
from tutor.kubectl.explain.plaintext import ExplainError, explain
from tutor.shell.pflag import Flag

PLAINTEXT, OLD_PLAINTEXT = 'plaintext', 'plaintext-openapiv2'
NOT_A_FIELD = 'invalid jsonpath syntax, {}'


class ExplainOptions(Options):
    def validate(self) -> None:
        if not self.args:
            raise KubectlError(f'You must specify the type of resource to explain. {SUGGEST_RESOURCES}\n')
        if len(self.args) > 1:
            raise KubectlError('We accept only this format: explain RESOURCE\n')

    async def run(self) -> None:
        resource, path = parse_request(self.args[0], self.factory.mapper, not self.flags['api-version'])
        group, version = resource.group, resource.version
        if self.flags['api-version']:
            group, _, version = self.flags['api-version'].rpartition('/')
        if self.flags['output'] not in (PLAINTEXT, OLD_PLAINTEXT):
            raise KubectlError(f'unrecognized format: {self.flags["output"]}')
        url = f'/openapi/v3/apis/{group}/{version}' if group else f'/openapi/v3/api/{version}'
        try:
            document = self.factory.client.request('GET', url).body
        except StatusError as error:
            if error.code == 404:
                raise KubectlError(f'couldn\'t find resource for "{group}/{version}, Resource={resource.plural}"') \
                    from None
            raise
        try:
            self.out(explain(document, group, version, resource.plural, path, self.flags['recursive']))
        except ExplainError as error:
            self.out(error.shown)
            raise KubectlError(str(error)) from None


def parse_request(argument: str, mapper: RestMapper, prefix: bool) -> tuple[Resource, list[str]]:
    """SplitAndParseResourceRequestWithMatchingPrefix: 'deployments.apps.spec' may mean the group, too (`prefix`)."""
    first, *rest = _nodes(argument)
    if not isinstance(first, FieldName):
        raise KubectlError(NOT_A_FIELD.format('first node must be field node'))
    if not first.name:
        raise KubectlError('a resource must be present, got: /, Resource=')
    found = mapper.kind_for(first.name)
    for resource in mapper.discovery.by_name.get(first.name.lower(), []) if prefix else ():
        if argument.startswith(resource.group_resource):
            below = argument.removeprefix(resource.group_resource)
            return resource, _fields(_nodes(below)[1:], prefix) if below else []
    return found, _fields(rest, prefix)


def _nodes(path: str) -> list[Node]:
    """jsonPathParse."""
    try:
        nodes = parse('{.' + path.removesuffix('.') + '}')
    except JSONPathError as error:
        raise KubectlError(str(error)) from None
    if len(nodes) != 1 or not isinstance(nodes[0], Nodes):
        raise KubectlError('must pass in 1 jsonpath string')
    return nodes[0].nodes


def _fields(nodes: list[Node], prefix: bool) -> list[str]:
    fields = [node.name for node in nodes if isinstance(node, FieldName)]
    if len(fields) < len(nodes):
        raise KubectlError(NOT_A_FIELD.format('first node must be field node' if prefix else
                                              'all nodes must be field nodes'))
    return fields


COMMAND = Command(
    usage='explain TYPE [--recursive=FALSE|TRUE] [--api-version=api-version-group] '
          '[-o|--output=plaintext|plaintext-openapiv2]',
    long="""
        Describe fields and structure of various resources.

        This command describes the fields associated with each supported API resource. Fields are identified via a
        simple JSONPath identifier:

            <type>.<fieldName>[.<fieldName>]

        Information about each field is retrieved from the server in OpenAPI format.
        """,
    after_long=SUGGEST_RESOURCES,
    examples="""
        # Get the documentation of the resource and its fields
        kubectl explain pods

        # Get all the fields in the resource
        kubectl explain pods --recursive

        # Get the explanation for deployment in supported api versions
        kubectl explain deployments --api-version=apps/v1

        # Get the documentation of a specific field of a resource
        kubectl explain pods.spec.containers

        # Get the documentation of resources in different format
        kubectl explain deployment --output=plaintext-openapiv2
        """,
    flags=(
        Flag('api-version', help='Use given api-version (group/version) of the resource.'),
        Flag('output', 'o', PLAINTEXT, 'Format in which to render the schema. Valid values are: (plaintext, '
             'plaintext-openapiv2).'),
        Flag('recursive', 'R', False, 'When true, print the name of all the fields recursively. Otherwise, print the '
             'available fields with their description.'),
    ),
    options=ExplainOptions,
)
