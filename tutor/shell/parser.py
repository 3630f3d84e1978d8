"""The grammar of the shell (bash's, as far as people type it), by recursive descent.

tree-sitter-bash colours the input; it is not used here, because it misreads several heredocs in one line, and because
aliases and bash's own words for a syntax error need the parser that stands at the very token.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from tutor.shell.assignment_parser import Assignments
from tutor.shell.lexer import Incomplete, SyntaxProblem
from tutor.shell.syntax import (
    AndOr,
    Arithmetic,
    ArithmeticFor,
    Case,
    Condition,
    Coproc,
    For,
    Function,
    Group,
    If,
    Loop,
    Node,
    Pipeline,
    Script,
    Select,
    Simple,
    Word,
)
from tutor.shell.tokens import CLOSING
from tutor.shell.variables import NAME

OPENING = {'if', 'while', 'until', 'for', 'case', 'select', 'function', '{', '[[', '!', 'time'}
KEYWORDS = OPENING | CLOSING | {'coproc'}
DECLARING = {'export', 'local', 'declare', 'typeset', 'readonly'}
FUNCTION = re.compile(r'([^\s;&|<>()$`"\'\\{}=]+)[ \t]*\([ \t]*\)')
COPROC = re.compile(rf'({NAME.pattern})[ \t]+(?=[({{]|(?:if|while|until|for|case|select)\b|\[\[)')
MAX_DEPTH = 60


class Parser(Assignments):
    """Parses one text. What `alias` gives is put in place of command names as they are read."""

    def __init__(self, text: str, pos: int = 0, alias: Callable[[str], str | None] | None = None) -> None:
        super().__init__(text, pos)
        self._alias_of = alias or (lambda name: None)
        self._alias_ends: list[tuple[int, str]] = []
        self._depth = 0
        self.line = 1
        """Where the statements that `next_line` gave last begin."""

    # -- lists --------------------------------------------------------------------------------------------------

    def next_line(self) -> Script | None:
        """The statements up to the end of the line they begin on, or None at the end of the text."""
        try:
            self._skip_newlines()
            if not self.peek():
                return None
            self.line = self._line_here()
            script = self._list(until_newline=True)
            if self.peek() == '\n':
                self._newline()
            elif self.peek():
                raise self._unexpected()
            if self._heredocs:
                self._read_heredocs()
            return script
        except SyntaxProblem as problem:
            problem.line = problem.line or 1 + self.text.count('\n', 0, self.pos)
            raise
        except RecursionError:
            raise SyntaxProblem('maximum nesting level exceeded') from None

    def script_until(self, closing: str) -> Script:
        """The script up to a closing character, which is consumed; '' is the end of the text."""
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise SyntaxProblem('maximum nesting level exceeded')
        script = self._list()
        self._depth -= 1
        if self.peek() != closing:
            if not self.peek():
                raise Incomplete(f"unexpected EOF while looking for matching `{closing}'")
            raise self._unexpected()
        self.pos += len(closing)
        return script

    def _list(self, until_newline: bool = False) -> Script:
        script = Script()
        start = self.pos
        while True:
            if not until_newline:
                self._skip_newlines()
            self.skip_blanks()
            if not self.peek() or self.peek() in ')\n' or self._at_closing():
                break
            if self._operator() in (';;', ';&', ';;&'):
                break
            if self._operator() not in ('', '('):
                raise self._unexpected()
            node = self._and_or()
            self.skip_blanks()
            operator = self._operator()
            background = operator == '&'
            script.statements.append((node, background))
            if operator in (';', '&'):
                self.pos += 1
            elif self.peek() != '\n':
                break
        script.source = self.text[start:self.pos]
        return script

    def _and_or(self) -> Node:
        first = self._pipeline()
        rest: list[tuple[str, Node]] = []
        while True:
            self.skip_blanks()
            operator = self._operator()
            if operator not in ('&&', '||'):
                break
            self.pos += 2
            self._after_operator()
            rest.append((operator, self._pipeline()))
        return AndOr(first, rest) if rest else first

    def _pipeline(self) -> Node:
        negated = timed = posix = False
        while (word := self._bare_word()) in ('!', 'time'):
            self.pos += len(word)
            self.skip_blanks()
            negated = negated ^ (word == '!')
            timed = timed or word == 'time'
            if word == 'time' and self._bare_word() == '-p':
                posix = True
                self.pos += 2
                self.skip_blanks()
        commands = [self._command()]
        with_stderr = []
        while True:
            self.skip_blanks()
            operator = self._operator()
            if operator not in ('|', '|&'):
                break
            self.pos += len(operator)
            with_stderr.append(operator == '|&')
            self._after_operator()
            commands.append(self._command())
        if len(commands) == 1 and not negated and not timed:
            return commands[0]
        return Pipeline(commands, negated, timed, tuple(with_stderr), posix)

    def _after_operator(self) -> None:
        """After && || and |, a command must follow, possibly on the next line."""
        self._skip_newlines()
        if not self.peek():
            raise Incomplete('syntax error: unexpected end of file')

    # -- commands -----------------------------------------------------------------------------------------------

    def _command(self) -> Node:
        self.skip_blanks()
        if self.peek() == '(':
            if self.peek(1) == '(' and (found := self._arithmetic_command()) is not None:
                return found
            self.pos += 1
            return self._subshell()
        word = self._bare_word()
        if word == 'coproc':
            return self._coproc()
        if word in OPENING:
            return self._nested(word)
        if word in CLOSING or not self.peek() or self._operator():
            raise self._unexpected()
        if (match := FUNCTION.match(self.text, self.pos)) and match[1] not in OPENING:
            start = self.pos
            self.pos = match.end()
            return self._function(match[1], start)
        return self._simple()

    def _coproc(self) -> Coproc:
        """coproc [NAME] COMMAND: only a compound command may have a name."""
        self.pos += len('coproc')
        self.skip_blanks()
        named = COPROC.match(self.text, self.pos)
        if named is not None and named[1] not in OPENING:
            self.pos = named.end()
            return Coproc(named[1], self._command())
        return Coproc('COPROC', self._command())

    def _subshell(self) -> Group:
        try:
            return Group(self.script_until(')'), self._redirects(), subshell=True)
        except Incomplete as problem:
            if 'matching `)' in str(problem):
                raise Incomplete('syntax error: unexpected end of file').expecting(')') from None
            raise

    def _nested(self, word: str) -> Node:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise SyntaxProblem('maximum nesting level exceeded')
        found = self._compound(word)
        self._depth -= 1
        return found

    def _compound(self, word: str) -> Node:
        start = self.pos
        self.pos += len(word)
        match word:
            case 'if':
                return self._if()
            case 'while' | 'until':
                condition = self._body('do')
                return Loop(condition, self._body('done'), word == 'until', self._redirects())
            case 'for' | 'select':
                return self._for(word)
            case 'case':
                return self._case()
            case '{':
                return Group(self._body('}'), self._redirects())
            case '[[':
                return Condition(self.condition(), self._redirects())
            case 'function':
                self.skip_blanks()
                name = self.word().source
                self.skip_blanks()
                if self.text.startswith('()', self.pos):
                    self.pos += 2
                return self._function(name, start)
        raise self._unexpected()

    def _body(self, *closing: str) -> Script:
        """A list and the reserved word that ends it (consumed)."""
        script = self._list()
        self.skip_blanks()
        word = self._bare_word()
        if word not in closing:
            raise self._unexpected(closing[0])
        if not script.statements:
            raise self._unexpected()
        self.pos += len(word)
        return script

    def _if(self) -> If:
        branches: list[tuple[Script, Script]] = []
        otherwise = None
        while True:
            condition = self._body('then')
            body = self._list()
            self.skip_blanks()
            word = self._bare_word()
            if word not in ('elif', 'else', 'fi'):
                raise self._unexpected('fi')
            if not body.statements:
                raise self._unexpected()
            self.pos += len(word)
            branches.append((condition, body))
            if word == 'else':
                otherwise = self._body('fi')
            if word != 'elif':
                return If(branches, otherwise, self._redirects())

    def _for(self, keyword: str) -> Node:
        self.skip_blanks()
        if keyword == 'for' and self.text.startswith('((', self.pos):
            return self._arithmetic_for()
        name = self._bare_word()
        if not re.fullmatch(r'\w+', name):
            raise self._unexpected()
        self.pos += len(name)
        self._skip_newlines()
        words: list[Word] | None = None
        if self._bare_word() == 'in':
            self.pos += 2
            words = []
            self.skip_blanks()
            while self.peek() and self.peek() not in ';\n&|':
                word = self.word()
                if not word.source:
                    raise self._unexpected()
                words.append(word)
                self.skip_blanks()
        kind = For if keyword == 'for' else Select
        if self._block_follows():
            return kind(name, words, self._body('}'), self._redirects())
        self._do()
        return kind(name, words, self._body('done'), self._redirects())

    def _block_follows(self) -> bool:
        """`for x in …; { …; }` is an old spelling of do and done; the brace is consumed."""
        start = self.pos
        if self.peek() == ';':
            self.pos += 1
        self._skip_newlines()
        if self._bare_word() == '{':
            self.pos += 1
            return True
        self.pos = start
        return False

    def _do(self) -> None:
        self.skip_blanks()
        if self.peek() == ';':
            self.pos += 1
        self._skip_newlines()
        if self._bare_word() != 'do':
            raise self._unexpected('do')
        self.pos += 2

    def _arithmetic_for(self) -> ArithmeticFor:
        end = self.balanced(self.pos + 2)
        if end < 0:
            raise Incomplete('syntax error: unexpected end of file')
        parts = self.text[self.pos + 2:end].split(';')
        if len(parts) != 3:
            raise SyntaxProblem('syntax error: arithmetic expression required')
        self.pos = end + 2
        self._do()
        start, condition, step = (self.sub(part) for part in parts)
        return ArithmeticFor(start, condition, step, self._body('done'), self._redirects())

    def _case(self) -> Case:
        self.skip_blanks()
        subject = self.word()
        self._skip_newlines()
        if self._bare_word() != 'in':
            raise self._unexpected('in')
        self.pos += 2
        items: list[tuple[list[Word], Script, str]] = []
        while True:
            self._skip_newlines()
            if self._bare_word() == 'esac':
                self.pos += 4
                return Case(subject, items, self._redirects())
            items.append(self._case_item())

    def _case_item(self) -> tuple[list[Word], Script, str]:
        if self.peek() == '(':
            self.pos += 1
        patterns = []
        while True:
            self.skip_blanks()
            patterns.append(self.word())
            self.skip_blanks()
            if self.peek() == '|':
                self.pos += 1
            elif self.peek() == ')':
                self.pos += 1
                break
            else:
                raise self._unexpected(')')
        body = self._list()
        self.skip_blanks()
        operator = self._operator()
        if operator in (';;', ';&', ';;&'):
            self.pos += len(operator)
            return patterns, body, operator
        if self._bare_word() != 'esac':
            raise self._unexpected(';;')
        return patterns, body, ';;'

    def _function(self, name: str, start: int) -> Function:
        self._skip_newlines()
        if not self.peek():
            raise Incomplete('syntax error: unexpected end of file')
        self.skip_blanks()
        if self.peek() != '(' and self._bare_word() not in OPENING - {'!', 'time', 'function'}:
            raise self._unexpected()
        body = self._command()
        return Function(name, body, self.text[start:self.pos])

    def _arithmetic_command(self) -> Arithmetic | None:
        end = self.balanced(self.pos + 2)
        if end < 0 or self.text[end:end + 2] != '))':
            return None
        inner = self.text[self.pos + 2:end]
        self.pos = end + 2
        return Arithmetic(self.sub(inner), self._redirects())

    # -- simple commands ----------------------------------------------------------------------------------------

    def _simple(self) -> Node:
        command = Simple([], [], [], self._line_here())
        while True:
            self.skip_blanks()
            if (redirect := self._redirect()) is not None:
                command.redirects.append(redirect)
                continue
            char = self.peek()
            if not char or char in '\n;&|)':
                break
            if char == '(':
                raise self._unexpected()
            declares = bool(command.words) and isinstance(command.words[0], Word) and \
                command.words[0].literal() in DECLARING
            if (not command.words or declares) and (assignment := self._assignment()) is not None:
                (command.words if declares else command.assignments).append(assignment)
                continue
            if not command.words and self._expand_alias():
                if not command.assignments and not command.redirects:
                    return self._command()
                continue
            command.words.append(self.word())
        return command

    def _expand_alias(self) -> bool:
        """Put an alias's text in place of the name at this position."""
        name = self._bare_word()
        text = self._alias_of(name)
        self._alias_ends = [(end, used) for end, used in self._alias_ends if self.pos < end]
        if text is None or any(used == name for _, used in self._alias_ends):
            return False
        start = self.pos
        self.text = self.text[:start] + text + self.text[start + len(name):]
        grown = len(text) - len(name)
        self._alias_ends = [(end + grown, used) for end, used in self._alias_ends]
        self._alias_ends.append((start + len(text), name))
        return True


def parse_status(text: str) -> str:
    """'complete', 'incomplete' (a prompt waits for more), or bash's error."""
    parser = Parser(text)
    try:
        while parser.next_line() is not None:
            pass
    except Incomplete:
        return 'incomplete'
    except SyntaxProblem as problem:
        return str(problem)
    if parser.warnings:
        return 'incomplete'
    return 'incomplete' if text.endswith('\\') and not text.endswith('\\\\') else 'complete'


@lru_cache(maxsize=256)
def parsed(text: str) -> tuple[tuple[int, Script], ...] | None:
    """The lines of a text, kept: containers and loops run the same scripts over and over. None for what must be read
    as it runs: a syntax error shows only when it is reached, and an alias changes what follows."""
    if len(text) > 20_000 or 'alias' in text:
        return None
    found = []
    parser = Parser(text)
    try:
        while (script := parser.next_line()) is not None:
            found.append((parser.line, script))
    except SyntaxProblem:
        return None
    return tuple(found) if not parser.warnings else None
