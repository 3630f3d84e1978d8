"""kubectl config view."""

from __future__ import annotations

import base64
import posixpath
from functools import cached_property

from tutor.apimachinery.objects import Object
from tutor.kubectl.cmd.config.base import ConfigOptions
from tutor.kubectl.command import Command
from tutor.kubectl.errors import KubectlError, UsageError, words
from tutor.kubectl.kubeconfig import KubeConfig
from tutor.kubectl.kubeconfig_files import PATH_FIELDS, copy_of, document
from tutor.kubectl.options import TEMPLATE_FLAGS
from tutor.kubectl.printers.print_flags import printer_for
from tutor.shell.pflag import Flag

REDACTED, OMITTED = 'REDACTED', 'DATA+OMITTED'
_SECRETS = {'token': REDACTED, 'password': REDACTED, 'client-key-data': OMITTED, 'client-certificate-data': OMITTED,
            'certificate-authority-data': OMITTED}


class ViewOptions(ConfigOptions):
    def complete(self) -> None:
        if self.args:
            raise UsageError(f'unexpected arguments: {words(self.args)}')
        if not self.flags['merge'] and not self.flags['kubeconfig']:
            raise KubectlError('if merge==false a precise file must be specified')

    @cached_property
    def old(self) -> KubeConfig:
        """The files with the paths they have; only what is put in place of a path needs to know whence it leads."""
        return self.access.starting_config(resolved=self.flags['flatten'])

    async def run(self) -> None:
        config = copy_of(self.old)
        if self.flags['minify']:
            config = _minified(config, self.flags['context'] or config.current_context)
        if self.flags['flatten']:
            self._flatten(config)
        elif not self.flags['raw']:
            _redact(config)
        shown = document(config)
        if self.flags['output'] == 'json':
            from tutor.apimachinery.printing.json import to_json
            self.out(to_json(shown, sort_keys=False) + '\n')
        else:
            printer_for(self.factory).print(shown, self.out)

    def _flatten(self, config: KubeConfig) -> None:
        """FlattenConfig: certificates and keys stand in the file itself."""
        for section, fields in PATH_FIELDS.items():
            entries: dict[str, Object] = getattr(config, section)
            for name, entry in entries.items():
                inlined = dict(entry)
                for field in fields:
                    if field != 'tokenFile' and entry.get(field) and not entry.get(f'{field}-data'):
                        data = self.factory.read(posixpath.normpath(entry[field]))
                        inlined[f'{field}-data'] = base64.b64encode(data).decode()
                    if field != 'tokenFile':
                        inlined.pop(field, None)
                entries[name] = inlined


def _minified(config: KubeConfig, name: str) -> KubeConfig:
    """MinifyConfig: the context of that name, and what it names."""
    if not name:
        raise KubectlError('current-context must exist in order to minify')
    context = config.contexts.get(name)
    if context is None:
        raise KubectlError(f'cannot locate context {name}')
    small = KubeConfig(contexts={name: context}, current_context=name, extra=config.extra, origins=config.origins)
    for section, noun in (('clusters', 'cluster'), ('users', 'user')):
        wanted = context.get(noun)
        if wanted:
            entry = getattr(config, section).get(wanted)
            if entry is None:
                raise KubectlError(f'cannot locate {noun} {wanted}')
            getattr(small, section)[wanted] = entry
    return small


def _redact(config: KubeConfig) -> None:
    """RedactSecrets and ShortenConfig."""
    for entries in (config.clusters, config.users):
        for name, entry in entries.items():
            entries[name] = {field: _SECRETS[field] if field in _SECRETS and value else value
                             for field, value in entry.items()}


COMMAND = Command(
    usage='config view [flags]',
    long="""
        Display merged kubeconfig settings or a specified kubeconfig file.

        You can use --output jsonpath={...} to extract specific values using a jsonpath expression.
        """,
    examples="""
        # Show merged kubeconfig settings
        kubectl config view

        # Show merged kubeconfig settings, raw certificate data, and exposed secrets
        kubectl config view --raw

        # Get the password for the e2e user
        kubectl config view -o jsonpath='{.users[?(@.name == "e2e")].user.password}'
        """,
    flags=(
        *TEMPLATE_FLAGS,
        Flag('flatten', default=False, help='Flatten the resulting kubeconfig file into self-contained output (useful '
             'for creating portable kubeconfig files)'),
        Flag('merge', default=True, bare='true', help='Merge the full hierarchy of kubeconfig files'),
        Flag('minify', default=False, help='Remove all information not used by current-context from the output'),
        Flag('output', 'o', 'yaml', 'Output format. One of: (json, yaml, kyaml, name, go-template, go-template-file, '
             'template, templatefile, jsonpath, jsonpath-as-json, jsonpath-file).'),
        Flag('raw', default=False, help='Display raw byte data and sensitive data'),
    ),
    options=ViewOptions,
)
