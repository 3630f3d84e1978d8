"""kubectl kuberc view."""

from __future__ import annotations

from tutor.kubectl.command import Command, Options
from tutor.kubectl.errors import KubectlError
from tutor.kubectl.factory import Factory
from tutor.kubectl.options import TEMPLATE_FLAGS
from tutor.kubectl.preferences import API_VERSIONS, PreferencesError, parse, path_of
from tutor.kubectl.printers.print_flags import printer_for
from tutor.shell.pflag import Flag

KUBERC_FLAG = Flag('kuberc', help='Path to the kuberc file to use for preferences. This can be disabled by exporting '
                   'KUBECTL_KUBERC=false feature gate or turning off the feature KUBERC=off.')


RECOMMENDED = {
    'apiVersion': API_VERSIONS[0], 'kind': 'Preference', 'defaults': [
        {'command': 'apply', 'options': [{'name': 'server-side', 'default': 'true'}]},
        {'command': 'delete', 'options': [{'name': 'interactive', 'default': 'true'}]}]}


def preferences_path(factory: Factory, given: str) -> str:
    try:
        path = path_of(factory.ctx, given)[0]
    except PreferencesError as error:
        raise KubectlError(str(error).removeprefix('kuberc error ')) from None
    if not path:
        raise KubectlError('KUBERC is disabled via KUBERC=off environment variable')
    return path


class ViewOptions(Options):
    async def run(self) -> None:
        ctx = self.factory.ctx
        path = preferences_path(self.factory, self.flags['kuberc'])
        absolute = self.factory.path(path)
        if not ctx.files.exists(absolute):
            if self.flags['kuberc'] or ctx.env.get('KUBERC'):
                raise KubectlError(f'kuberc file not found at {path}')
            await self._offer(absolute)
            return
        preferences = parse(ctx.files.read(absolute).decode('utf-8', 'replace'))
        printer_for(self.factory).print({**preferences, 'aliases': preferences.get('aliases') or [],
                                         'defaults': preferences.get('defaults') or []}, self.out)

    async def _offer(self, path: str) -> None:
        """Without a file: ask whether to make one."""
        from tutor.apimachinery.printing.yaml import to_yaml
        self.out(f'kuberc file not found at {path}\n'
                 'Would you like to generate a default kuberc file with recommended options? (y/N): ')
        answer = (await self.factory.io.stdin.readline()).decode('utf-8', 'replace').strip()
        if answer.lower() == 'y':
            self.factory.ctx.files.put(path, to_yaml(RECOMMENDED))
            self.out(f'Updated {path}\n')


COMMAND = Command(
    usage='kuberc view',
    long="""
        Display the contents of the kuberc file in the specified output format.
        """,
    examples="""
        # View kuberc configuration in YAML format (default)
        kubectl kuberc view

        # View kuberc configuration in JSON format
        kubectl kuberc view --output json

        # View a specific kuberc file
        kubectl kuberc view --kuberc /path/to/kuberc
        """,
    flags=(
        *TEMPLATE_FLAGS,
        KUBERC_FLAG,
        Flag('output', 'o', 'yaml', 'Output format. One of: (json, yaml, kyaml, name, go-template, go-template-file, '
             'template, templatefile, jsonpath, jsonpath-as-json, jsonpath-file).'),
    ),
    options=ViewOptions,
)
