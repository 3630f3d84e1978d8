"""What crictl's commands do."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from tutor.cluster.simulation import BrokenPipe, Pipe
from tutor.shell.cri import ContainerRuntime, CriError, LogRequest, Message
from tutor.shell.process import IO, Context
from tutor.shell.programs.complaint import Complaint
from tutor.shell.programs.crictl import help as texts
from tutor.shell.programs.crictl import tables
from tutor.shell.programs.crictl.connection import Fatal, log_line
from tutor.shell.programs.options import Options, go_duration
from tutor.shell.streams import BytesReader


class Call(NamedTuple):
    """One command that was given. What carries it out raises Fatal, Complaint or CriError."""

    name: str
    options: Options
    runtime: ContainerRuntime
    io: IO
    ctx: Context


async def containers(call: Call) -> None:
    tables.containers(call.runtime, call.options, call.io, call.ctx)


async def pods(call: Call) -> None:
    tables.pods(call.runtime, call.options, call.io, call.ctx)


async def images(call: Call) -> None:
    tables.images(call.runtime, call.options, call.io)


async def stats(call: Call) -> None:
    tables.stats(call.runtime, call.options, call.io, call.ctx)


async def pod_stats(call: Call) -> None:
    tables.pod_stats(call.runtime, call.options, call.io)


async def image_filesystem(call: Call) -> None:
    found = {'imageFilesystems': [call.runtime.image_filesystem()], 'containerFilesystems': []}
    tables.document({'status': found}, call.options, call.io)


async def info(call: Call) -> None:
    tables.document(call.runtime.info(), call.options, call.io)


async def version(call: Call) -> None:
    found = call.runtime.version()
    call.io.stdout.write(''.join(f'{label}:  {found[key]}\n' for label, key in (
        ('Version', 'version'), ('RuntimeName', 'runtimeName'), ('RuntimeVersion', 'runtimeVersion'),
        ('RuntimeApiVersion', 'runtimeApiVersion'))))


async def pull(call: Call) -> None:
    if not call.options.args:
        raise Fatal('image name cannot be empty', call.io, call.ctx)
    call.io.stdout.write(f'Image is up to date for {await call.runtime.pull(call.options.args[0])}\n')


async def stop(call: Call) -> None:
    _, options, runtime, io, _ = call
    words = options.args
    running = [entry['id'] for entry in runtime.containers() if entry['state'] == 'CONTAINER_RUNNING']
    if words and 'a' in options:
        raise Complaint('cannot specify CONTAINER-ID(s) when using --all', bare=True)
    if not words and 'a' not in options:
        raise Complaint('you must specify at least one CONTAINER-ID or use --all', bare=True)
    if not words and not running:
        io.stdout.write('No running containers found.\n')
    for word in words or running:
        await runtime.stop_container(word, float(options.get('t', '0') or 0))
        io.stdout.write(word + '\n')


async def stop_pods(call: Call) -> None:
    for word in call.options.args:
        await call.runtime.stop_pod(word)
        call.io.stdout.write(f'Stopped sandbox {word}\n')


async def inspect(call: Call) -> None:
    """What the ids mean; without any, every running container or every pod."""
    name, options, runtime, io, ctx = call
    status = {'inspect': runtime.container_status, 'inspectp': runtime.pod_status, 'inspecti': _image(runtime, io, ctx)}
    words = list(options.args)
    if not words:
        words = [entry['id'] for entry in (runtime.pods() if name == 'inspectp' else runtime.containers())
                 if name == 'inspectp' or entry['state'] == 'CONTAINER_RUNNING']
    if not words:
        io.stderr.write(log_line('error', 'No IDs provided or nothing found per filter', io, ctx) + '\n')
        io.stdout.write(texts.of_command(name))
        return
    found = [status[name](word) for word in words]
    tables.document(found[0] if len(found) == 1 else found, options, io)


def _image(runtime: ContainerRuntime, io: IO, ctx: Context) -> Callable[[str], Message]:
    """The status of an image by its name; the runtime has none for one that is not there."""
    def status(word: str) -> Message:
        try:
            return runtime.image_status(word)
        except CriError as error:
            if error.code != 'NotFound':
                raise Fatal(f'image status for "{word}" request: {error}', io, ctx) from None
            raise Fatal(f'no such image "{word}" present', io, ctx) from None
    return status


async def remove_images(call: Call) -> None:
    _, options, runtime, io, ctx = call
    used = {entry['imageId'] for entry in runtime.containers()}
    words = list(options.args)
    if 'a' in options or 'q' in options:
        words = [entry['repoTags'][0] for entry in runtime.images()
                 if not entry['pinned'] and ('a' in options or entry['id'] not in used)]
    failed = False
    for word in words:
        try:
            names = runtime.remove_image(word)
        except CriError as error:
            text = f'no such image {word}' if error.code == 'NotFound' else f'error of removing image "{word}": {error}'
            io.stderr.write(log_line('error', text, io, ctx) + '\n')
            failed = True
            continue
        io.stdout.write(''.join(f'Deleted: {name}\n' for name in names))
    if failed:
        raise Fatal('unable to remove the image(s)', io, ctx)


async def remove(call: Call) -> None:
    _, options, runtime, io, ctx = call
    known = {entry['id']: entry for entry in runtime.containers()}
    words = list(options.args) or (list(known) if 'a' in options else [])
    failed = False
    for word in words:
        entry = next((known[key] for key in known if key.startswith(word)), None)
        if entry is not None and entry['state'] == 'CONTAINER_RUNNING':
            if 'f' not in options:
                text = f'container "{word}" is running, please stop it first'
                io.stderr.write(log_line('error', text, io, ctx) + '\n')
                failed = True
                continue
            await runtime.stop_container(word, 0)
        runtime.remove_container(word)
        io.stdout.write(word + '\n')
    if failed:
        raise Fatal('unable to remove container(s)', io, ctx)


async def remove_pods(call: Call) -> None:
    _, options, runtime, io, ctx = call
    for word in options.args or ([entry['id'] for entry in runtime.pods()] if 'a' in options else []):
        if runtime.pod_status(word)['status']['state'] == 'SANDBOX_READY':
            if 'f' not in options:
                raise Fatal(f'pod sandbox "{word}" is running, please stop it first', io, ctx)
            await runtime.stop_pod(word)
            io.stdout.write(f'Stopped sandbox {word}\n')
        runtime.remove_pod(word)
        io.stdout.write(f'Removed sandbox {word}\n')


async def logs(call: Call) -> None:
    _, options, runtime, io, ctx = call
    if not options.args:
        raise Fatal('ID cannot be empty', io, ctx)
    identity, simulation = options.args[0], ctx.simulation
    status = runtime.container_status(identity)['status']
    if 'p' in options:
        older = [entry for entry in runtime.containers() if entry['metadata']['name'] == status['metadata']['name']
                 and entry['labels'] == status['labels']
                 and entry['metadata']['attempt'] == status['metadata']['attempt'] - 1]
        if not older:
            raise Fatal(f'Failed to find the previous container for "{identity}"', io, ctx)
        identity = older[0]['id']
    since = None
    if 'since' in options:
        since = simulation.now - go_duration(options, 'since')
    tail, limit = options.get('tail', options.get('n', '-1')), options.get('limit-bytes', '-1')
    out = Pipe(simulation)
    task = simulation.spawn(runtime.logs(identity, LogRequest('f' in options, 't' in options, int(tail), since,
                                                              int(limit)), out))
    try:
        while data := await out.read(65536):
            io.stdout.write(data)
            await io.stdout.drain()
    except BrokenPipe:
        out.close_read()
    finally:
        task.cancel()


async def execute(call: Call) -> None:
    _, options, runtime, io, ctx = call
    identity, *command = options.args
    if not command:
        raise Fatal('execing command in container: rpc error: code = InvalidArgument desc = cmd cannot be empty', io,
                    ctx)
    streams = io if 'i' in options else IO(BytesReader(), io.stdout, io.stderr)
    code = await runtime.exec(identity, command, streams, 't' in options)
    if code:
        raise Fatal(f'execing command in container: command terminated with exit code {code}', io, ctx)
