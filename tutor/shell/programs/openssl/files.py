"""Options of openssl's commands, and keys, requests and certificates in files."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tutor.shell.process import IO, Context
from tutor.shell.programs.inputs import open_reader
from tutor.shell.programs.outputs import write_file


class Refused(Exception):
    """What ends a command: openssl's words."""

    def __init__(self, text: str, status: int = 1) -> None:
        super().__init__(text)
        self.status = status


class Given:
    """The options of one command: those with values, flags, and the words that are neither."""

    def __init__(self, words: list[str], values: Iterable[str], flags: Iterable[str], most: int = 0) -> None:
        """Raises Refused for an option that the command does not have, or too many words."""
        self.name = words[0]
        self.all: list[tuple[str, str]] = []
        self.words: list[str] = []
        rest = words[1:]
        while rest:
            word = rest.pop(0)
            option = word.lstrip('-') if word.startswith('-') and len(word) > 1 else ''
            if option in set(values):
                if not rest:
                    raise Refused(f'{self.name}: Option -{option} needs a value\n{self.name}: Use -help for summary.')
                self.all.append((option, rest.pop(0)))
            elif option in set(flags):
                self.all.append((option, ''))
            elif option:
                raise Refused(f'{self.name}: Unknown option: -{option}\n{self.name}: Use -help for summary.')
            else:
                self.words.append(word)
        if len(self.words) > most:
            raise Refused(f'Extra arguments given.\n{self.name}: Use -help for summary.')

    def __contains__(self, option: str) -> bool:
        return any(name == option for name, _ in self.all)

    def get(self, option: str, default: str = '') -> str:
        return next((value for name, value in reversed(self.all) if name == option), default)

    def number(self, option: str, default: int) -> int:
        text = self.get(option)
        if not text:
            return default
        if not text.lstrip('-').isdigit():
            raise Refused(f'{self.name}: Non-positive number "{text}" for option -{option}\n'
                          f'{self.name}: Use -help for summary.')
        return int(text)


async def read(path: str, what: str, io: IO, ctx: Context) -> bytes:
    """The bytes of a file, or of standard input for ''. Raises Refused."""
    try:
        return await (io.stdin if not path else open_reader(path, io, ctx)).read()
    except OSError as problem:
        raise Refused(f'Could not open file or uri for loading {what} from {path}\n'
                      f'{problem.strerror}: {path}') from None


def write(text: str | bytes, path: str, io: IO, ctx: Context, private: bool = False) -> None:
    """Write a result to a file, or to standard output for ''. Raises Refused."""
    data = text if isinstance(text, bytes) else text.encode()
    if not path:
        io.stdout.write(data)
        return
    try:
        write_file(path, data, io, ctx, 0o600 if private else None)
    except OSError as problem:
        raise Refused(f"Can't open \"{path}\" for writing, {problem.strerror}") from None


async def load_key(path: str, io: IO, ctx: Context) -> Any:
    """A private key; raises Refused."""
    from cryptography.hazmat.primitives.serialization import load_pem_private_key
    data = await read(path, 'private key', io, ctx)
    try:
        return load_pem_private_key(data, None)
    except (ValueError, TypeError):
        raise Refused(f'Could not read private key from {path or "<stdin>"}') from None


async def load_certificate(path: str, io: IO, ctx: Context) -> Any:
    """A certificate; raises Refused."""
    from cryptography.x509 import load_pem_x509_certificate
    data = await read(path, 'certificate', io, ctx)
    try:
        return load_pem_x509_certificate(data)
    except ValueError:
        raise Refused(f'Could not read certificate from {path or "<stdin>"}\nUnable to load certificate') from None


async def load_request(path: str, io: IO, ctx: Context) -> Any:
    """A certificate signing request; raises Refused."""
    from cryptography.x509 import load_pem_x509_csr
    data = await read(path, 'X509 request', io, ctx)
    try:
        return load_pem_x509_csr(data)
    except ValueError:
        raise Refused('Unable to load X509 request') from None


def pem(thing: Any) -> bytes:
    """A certificate or request as PEM."""
    from cryptography.hazmat.primitives.serialization import Encoding
    return thing.public_bytes(Encoding.PEM)


def key_pem(key: Any, traditional: bool = False) -> bytes:
    """A private key as PEM."""
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
    form = PrivateFormat.TraditionalOpenSSL if traditional else PrivateFormat.PKCS8
    return key.private_bytes(Encoding.PEM, form, NoEncryption())


def public_pem(key: Any) -> bytes:
    """A public key as PEM."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
