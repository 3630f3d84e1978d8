"""docker build: runs the instructions of a Dockerfile, each on the files that the last one left (BuildKit)."""

from __future__ import annotations

import fnmatch
import posixpath
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from tutor.cluster.containers import system
from tutor.cluster.containers.executables import StartFailure, find
from tutor.cluster.containers.image import PATH, ImageConfig, Manifest
from tutor.cluster.containers.references import digest_of
from tutor.cluster.docker.dockerfile import (
    Dockerfile,
    DockerfileError,
    Instruction,
    Stage,
    parse,
    substitute,
    triggered,
)
from tutor.cluster.docker.health import healthcheck
from tutor.cluster.docker.images import LocalImage, LocalImages, new_image, reference
from tutor.cluster.docker.trees import digest_tree, transfer
from tutor.cluster.simulation import Simulation
from tutor.shell.docker import BuildFailed, BuildRequest, BuildStep, DockerError, Layer
from tutor.shell.process import IO, Context, Host, Main, Network
from tutor.shell.streams import BytesReader, Capture
from tutor.shell.vfs import Directory, File, FileSystem

MADE_BY = {'RUN': 'RUN /bin/sh -c {} # buildkit', 'COPY': 'COPY {} # buildkit', 'ADD': 'ADD {} # buildkit'}
SOLVE = 'failed to solve: '
ROOTLESS = re.compile(r'^(\w+)(?::(\w+))?$')


@dataclass(slots=True)
class State:
    """What a stage has come to."""

    base: Manifest
    root: FileSystem
    key: str
    env: dict[str, str]
    entrypoint: tuple[str, ...]
    command: tuple[str, ...]
    workdir: str
    user: str
    ports: tuple[str, ...]
    volumes: tuple[str, ...]
    stop_signal: str
    layers: list[Layer]
    size: int
    programs: dict[str, Main]
    """What its executables run: the base's, and those of images that files were copied from."""
    labels: dict[str, str] = field(default_factory=dict)
    healthcheck: dict[str, Any] = field(default_factory=dict)
    triggers: list[str] = field(default_factory=list)
    """Its ONBUILD instructions, for those that begin with it."""
    arguments: dict[str, str] = field(default_factory=dict)
    shell: tuple[str, ...] = ('/bin/sh', '-c')

    def config(self) -> ImageConfig:
        return ImageConfig(self.entrypoint, self.command, dict(self.env), self.workdir, self.user, self.ports,
                           self.stop_signal, self.volumes)


class Builder:
    """Builds on one machine. What an instruction left is kept, and used again when nothing before it differs."""

    def __init__(self, simulation: Simulation, images: LocalImages, files: Callable[[], FileSystem],
                 network: Callable[[], Network]) -> None:
        self._simulation = simulation
        self._images = images
        self._files = files
        self._network = network
        self._cache: dict[str, tuple[FileSystem, int]] = {}

    async def build(self, request: BuildRequest, progress: Callable[[BuildStep], None]) -> str:
        """The id of the new image. Raises BuildFailed."""
        run = _Build(self, request, progress)
        return await run.all()


