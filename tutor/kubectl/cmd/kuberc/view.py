"""kubectl kuberc view."""

from __future__ import annotations

from tutor.kubectl.command import Command, Options
from tutor.kubectl.errors import KubectlError
from tutor.kubectl.flags import Flag
from tutor.kubectl.options import TEMPLATE_FLAGS
from tutor.kubectl.preferences import path_of, read
from tutor.kubectl.printers.print_flags import printer_for

KUBERC_FLAG = Flag('kuberc', help='Path to the kuberc file to use for preferences. This can be disabled by exporting '
                   'KUBECTL_KUBERC=false feature gate or turning off the feature KUBERC=off.')


class ViewOptions(Options):
    def validate(self) -> None:
        if self.args:
            raise KubectlError(f'unexpected arguments: [{" ".join(self.args)}]')

    async def run(self) -> int | None:
        ctx = self.factory.ctx
        path = self.flags['kuberc'] or path_of(ctx, [])[0]
        absolute = self.factory.path(path)
        if not ctx.files.exists(absolute):
            raise KubectlError(f'kuberc file {path} does not exist')
        preferences = read(ctx, absolute)
        if preferences is None:
            raise KubectlError(f'no valid preferences found in {path}')
        printer_for(self.factory).print(preferences, self.out)
        return 0


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
