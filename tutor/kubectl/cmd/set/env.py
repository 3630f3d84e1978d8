"""kubectl set env."""

from __future__ import annotations

import re

from tutor.apimachinery.field import go_quote
from tutor.apimachinery.names import is_env_name
from tutor.apimachinery.objects import Object
from tutor.kubectl.cmd.set.base import ALL_AND_SELECTOR, SetOptions, set_flags
from tutor.kubectl.cmd.set.references import Resolver, reference_text
from tutor.kubectl.command import Command
from tutor.kubectl.errors import ERRORS, KubectlError, error_text
from tutor.kubectl.podspecs import pod_spec, selected
from tutor.kubectl.resource.info import Info
from tutor.shell.pflag import ARRAY, Flag

_NOT_IN_NAMES = re.compile('[^a-zA-Z0-9_]')
_SOURCES = {'ConfigMap': 'configMapKeyRef', 'Secret': 'secretKeyRef'}


class EnvOptions(SetOptions):
    operation = 'env updated'
    failure = 'failed to patch env update to pod template: '
    told_of_names = False

    def complete(self) -> None:
        super().complete()
        if self.flags['all'] and self.flags['selector']:
            raise KubectlError(ALL_AND_SELECTOR)
        self.resources, self.words = [], []
        for word in self.args:
            if '=' in word[1:] or word.endswith('-'):
                self.words.append(word)
            elif self.words:
                raise KubectlError(f'all resources must be specified before environment changes: {" ".join(self.args)}')
            else:
                self.resources.append(word)

    def validate(self) -> None:
        super().check()
        if self.errors:
            raise self.errors[0]
        if not self.flags['filename'] and not self.resources:
            raise KubectlError('one or more resources must be specified as <resource> <name> or <resource>/<name>')
        if self.flags['list'] and self.flags['output']:
            raise KubectlError('--list and --output may not be specified together')
        if self.flags['keys'] and not self.flags['from']:
            raise KubectlError('when specifying --keys, a configmap or secret must be provided with --from')

    def check(self) -> None:
        """Validated before the objects are looked up."""

    async def run(self) -> None:
        self.added, self.removed = await self._parse((*self.flags['env'], *self.words))
        if self.flags['from']:
            self.added += await self._imported()
        for variable in self.added:
            variable['name'] = f'{self.flags["prefix"]}{variable["name"]}'
        await super().run()

    async def _parse(self, words: tuple[str, ...]) -> tuple[list[Object], list[str]]:
        """envutil.ParseEnv; '-' is the lines of standard input."""
        added: list[Object] = []
        removed: list[str] = []
        for word in words:
            name, equals, _ = word.partition('=')
            if word == '-':
                text = (await self.factory.io.stdin.read()).decode('utf-8', 'replace')
                added += [_variable(line) for line in text.splitlines() if line and not line.startswith('#')]
            elif equals:
                for problem in is_env_name(name):
                    raise KubectlError(f'{go_quote(name)} is not a valid key name: {problem}')
                added.append(_variable(word))
            elif word.endswith('-'):
                removed.append(word[:-1])
            else:
                raise KubectlError(f'unknown environment variable: {word}')
        if any(variable['name'] in removed for variable in added):
            raise KubectlError('can not both modify and remove the same environment variable in the same command')
        return added, removed

    async def _imported(self) -> list[Object]:
        """--from: a variable for each key of a ConfigMap or Secret."""
        flags = self.flags
        builder = self.factory.builder().typed().local(flags['local']).continue_on_error().namespace(self.namespace)
        builder.filename_flags(self.enforced, flags).flatten()
        if not flags['local']:
            builder.labels(flags['selector']).arguments(flags['all'], [flags['from']]).latest()
        infos = (await builder.do()).infos()
        found: list[Object] = []
        for info in infos:
            source = _SOURCES.get(info.object.get('kind', ''))
            if source is None:
                raise KubectlError('unsupported resource specified in --from')
            for key in sorted(info.object.get('data') or {}):
                if not self.flags['keys'] or key in self.flags['keys']:
                    found.append({'name': self._name(key), 'valueFrom': {source: {'key': key, 'name': info.name}}})
        return found

    def _name(self, key: str) -> str:
        name = _NOT_IN_NAMES.sub('_', key).upper()
        if name != key:
            self.err(f'Warning: key {key} transferred to {name}\n')
        return name

    def change(self, obj: Object) -> None:
        spec, pattern = pod_spec(obj), self.flags['containers']
        found = selected(spec.get('containers'), pattern) + selected(spec.get('initContainers'), pattern)
        if not found:
            self.err(f'Warning: {obj.get("kind")}/{obj["metadata"]["name"]} does not have any containers matching '
                     f'"{pattern}"\n')
        for container in found:
            updated = self._updated(container.get('env') or [])
            if updated or 'env' in container:
                container['env'] = updated
            if self.flags['list']:
                self._list(obj, container)

    def _updated(self, existing: list[Object]) -> list[Object]:
        """updateEnv: replaced in place, new ones at the end."""
        known: dict[str, Object] = {}
        for variable in self.added:
            known.setdefault(variable['name'], variable)
        if not self.flags['overwrite']:
            for variable in existing:
                value = variable.get('value', '')
                if known.get(variable['name'], {}).get('value', '') != value and variable['name'] in known:
                    raise KubectlError(f"'{variable['name']}' already has a value ({value}), and "
                                       '--overwrite is false')
        kept = [known.get(variable['name'], variable) for variable in existing
                if variable['name'] not in self.removed]
        there = {variable['name'] for variable in kept}
        return kept + [variable for name, variable in known.items() if name not in there]

    def apply(self, info: Info) -> None:
        if self.flags['list']:
            try:
                self.change(info.copy())
            except KubectlError as error:
                raise self.refused(info, error) from None
            return
        super().apply(info)

    def _list(self, obj: Object, container: Object) -> None:
        """--list; a reference that cannot be resolved is told, and no failure."""
        self.out(f'# {obj.get("kind")} {obj["metadata"]["name"]}, container {container["name"]}\n')
        resolver = Resolver(self.factory.client, self.namespace) if self.flags['resolve'] else None
        failed: dict[str, list[str]] = {}
        for variable in container.get('env') or ():
            name, source = variable['name'], variable.get('valueFrom')
            if source is None:
                self.out(f'{name}={variable.get("value", "")}\n')
                continue
            if resolver is not None:
                try:
                    self.out(f'{name}={resolver.value(source, obj, container)}\n')
                    continue
                except ERRORS as error:
                    failed.setdefault(error_text(error), []).append(name)
            self.out(f'# {name} from {reference_text(source)}\n')
        self.err(''.join(sorted(f'error retrieving reference for {", ".join(sorted(names))}: {text}\n'
                                for text, names in failed.items())))