class _Build:
    """One run of the builder."""

    def __init__(self, builder: Builder, request: BuildRequest, progress: Callable[[BuildStep], None]) -> None:
        self.builder = builder
        self.simulation = builder._simulation
        self.request = request
        self.progress = progress
        self.done: dict[str, State] = {}
        self.context = builder._files()
        self.ignored = self._ignore_patterns()

    async def all(self) -> str:
        request = self.request
        size = len(request.dockerfile.encode())
        try:
            parsed = parse(request.dockerfile)
        except DockerfileError as problem:
            raise BuildFailed(SOLVE + str(problem)) from None
        self._note(f'[internal] load build definition from {request.dockerfile_name}',
                   [f'transferring dockerfile: {size}B done'])
        wanted = self._needed(parsed)
        arguments = self._global_arguments(parsed)
        await self._metadata(wanted, arguments)
        self._note('[internal] load .dockerignore', [f'transferring context: {2 + sum(map(len, self.ignored))}B done'])
        if any(step.name in ('COPY', 'ADD') and 'from' not in step.flags for stage in wanted for step in stage.steps):
            self._note('[internal] load build context', [f'transferring context: {self._context_size()}B done'])
        state: State | None = None
        for stage in wanted:
            state = await self._stage(stage, parsed, wanted, arguments)
        assert state is not None
        return self._export(state)

    def _note(self, title: str, lines: list[str], seconds: float = 0.0) -> None:
        self.progress(BuildStep(title, lines, seconds))

    # -- what is to be built ------------------------------------------------------------------------------------

    def _needed(self, parsed: Dockerfile) -> list[Stage]:
        """The stages that the last one (or the target) needs, in order."""
        target = self.request.target.lower()
        names = [stage.name for stage in parsed.stages]
        if target and target not in names:
            raise BuildFailed(f'{SOLVE}target stage "{self.request.target}" could not be found')
        last = names.index(target) if target else len(names) - 1
        needed = {last}
        for place in range(last, -1, -1):
            if place not in needed:
                continue
            stage = parsed.stages[place]
            used = [stage.base.lower(), *(step.flags['from'].lower() for step in stage.steps if 'from' in step.flags)]
            needed |= {names.index(name) for name in used if name in names and names.index(name) < place}
        return [parsed.stages[place] for place in sorted(needed)]

    def _global_arguments(self, parsed: Dockerfile) -> dict[str, str]:
        found = {}
        for instruction in parsed.arguments:
            for name, default in instruction.pairs():
                found[name] = self.request.arguments.get(name, substitute(default, found))
        return found

    async def _metadata(self, stages: list[Stage], arguments: dict[str, str]) -> None:
        """Resolve the images that stages begin with; those that are not here are pulled."""
        names = {stage.name for stage in stages}
        used = [(substitute(stage.base, arguments), stage.instruction) for stage in stages]
        used += [(step.flags['from'], step) for stage in stages for step in stage.steps if 'from' in step.flags]
        for base, instruction in {name: (name, step) for name, step in used}.values():
            if base.lower() in names or base == 'scratch':
                continue
            wanted = self._reference(base, instruction)
            title, begun = f'[internal] load metadata for {wanted.canonical}', self.simulation.now
            if self.builder._images.find(base) is None:
                try:
                    await self.builder._images.pull(wanted)
                except DockerError as problem:
                    text = f'{base}: failed to resolve source metadata for {wanted.canonical}: {problem}'
                    self.progress(BuildStep(title, [], self.simulation.now - begun, failed=str(problem)))
                    raise BuildFailed(SOLVE + text, self._report(instruction, title)) from None
            self._note(title, [], self.simulation.now - begun)

    def _reference(self, base: str, instruction: Instruction):
        try:
            return reference(base)
        except DockerError:
            raise BuildFailed(f'{SOLVE}failed to parse stage name "{base}": invalid reference format',
                              self._report(instruction, '')) from None

    # -- stages -------------------------------------------------------------------------------------------------

    async def _stage(self, stage: Stage, parsed: Dockerfile, wanted: list[Stage], arguments: dict[str, str]) -> State:
        state = self._begin(stage, arguments)
        steps = [*(triggered(text, stage.instruction) for text in state.triggers), *stage.steps]
        state.arguments, state.triggers = {}, []
        counted = [step for step in steps if step.name in ('RUN', 'COPY', 'ADD', 'WORKDIR')]
        label = '' if len(wanted) == 1 else f'{stage.name if not stage.name.isdigit() else f"stage-{stage.name}"} '
        total, number = len(counted) + 1, 1
        base = substitute(stage.base, arguments)
        if base != 'scratch' and base.lower() not in self.done:
            digest = state.base.digest
            self._note(f'[{label}{number}/{total}] FROM {reference(base).canonical}@{digest}', [])
        for step in steps:
            prefix = ''
            if step in counted:
                number += 1
                prefix = f'[{label}{number}/{total}] '
            await self._step(step, state, prefix, arguments)
        self.done[stage.name] = state
        return state

    def _begin(self, stage: Stage, arguments: dict[str, str]) -> State:
        base = substitute(stage.base, arguments)
        earlier = self.done.get(base.lower())
        if earlier is not None:
            return State(earlier.base, earlier.root, earlier.key, dict(earlier.env), earlier.entrypoint,
                         earlier.command, earlier.workdir, earlier.user, earlier.ports, earlier.volumes,
                         earlier.stop_signal,
                         list(earlier.layers), earlier.size, earlier.programs, dict(earlier.labels),
                         dict(earlier.healthcheck), list(earlier.triggers))
        if base == 'scratch':
            empty = FileSystem(lambda: self.simulation.now)
            from tutor.cluster.docker.images import BuiltImage
            manifest = Manifest(BuiltImage('scratch', 4 << 20), 'scratch', '', ImageConfig(), empty, {}, 'gnu', 0)
            return State(manifest, empty, 'scratch', {'PATH': PATH}, (), (), '/', '', (), (), 'TERM', [], 0, {})
        image = self.builder._images.get(base)
        config = image.manifest.config
        return State(image.manifest, image.manifest.root, image.id, {'PATH': PATH, **config.environment},
                     config.entrypoint, config.command, config.working_dir or '/', config.user, config.ports,
                     config.volumes, config.stop_signal, list(image.layers), image.manifest.size,
                     image.manifest.programs, dict(image.labels), dict(image.healthcheck), list(image.triggers))

    async def _step(self, step: Instruction, state: State, prefix: str, arguments: dict[str, str]) -> None:
        scope = {**state.arguments, **state.env}
        match step.name:
            case 'RUN':
                await self._run(step, state, prefix)
                return
            case 'COPY' | 'ADD':
                self._copy(step, state, prefix, scope)
                return
            case 'WORKDIR':
                self._workdir(step, state, prefix, scope)
                return
            case 'ARG':
                for name, default in step.pairs():
                    state.arguments[name] = self.request.arguments.get(
                        name, substitute(default, scope) if '=' in step.text else arguments.get(name, ''))
                return
            case 'ENV':
                state.env.update((name, substitute(value, scope)) for name, value in step.pairs())
            case 'LABEL':
                state.labels.update((name, substitute(value, scope)) for name, value in step.pairs())
            case 'CMD' | 'ENTRYPOINT':
                words = tuple(step.exec_form() or (*state.shell, step.text))
                if step.name == 'CMD':
                    state.command = words
                else:
                    state.entrypoint, state.command = words, ()
            case 'EXPOSE':
                ports = [substitute(word, scope) for word in step.words()]
                state.ports += tuple(port if '/' in port else f'{port}/tcp' for port in ports)
            case 'USER':
                state.user = substitute(step.text, scope)
            case 'VOLUME':
                state.volumes += tuple(substitute(word, scope) for word in step.words())
            case 'STOPSIGNAL':
                state.stop_signal = step.text.upper().removeprefix('SIG')
            case 'SHELL':
                state.shell = tuple(step.exec_form() or ('/bin/sh', '-c'))
            case 'HEALTHCHECK':
                words = step.text.split(None, 1)
                form = replace(step, text=words[-1]).exec_form()
                test = ['NONE'] if words[0].upper() == 'NONE' else ['CMD-SHELL', words[-1]] if form is None else \
                    ['CMD', *form]
                try:
                    state.healthcheck = healthcheck(test, step.flags)
                except ValueError as problem:
                    raise BuildFailed(SOLVE + str(problem), self._report(step, '')) from None
            case 'ONBUILD':
                state.triggers.append(step.text)
        state.key = digest_of(f'{state.key} {step.source}')
        state.layers.insert(0, Layer(state.key, f'{step.name} {step.text}', 0, self.simulation.now))

    # -- instructions that make layers --------------------------------------------------------------------------

    async def _run(self, step: Instruction, state: State, prefix: str) -> None:
        scope = ' '.join(f'{name}={value}' for name, value in sorted({**state.arguments, **state.env}.items()))
        key = digest_of(f'{state.key} {step.source} {scope} {state.user} {state.workdir}')
        if self._from_cache(key, step, state, prefix, MADE_BY['RUN'].format(step.text)):
            return
        files, begun = FileSystem(lambda: self.simulation.now, lower=state.root), self.simulation.now
        code, lines = await self._execute(step, state, files)
        seconds = self.simulation.now - begun
        title = prefix + step.source.replace('\n', ' ')
        if code:
            shell = step.exec_form() or [*state.shell, step.text]
            text = f'process "{" ".join(shell)}" did not complete successfully: exit code: {code}'
            self.progress(BuildStep(title, lines, seconds, failed=text))
            raise BuildFailed(SOLVE + text, self._report(step, title, lines))
        self._commit(key, files, step, state, MADE_BY['RUN'].format(step.text))
        self.progress(BuildStep(title, lines, seconds))

    async def _execute(self, step: Instruction, state: State, files: FileSystem) -> tuple[int, list[str]]:
        """Run a command on the files; its status and what it printed, each line with the seconds since it began."""
        simulation, begun = self.simulation, self.simulation.now
        devices = files.root.entries.get('dev')
        files.mount('/dev', FileSystem(lambda: simulation.now, lower=system.devices(False)))
        host = Host(simulation, 'buildkitsandbox', files, self.builder._network(), state.programs,
                    state.base.userland)
        uid, gid, name = user_of(files, state.user)
        argv = step.exec_form() or [*state.shell, step.text]
        output = Capture()
        env = {**state.arguments, **state.env, 'HOME': '/root' if not uid else '/'}
        context = Context(host, env, state.workdir, uid, gid, name)
        try:
            main, words = find(host, argv, env, state.workdir)
        except StartFailure as failure:
            code, text = 127, f'runc run failed: unable to start container process: {failure}\n'
        else:
            await simulation.sleep(0.2)
            code = await host.start(main, words, IO(BytesReader(), output, output), context).exit
            text = output.text()
        if devices is not None:
            files.root.entries['dev'] = devices
        return code, [f'{simulation.now - begun:.3f} {line}' for line in text.splitlines()]

    def _copy(self, step: Instruction, state: State, prefix: str, scope: dict[str, str]) -> None:
        words = [substitute(word, scope) for word in step.words()]
        if len(words) < 2:
            raise BuildFailed(f'{SOLVE}dockerfile parse error on line {step.first}: {step.name} requires at least two '
                              'arguments, but only one was provided. Destination could not be determined')
        *sources, target = words
        if any('://' in source for source in sources):
            raise BuildFailed(f'{SOLVE}{step.name} from a URL is not simulated', self._report(step, ''))
        title = f'{prefix}{step.source}'
        files, programs = self._source(step)
        found = [(name, path) for source in sources for name, path in self._matching(source, step, files, title)]
        content = ' '.join(f'{name}={digest_tree(files, path)}' for name, path in found)
        key = digest_of(f'{state.key} {step.source} {content} {state.workdir}')
        made_by = MADE_BY[step.name].format(' '.join(words))
        state.programs = {**programs, **state.programs}
        if self._from_cache(key, step, state, prefix, made_by):
            return
        layer = FileSystem(lambda: self.simulation.now, lower=state.root)
        place = posixpath.normpath(posixpath.join(state.workdir, target))
        into = target.endswith('/') or target == '.' or len(found) > 1 or layer.is_dir(place)
        owner = user_of(layer, step.flags.get('chown', ''))
        for name, path in found:
            node = files.node(path)
            there = place if isinstance(node, Directory) or not into else f'{place}/{posixpath.basename(name)}'
            transfer(files, path, layer, there, owner[:2], self._ignores if 'from' not in step.flags else None)
        if 'chmod' in step.flags and layer.is_file(place):
            layer.chmod(place, int(step.flags['chmod'], 8))
        self._commit(key, layer, step, state, made_by)
        self.progress(BuildStep(title))

    def _source(self, step: Instruction) -> tuple[FileSystem, dict[str, Main]]:
        """Where COPY takes files from (the context, a stage, another image), and what its executables run."""
        name = step.flags.get('from')
        if name is None:
            return self.context, {}
        state = self.done.get(name.lower())
        if state is not None:
            return state.root, state.programs
        image = self.builder._images.get(name)
        return image.manifest.root, image.manifest.programs

    def _matching(self, source: str, step: Instruction, files: FileSystem, title: str) -> list[tuple[str, str]]:
        """The files that a source names: their names, and their paths."""
        base = self.request.context if 'from' not in step.flags else '/'
        path = posixpath.normpath(posixpath.join(base, source.lstrip('/')))
        if any(sign in source for sign in '*?['):
            folder, pattern = posixpath.split(path)
            names = [name for name in files.listdir(folder) if fnmatch.fnmatchcase(name, pattern)] \
                if files.is_dir(folder) else []
            found = [(name, f'{folder}/{name}') for name in names if not self._ignores(f'{folder}/{name}')]
        else:
            known = files.exists(path) and not ('from' not in step.flags and self._ignores(path))
            found = [(source, path)] if known else []
        if not found:
            text = (f'failed to compute cache key: failed to calculate checksum of ref '
                    f'{digest_of(source)[7:32]}::{digest_of(path)[7:32]}: "/{source.lstrip("./")}": not found')
            self.progress(BuildStep(title, failed=text))
            raise BuildFailed(SOLVE + text, self._report(step, title))
        return found

    def _workdir(self, step: Instruction, state: State, prefix: str, scope: dict[str, str]) -> None:
        state.workdir = posixpath.normpath(posixpath.join(state.workdir, substitute(step.text, scope)))
        key = digest_of(f'{state.key} WORKDIR {state.workdir}')
        made_by = f'WORKDIR {state.workdir}'
        if self._from_cache(key, step, state, prefix, made_by):
            return
        files = FileSystem(lambda: self.simulation.now, lower=state.root)
        files.make_dirs(state.workdir)
        self._commit(key, files, step, state, made_by)
        self.progress(BuildStep(prefix + step.source))

    # -- the cache ----------------------------------------------------------------------------------------------

    def _from_cache(self, key: str, step: Instruction, state: State, prefix: str, made_by: str) -> bool:
        known = self.builder._cache.get(key)
        if known is None or self.request.no_cache:
            return False
        state.root, size = known
        self._add_layer(key, state, made_by, size)
        self.progress(BuildStep(prefix + step.source.replace('\n', ' '), cached=True))
        return True

    def _commit(self, key: str, files: FileSystem, step: Instruction, state: State, made_by: str) -> None:
        self.builder._cache[key] = files, files.used
        state.root = files
        self._add_layer(key, state, made_by, files.used)

    def _add_layer(self, key: str, state: State, made_by: str, size: int) -> None:
        state.key = key
        state.size += size
        state.layers.insert(0, Layer(key, made_by, size, self.simulation.now))

    # -- the end ------------------------------------------------------------------------------------------------

    def _export(self, state: State) -> str:
        images, request = self.builder._images, self.request
        state.labels.update(request.labels)
        identity = digest_of(f'{state.key} {sorted(state.labels.items())}')
        tags = request.tags or []
        first = reference(tags[0]) if tags else None
        manifest = new_image(identity, state.base, state.config(), state.root, state.programs, state.size,
                             first.repository if first else '<none>', first.tag if first else '<none>')
        layers = [Layer(layer.id if place else identity, layer.created_by, layer.size, layer.created)
                  for place, layer in enumerate(state.layers)]
        layers = [layer if not place else Layer('<missing>', layer.created_by, layer.size, layer.created)
                  for place, layer in enumerate(layers)]
        images.add(LocalImage(identity, manifest, self.simulation.now, layers, state.labels, state.healthcheck,
                              state.triggers))
        lines = ['exporting layers done', f'writing image {identity} done']
        for tag in tags:
            images.names[reference(tag).canonical] = identity
            lines.append(f'naming to {reference(tag).canonical} done')
        self._note('exporting to image', lines)
        return identity

    # -- the context --------------------------------------------------------------------------------------------

    def _ignore_patterns(self) -> list[str]:
        path = f'{self.request.context}/.dockerignore'
        if not self.context.is_file(path):
            return []
        lines = (line.strip() for line in self.context.read_text(path).splitlines())
        return [line for line in lines if line and not line.startswith('#')]

    def _ignores(self, path: str) -> bool:
        """Whether .dockerignore keeps a path of the context out; the last pattern that fits decides."""
        below = path.removeprefix(self.request.context).lstrip('/')
        ignored = False
        for line in self.ignored:
            pattern = line.lstrip('!').strip('/')
            parts = below.split('/')
            if any(fnmatch.fnmatchcase('/'.join(parts[:end]), pattern.removeprefix('**/'))
                   or (pattern.startswith('**/') and fnmatch.fnmatchcase(parts[end - 1], pattern[3:]))
                   for end in range(1, len(parts) + 1)):
                ignored = not line.startswith('!')
        return ignored

    def _context_size(self) -> int:
        return sum(node.size + 90 for path, node in self.context.walk(self.request.context)
                   if isinstance(node, File) and not self._ignores(path))

    def _report(self, step: Instruction, title: str, lines: list[str] | None = None) -> str:
        """What is printed of the place where a build failed."""
        text = f'------\n > {title}:\n' if title else ''
        text += ''.join(f'{line}\n' for line in lines or ())
        if title:
            text += '------\n'
        rows = self.request.dockerfile.splitlines()
        text += f'{self.request.dockerfile_name}:{step.first}\n{"-" * 20}\n'
        for number in range(max(step.first - 2, 1), min(step.last + 2, len(rows)) + 1):
            sign = '>>>' if step.first <= number <= step.last else '   '
            text += f'{number:>4} | {sign} {rows[number - 1]}\n'
        return f'{text}{"-" * 20}\n'


def user_of(files: FileSystem, text: str) -> tuple[int, int, str]:
    """Numbers and name of USER or --chown: 'name', 'name:group', '1000:1000'."""
    match = ROOTLESS.match(text or 'root')
    name, group = (match[1], match[2] or '') if match else ('root', '')
    rows = [line.split(':') for line in _lines(files, '/etc/passwd')]
    row = next((row for row in rows if len(row) > 3 and name in (row[0], row[2])), None)
    uid = int(row[2]) if row else int(name) if name.isdigit() else 0
    gid = int(group) if group.isdigit() else int(row[3]) if row else uid
    return uid, gid, row[0] if row else name


def _lines(files: FileSystem, path: str) -> list[str]:
    try:
        return files.read_text(path).splitlines()
    except OSError:
        return []
