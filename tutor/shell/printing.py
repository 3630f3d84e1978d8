"""A tree as bash writes it out again: `declare -f`, `type`, and commands in messages (bash's print_cmd.c)."""

from __future__ import annotations

from tutor.shell import syntax
from tutor.shell.syntax import Assignment, Node, Redirect, Script, Word

STEP = 4


def function_text(function: syntax.Function) -> str:
    """`name () ` and its body in braces; without a newline at the end."""
    return f'{function.name} () \n{_Writer(in_function=True).body(function.body, 0)}'


def command(node: Node, indent: int = 0) -> str:
    """One command; what goes over several lines is indented by so much, but for the first line."""
    return _Writer().command(node, indent)


def sources(words: list[Word] | None) -> str:
    """The words of a loop as they were typed; without any it goes through the positional parameters."""
    return '"$@"' if words is None else ' '.join(word.source for word in words)


class _Writer:
    """Writes commands. Only in a function does each statement of a list begin a line (print_cmd.c:
    inside_function_def)."""

    def __init__(self, in_function: bool = False) -> None:
        self._in_function = in_function

    def body(self, body: Node, indent: int) -> str:
        """A function's body in braces, which bash adds to one that has none."""
        if isinstance(body, syntax.Group) and not body.subshell:
            return self._braces(body, indent).lstrip(' ')
        return f'{{ \n{" " * (indent + STEP)}{self.command(body, indent + STEP)}\n{" " * indent}}}'

    def command(self, node: Node, indent: int = 0) -> str:
        """One command; what goes over several lines is indented by so much, but for the first line."""
        match node:
            case syntax.Simple():
                words = [*(_assignment(each) for each in node.assignments), *map(_word, node.words)]
                return _with_redirects(' '.join(words), node.redirects)
            case syntax.AndOr():
                return self.command(node.first, indent) + ''.join(
                    f' {operator} {self.command(each, indent)}' for operator, each in node.rest)
            case syntax.Pipeline():
                return self._pipeline(node, indent)
            case syntax.Function():
                return f'function {node.name} () \n{" " * indent}{_Writer(in_function=True).body(node.body, indent)}'
            case syntax.Coproc():
                return f'coproc {node.name} {self.command(node.body, indent)}'
            case syntax.Condition():
                return _with_redirects(f'[[ {condition(node.test)} ]]', node.redirects)
            case syntax.Arithmetic():
                return _with_redirects(f'(( {node.expression.source.strip()} ))', node.redirects)
        return _with_redirects(self._compound(node, indent), node.redirects)

    def _pipeline(self, node: syntax.Pipeline, indent: int) -> str:
        text = self.command(node.commands[0], indent)
        for place, each in enumerate(node.commands[1:]):
            both = place < len(node.with_stderr) and node.with_stderr[place]
            text += (' 2>&1 | ' if both else ' | ') + self.command(each, indent)
        return ('time ' if node.timed else '') + ('! ' if node.negated else '') + text

    def _compound(self, node: Node, indent: int) -> str:
        space = ' ' * indent
        match node:
            case syntax.Group(subshell=True):
                return f'( {self.lines(node.body, indent)} )'
            case syntax.Group():
                return self._braces(node, indent).lstrip(' ')
            case syntax.If():
                return self._if(node.branches, node.otherwise, indent)
            case syntax.Loop():
                head = f'{"until" if node.until else "while"} {self.lines(node.condition, indent)}; do\n'
                return head + self._ended(node.body, indent) + f'{space}done'
            case syntax.For() | syntax.Select():
                word = 'for' if isinstance(node, syntax.For) else 'select'
                head = f'{word} {node.name} in {sources(node.words)};\n{space}do\n'
                return head + self._ended(node.body, indent) + f'{space}done'
            case syntax.ArithmeticFor():
                parts = '; '.join(each.source.strip() for each in (node.start, node.condition, node.step))
                return f'for (({parts}))\n{space}do\n' + self._ended(node.body, indent) + f'{space}done'
            case syntax.Case():
                return self._case(node, indent)
        raise AssertionError(node)

    def _braces(self, node: syntax.Group, indent: int) -> str:
        space, inner = ' ' * indent, indent + STEP
        if not self._in_function:
            text = self.lines(node.body, indent)
            return f'{{ {text}{"" if text.endswith("&") else ";"} }}'
        return f'{space}{{ \n{" " * inner}{self.lines(node.body, inner)}\n{space}}}'

    def lines(self, script: Script, indent: int = 0) -> str:
        """Statements one below the other; the first is not indented and the last has no semicolon."""
        text = ''
        for place, (node, background) in enumerate(script.statements):
            last = place == len(script.statements) - 1
            text += self.command(node, indent) + (' &' if background else '' if last else ';')
            text += '' if last else '\n' + ' ' * indent if self._in_function and not background else ' '
        return text

    def _ended(self, script: Script, indent: int) -> str:
        """A body on lines of its own, with a semicolon after its last statement."""
        inner = indent + STEP
        text = self.lines(script, inner)
        return f'{" " * inner}{text}{"" if text.endswith("&") else ";"}\n'

    def _if(self, branches: list[tuple[Script, Script]], otherwise: Script | None, indent: int) -> str:
        (condition_, body), *more = branches
        space = ' ' * indent
        text = f'if {self.lines(condition_, indent)}; then\n{self._ended(body, indent)}'
        if more:
            inner = indent + STEP
            text += f'{space}else\n{" " * inner}{self._if(more, otherwise, inner)};\n'
        elif otherwise is not None:
            text += f'{space}else\n{self._ended(otherwise, indent)}'
        return text + f'{space}fi'

    def _case(self, node: syntax.Case, indent: int) -> str:
        inner, deeper = ' ' * (indent + STEP), indent + 2 * STEP
        text = f'case {node.subject.source} in \n'
        for patterns, body, operator in node.items:
            text += f'{inner}{" | ".join(each.source for each in patterns)})\n'
            if body.statements:
                text += f'{" " * deeper}{self.lines(body, deeper)}\n'
            text += f'{inner}{operator}\n'
        return f'{text}{" " * indent}esac'


