"""kubectl apply view-last-applied."""

from __future__ import annotations

import json
from typing import Any

from tutor.apimachinery.decode import json_problem
from tutor.kubectl.annotation import original_configuration
from tutor.kubectl.command import Command, Options
from tutor.kubectl.errors import KubectlError, UsageError, with_source
from tutor.kubectl.options import SELECTOR_FLAG, filename_flags
from tutor.kubectl.resource.info import Info
from tutor.shell.pflag import Flag


class ViewLastAppliedOptions(Options):
    def complete(self) -> None:
        self.namespace, self.enforce = self.factory.enforced_namespace()
        self.configurations: list[Any] = []

    async def run(self) -> int | None:
        flags = self.flags
        result = await (self.factory.builder().namespace(self.namespace).filename_flags(self.enforce, flags)
                        .arguments(self.enforce, self.args).select_all(flags['all'])
                        .labels(flags['selector']).latest().flatten().do())
        result.check().visit(self._collect)
        if flags['output'] not in ('yaml', 'json', ''):
            raise UsageError(f"Unexpected -o output mode: {flags['output']}, the flag 'output' must be one of "
                             'yaml|json')
        for configuration in self.configurations:
            self._print(configuration)
        return 0

    def _collect(self, info: Info) -> None:
        text = original_configuration(info.object)
        if text is None:
            if info.source:  # AddSourceToErr makes an error of none where there is a file
                raise with_source(f'no last-applied-configuration annotation found on resource: {info.name}\n',
                                  info.source, KubectlError('<nil>'))
            return
        try:
            self.configurations.append(json.loads(text))
        except ValueError as error:
            raise KubectlError(json_problem(text, error)) from None

    def _print(self, configuration: Any) -> None:
        if self.flags['output'] == 'json':
            from tutor.apimachinery.printing.json import to_json
            self.out(to_json(configuration, indent=2) + '\n')
        else:
            from tutor.apimachinery.printing.yaml import to_yaml
            self.out(to_yaml(configuration))


COMMAND = Command(
    usage='apply view-last-applied (TYPE [NAME | -l label] | TYPE/NAME | -f FILENAME)',
    long="""
        View the latest last-applied-configuration annotations by type/name or file.

        The default output will be printed to stdout in YAML format. You can use the -o option to change the output
        format.
        """,
    examples="""
        # View the last-applied-configuration annotations by type/name in YAML
        kubectl apply view-last-applied deployment/nginx

        # View the last-applied-configuration annotations by file in JSON
        kubectl apply view-last-applied -f deploy.yaml -o json
        """,
    flags=(
        *filename_flags('that contains the last-applied-configuration annotations'),
        SELECTOR_FLAG,
        Flag('all', default=False, help='Select all resources in the namespace of the specified resource types'),
        Flag('output', 'o', 'yaml', 'Output format. Must be one of (yaml, json)'),
    ),
    options=ViewLastAppliedOptions,
)
