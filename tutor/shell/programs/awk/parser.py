"""The grammar of awk, by recursive descent."""

from __future__ import annotations

from tutor.shell.programs.awk import tree
from tutor.shell.programs.awk.lexer import SyntaxFault, Token, tokens
from tutor.shell.programs.regex import compile_posix

ASSIGN = ('=', '+=', '-=', '*=', '/=', '%=', '^=', '**=')
COMPARE = ('<', '<=', '==', '!=', '>', '>=')
STARTS = {'number', 'string', 'regex', 'name', 'call', 'function', '$', '!', '(', '-', '+', '++', '--'}
MAX_DEPTH = 100


def parse(text: str) -> tree.Program:
    """Read a program; raises SyntaxFault or BadPattern."""
    return Parser(tokens(text)).program()


class Parser:
    def __init__(self, words: list[Token]) -> None:
        self._words = words
        self._place = 0
        self._no_in = False
        self._no_greater = False
        self._depth = 0

    # -- words --------------------------------------------------------------------------------------------------

    @property
    def _kind(self) -> str:
        return self._words[self._place].kind

    def _take(self) -> Token:
        word = self._words[self._place]
        if word.kind != 'end':
            self._place += 1
        return word

    def _takes(self, *kinds: str) -> bool:
        if self._kind in kinds:
            self._take()
            return True
        return False

    def _expect(self, kind: str) -> Token:
        if self._kind != kind:
            raise self._fault()
        return self._take()

    def _fault(self) -> SyntaxFault:
        word = self._words[self._place]
        return SyntaxFault(word.text, word.line)

    def _newlines(self) -> None:
        while self._kind == 'newline':
            self._take()

    def _ends(self) -> None:
        while self._kind in ('newline', ';'):
            self._take()

    # -- program ------------------------------------------------------------------------------------------------

    def program(self) -> tree.Program:
        program = tree.Program()
        self._ends()
        while self._kind != 'end':
            self._item(program)
            self._ends()
        return program

    def _item(self, program: tree.Program) -> None:
        if self._takes('BEGIN'):
            program.begin.append(self._block())
        elif self._takes('END'):
            program.end.append(self._block())
        elif self._takes('function_'):
            function = self._function()
            program.functions[function.name] = function
        elif self._kind == '{':
            program.rules.append(tree.Rule(None, None, self._block()))
        else:
            pattern, end = self._expression(), None
            if self._takes(','):
                self._newlines()
                end = self._expression()
            program.rules.append(tree.Rule(pattern, end, self._block() if self._kind == '{' else None))

    def _function(self) -> tree.Function:
        name = self._take()
        if name.kind not in ('name', 'call'):
            raise SyntaxFault(name.text, name.line)
        self._expect('(')
        parameters = []
        while self._kind == 'name':
            parameters.append(self._take().text)
            if not self._takes(','):
                break
            self._newlines()
        self._expect(')')
        self._newlines()
        return tree.Function(name.text, parameters, self._block())

    def _block(self) -> list[tree.Statement]:
        self._expect('{')
        found: list[tree.Statement] = []
        self._ends()
        while self._kind != '}':
            if self._kind == 'end':
                raise SyntaxFault('missing }', self._words[self._place].line + 1)
            found += self._statement()
            self._ends()
        self._take()
        return found

    # -- statements ---------------------------------------------------------------------------------------------

    def _body(self) -> list[tree.Statement]:
        """What a condition or loop governs: a block or one statement."""
        self._newlines()
        if self._takes(';'):
            return []
        return self._statement()

    def _statement(self) -> list[tree.Statement]:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise self._fault()
        try:
            return self._any_statement()
        finally:
            self._depth -= 1

    def _any_statement(self) -> list[tree.Statement]:
        match self._kind:
            case '{':
                return self._block()
            case 'if':
                return [self._if()]
            case 'while':
                self._take()
                test = self._in_parentheses()
                return [tree.While(test, self._body())]
            case 'do':
                return [self._do()]
            case 'for':
                return [self._for()]
        found = self._simple()
        if self._kind not in ('newline', ';', '}', 'end', 'else'):
            raise self._fault()
        return [found]

    def _in_parentheses(self) -> tree.Expression:
        self._expect('(')
        test = self._expression()
        self._expect(')')
        return test

    def _if(self) -> tree.Statement:
        self._take()
        test = self._in_parentheses()
        yes = self._body()
        place = self._place
        self._ends()
        if self._takes('else'):
            return tree.If(test, yes, self._body())
        self._place = place
        return tree.If(test, yes, [])

    def _do(self) -> tree.Statement:
        self._take()
        body = self._body()
        self._ends()
        self._expect('while')
        return tree.While(self._in_parentheses(), body, after=True)

    def _for(self) -> tree.Statement:
        self._take()
        self._expect('(')
        if self._kind == 'name' and self._words[self._place + 1].kind == 'in' and \
                self._words[self._place + 3].kind == ')':
            variable = self._take().text
            self._take()
            array = self._expect('name').text
            self._expect(')')
            return tree.ForIn(variable, array, self._body())
        start = [] if self._kind == ';' else [self._simple()]
        self._expect(';')
        self._newlines()
        test = None if self._kind == ';' else self._expression()
        self._expect(';')
        self._newlines()
        step = [] if self._kind == ')' else [self._simple()]
        self._expect(')')
        return tree.For(start, test, step, self._body())

    def _simple(self) -> tree.Statement:
        match self._kind:
            case 'print' | 'printf':
                return self._output()
            case 'break' | 'continue' | 'next' | 'nextfile':
                return tree.Jump(self._take().kind)
            case 'exit' | 'return':
                kind = self._take().kind
                return tree.Leave(kind, None if self._kind in ('newline', ';', '}', 'end') else self._expression())
            case 'delete':
                self._take()
                name = self._expect('name').text
                subscripts = self._subscripts() if self._takes('[') else []
                return tree.Delete(name, subscripts)
        return tree.Evaluate(self._expression())

    def _subscripts(self) -> list[tree.Expression]:
        found = [self._expression()]
        while self._takes(','):
            found.append(self._expression())
        self._expect(']')
        return found

    def _output(self) -> tree.Statement:
        form = self._take().kind == 'printf'
        args: list[tree.Expression] = []
        saved, self._no_greater = self._no_greater, True
        if self._kind not in ('newline', ';', '}', 'end', '>', '>>', '|'):
            args.append(self._expression())
            while self._takes(','):
                self._newlines()
                args.append(self._expression())
        if len(args) == 1 and isinstance(args[0], tree.Group) and len(args[0].items) > 1:
            args = args[0].items
        redirect = ''
        target = None
        if self._kind in ('>', '>>', '|'):
            redirect = self._take().kind
            target = self._concatenation()
        self._no_greater = saved
        return tree.Output(form, args, redirect, target)

    # -- expressions --------------------------------------------------------------------------------------------

    def _expression(self) -> tree.Expression:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise self._fault()
        try:
            return self._assignment()
        finally:
            self._depth -= 1

    def _assignment(self) -> tree.Expression:
        left = self._conditional()
        if self._kind in ASSIGN and isinstance(left, (tree.Name, tree.Field, tree.Element)):
            operator = self._take().kind
            self._newlines()
            return tree.Assign(left, operator, self._expression())
        return left

    def _conditional(self) -> tree.Expression:
        test = self._or()
        if not self._takes('?'):
            return test
        self._newlines()
        yes = self._expression()
        self._newlines()
        self._expect(':')
        self._newlines()
        return tree.Conditional(test, yes, self._expression())

    def _or(self) -> tree.Expression:
        left = self._and()
        while self._takes('||'):
            self._newlines()
            left = tree.Logical('||', left, self._and())
        return left

    def _and(self) -> tree.Expression:
        left = self._in()
        while self._takes('&&'):
            self._newlines()
            left = tree.Logical('&&', left, self._in())
        return left

    def _in(self) -> tree.Expression:
        left = self._match()
        while self._kind == 'in' and not self._no_in:
            self._take()
            name = self._expect('name').text
            left = tree.Member(left.items if isinstance(left, tree.Group) else [left], name)
        return left

    def _match(self) -> tree.Expression:
        left = self._comparison()
        while True:
            if self._kind == '~':
                self._take()
                left = tree.Match(False, left, self._comparison())
            elif self._kind == '!' and self._words[self._place + 1].kind == '~':
                self._take()
                self._take()
                left = tree.Match(True, left, self._comparison())
            else:
                return left

    def _comparison(self) -> tree.Expression:
        left = self._piped()
        if self._kind in COMPARE and not (self._kind == '>' and self._no_greater):
            operator = self._take().kind
            return tree.Binary(operator, left, self._piped())
        return left

    def _piped(self) -> tree.Expression:
        """command | getline."""
        left = self._concatenation()
        while self._kind == '|' and self._words[self._place + 1].kind == 'getline':
            self._take()
            self._take()
            left = tree.Getline(command=left, target=self._target())
        return left

    def _target(self) -> tree.Name | tree.Field | tree.Element | None:
        """What a getline reads into, if it says so."""
        if self._kind not in ('name', '$'):
            return None
        found = self._primary()
        assert isinstance(found, (tree.Name, tree.Field, tree.Element))
        return found

    def _concatenation(self) -> tree.Expression:
        left = self._additive()
        while self._kind in STARTS and self._kind not in ('+', '-') and not (
                self._kind == '!' and self._words[self._place + 1].kind == '~'):
            left = tree.Binary('concat', left, self._additive())
        return left

    def _additive(self) -> tree.Expression:
        left = self._multiplicative()
        while self._kind in ('+', '-'):
            left = tree.Binary(self._take().kind, left, self._multiplicative())
        return left

    def _multiplicative(self) -> tree.Expression:
        left = self._unary()
        while self._kind in ('*', '/', '%'):
            left = tree.Binary(self._take().kind, left, self._unary())
        return left

    def _unary(self) -> tree.Expression:
        if self._kind in ('!', '-', '+'):
            self._depth += 1
            if self._depth > MAX_DEPTH:
                raise self._fault()
            found = tree.Unary(self._take().kind, self._unary())
            self._depth -= 1
            return found
        return self._power()

    def _power(self) -> tree.Expression:
        left = self._postfix()
        if self._kind in ('^', '**'):
            self._take()
            return tree.Binary('^', left, self._unary() if self._kind in ('-', '+', '!') else self._power())
        return left

    def _postfix(self) -> tree.Expression:
        found = self._primary()
        if self._kind in ('++', '--') and isinstance(found, (tree.Name, tree.Field, tree.Element)):
            return tree.Step(found, 1 if self._take().kind == '++' else -1, prefix=False)
        return found

    def _primary(self) -> tree.Expression:
        word = self._take()
        match word.kind:
            case 'number':
                return tree.Number(float(int(word.text, 16)) if word.text[:2].lower() == '0x' else float(word.text))
            case 'string':
                return tree.String(word.text)
            case 'regex':
                return tree.Regex(compile_posix(word.text, True, awk=True))
            case '$':
                if self._kind in ('++', '--'):
                    return tree.Field(self._primary())
                if self._kind == '-':
                    return tree.Field(self._unary())
                return tree.Field(self._primary())
            case '++' | '--':
                target = self._primary()
                if not isinstance(target, (tree.Name, tree.Field, tree.Element)):
                    raise self._fault()
                return tree.Step(target, 1 if word.kind == '++' else -1, prefix=True)
            case '(':
                return self._group()
            case 'name':
                if self._takes('['):
                    return tree.Element(word.text, self._subscripts())
                return tree.Name(word.text)
            case 'call' | 'function':
                return self._call(word)
            case 'getline':
                target = self._target()
                return tree.Getline(file=self._primary() if self._takes('<') else None, target=target)
        self._place -= word.kind != 'end'
        raise self._fault()

    def _group(self) -> tree.Expression:
        saved = self._no_greater, self._no_in
        self._no_greater = self._no_in = False
        items = [self._expression()]
        while self._takes(','):
            self._newlines()
            items.append(self._expression())
        self._expect(')')
        self._no_greater, self._no_in = saved
        return tree.Group(items)

    def _call(self, word: Token) -> tree.Expression:
        if word.kind == 'function' and self._kind != '(':
            if word.text == 'length':
                return tree.Call('length', [])
            raise self._fault()
        self._expect('(')
        saved = self._no_greater, self._no_in
        self._no_greater = self._no_in = False
        args: list[tree.Expression] = []
        self._newlines()
        while self._kind != ')':
            args.append(self._expression())
            self._newlines()
            if not self._takes(','):
                break
            self._newlines()
        self._expect(')')
        self._no_greater, self._no_in = saved
        return tree.Call(word.text, args)
