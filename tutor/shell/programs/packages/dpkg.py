"""dpkg and dpkg-query: what is installed, and which package a file is of."""

from __future__ import annotations

from fnmatch import fnmatchcase

from tutor.shell.process import IO, Context
from tutor.shell.programs.complaint import Complaint
from tutor.shell.programs.options import parse
from tutor.shell.programs.packages.inventory import ARCHITECTURE, Record, contents, held, records

LONG = {'list': 'l', 'listfiles': 'L', 'search': 'S', 'status': 's', 'get-selections': '', 'print-architecture': '',
        'version': '', 'install': 'i', 'remove': 'r', 'purge': 'P', 'configure': '', 'audit': 'C', 'verify': 'V'}
HEAD = """\
Desired=Unknown/Install/Remove/Purge/Hold
| Status=Not/Inst/Conf-files/Unpacked/halF-conf/Half-inst/trig-aWait/Trig-pend
|/ Err?=(none)/Reinst-required (Status,Err: uppercase=bad)
"""
MISSING = "package '{name}' is not installed"
COLUMNS = 80


async def main(argv: list[str], io: IO, ctx: Context) -> int:
    """dpkg -l [PATTERN…] | -L PACKAGE… | -S PATTERN… | -s PACKAGE… | --get-selections | --print-architecture"""
    options = parse(argv, ctx, 'lLSsirPCV', LONG, 2)
    names, known = options.args, records(ctx)
    if 'print-architecture' in options:
        io.stdout.write(ARCHITECTURE + '\n')
    elif 'version' in options:
        io.stdout.write("Debian 'dpkg' package management program version 1.22.6 (amd64).\n")
    elif 'get-selections' in options:
        kept = held(ctx)
        for each in _chosen(known, names, io):
            tabs = '\t' * max(1, 6 - len(each.name) // 8)
            io.stdout.write(f'{each.name}{tabs}{"hold" if each.name in kept else "install"}\n')
    elif 'l' in options:
        found = _chosen(known, names, io)
        _list(found, held(ctx), io)
        return 0 if found else 1
    elif 'L' in options or 's' in options:
        return _each(names, known, 'L' in options, io, ctx)
    elif 'S' in options:
        return _search(names, known, io, ctx)
    elif options.given:
        raise Complaint(f'error: dpkg {argv[1]} is not simulated here', 2)
    else:
        raise Complaint('dpkg: error: need an action option\n\nType dpkg --help for help about installing and '
                        'deinstalling packages [*];', 2, bare=True)
    return 0


def _chosen(known: list[Record], patterns: list[str], io: IO) -> list[Record]:
    if not patterns:
        return known
    found: dict[str, Record] = {}
    for pattern in patterns:
        matching = [each for each in known if fnmatchcase(each.name, pattern)]
        found |= {each.name: each for each in matching}
        if not matching:
            io.stderr.write(f'dpkg-query: no packages found matching {pattern}\n')
    return sorted(found.values(), key=lambda each: each.name)


def _list(found: list[Record], kept: list[str], io: IO) -> None:
    """list1package: the columns as wide as what is in them, the description to the end of the line."""
    if not found:
        return
    name, version = max(14, *(len(each.name) for each in found)), max(12, *(len(each.version) for each in found))
    longest = max(11, *(len(each.description) for each in found))
    rest = max(11, COLUMNS - name - version - 12 - 6) if io.stdout.isatty else longest
    lines = [f'||/ {"Name":<{name}} {"Version":<{version}} Architecture Description',
             f'+++-{"=" * name}-{"=" * version}-{"=" * 12}-{"=" * rest}']
    lines += [f'{"hi" if each.name in kept else "ii"}  {each.name:<{name}} {each.version:<{version}} '
              f'{ARCHITECTURE:<12} {each.description[:rest]}' for each in found]
    io.stdout.write(HEAD + '\n'.join(lines) + '\n')


def _each(names: list[str], known: list[Record], files: bool, io: IO, ctx: Context) -> int:
    """-L and -s, package by package."""
    if not names:
        raise Complaint(f'dpkg-query: error: --{"listfiles" if files else "status"} needs at least one package name '
                        'argument\n\nUse --help for help about querying packages.', 2, bare=True)
    failed, kept = False, held(ctx)
    for number, name in enumerate(names):
        record = next((each for each in known if each.name == name), None)
        if record is None:
            failed = True
            text = MISSING.format(name=name) + ('' if files else ' and no information is available')
            verb, what = ('contents', 'list archive files contents') if files else ('info', 'examine archive files')
            io.stderr.write(f'dpkg-query: {text}\nUse dpkg --{verb} (= dpkg-deb --{verb}) to {what}.\n')
            continue
        text = '\n'.join(contents(record, ctx)) + '\n' if files else _status(record, record.name in kept)
        io.stdout.write(('\n' if number else '') + text)
    return 1 if failed else 0


def _status(record: Record, kept: bool) -> str:
    return (f'Package: {record.name}\nStatus: {"hold" if kept else "install"} ok installed\nPriority: optional\n'
            f'Section: {record.section}\nMaintainer: {record.maintainer}\nArchitecture: {ARCHITECTURE}\n'
            f'Version: {record.version}\nDescription: {record.description}\n')


def _search(patterns: list[str], known: list[Record], io: IO, ctx: Context) -> int:
    """searchfiles: a word without wildcards may stand anywhere in a path, a path is whole."""
    failed = False
    for pattern in patterns:
        wild = any(letter in pattern for letter in '*?[')
        wanted = pattern if wild or pattern.startswith('/') else f'*{pattern}*'
        owners: dict[str, list[str]] = {}
        for record in known:
            for path in contents(record, ctx)[1:]:
                if fnmatchcase(path, wanted):
                    owners.setdefault(path, []).append(record.name)
        if not owners:
            failed = True
            io.stderr.write(f'dpkg-query: no path found matching pattern {wanted if wild else pattern}\n')
        io.stdout.write(''.join(f'{", ".join(names)}: {path}\n' for path, names in owners.items()))
    return 1 if failed else 0
