"""The API server's audit log: its policy and its file, as the flags of the process name them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from tutor.client.transport import User
from tutor.cluster.apiserver.audit.auditor import Auditor
from tutor.cluster.apiserver.audit.policy import BadPolicy, read
from tutor.cluster.apiserver.server import ApiServer
from tutor.shell.process import IO, Context
from tutor.shell.vfs import File

POLICY, LOG = 'audit-policy-file', 'audit-log-path'


def load(flags: dict[str, str], ctx: Context, io: IO, api: ApiServer, source: Callable[[User], str]) -> Auditor | None:
    """Who writes the log; None without a policy or a log. Raises BadPolicy, also when the log cannot be made."""
    path = flags.get(POLICY)
    policy = read(ctx.files.read_text(path), path) if path else None
    if policy is None or not flags.get(LOG):
        return None
    write = io.stdout.write if flags[LOG] == '-' else _writer(flags[LOG], ctx)
    return Auditor(api.simulation, policy, write, api.authorizer.explain, source)


def _writer(path: str, ctx: Context) -> Callable[[str], None]:
    """Appends to a file, which is made with its folder (ensureLogFile)."""
    files = ctx.files
    try:
        files.make_dirs(path.rpartition('/')[0] or '/')
        files.open_write(path, True, 0o600)
    except OSError as problem:
        raise BadPolicy(f'ensureLogFile: open {path}: {(problem.strerror or "").lower()}') from None

    def write(line: str) -> None:
        with suppress(OSError):
            file = files.open_write(path, True, 0o600)
            if isinstance(file, File):
                files.append_to(file, line.encode())
    return write
