"""awk: the program."""

from __future__ import annotations

import re

from tutor.shell.process import IO, Context
from tutor.shell.programs.awk import tree
from tutor.shell.programs.awk.interpreter import Exit, Interpreter, Next
from tutor.shell.programs.awk.lexer import SyntaxFault, unescaped
from tutor.shell.programs.awk.parser import parse as parse_program
from tutor.shell.programs.awk.values import Input, truth
from tutor.shell.programs.complaint import Complaint, reason
from tutor.shell.programs.options import Options, missing_operand, parse
from tutor.shell.programs.regex import BadPattern
from tutor.shell.vfs import normalize

USAGE = """usage: awk [-F fs][-v var=value][prog | -f progfile][file ...]
"""
LONG = {'field-separator': 'F', 'assign': 'v', 'file': 'f', 'version': ''}


async def main(argv: list[str], io: IO, ctx: Context) -> int:
    """awk [-F SEPARATOR] [-v NAME=VALUE] [-f FILE] [PROGRAM] [FILE…]"""
    options = parse(argv, ctx, 'F:v:f:W:', LONG, status=2, permute=False)
    if 'version' in options:
        io.stdout.write('mawk 1.3.4 20240123\n')
        return 0
    source = _source(options, io, ctx)
    if source is None:
        if ctx.host.userland == 'busybox':
            raise missing_operand(argv, ctx)
        io.stderr.write(USAGE)
        return 2
    run = Interpreter(_parsed(source, ctx), io, ctx)
    if 'F' in options:
        run.variables['FS'] = _separator(options.get('F'))
    for assignment in options.all('v'):
        if not re.match(r'[A-Za-z_]\w*=', assignment):
            raise Complaint(f'improper assignment: -v {assignment}', 2)
        run.assign(assignment)
    run.variables['ARGC'] = float(1 + len(options.args))
    run.variables['ARGV'] = {str(place): Input(word) for place, word in enumerate(['awk', *options.args])}
    return await _Run(run, io).run()


def _source(options: Options, io: IO, ctx: Context) -> str | None:
    if 'f' not in options:
        return options.args.pop(0) if options.args else None
    parts = []
    for path in options.all('f'):
        try:
            parts.append(ctx.files.read_text(normalize(path, ctx.cwd)))
        except OSError as problem:
            raise Complaint(f'couldn\'t open file {path} ({reason(problem)})'.replace("couldn't open file",
                                                                                      'cannot open'),
                            2) from None
    return '\n'.join(parts)


def _parsed(source: str, ctx: Context) -> tree.Program:
    try:
        return parse_program(source)
    except SyntaxFault as fault:
        if ctx.host.userland == 'busybox':
            what = 'Unexpected end of string' if 'unterminated' in fault.token else \
                'Unexpected end of file' if fault.token == 'end of file' else 'Unexpected token'
            raise Complaint(f'cmd. line:{fault.line}: {what}', 1) from None
        if 'unterminated' in fault.token:
            raise Complaint(f'line {fault.line}: runaway {fault.token.partition(" ")[2]} constant', 2) from None
        if fault.token == 'missing }':
            raise Complaint(f'line {fault.line}: missing }} near end of file', 2) from None
        raise Complaint(f'line {fault.line}: syntax error at or near {fault.token}', 2) from None
    except BadPattern as problem:
        raise Complaint(f'line 1: regular expression compile failed ({problem})', 2) from None


def _separator(word: str) -> str:
    return '\t' if word == 't' else unescaped(word)


class _Run:
    """BEGIN, the records, END."""

    def __init__(self, run: Interpreter, io: IO) -> None:
        self._run = run
        self._program = run.program
        self._io = io

    async def run(self) -> int:
        program, run = self._program, self._run
        try:
            for block in program.begin:
                await run.run(block)
            if program.rules or program.end:
                await self._records()
        except Exit:
            pass
        except Next:
            raise Complaint('line 1: next used in BEGIN or END', 2) from None
        else:
            await self._end()
            await run.outputs.finish()
            return run.status or (2 if run.inputs.failed else 0)
        if program.rules or not program.begin:
            await self._end()
        await run.outputs.finish()
        return run.status

    async def _end(self) -> None:
        try:
            for block in self._program.end:
                await self._run.run(block)
        except Exit:
            return

    async def _records(self) -> None:
        run = self._run
        while (record := await run.inputs.next()) is not None:
            run.set_record(record)
            try:
                await self._rules()
            except Next as jump:
                if jump.whole_file:
                    run.inputs.skip_file()
            await self._io.stdout.drain()

    async def _rules(self) -> None:
        for rule in self._program.rules:
            if await self._selected(rule):
                if rule.action is None:
                    await self._run.run([tree.Output(False, [])])
                else:
                    await self._run.run(rule.action)

    async def _selected(self, rule: tree.Rule) -> bool:
        if rule.pattern is None:
            return True
        if rule.end is None:
            return truth(await self._run.value(rule.pattern))
        if not rule.active and not truth(await self._run.value(rule.pattern)):
            return False
        rule.active = not truth(await self._run.value(rule.end))
        return True
