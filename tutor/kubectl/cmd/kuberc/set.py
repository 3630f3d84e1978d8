"""kubectl kuberc set."""

from __future__ import annotations

from typing import Any

from tutor.apimachinery.objects import Object, deep_copy
from tutor.kubectl.cmd.kuberc.view import KUBERC_FLAG
from tutor.kubectl.command import Command, Options
from tutor.kubectl.errors import KubectlError
from tutor.kubectl.flags import ARRAY, Flag
from tutor.kubectl.preferences import API_VERSIONS, path_of, read

SECTIONS = ('aliases', 'credentialplugin', 'defaults')
POLICIES = ('AllowAll', 'DenyAll', 'Allowlist')


class SetOptions(Options):
    def validate(self) -> None:
        flags = self.flags
        section = flags['section']
        if section not in SECTIONS:
            raise KubectlError(f'unknown section "{section}": must be one of {", ".join(SECTIONS)}' if section else
                               'required flag(s) "section" not set')
        if section == 'credentialplugin':
            if flags['policy'] not in POLICIES:
                raise KubectlError(f'--policy must be one of {", ".join(POLICIES)}')
            return
        if not flags['command']:
            raise KubectlError('--command is required')
        if section == 'aliases' and not flags['name']:
            raise KubectlError('--name is required when --section=aliases')
        if section == 'defaults':
            for name in ('name', 'prependarg', 'appendarg'):
                if flags[name]:
                    raise KubectlError(f'--{name} can only be used with --section=aliases')

    async def run(self) -> int | None:
        from tutor.apimachinery.printing.yaml import to_yaml
        ctx = self.factory.ctx
        path = self.flags['kuberc'] or path_of(ctx, [])[0]
        absolute = self.factory.path(path)
        before = read(ctx, absolute) if ctx.files.exists(absolute) else None
        preferences: Object = deep_copy(before or {'apiVersion': API_VERSIONS[0], 'kind': 'Preference'})
        self._change(preferences)
        ctx.files.put(absolute, to_yaml(preferences))
        self.out(f'Updated {absolute}\n')
        return 0

    def _change(self, preferences: Object) -> None:
        flags = self.flags
        if flags['section'] == 'credentialplugin':
            preferences['credentialPluginPolicy'] = flags['policy']
            entries = [dict([_pair(text)]) for text in flags['allowlist-entry']]
            if entries:
                preferences['credentialPluginAllowlist'] = entries
            return
        entry: Object = {'command': flags['command']}
        options = [dict(zip(('name', 'default'), _pair(text), strict=True)) for text in flags['option']]
        if options:
            entry['options'] = options
        key = 'command'
        if flags['section'] == 'aliases':
            key = 'name'
            entry['name'] = flags['name']
            for field, flag in (('prependArgs', 'prependarg'), ('appendArgs', 'appendarg')):
                if flags[flag]:
                    entry[field] = list(flags[flag])
        self._put(preferences.setdefault(flags['section'], []), entry, key)

    def _put(self, entries: list[Any], entry: Object, key: str) -> None:
        for index, known in enumerate(entries):
            if known.get(key) == entry[key]:
                if not self.flags['overwrite']:
                    what = 'alias' if key == 'name' else 'defaults for command'
                    raise KubectlError(f'{what} "{entry[key]}" already exists, use --overwrite to replace')
                entries[index] = entry
                return
        entries.append(entry)


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition('=')
    if not equals or not name:
        raise KubectlError(f'invalid option format "{text}": must be in the form flag=value')
    return name, value


COMMAND = Command(
    usage='kuberc set --section (defaults|aliases) --command COMMAND',
    long="""
        Set values in the kuberc configuration file.

        Use --section to specify whether to set defaults or aliases.

        For defaults: Sets default flag values for kubectl commands. The --command flag should specify only the
        command (e.g., "get", "create", "set env"), not resources.

        For aliases: Creates command aliases with optional default flag values and arguments. Use --prependarg and
        --appendarg to include resources or other arguments.
        """,
    examples="""
        # Set default output format for 'get' command
        kubectl kuberc set --section defaults --command get --option output=wide

        # Set default output format for a subcommand
        kubectl kuberc set --section defaults --command "set env" --option output=yaml

        # Create an alias 'getn' for 'get' command with prepended 'nodes' resource
        kubectl kuberc set --section aliases --name getn --command get --prependarg nodes --option output=wide

        # Create an alias 'runx' for 'run' command with appended arguments
        kubectl kuberc set --section aliases --name runx --command run --option image=nginx --appendarg "--" --appendarg custom-arg1

        # Overwrite an existing default
        kubectl kuberc set --section defaults --command get --option output=json --overwrite

        # Set the credential plugin policy and allowlist
        kubectl kuberc set --section credentialplugin --policy Allowlist --allowlist-entry command=cloud-credential-helper
        """,  # noqa: E501 - the examples are kubectl's, line by line
    flags=(
        KUBERC_FLAG,
        Flag('allowlist-entry', default=(), kind=ARRAY, help='Allowlist entry the form field=value (can be specified '
             'multiple times)'),
        Flag('appendarg', default=(), kind=ARRAY, help='Argument to append to the command (can be specified multiple '
             'times, for aliases only)'),
        Flag('command', help="Command to configure (e.g., 'get', 'create', 'set env')"),
        Flag('name', help='Alias name (required for --section=aliases)'),
        Flag('option', default=(), kind=ARRAY, help='Flag option in the form flag=value (can be specified multiple '
             'times)'),
        Flag('overwrite', default=False, help='Allow overwriting existing entries'),
        Flag('policy', help="Plugin policy to use for exec credential plugins, must be one of 'AllowAll', 'DenyAll', "
             "or 'Allowlist'"),
        Flag('prependarg', default=(), kind=ARRAY, help='Argument to prepend to the command (can be specified multiple '
             'times, for aliases only)'),
        Flag('section', help="Section to modify: 'defaults', 'aliases' or 'credentialplugin'"),
    ),
    options=SetOptions,
)
