"""Options of a program, read as getopt_long reads them, with the words of GNU and of BusyBox for what is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tutor.shell.process import Context
from tutor.shell.programs import versions
from tutor.shell.programs.complaint import BANNER, USAGE, Answered, Complaint


@dataclass(slots=True)
class Options:
    """What was given: `given` by letter (or long name) in order, and the other arguments."""

    given: list[tuple[str, str]] = field(default_factory=list)
    args: list[str] = field(default_factory=list)

    def __contains__(self, key: str) -> bool:
        return any(name == key for name, _ in self.given)

    def get(self, key: str, default: str = '') -> str:
        """The last value given for an option."""
        return next((value for name, value in reversed(self.given) if name == key), default)

    def all(self, key: str) -> list[str]:
        return [value for name, value in self.given if name == key]

    def count(self, key: str) -> int:
        return len(self.all(key))

    def last(self, keys: str) -> str:
        """Which of several letters that exclude each other was given last, '' for none."""
        return next((name for name, _ in reversed(self.given) if len(name) == 1 and name in keys), '')


class Reader:
    """Reads one command line. `short` is getopt's ('n:rf'); `long` maps names to a letter of `short`, or to '' (a
    flag), '=' (takes a value) or '?' (may take one), then kept under the long name."""

    def __init__(self, argv: list[str], ctx: Context, short: str, long: Mapping[str, str], status: int,
                 permute: bool) -> None:
        self.name = argv[0].rpartition('/')[2]
        self._argv = argv
        self._busybox = ctx.host.userland == 'busybox'
        self._short = short
        self._long = {**long, 'help': long.get('help', '')}
        if not self._busybox and versions.known(self.name):
            self._long.setdefault('version', '')
        self._own_version = 'version' in long
        self._status = status
        self._permute = permute
        self.found = Options()

    def read(self) -> Options:
        rest = self._argv[1:]
        while rest:
            word = rest.pop(0)
            if word == '--':
                self.found.args += rest
                break
            if word.startswith('--'):
                self._read_long(word[2:], rest)
            elif word.startswith('-') and len(word) > 1:
                self._read_short(word, rest)
            else:
                self.found.args.append(word)
                if not self._permute:
                    self.found.args += rest
                    break
        return self.found

    def _read_long(self, word: str, rest: list[str]) -> None:
        name, equals, value = word.partition('=')
        matches = [name] if name in self._long else [known for known in self._long if known.startswith(name)]
        if not matches:
            raise self.invalid(f"unrecognized option '--{name}'", f'unrecognized option: {name}')
        if len({self._long[match] or match for match in matches}) > 1:
            choices = ' '.join(f"'--{match}'" for match in matches)
            raise self.invalid(f"option '--{name}' is ambiguous; possibilities: {choices}",
                               f'unrecognized option: {name}')
        name, key = matches[0], self._long[matches[0]]
        if name == 'help' and not key:
            raise Help(self.name)
        if name == 'version' and not self._own_version:
            raise versions.Version(self.name)
        takes = key == '=' or (len(key) == 1 and key.isalnum() and self._takes(key))
        if takes and not equals:
            if not rest:
                raise self.invalid(f"option '--{name}' requires an argument", f'option requires an argument: {name}')
            value = rest.pop(0)
        elif equals and not takes and key != '?':
            raise self.invalid(f"option '--{name}' doesn't allow an argument", f'unrecognized option: {name}')
        self.found.given.append((name if key in ('', '=', '?') else key, value))

    def _read_short(self, word: str, rest: list[str]) -> None:
        letters = word[1:]
        while letters:
            letter, letters = letters[0], letters[1:]
            if letter == ':' or letter not in self._short:
                raise self.invalid(f"invalid option -- '{letter}'", f'unrecognized option: {letter}')
            value = ''
            if self._takes(letter):
                if not letters and not rest:
                    raise self.invalid(f"option requires an argument -- '{letter}'",
                                       f'option requires an argument: {letter}')
                value, letters = letters or rest.pop(0), ''
            elif self._may_take(letter):
                value, letters = letters, ''
            self.found.given.append((letter, value))

    def _takes(self, letter: str) -> bool:
        place = self._short.find(letter)
        return self._short[place + 1:place + 2] == ':' and not self._may_take(letter)

    def _may_take(self, letter: str) -> bool:
        place = self._short.find(letter)
        return self._short[place + 1:place + 3] == '::'

    def invalid(self, gnu: str, busybox: str) -> Complaint:
        if self._busybox:
            from tutor.shell.programs.manual import usage
            return Complaint(f'{busybox}\n{BANNER}\n\nUsage: {usage(self.name)}', 1)
        return Complaint(f"{gnu}\nTry '{self.name} --help' for more information.", self._status)


class Help(Answered):
    """--help was asked for."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._name = name

    def words(self, ctx: Context) -> str:
        from tutor.shell.programs.manual import help_text
        return (f'{BANNER}\n\n' if ctx.host.userland == 'busybox' else '') + help_text(self._name)


def parse(argv: list[str], ctx: Context, short: str, long: Mapping[str, str] | None = None, status: int = 1,
          permute: bool = True) -> Options:
    """Read the options of a command line; raises Complaint, or Help."""
    return Reader(argv, ctx, short, long or {}, status, permute).read()


def numeric_option(argv: list[str], letter: str, signs: str = '-') -> list[str]:
    """`head -5` as `head -n 5`."""
    found = argv[:1]
    for place, word in enumerate(argv[1:], 1):
        if word == '--':
            return found + argv[place:]
        if len(word) > 1 and word[0] in signs and word[1:].isdigit() and argv[place - 1] not in (f'-{letter}', '-c'):
            found += [f'-{letter}', word[1:] if word[0] == '-' else word]
        else:
            found.append(word)
    return found


def missing_operand(argv: list[str], ctx: Context, text: str = 'missing operand') -> Complaint:
    """The complaint about an argument that is not there, as each userland words it."""
    name = argv[0].rpartition('/')[2]
    return Complaint(f"{text}\nTry '{name} --help' for more information.", busybox=USAGE)


def go_duration(options: Options, name: str) -> float:
    """The seconds of an option that a Go program reads as a duration. Raises Complaint in pflag's words."""
    from tutor.apimachinery.duration import DurationError, parse_duration
    try:
        return parse_duration(options.get(name))
    except DurationError as problem:
        raise Complaint(f'invalid argument "{options.get(name)}" for "--{name}" flag: {problem}', bare=True) from None
