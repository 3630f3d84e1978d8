"""Writing what an option such as -o or -out names, as the user who runs the program."""

from __future__ import annotations

from tutor.shell.access import open_write
from tutor.shell.process import IO, Context
from tutor.shell.streams import device_writer
from tutor.shell.vfs import File, normalize


def write_file(path: str, data: bytes, io: IO, ctx: Context, permissions: int | None = None) -> None:
    """Replace the content of a file, or make it with these permissions; a device takes it as in a redirection.
    Raises OSError."""
    node = open_write(normalize(path, ctx.cwd), False, ctx)
    if not isinstance(node, File):
        device_writer(node, io).write(data)
        return
    ctx.files.append_to(node, data)
    if permissions is not None:
        node.mode = permissions
