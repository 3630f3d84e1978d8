"""What `-o` makes of kubeadm's answers: objects of output.kubeadm.k8s.io (cmd/kubeadm/app/util/output)."""

from __future__ import annotations

from tutor.apimachinery.objects import Object
from tutor.apimachinery.printing import to_json, to_yaml
from tutor.kubeadm.environment import Environment
from tutor.kubeadm.errors import KubeadmError, not_simulated

API_VERSION = 'output.kubeadm.k8s.io/v1alpha3'
TEXT = 'text'
FORMATS = ('go-template', 'go-template-file', 'json', 'jsonpath', 'jsonpath-as-json', 'jsonpath-file', 'template',
           'templatefile', TEXT, 'yaml')


def wanted(environment: Environment, command: str) -> str:
    """The form that is asked for: text, json or yaml. Raises KubeadmError (OutputFlags.ToPrinter)."""
    form = environment.flags['output']
    name = form.partition('=')[0].lower()
    if name not in FORMATS:
        raise KubeadmError('could not construct output printer: unable to match a printer suitable for the output '
                           f'format "{form}", allowed formats are: {",".join(FORMATS)}')
    if name not in (TEXT, 'json', 'yaml'):
        raise not_simulated(f'{command} -o {form}')
    return name


def show(environment: Environment, form: str, kind: str, *bodies: Object) -> None:
    """Objects of a kind, one after another, their fields as they stand in Go's type."""
    for number, body in enumerate(bodies):
        if form == 'json':
            whole = {'kind': kind, 'apiVersion': API_VERSION, **body}
            environment.io.stdout.write(to_json(whole, sort_keys=False) + '\n')
        else:
            separator = '---\n' if number else ''
            environment.io.stdout.write(separator + to_yaml({'apiVersion': API_VERSION, 'kind': kind, **body}))
