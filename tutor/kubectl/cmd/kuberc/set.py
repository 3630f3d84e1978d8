"""kubectl kuberc set."""

from __future__ import annotations

from typing import Any

from tutor.apimachinery.objects import Object, deep_copy
from tutor.kubectl.cmd.kuberc.view import KUBERC_FLAG, preferences_path
from tutor.kubectl.command import Command, Options
from tutor.kubectl.errors import KubectlError, raise_all
from tutor.kubectl.preferences import API_VERSIONS, POLICIES, parse
from tutor.shell.pflag import ARRAY, Flag

SECTIONS = ('aliases', 'credentialplugin', 'defaults')


class SetOptions(Options):
    def validate(self) -> None:
        flags, section = self.flags, self.flags['section']
        self.path = preferences_path(self.factory, flags['kuberc'])
        if section not in SECTIONS:
            raise KubectlError('--section must be "defaults", "aliases", or "credentialplugin", got: ' + section)
        if section == 'aliases' and not flags['name']:
            raise KubectlError('--name is required when --section=aliases')
        if section == 'defaults' and flags['name']:
            raise KubectlError('--name should not be specified when --section=defaults')
        if section == 'defaults' and (flags['prependarg'] or flags['appendarg']):
            raise KubectlError('--prependarg and --appendarg are only valid for --section=aliases')
        if section == 'credentialplugin':
            self._validate_policy(flags['policy'], flags['allowlist-entry'])
        elif not flags['command']:
            raise KubectlError('--command is required when --section=aliases or --section=defaults')

    def _validate_policy(self, policy: str, entries: tuple[str, ...]) -> None:
        if not policy:
            raise KubectlError('--policy is required when --section=credentialplugin')
        if policy not in POLICIES:
            raise KubectlError(f' --policy must be  "AllowAll", "DenyAll", or "Allowlist", got: {policy}')
        if policy == 'Allowlist' and not entries:
            raise KubectlError('--allowlist-entry is required when --section=credentialplugin and --policy=Allowlist')
        if policy != 'Allowlist' and entries:
            raise KubectlError('--allowlist-entry may only be used when --section=credentialplugin and '
                               '--policy=Allowlist')

    async def run(self) -> None:
        from tutor.apimachinery.printing.yaml import to_yaml
        files, absolute = self.factory.ctx.files, self.factory.path(self.path)
        before = parse(files.read(absolute).decode('utf-8', 'replace')) if files.exists(absolute) else None
        preferences: Object = deep_copy(before or {'apiVersion': API_VERSIONS[0], 'kind': 'Preference'})
        self._change(preferences)
        files.put(absolute, to_yaml(preferences))
        self.out(f'Updated {absolute}\n')

    def _change(self, preferences: Object) -> None:
        flags, section = self.flags, self.flags['section']
        options = [dict(zip(('name', 'default'), _pair(text), strict=True)) for text in flags['option']]
        if section == 'credentialplugin':
            if flags['policy'] == 'Allowlist':
                preferences['credentialPluginAllowlist'] = _allowed(flags['allowlist-entry'])
            preferences['credentialPluginPolicy'] = flags['policy']
            return
        entry: Object = {'command': flags['command']}
        if options:
            entry['options'] = options
        if section == 'aliases':
            entry['name'] = flags['name']
            for field, flag in (('prependArgs', 'prependarg'), ('appendArgs', 'appendarg')):
                if flags[flag]:
                    entry[field] = list(flags[flag])
        self._put(preferences.setdefault(section, []), entry)

    def _put(self, entries: list[Any], entry: Object) -> None:
        """Add an entry, or change what the flags name of the one that is there."""
        key = 'name' if 'name' in entry else 'command'
        for index, known in enumerate(entries):
            if known.get(key) == entry[key]:
                if not self.flags['overwrite']:
                    what = (f'alias "{entry[key]}" already exists' if key == 'name' else
                            f'defaults for command "{entry[key]}" already exist')
                    raise KubectlError(f'{what}, use --overwrite to replace')
                entries[index] = {**known, **entry}
                return
        entries.append(entry)


def _allowed(texts: tuple[str, ...]) -> list[Object]:
    """getAllowlistEntries."""
    entries: list[Object] = []
    problems: list[Exception] = []
    for text in (part for each in texts for part in each.split(',')):
        field, equals, value = text.partition('=')
        if not equals:
            problems.append(KubectlError(f'improperly formatted allowlist entry: "{text}"'))
        elif field == 'name':
            problems.append(KubectlError('allowlist entry field "name" is deprecated, use "command" instead'))
        elif field != 'command':
            problems.append(KubectlError(f'unrecognized allowlist entry field: "{field}"'))
        elif not value.strip():
            problems.append(KubectlError(f'empty value in allowlist entry for field "{field}"'))
        else:
            entries.append({'command': value})
    raise_all(problems)
    return entries


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition('=')
    if not equals:
        raise KubectlError(f'invalid option format "{text}", expected flag=value')
    return name.lstrip('-'), value


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
    required=('section',),
    options=SetOptions,
)
