"""Keys and values for config maps and secrets, from --from-literal, --from-file and --from-env-file."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable

from tutor.apimachinery.names import is_env_name
from tutor.kubectl.errors import KubectlError
from tutor.kubectl.factory import Factory

Add = Callable[[str, bytes], None]


def from_literals(sources: Iterable[str], add: Add) -> None:
    """ParseLiteralSource: 'key=value', all after the first equals sign as it stands."""
    for source in sources:
        key, equals, value = source.partition('=')
        if not equals or not key:
            raise KubectlError(f'invalid literal source {source}, expected key=value')
        add(key, value.encode())


def from_files(factory: Factory, sources: Iterable[str], add: Add) -> None:
    """'[key=]path' of a file, or a folder whose files are all taken."""
    for source in sources:
        key, path = split_file_source(source)
        files = factory.ctx.files
        absolute = factory.path(path)
        if not files.exists(absolute):
            raise KubectlError(f'error reading {path}: no such file or directory')
        if not files.is_dir(absolute):
            add(key, factory.read(path))
            continue
        if '=' in source:
            raise KubectlError('cannot give a key name for a directory path')
        for name in files.listdir(absolute):
            entry = posixpath.join(path, name)
            if files.is_file(factory.path(entry)):
                add(name, factory.read(entry))


def split_file_source(source: str) -> tuple[str, str]:
    """ParseFileSource."""
    parts = source.split('=')
    if len(parts) == 1:
        return posixpath.basename(posixpath.normpath(source)), source
    if len(parts) == 2 and not parts[0]:
        raise KubectlError(f'key name for file path {source.removeprefix("=")} missing')
    if len(parts) == 2 and not parts[1]:
        raise KubectlError(f'file path for key name {source.removesuffix("=")} missing')
    if len(parts) > 2:
        raise KubectlError("key names or file paths cannot contain '='")
    return parts[0], parts[1]


def from_env_files(factory: Factory, paths: Iterable[str], add: Add) -> None:
    for path in paths:
        absolute = factory.path(path)
        if not factory.ctx.files.exists(absolute):
            raise KubectlError(f'error reading {path}: no such file or directory')
        if factory.ctx.files.is_dir(absolute):
            raise KubectlError('env config file cannot be a directory')
        for number, line in enumerate(factory.read(path).split(b'\n'), 1):
            pair = _env_line(factory, line, path, number)
            if pair is not None:
                add(*pair)


def _env_line(factory: Factory, line: bytes, path: str, number: int) -> tuple[str, bytes] | None:
    """processEnvFileLine: blank lines and comments are nothing; a name alone takes its value from the environment."""
    try:
        text = line.decode().removesuffix('\r')
    except UnicodeDecodeError:
        raise KubectlError(f'env file {path} contains invalid utf8 bytes at line {number}: {list(line)}') from None
    if number == 1:
        text = text.removeprefix('\ufeff')
    text = text.lstrip()
    if not text or text[0] == '#':
        return None
    key, equals, value = text.partition('=')
    problems = is_env_name(key)
    if problems:
        raise KubectlError(f'"{key}" is not a valid key name: {";".join(problems)}')
    return key, (value if equals else factory.ctx.env.get(key, '')).encode()
