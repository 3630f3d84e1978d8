"""The command line of curl, and the codes it ends with."""

from __future__ import annotations

from dataclasses import dataclass, field

from tutor.shell.programs.complaint import Complaint

TRY = "\ncurl: try 'curl --help' or 'curl --manual' for more information"
LONG = {'silent': 's', 'show-error': 'S', 'include': 'i', 'head': 'I', 'verbose': 'v', 'insecure': 'k', 'location': 'L',
        'fail': 'f', 'output': 'o', 'remote-name': 'O', 'write-out': 'w', 'request': 'X', 'header': 'H', 'data': 'd',
        'user-agent': 'A', 'user': 'u', 'max-time': 'm', 'get': 'G', 'cookie': 'b', 'cookie-jar': 'c', 'referer': 'e',
        'form': 'F', 'cacert': 'cacert', 'cert': 'E', 'key': 'key', 'proxy': 'x', 'no-buffer': 'N', 'ipv4': '4',
        'ipv6': '6',
        'http1.1': 'http1.1', 'http1.0': '0', 'http2': 'http2', 'compressed': 'compressed', 'globoff': 'g',
        'upload-file': 'T', 'dump-header': 'D', 'fail-with-body': 'fail-with-body', 'progress-bar': '#', 'version': 'V',
        'help': 'h', 'disable': 'q', 'no-progress-meter': 'no-progress-meter', 'tlsv1.2': 'tlsv1.2',
        'noproxy': 'noproxy',
        'parallel': 'Z', 'range': 'r', 'capath': 'capath', 'create-dirs': 'create-dirs', 'no-keepalive': 'no-keepalive'}
VALUES = {'o', 'w', 'X', 'H', 'd', 'A', 'u', 'm', 'b', 'c', 'e', 'F', 'cacert', 'E', 'key', 'x', 'T', 'D', 'noproxy',
          'r', 'capath',
          'data-raw', 'data-binary', 'data-urlencode', 'connect-timeout', 'resolve', 'retry', 'retry-delay',
          'max-redirs',
          'url', 'oauth2-bearer', 'json', 'interface', 'unix-socket', 'connect-to', 'limit-rate', 'retry-max-time'}
OTHER = {'data-raw', 'data-binary', 'data-urlencode', 'connect-timeout', 'resolve', 'retry', 'retry-delay',
         'max-redirs', 'url',
         'oauth2-bearer', 'json', 'retry-connrefused', 'retry-all-errors', 'raw', 'path-as-is', 'post301', 'post302',
         'proto', 'interface', 'unix-socket', 'connect-to', 'limit-rate', 'retry-max-time', 'location-trusted',
         'styled-output'}


@dataclass(slots=True)
class Settings:
    """What was asked for."""

    given: list[tuple[str, str]] = field(default_factory=list)
    urls: list[str] = field(default_factory=list)

    def __contains__(self, key: str) -> bool:
        return any(name == key for name, _ in self.given)

    def get(self, key: str, default: str = '') -> str:
        return next((value for name, value in reversed(self.given) if name == key), default)

    def all(self, key: str) -> list[str]:
        return [value for name, value in self.given if name == key]

    def seconds(self, key: str) -> float | None:
        """A time limit; raises Complaint."""
        if key not in self or not self.get(key):
            return None
        try:
            return float(self.get(key)) or None
        except ValueError:
            shown = '--connect-timeout' if key == 'connect-timeout' else '-m'
            raise Complaint(f'option {shown}: expected a proper numerical parameter{TRY}', 2) from None


def read(argv: list[str]) -> Settings:
    """Read the command line; raises Complaint with status 2."""
    settings, rest = Settings(), argv[1:]
    while rest:
        word = rest.pop(0)
        if word.startswith('--') and len(word) > 2:
            name = word[2:]
            if name not in LONG and name.removeprefix('no-') in LONG:
                continue
            matches = [name] if name in LONG or name in OTHER else [known for known in {**LONG, **dict.fromkeys(OTHER)}
                                                                    if known.startswith(name)]
            if len(matches) != 1:
                raise Complaint(f'option {word}: is {"ambiguous" if matches else "unknown"}{TRY}', 2)
            _add(settings, LONG.get(matches[0], matches[0]), word, rest)
        elif word.startswith('-') and len(word) > 1:
            _letters(settings, word, rest)
        else:
            settings.urls.append(word)
    settings.urls += settings.all('url')
    return settings


def _letters(settings: Settings, word: str, rest: list[str]) -> None:
    letters = word[1:]
    while letters:
        letter, letters = letters[0], letters[1:]
        if letter not in set(LONG.values()) or len(letter) != 1:
            raise Complaint(f'option {word}: is unknown{TRY}', 2)
        if letter in VALUES and letters:
            settings.given.append((letter, letters))
            return
        _add(settings, letter, word, rest)


def _add(settings: Settings, key: str, shown: str, rest: list[str]) -> None:
    value = ''
    if key in VALUES:
        if not rest:
            raise Complaint(f'option {shown}: requires parameter{TRY}', 2)
        value = rest.pop(0)
    settings.given.append((key, value))
