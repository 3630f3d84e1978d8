"""apparmor_parser and aa-status: load profiles into the machine's kernel, and list them."""

from __future__ import annotations

from tutor.shell import apparmor
from tutor.shell.apparmor import BadProfile, Profile
from tutor.shell.process import IO, Context
from tutor.shell.programs.complaint import Complaint, reason
from tutor.shell.programs.inputs import open_reader, text
from tutor.shell.programs.options import Options, parse

LONG = {'add': 'a', 'replace': 'r', 'remove': 'R', 'quiet': 'q', 'verbose': 'v', 'Complain': 'C', 'names': 'N',
        'skip-kernel-load': 'Q', 'skip-cache': 'K', 'write-cache': 'W', 'skip-read-cache': 'T'}


async def parser(argv: list[str], io: IO, ctx: Context) -> int:
    """apparmor_parser [-a|-r|-R] [-CqvNQKWT] [FILE…]"""
    options = parse(argv, ctx, 'arRqvCNQKWT', LONG)
    _has_apparmor(ctx)
    status = 0
    for path in options.args or ['-']:
        try:
            found = apparmor.parse(text(await open_reader(path, io, ctx).read()), '' if path == '-' else path)
        except OSError as problem:
            io.stderr.write(f'File {path} not found, skipping...\n' if not ctx.files.exists(path) else
                            f'{path}: {reason(problem)}\n')
            status = 1
            continue
        except BadProfile as problem:
            raise Complaint(str(problem), 1, bare=True) from None
        for profile in found:
            status = _act(profile, options, io, ctx) or status
    return status


def _act(profile: Profile, options: Options, io: IO, ctx: Context) -> int:
    if 'N' in options:
        io.stdout.write(profile.name + '\n')
    if 'N' in options or 'Q' in options:
        return 0
    if ctx.uid:
        raise Complaint('Sorry. You need root privileges to run this program.', 1)
    known = profile.name in apparmor.loaded(ctx.files)
    if 'R' in options:
        if not known:
            raise Complaint(f'Unable to remove "{profile.name}".  Profile doesn\'t exist', 254)
        apparmor.unload(ctx.files, profile.name)
        return 0
    if known and 'r' not in options:
        raise Complaint(f'Unable to add "{profile.name}".  Profile already exists', 239)
    mode = apparmor.COMPLAIN if 'C' in options else profile.mode
    apparmor.load(ctx.files, Profile(profile.name, mode, profile.rules, profile.text))
    if 'v' in options:
        io.stdout.write(f'{"Replacement" if known else "Addition"} succeeded for "{profile.name}".\n')
    return 0


async def status(argv: list[str], io: IO, ctx: Context) -> int:
    """aa-status [--enabled]"""
    options = parse(argv, ctx, 'v', {'enabled': 'e', 'profiled': 'p', 'enforced': 'E', 'verbose': 'v'})
    if 'e' in options:
        return 0 if ctx.files.is_file(apparmor.ENABLED) else 1
    _has_apparmor(ctx)
    if ctx.uid:
        io.stdout.write('apparmor module is loaded.\n')
        io.stderr.write('You do not have enough privilege to read the profile set.\n')
        return 4
    names = apparmor.loaded(ctx.files)
    lines = ['apparmor module is loaded.', f'{len(names)} profiles are loaded.']
    for mode in (apparmor.ENFORCE, apparmor.COMPLAIN):
        those = sorted(name for name, found in names.items() if found == mode)
        lines += [f'{len(those)} profiles are in {mode} mode.', *(f'   {name}' for name in those)]
    io.stdout.write('\n'.join(lines) + '\n')
    return 0


def _has_apparmor(ctx: Context) -> None:
    if not ctx.files.is_file(apparmor.ENABLED):
        raise Complaint('error: there is no AppArmor here; a node has it', 1)
