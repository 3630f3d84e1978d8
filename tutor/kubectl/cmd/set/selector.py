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
_OPERATORS = {'in': 'In', 'notin': 'NotIn', '!=': 'NotIn', 'exists': 'Exists', '!': 'DoesNotExist'}


class SelectorOptions(SetOptions):
    operation = 'selector updated'
    failure = ''

    def complete(self) -> None:
        super().complete()
        self.expression = self.args[-1] if self.args else None
        self.resources = self.args[:-1]

    def validate(self) -> None:
        if self.expression is None:
            raise KubectlError('one selector is required')

    def check(self) -> None:
        assert self.expression is not None
        try:
            requirements = parse(self.expression).requirements
        except SelectorError as error:
            raise KubectlError(f'couldn\'t parse the selector string "{self.expression}": {error}') from None
        self.wanted = {}
        for requirement in requirements:
            if requirement.operator not in ONE_VALUE:
                raise KubectlError(f'match expression [{_go(requirement)}] not supported on this object')
            self.wanted[requirement.key] = requirement.values[0]

    def change(self, obj: Object) -> None:
        """updateSelectorForObject."""
        if obj.get('kind') != 'Service' or obj.get('apiVersion') != 'v1':
            raise KubectlError('setting a selector is only supported for Services')
        obj.setdefault('spec', {})['selector'] = dict(self.wanted)
        if self.flags['resource-version']:
            obj['metadata']['resourceVersion'] = self.flags['resource-version']

    def refused(self, info: Info, error: KubectlError) -> Exception:
        return error


def _go(requirement: Requirement) -> str:
    """A metav1.LabelSelectorRequirement as Go prints it with %v."""
    operator = _OPERATORS.get(requirement.operator, requirement.operator)
    return f'{{{requirement.key} {operator} [{" ".join(sorted(requirement.values))}]}}'


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
