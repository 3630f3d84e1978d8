"""kubectl cp."""

from __future__ import annotations

import io
import posixpath
import tarfile
from collections.abc import Callable
from dataclasses import dataclass

from tutor.apimachinery.objects import Object
from tutor.client.transport import ExecSession
from tutor.cluster.simulation import BrokenPipe
from tutor.kubectl.command import Command, Options
from tutor.kubectl.errors import Exit, KubectlError
from tutor.kubectl.pods import find_or_default
from tutor.shell.pflag import Flag
from tutor.shell.vfs import Directory, Symlink

BAD_SPEC = 'filespec must match the canonical format: [[namespace/]pod:]file/path'


@dataclass(frozen=True, slots=True)
class FileSpec:
    """One end of a copy: in a pod, or local without one."""

    pod: str
    namespace: str
    path: str

    def __str__(self) -> str:
        place = f'{self.namespace}/{self.pod}' if self.namespace else self.pod
        return f'{place}:{self.path}' if self.pod else self.path


def extract_file_spec(text: str) -> FileSpec:
    """extractFileSpec."""
    place, colon, path = text.partition(':')
    if colon and not place:
        raise KubectlError(BAD_SPEC)
    if not colon:
        return FileSpec('', '', text)
    parts = place.split('/')
    if len(parts) == 1:
        return FileSpec(parts[0], '', path)
    if len(parts) == 2:
        return FileSpec(parts[1], parts[0], path)
    raise KubectlError(BAD_SPEC)


class CopyOptions(Options):
    def validate(self) -> None:
        if len(self.args) != 2:
            raise KubectlError('source and destination are required')

    async def run(self) -> None:
        source, target = map(extract_file_spec, self.args)
        if source.pod and target.pod:
            raise KubectlError('one of src or dest must be a local file specification')
        if not source.path or not target.path:
            raise KubectlError('filepath can not be empty')
        if source.pod:
            await self._from_pod(source, target)
        elif target.pod:
            await self._to_pod(source, target)
        else:
            raise KubectlError('one of src or dest must be a remote file specification')

    # -- to a pod -----------------------------------------------------------------------------------------------

    async def _to_pod(self, source: FileSpec, target: FileSpec) -> None:
        """copyToPod: a tar of the local files, unpacked by tar in the container."""
        files, local = self.factory.ctx.files, self.factory.path(source.path)
        if not files.exists(local, follow=False):
            raise KubectlError(f"{source.path} doesn't exist in local filesystem")
        pod = self._pod(target)
        container = self._container(pod, self.err)
        path = target.path
        if path != '/' and path.endswith('/'):
            path = path[:-1]
        if await self._is_folder(pod, container, path):
            path = posixpath.join(path, posixpath.basename(posixpath.normpath(source.path)))
        command = ['tar', '-xmf', '-']
        if self.flags['no-preserve']:
            command = ['tar', '--no-same-permissions', '--no-same-owner', '-xmf', '-']
        folder = posixpath.dirname(path)
        if folder:
            command += ['-C', folder]
        session = self._exec(pod, container, command, True)
        assert session.stdin is not None
        try:
            session.stdin.write(self._pack(posixpath.normpath(local), posixpath.basename(path)))
            session.stdin.close()
        except BrokenPipe:
            pass
        self.out(await session.stdout.read())
        await self._finish(session)

    async def _is_folder(self, pod: Object, container: str, path: str) -> bool:
        """checkDestinationIsDir, by `test -d`."""
        session = self._exec(pod, container, ['test', '-d', path], False)
        await session.stdout.read()
        return (await session.status).get('status') == 'Success'

    def _pack(self, path: str, name: str) -> bytes:
        buffer = io.BytesIO()
        with tarfile.open(fileobj=buffer, mode='w', format=tarfile.GNU_FORMAT) as archive:
            self._add(archive, path, name)
        return buffer.getvalue()

    def _add(self, archive: tarfile.TarFile, path: str, name: str) -> None:
        """recursiveTar."""
        files = self.factory.ctx.files
        node = files.node(path, follow=False)
        entry = tarfile.TarInfo(name)
        entry.mode, entry.mtime, entry.uid, entry.gid = node.mode & 0o7777, node.mtime, node.uid, node.gid
        if isinstance(node, Directory):
            children = files.listdir(path)
            if not children:
                entry.type = tarfile.DIRTYPE
                archive.addfile(entry)
            for child in children:
                self._add(archive, posixpath.join(path, child), posixpath.join(name, child))
        elif isinstance(node, Symlink):
            entry.type, entry.linkname = tarfile.SYMTYPE, files.readlink(path)
            archive.addfile(entry)
        else:
            data = files.read(path)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))

    # -- from a pod ---------------------------------------------------------------------------------------------

    async def _from_pod(self, source: FileSpec, target: FileSpec) -> None:
        """copyFromPod: tar in the container writes, and what it writes is unpacked here."""
        pod = self._pod(source)
        command = ['tar', 'cf', '-', source.path]
        if self.flags['retries']:
            # What was read already would be left out when it is tried again (tarPipe.initReadFrom).
            command = ['sh', '-c', f'tar cf - {source.path} | tail -c+0']
        session = self._exec(pod, self._container(pod, self.out), command, False)
        simulation = self.factory.ctx.simulation
        complaints = simulation.spawn(session.stderr.read(), 'tar') if session.stderr is not None else None
        data = await session.stdout.read()
        if complaints is not None:
            self.out(await complaints)
        status = await session.status
        session.close()
        if status.get('status') != 'Success' and not exit_code(status):
            raise KubectlError(status.get('message', ''))
        if data:
            self._unpack(data, _strip(source.path), self.factory.path(target.path), source, target)

    def _unpack(self, data: bytes, prefix: str, target: str, source: FileSpec, spec: FileSpec) -> None:
        """untarAll: only below the destination, and no links."""
        advice = (f' (consider using "kubectl exec -n "{source.namespace or self._namespace}" "{source.pod}" -- tar '
                  f'cf - "{source.path}" | tar xf -")')
        root = posixpath.normpath(target)
        with tarfile.open(fileobj=io.BytesIO(data), mode='r|') as archive:
            for entry in archive:
                if not entry.name.startswith(prefix):
                    raise KubectlError('tar contents corrupted')
                below = entry.name[len(prefix):].lstrip('/')
                path, shown = (posixpath.normpath(posixpath.join(top, below)) for top in (target, spec.path))
                if path != root and not path.startswith(f'{root}/'):
                    self.err(f'warning: file "{shown}" is outside target destination, skipping\n')
                elif entry.issym() or entry.islnk():
                    self.err(f'warning: skipping symlink: "{shown}" -> "{entry.linkname}"{advice}\n')
                    advice = ''
                else:
                    self._write(archive, entry, path, shown)

    def _write(self, archive: tarfile.TarFile, entry: tarfile.TarInfo, path: str, shown: str) -> None:
        files = self.factory.ctx.files
        if entry.isdir():
            files.make_dirs(path)
            return
        if files.is_dir(path):
            raise KubectlError(f'open {shown}: is a directory')
        files.make_dirs(posixpath.dirname(path))
        content, is_new = archive.extractfile(entry), not files.exists(path)
        files.write(path, content.read() if content is not None else b'')
        if is_new:
            files.chown(path, self.factory.ctx.uid, self.factory.ctx.gid)

    # -- both ---------------------------------------------------------------------------------------------------

    @property
    def _namespace(self) -> str:
        return self.factory.namespace()

    def _pod(self, spec: FileSpec) -> Object:
        return self.factory.client.get('pods', spec.pod, spec.namespace or self._namespace)

    def _container(self, pod: Object, note: Callable[[str], None]) -> str:
        return find_or_default(pod, self.flags['container'], False, note)['name']

    def _exec(self, pod: Object, container: str, command: list[str], stdin: bool) -> ExecSession:
        meta = pod['metadata']
        query = {'container': container, 'command': command, 'stdout': 'true', 'stderr': 'true'}
        if stdin:
            query['stdin'] = 'true'
        client = self.factory.client
        return client.connect(client.path('pods', meta['namespace'], meta['name'], 'exec'), **query)

    async def _finish(self, session: ExecSession) -> None:
        if session.stderr is not None:
            self.err((await session.stderr.read()).decode('utf-8', 'replace'))
        status = await session.status
        session.close()
        if status.get('status') == 'Success':
            return
        code = exit_code(status)
        if code:
            self.err(f'command terminated with exit code {code}\n')
            raise Exit(int(code))
        raise KubectlError(status.get('message', ''))