def condition(test: tuple) -> str:
    """The inside of [[ … ]]."""
    match test:
        case ('or' | 'and' as operator, left, right):
            return f'{condition(left)} {"||" if operator == "or" else "&&"} {condition(right)}'
        case ('not', inner):
            return f'! {condition(inner)}'
        case ('group', inner):
            return f'( {condition(inner)} )'
        case ('unary', operator, word):
            return f'{operator} {word.source}'
        case ('binary', operator, left, right):
            return f'{left.source} {operator} {right.source}'
    raise AssertionError(test)


def _word(word: Word | Assignment) -> str:
    return word.source if isinstance(word, Word) else _assignment(word)


def _assignment(assignment: Assignment) -> str:
    target = assignment.name if assignment.index is None else f'{assignment.name}[{assignment.index.source}]'
    if assignment.array is not None:
        value = '(' + ' '.join(word.source for word in assignment.array) + ')'
    else:
        value = assignment.value.source if assignment.value is not None else ''
    return f'{target}{"+=" if assignment.append else "="}{value}'


def _with_redirects(text: str, redirects: list[Redirect]) -> str:
    bodies = ''
    for redirect in redirects:
        number = '' if redirect.descriptor is None else str(redirect.descriptor)
        if redirect.operator in ('<<', '<<-'):
            text += f' {number}{redirect.operator}{redirect.name}'
            bodies += f'\n{redirect.target.source}{redirect.name.strip(chr(39))}\n'
        else:
            glue = '' if redirect.operator in ('>&', '<&') else ' '
            text += f' {number}{redirect.operator}{glue}{redirect.target.source}'
    return text.lstrip(' ') + bodies
