"""kubectl set selector."""

from __future__ import annotations

from tutor.apimachinery.objects import Object
from tutor.apimachinery.selectors import Requirement, SelectorError, parse
from tutor.kubectl.cmd.set.base import SetOptions
from tutor.kubectl.command import Command
from tutor.kubectl.errors import KubectlError
from tutor.kubectl.options import DRY_RUN_FLAG, PRINT_FLAGS, field_manager_flag, file_name_flags
from tutor.kubectl.recording import RECORD_FLAG
from tutor.kubectl.resource.info import Info
from tutor.shell.pflag import Flag

ONE_VALUE = ('=', '==')
_OPERATORS = {'in': 'In', 'notin': 'NotIn', 'exists': 'Exists', '!': 'DoesNotExist'}


class SelectorOptions(SetOptions):
    operation = 'selector updated'
    failure = ''
    always = True
    expressions: list[Requirement] | None = None

    def complete(self) -> None:
        super().complete()
        if self.args:
            *self.resources, text = self.args
            self.expressions = _expressions(text)

    def validate(self) -> None:
        if self.expressions is None:
            raise KubectlError('one selector is required')

    async def run(self) -> None:
        """Object by object, as they are found: one that is not there does not stop the others."""
        (await self.builder().do()).visit(self.apply)

    def change(self, obj: Object) -> None:
        """updateSelectorForObject."""
        if obj.get('kind') != 'Service' or obj.get('apiVersion') != 'v1':
            raise KubectlError('setting a selector is only supported for Services')
        expressions = self.expressions or []
        many = [_go(each) for each in expressions if each.operator not in ONE_VALUE]
        if many:
            raise KubectlError(f'match expression [{" ".join(many)}] not supported on this object')
        obj.setdefault('spec', {})['selector'] = {each.key: each.values[0] for each in expressions}
        if self.flags['resource-version']:
            obj['metadata']['resourceVersion'] = self.flags['resource-version']

    def refused(self, info: Info, error: KubectlError) -> Exception:
        return error


def _expressions(text: str) -> list[Requirement]:
    """metav1.ParseToLabelSelector: not every operator has a form in a LabelSelector."""
    try:
        found = parse(text).requirements
    except SelectorError as error:
        raise KubectlError(f'couldn\'t parse the selector string "{text}": {error}') from None
    for each in found:
        if each.operator in ('gt', 'lt'):
            raise KubectlError(f'"{each.operator}" isn\'t supported in label selectors')
        if each.operator not in ONE_VALUE and each.operator not in _OPERATORS:
            raise KubectlError(f'"{each.operator}" is not a valid label selector operator')
    return list(found)


def _go(requirement: Requirement) -> str:
    """A metav1.LabelSelectorRequirement as Go prints it with %v."""
    return f'{{{requirement.key} {_OPERATORS[requirement.operator]} [{" ".join(sorted(requirement.values))}]}}'


COMMAND = Command(
    usage='set selector (-f FILENAME | TYPE NAME) EXPRESSIONS [--resource-version=version]',
    long="""
        Set the selector on a resource. Note that the new selector will overwrite the old selector if the resource had one prior to the invocation of 'set selector'.

        A selector must begin with a letter or number, and may contain letters, numbers, hyphens, dots, and underscores, up to 63 characters. If --resource-version is specified, then updates will use this resource version, otherwise the existing resource-version will be used. Note: currently selectors can only be set on Service objects.
        """,  # noqa: E501
    examples="""
        # Set the labels and selector before creating a deployment/service pair
        kubectl create service clusterip my-svc --clusterip="None" -o yaml --dry-run=client | kubectl set selector --local -f - 'environment=qa' -o yaml | kubectl create -f -
        kubectl create deployment my-dep -o yaml --dry-run=client | kubectl label --local -f - environment=qa -o yaml | kubectl create -f -
        """,  # noqa: E501
    flags=(
        *PRINT_FLAGS, DRY_RUN_FLAG, RECORD_FLAG, field_manager_flag('kubectl-set'),
        *(flag for flag in file_name_flags('identifying the resource.') if flag.name == 'filename'),
        Flag('all', default=False, help='Select all resources in the namespace of the specified resource types'),
        Flag('local', default=False, help='If true, annotation will NOT contact api-server but run locally.'),
        Flag('recursive', 'R', True, 'Process the directory used in -f, --filename recursively. Useful when you want '
             'to manage related manifests organized within the same directory.'),
        Flag('resource-version', help='If non-empty, the selectors update will only succeed if this is the current '
             'resource-version for the object. Only valid when specifying a single resource.'),
    ),
    options=SelectorOptions,
)