def exit_code(status: Object) -> str:
    """With what the command in the container ended, '' when it never ran."""
    return next((cause['message'] for cause in (status.get('details') or {}).get('causes') or ()
                 if cause.get('reason') == 'ExitCode'), '')


def _strip(path: str) -> str:
    """stripPathShortcuts and the leading slashes that tar removes."""
    path = posixpath.normpath(path).lstrip('/')
    while path.startswith('../'):
        path = path[3:]
    return '' if path in ('.', '..') else path


COMMAND = Command(
    usage='cp <file-spec-src> <file-spec-dest>',
    long='Copy files and directories to and from containers.',
    examples="""
        # !!!Important Note!!!
        # Requires that the 'tar' binary is present in your container
        # image.  If 'tar' is not present, 'kubectl cp' will fail.
        #
        # For advanced use cases, such as symlinks, wildcard expansion or
        # file mode preservation, consider using 'kubectl exec'.

        # Copy /tmp/foo local file to /tmp/bar in a remote pod in namespace <some-namespace>
        tar cf - /tmp/foo | kubectl exec -i -n <some-namespace> <some-pod> -- tar xf - -C /tmp/bar

        # Copy /tmp/foo from a remote pod to /tmp/bar locally
        kubectl exec -n <some-namespace> <some-pod> -- tar cf - /tmp/foo | tar xf - -C /tmp/bar

        # Copy /tmp/foo_dir local directory to /tmp/bar_dir in a remote pod in the default namespace
        kubectl cp /tmp/foo_dir <some-pod>:/tmp/bar_dir

        # Copy /tmp/foo local file to /tmp/bar in a remote pod in a specific container
        kubectl cp /tmp/foo <some-pod>:/tmp/bar -c <specific-container>

        # Copy /tmp/foo local file to /tmp/bar in a remote pod in namespace <some-namespace>
        kubectl cp /tmp/foo <some-namespace>/<some-pod>:/tmp/bar

        # Copy /tmp/foo from a remote pod to /tmp/bar locally
        kubectl cp <some-namespace>/<some-pod>:/tmp/foo /tmp/bar
        """,
    flags=(
        Flag('container', 'c', help="Container name. If omitted, use the kubectl.kubernetes.io/default-container "
             'annotation for selecting the container to be attached or the first container in the pod will be chosen'),
        Flag('no-preserve', default=False, help="The copied file/directory's ownership and permissions will not be "
             'preserved in the container'),
        Flag('retries', default=0, help='Set number of retries to complete a copy operation from a container. Specify '
             '0 to disable or any negative value for infinite retrying. The default is 0 (no retry).'),
    ),
    options=CopyOptions,
)