def _variable(line: str) -> Object:
    name, _, value = line.partition('=')
    return {'name': name, 'value': value} if value else {'name': name}


COMMAND = Command(
    usage='set env RESOURCE/NAME KEY_1=VAL_1 ... KEY_N=VAL_N',
    long="""
        Update environment variables on a pod template.

        List environment variable definitions in one or more pods, pod templates. Add, update, or remove container
        environment variable definitions in one or more pod templates (within replication controllers or deployment
        configurations). View or modify the environment variable definitions on all containers in the specified pods
        or pod templates, or just those that match a wildcard.

        If "--env -" is passed, environment variables can be read from STDIN using the standard env syntax.

        Possible resources include (case insensitive):

            pod (po), replicationcontroller (rc), deployment (deploy), daemonset (ds), statefulset (sts), cronjob (cj), replicaset (rs)
        """,  # noqa: E501
    examples="""
        # Update deployment 'registry' with a new environment variable
        kubectl set env deployment/registry STORAGE_DIR=/local

        # List the environment variables defined on a deployments 'sample-build'
        kubectl set env deployment/sample-build --list

        # List the environment variables defined on all pods
        kubectl set env pods --all --list

        # Output modified deployment in YAML, and does not alter the object on the server
        kubectl set env deployment/sample-build STORAGE_DIR=/data -o yaml

        # Update all containers in all replication controllers in the project to have ENV=prod
        kubectl set env rc --all ENV=prod

        # Import environment from a secret
        kubectl set env --from=secret/mysecret deployment/myapp

        # Import environment from a config map with a prefix
        kubectl set env --from=configmap/myconfigmap --prefix=MYSQL_ deployment/myapp

        # Import specific keys from a config map
        kubectl set env --keys=my-example-key --from=configmap/myconfigmap deployment/myapp

        # Remove the environment variable ENV from container 'c1' in all deployment configs
        kubectl set env deployments --all --containers="c1" ENV-

        # Remove the environment variable ENV from a deployment definition on disk and
        # update the deployment config on the server
        kubectl set env -f deploy.json ENV-

        # Set some of the local shell environment into a deployment config on the server
        env | grep RAILS_ | kubectl set env -e - deployment/registry
        """,
    flags=(
        *set_flags('set env', 'the resource to update the env',
                   every='If true, select all resources in the namespace of the specified resource types'),
        Flag('containers', 'c', '*', 'The names of containers in the selected pod templates to change - may use '
             'wildcards'),
        Flag('env', 'e', (), 'Specify a key-value pair for an environment variable to set into each container.', ARRAY),
        Flag('from', help='The name of a resource from which to inject environment variables'),
        Flag('keys', default=(), help='Comma-separated list of keys to import from specified resource'),
        Flag('list', default=False, help='If true, display the environment and any changes in the standard format. '
             'this flag will removed when we have kubectl view env.'),
        Flag('overwrite', default=True, help='If true, allow environment to be overwritten, otherwise reject updates '
             'that overwrite existing environment.'),
        Flag('prefix', help='Prefix to append to variable names'),
        Flag('resolve', default=False, help='If true, show secret or configmap references when listing variables'),
    ),
    options=EnvOptions,
)
