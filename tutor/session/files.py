"""Files come in and go out by explicit acts only: from the machine into the shell's home folder, and back."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from tutor.cluster.machine.disk import HOME
from tutor.course.words import Text
from tutor.session.sitting import put
from tutor.session.workbench import Workbench
from tutor.shell.vfs import File, normalize

LARGEST = 20 * 1024 * 1024
MOST = 2000
OWN = ('.kube/', '.ssh/', '.cache/', '.start/', '.bash_history')


class CannotCopy(Exception):
    """A file that cannot be brought in or taken out."""

    def __init__(self, message: Text) -> None:
        super().__init__(message.en)
        self.message = message


@dataclass
class Exported:
    """What was written, and what was left alone because it was there already."""

    written: list[Path] = field(default_factory=list)
    kept: list[Path] = field(default_factory=list)


def bring_in(bench: Workbench, paths: Iterable[Path]) -> list[str]:
    """Copy files and folders of the machine into the home folder; the names they have there. Raises CannotCopy."""
    files = read(paths)
    for name, text in files:
        put(bench, name, text)
    return [name for name, _ in files]


def read(paths: Iterable[Path]) -> list[tuple[str, str]]:
    """The files of the machine at some paths, by the names that they get in the home folder. Raises CannotCopy."""
    found: list[tuple[str, str]] = []
    size = 0
    for path in paths:
        if not path.exists():
            raise CannotCopy(Text(zh=f'{path}：没有这个文件或文件夹', en=f'{path}: there is no such file or folder'))
        base = path.resolve()
        for file in sorted(base.rglob('*')) if base.is_dir() else [base]:
            if file.is_file() and not file.is_symlink():
                name = f'{base.name}/{file.relative_to(base).as_posix()}' if base.is_dir() else base.name
                found.append((name, _text(file)))
                size += len(found[-1][1])
            if size > LARGEST or len(found) > MOST:
                raise CannotCopy(Text(zh=f'{path}：超过 20 MB 或 {MOST} 个文件',
                                      en=f'{path}: more than 20 MB or {MOST} files'))
    return found


def clashes(bench: Workbench, files: Iterable[tuple[str, str]]) -> list[str]:
    """Which of the files are there already with another content."""
    there = [(name, text, normalize(name, HOME)) for name, text in files]
    return [name for name, text, path in there
            if bench.files.exists(path) and (not bench.files.is_file(path) or bench.files.read(path) != text.encode())]


def file_entry(name: str, text: str) -> str:
    """A file as a line of the session's log."""
    return json.dumps([name, text], ensure_ascii=False)


def entry_file(entry: str) -> tuple[str, str]:
    """What `file_entry` wrote: name and text."""
    name, text = json.loads(entry)
    return name, text


def _text(file: Path) -> str:
    try:
        if file.stat().st_size > LARGEST:
            raise CannotCopy(Text(zh=f'{file}：文件超过 20 MB', en=f'{file}: larger than 20 MB'))
        return file.read_text(encoding='utf-8')
    except UnicodeDecodeError:
        raise CannotCopy(Text(zh=f'{file}：不是 UTF-8 文本', en=f'{file}: not UTF-8 text')) from None
    except OSError as problem:
        raise CannotCopy(Text.same(f'{file}: {problem.strerror}')) from None


def take_out(bench: Workbench, folder: Path, overwrite: Callable[[Path], bool]) -> Exported:
    """Copy the home folder to a folder of the machine; `overwrite` is asked for each file that is there with another
    content. Raises CannotCopy."""
    found = Exported()
    for path, node in bench.files.walk(HOME):
        name = path.removeprefix(HOME).lstrip('/')
        if not isinstance(node, File) or name.startswith(OWN):
            continue
        target = folder / name
        data = node.data()
        try:
            if target.exists() and (target.read_bytes() == data or not overwrite(target)):
                found.kept.append(target)
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
        except OSError as problem:
            raise CannotCopy(Text.same(f'{target}: {problem.strerror}')) from None
        found.written.append(target)
    return found
