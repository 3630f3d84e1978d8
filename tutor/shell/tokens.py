"""Between characters and grammar: operators, bare words, lines, and the bodies of heredocs."""

from __future__ import annotations

from tutor.shell.lexer import META, Incomplete, Lexer, SyntaxProblem
from tutor.shell.syntax import Redirect, Text, Word

OPERATORS = ('&&', '||', ';;&', ';;', ';&', '|&', '&', '|', ';', '(', ')')
CLOSING = {'then', 'elif', 'else', 'fi', 'do', 'done', 'esac', '}', 'in', ']]'}


class Tokens(Lexer):
    """A lexer that knows lines: heredocs wait for the end of theirs."""

    def __init__(self, text: str, pos: int = 0) -> None:
        super().__init__(text, pos)
        self._heredocs: list[Redirect] = []
        self.warnings: list[str] = []
        """What a script is told when its text ends inside a here-document; a prompt waits for the rest."""
        self._counted = 0
        self._line = 1

    def _line_here(self) -> int:
        """The number of the line that is being read."""
        if self.pos >= self._counted:
            self._line += self.text.count('\n', self._counted, self.pos)
            self._counted = self.pos
        return self._line

    def _read_heredocs(self) -> None:
        """Read the bodies of the heredocs of the line that has just ended."""
        waiting, self._heredocs = self._heredocs, []
        for redirect in waiting:
            quoted = any(not isinstance(part, Text) or part.quoted for part in redirect.target.parts)
            delimiter = ''.join(part.text for part in redirect.target.parts if isinstance(part, Text))
            body = self._heredoc_body(delimiter, redirect.operator == '<<-')
            redirect.name = redirect.target.source
            redirect.target = Word((Text(body, True),), body) if quoted else self.heredoc(body)

    def _heredoc_body(self, delimiter: str, strip: bool) -> str:
        lines = []
        while self.pos < len(self.text):
            end = self.text.find('\n', self.pos)
            end = len(self.text) if end < 0 else end
            line = self.text[self.pos:end]
            self.pos = min(end + 1, len(self.text))
            if strip:
                line = line.lstrip('\t')
            if line == delimiter:
                return ''.join(lines)
            lines.append(line + '\n')
        begun = self._line_here() - len(lines) - 1
        self.warnings.append(f'here-document at line {max(begun, 1)} delimited by end-of-file (wanted `{delimiter}\')')
        return ''.join(lines)

    # -- tokens -------------------------------------------------------------------------------------------------

    def _newline(self) -> None:
        self.pos += 1
        if self._heredocs:
            self._read_heredocs()

    def _skip_newlines(self) -> None:
        self.skip_blanks()
        while self.peek() == '\n':
            self._newline()
            self.skip_blanks()

    def _operator(self) -> str:
        for operator in OPERATORS:
            if self.text.startswith(operator, self.pos):
                if operator == '&' and self.peek(1) == '>':
                    return ''
                return operator
        return ''

    def _bare_word(self) -> str:
        """The characters up to the next metacharacter."""
        end = self.pos
        text = self.text
        while end < len(text) and text[end] not in META:
            end += 1
        return text[self.pos:end]

    def _at_closing(self) -> bool:
        return self._bare_word() in CLOSING and self._bare_word() not in ('in', ']]')

    def _unexpected(self, expected: str = '') -> SyntaxProblem:
        """bash's words for a token that cannot stand here."""
        self.skip_blanks()
        if not self.peek():
            return Incomplete('syntax error: unexpected end of file').expecting(expected)
        token = 'newline' if self.peek() == '\n' else self._operator() or self._bare_word() or self.peek()
        return SyntaxProblem(f"syntax error near unexpected token `{token}'").expecting(expected)
