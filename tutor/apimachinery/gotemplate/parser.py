"""From tokens to nodes (text/template/parse/parse.go)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NoReturn

from tutor.apimachinery.field import go_quote
from tutor.apimachinery.gotemplate import lexer
from tutor.apimachinery.gotemplate.lexer import Piece, Token
from tutor.apimachinery.gotemplate.nodes import (
    Action,
    Branch,
    Call,
    Chain,
    Command,
    Dot,
    Function,
    Jump,
    Literal,
    Pipeline,
    TemplateError,
    Text,
    Variable,
)
from tutor.apimachinery.jsonpath.nodes import JSONPathError
from tutor.apimachinery.jsonpath.parser import unquote

MAX_DEPTH = 100
_END = Token('end', '}}', 0)
_OPERANDS = ('string', 'raw', 'char', 'number', 'field', 'variable', 'word')


class Parser:
    """Parses one source; `templates` are the named ones that it defines."""

    def __init__(self, source: str, name: str, functions: Mapping[str, Callable[..., Any]]) -> None:
        self.source = source
        self.name = name
        self.functions = functions
        self.pieces = lexer.split(source, name)
        self.index = 0
        self.templates: dict[str, list[Any]] = {}
        self.tokens: list[Token] = []
        self.at = 0
        self.scopes: list[set[str]] = [{'$'}]
        self.loops = 0
        self.depth = 0

    def parse(self) -> list[Any]:
        body, word = self.nodes()
        if word:
            self.fail(f'unexpected {{{{{word}}}}}')
        return body

    def fail(self, text: str) -> NoReturn:
        position = self.pieces[min(self.index, len(self.pieces)) - 1].position if self.pieces else 0
        raise TemplateError(f'template: {self.name}:{lexer.line_of(self.source, position)}: {text}')

    # -- lists of nodes ------------------------------------------------------------------------------------------

    def nodes(self) -> tuple[list[Any], str]:
        """Nodes up to `end` or `else`, and which of them it was ('' at the end of the text)."""
        found: list[Any] = []
        while self.index < len(self.pieces):
            piece = self.pieces[self.index]
            self.index += 1
            if piece.tokens is None:
                found.append(Text(piece.text))
                continue
            self.start(piece)
            word = self.peek().text if self.peek().kind == 'word' else ''
            if word in ('end', 'else'):
                self.next()
                return found, word
            if (node := self.action(word)) is not None:
                found.append(node)
        return found, ''

    def start(self, piece: Piece) -> None:
        self.tokens = list(piece.tokens or ())
        self.at = 0

    def action(self, word: str) -> Any:
        if word in ('if', 'with', 'range'):
            self.next()
            return self.branch(word)
        if word == 'define':
            self.next()
            return self.define()
        if word in ('template', 'block'):
            self.next()
            return self.call(word)
        if word in ('break', 'continue'):
            if not self.loops:
                self.fail(f'{{{{{word}}}}} outside {{{{range}}}}')
            return Jump(word)
        return Action(self.pipeline('command'))

    def branch(self, kind: str) -> Branch:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            self.fail('max nesting depth exceeded')
        self.scopes.append(set())
        pipeline = self.pipeline(kind)
        self.loops += kind == 'range'
        body, word = self.nodes()
        self.loops -= kind == 'range'
        otherwise: list[Any] = []
        if word == 'else':
            following = self.peek()
            if following.kind == 'word' and following.text in ('if', 'with') and kind != 'range':
                self.next()
                otherwise = [self.branch(following.text)]
                word = 'end'
            else:
                otherwise, word = self.nodes()
        if word != 'end':
            self.fail('unexpected EOF' if not word else f'expected end; found {{{{{word}}}}}')
        self.scopes.pop()
        self.depth -= 1
        return Branch(kind, pipeline, body, otherwise)

    def define(self) -> None:
        name = self.template_name('define clause')
        body, word = self.nodes()
        if word != 'end':
            self.fail('unexpected EOF' if not word else f'unexpected {{{{{word}}}}} in define clause')
        self.templates[name] = body

    def call(self, word: str) -> Call:
        at = self.peek().position
        name = self.template_name(f'{word} clause')
        begun = self.peek().position
        pipeline = self.pipeline(f'{word} clause') if self.peek().kind != 'end' else None
        last = self.tokens[self.at - 1]
        given = f' {self.source[begun:last.position + len(last.text)]}' if pipeline is not None else ''
        if word == 'block':
            body, end = self.nodes()
            if end != 'end':
                self.fail('unexpected EOF')
            self.templates.setdefault(name, body)
        return Call(name, pipeline, self.place(at), f'template {go_quote(name)}{given}')

    def template_name(self, context: str) -> str:
        token = self.next()
        if token.kind not in ('string', 'raw'):
            self.fail(f'unexpected {go_quote(token.text)} in {context}')
        return self.string(token)

    # -- pipelines -----------------------------------------------------------------------------------------------

    def peek(self) -> Token:
        """The next token that is no space."""
        index = self.at
        while index < len(self.tokens) and self.tokens[index].kind == 'space':
            index += 1
        token = self.tokens[index] if index < len(self.tokens) else _END
        if token.kind == 'error':
            self.fail(token.text)
        return token

    def next(self) -> Token:
        token = self.peek()
        if token is not _END:
            self.at = self.tokens.index(token, self.at) + 1
        return token

    def pipeline(self, context: str, closing: str = '') -> Pipeline:
        variables, declares = self.declaration(context)
        commands: list[Command] = []
        while True:
            token = self.peek()
            if token.kind == 'end' or token.text == ')':
                if (token.text == ')') != bool(closing):
                    self.fail(f'unexpected {go_quote(token.text)} in {context}')
                if closing:
                    self.next()
                break
            if token.kind not in _OPERANDS and token.text not in ('.', '('):
                self.fail(f'unexpected {go_quote(token.text)} in {context}')
            commands.append(self.command(context))
            if self.peek().text == '|' and self.peek().kind == 'sign':
                self.next()
        if not commands:
            self.fail(f'missing value for {context}')
        for stage, command in enumerate(commands[1:], 2):
            if isinstance(command.arguments[0], (Literal, Dot)):
                self.fail(f'non executable command in pipeline stage {stage}')
        for variable in variables:
            if declares:
                self.scopes[-1].add(variable)
        return Pipeline(commands, variables, declares)

    def declaration(self, context: str) -> tuple[list[str], bool]:
        start = self.at
        names: list[str] = []
        while self.peek().kind == 'variable':
            names.append(self.next().text)
            token = self.peek()
            if token.kind == 'declare' or token.text == '=':
                self.next()
                if len(names) > (2 if context == 'range' else 1):
                    self.fail(f'too many declarations in {context}')
                return names, token.kind == 'declare'
            if token.text != ',' or context != 'range':
                break
            self.next()
        self.at = start
        return [], True

    def command(self, context: str) -> Command:
        arguments: list[Any] = []
        first = self.peek()
        while True:
            token = self.peek()
            if token.kind == 'end' or token.text in ('|', ')'):
                break
            arguments.append(self.operand(context))
        if not arguments:
            self.fail('empty command')
        last = self.tokens[self.at - 1]
        source = self.source[first.position:last.position + len(last.text)].strip()
        return Command(arguments, source, self.place(first.position))

    def operand(self, context: str) -> Any:
        start = self.peek().position
        base = self.term(context)
        names: list[str] = []
        if isinstance(base, Chain):
            names, base = base.names, base.base
        following = self.tokens[self.at].position if self.at < len(self.tokens) else start
        second = following if self.at < len(self.tokens) and self.tokens[self.at].kind == 'field' else start
        while self.at < len(self.tokens) and self.tokens[self.at].kind == 'field':
            names.append(self.next().text[1:])
        if not names:
            return base
        end = self.tokens[self.at - 1]
        return Chain(base, names, self.source[start:end.position + len(end.text)], self.place(second))

    def term(self, context: str) -> Any:
        token = self.next()
        if token.kind in ('string', 'raw'):
            return Literal(self.string(token), token.text)
        if token.kind == 'number':
            return Literal(self.number(token.text), token.text)
        if token.kind == 'char':
            return Literal(ord(self.string(token)), token.text)
        if token.kind == 'field':
            return Chain(Dot(), [token.text[1:]], token.text, self.place(token.position))
        if token.kind == 'variable':
            if not any(token.text in scope for scope in self.scopes):
                self.fail(f'undefined variable {go_quote(token.text)}')
            return Variable(token.text)
        if token.kind == 'word':
            return self.word(token.text)
        if token.text == '.':
            return Dot()
        if token.text == '(':
            return self.pipeline('parenthesized pipeline', ')')
        return self.fail(f'unexpected {go_quote(token.text)} in operand')

    def word(self, text: str) -> Any:
        if text in ('true', 'false'):
            return Literal(text == 'true', text)
        if text == 'nil':
            return Literal(None, text)
        if text not in self.functions:
            self.fail(f'function {go_quote(text)} not defined')
        return Function(text)

    def string(self, token: Token) -> str:
        if token.kind == 'raw':
            return token.text[1:-1]
        try:
            return unquote(token.text)
        except JSONPathError:
            return self.fail('invalid syntax')

    def number(self, text: str) -> int | float:
        plain = text.replace('_', '')
        for kind in (lambda: int(plain, 0), lambda: float(plain)):
            try:
                return kind()
            except ValueError:
                continue
        return self.fail(f'bad number syntax: {go_quote(text)}')

    def place(self, position: int) -> str:
        """'1:5': where something stands, for errors of execution."""
        line_start = self.source.rfind('\n', 0, position) + 1
        return f'{lexer.line_of(self.source, position)}:{position - line_start}'
