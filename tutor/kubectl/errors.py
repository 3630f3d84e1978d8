"""How kubectl ends: its errors, and how it words each of them (checkErr of kubectl/pkg/cmd/util/helpers.go)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tutor.apimachinery.errors import StatusError
from tutor.client.client import InvalidName


class KubectlError(Exception):
    """Printed as 'error: …' unless it says so itself; ends with `code`."""

    def __init__(self, text: str, code: int = 1) -> None:
        super().__init__(text)
        self.code = code


class UsageError(Exception):
    """UsageErrorf: the command was called the wrong way; its --help is pointed to."""

    def __init__(self, text: str, code: int = 1) -> None:
        super().__init__(text)
        self.code = code


class Exit(Exception):
    """Ends without another word."""

    def __init__(self, code: int = 1) -> None:
        super().__init__()
        self.code = code


class ConnectionLost(KubectlError):
    """No server answers a request (url.Error): its text is Go's, what is printed is `shown`."""

    def __init__(self, method: str, url: str, cause: str, shown: str) -> None:
        super().__init__(f'{method.capitalize()} "{url}": {cause}')
        self.shown = shown


class ConfigurationError(KubectlError):
    """A kubeconfig that says what cannot be (clientcmd.IsConfigurationInvalid)."""

    def __init__(self, text: str) -> None:
        super().__init__(f'Error in configuration: {text}')


class AggregateError(Exception):
    """Errors together (utilerrors.Aggregate). What is printed of one within another is its text alone."""

    def __init__(self, errors: list[Exception]) -> None:
        super().__init__()
        self.errors = errors

    def __str__(self) -> str:
        seen = list(dict.fromkeys(error_text(error) for error in self.errors))
        return seen[0] if len(seen) == 1 else f'[{", ".join(seen)}]'


class NoMatch(KubectlError):
    """The server has no such resource (meta.NoResourceMatchError)."""

    def __init__(self, resource: str, group: str = '', version: str = '') -> None:
        where = [f'group "{group}"'] if group else []
        where += [f'version "{version}"'] if version else []
        suffix = f' in {" and ".join(where)}' if where else ''
        super().__init__(f'the server doesn\'t have a resource type "{resource}"{suffix}')


def aggregate(errors: Iterable[Exception]) -> Exception | None:
    """utilerrors.NewAggregate, with its single error taken out."""
    found = list(errors)
    if not found:
        return None
    return found[0] if len(found) == 1 else AggregateError(found)


def raise_all(errors: Iterable[Exception]) -> None:
    found = aggregate(errors)
    if found is not None:
        raise found


def flattened(errors: Iterable[Exception]) -> list[Exception]:
    """utilerrors.Flatten."""
    return [inner for error in errors
            for inner in (flattened(error.errors) if isinstance(error, AggregateError) else [error])]


_WORDED = (StatusError, ConnectionLost)
"""What StandardErrorMessage knows words for."""


def raise_together(errors: Iterable[Exception]) -> None:
    """utilerrors.NewAggregate of whatever there is, also of a single one."""
    if found := list(errors):
        raise AggregateError(found)


def error_text(error: Exception) -> str:
    """err.Error()."""
    return error.message if isinstance(error, StatusError) else str(error)


def with_source(verb: str, source: str, error: Exception) -> Exception:
    """AddSourceToErr: 'error when creating "x.yaml": …'."""
    if not source:
        return error
    text = f'error when {verb} "{source}": {error_text(error)}'
    if isinstance(error, StatusError):
        return StatusError({**error.status, 'message': text})
    return KubectlError(text, getattr(error, 'code', 1))


def with_prefix(prefix: str, error: Exception) -> KubectlError:
    """fmt.Errorf("prefix: %v", err): the kind of the error is lost."""
    return KubectlError(f'{prefix}: {error_text(error)}')


def alone(error: Exception) -> Exception:
    """checkErr unwraps an aggregate of one, once."""
    return error.errors[0] if isinstance(error, AggregateError) and len(error.errors) == 1 else error


def message(error: Exception) -> str:
    """What checkErr prints for an error, with its newline; '' for nothing."""
    error = alone(error)
    if isinstance(error, Exit):
        return ''
    if isinstance(error, AggregateError):
        # MultipleErrors: here an error that is no Status stands as it is, without 'error: '.
        return ''.join(f'{message_for(each) if isinstance(each, _WORDED) else each}\n' for each in error.errors)
    if isinstance(error, StatusError) and error.reason == 'Invalid':
        text = _invalid(error)
    else:
        text = message_for(error)
    return text if text.endswith('\n') else f'{text}\n'


def message_for(error: Exception) -> str:
    """StandardErrorMessage, or 'error: ' and the error's own text."""
    if isinstance(error, StatusError):
        if error.reason == 'Unauthorized':
            return f'error: You must be logged in to the server ({error.message})'
        return f'Error from server ({error.reason}): {error.message}' if error.reason else \
            f'Error from server: {error.message}'
    if isinstance(error, ConnectionLost):
        return error.shown
    text = str(error)
    if isinstance(error, (ConfigurationError, NoMatch)) or text.startswith('error: '):
        return text
    return f'error: {text}'


def _invalid(error: StatusError) -> str:
    details: dict[str, Any] = error.details
    text = 'The request is invalid'
    if not error.status.get('details'):
        return f'{text}: {error.message}' if error.message else text
    causes = details.get('causes') or []
    if details.get('kind') or details.get('name'):
        text = f'The {details.get("kind", "")} "{details.get("name", "")}" is invalid'
    elif error.message and not causes:
        text = f'{text}: {error.message}'
    lines = list(dict.fromkeys(f'{cause.get("field", "")}: {cause.get("message", "")}' for cause in causes))
    if len(lines) == 1:
        return f'{text}: {lines[0]}'
    if lines:
        return f'{text}: \n' + ''.join(f'* {line}\n' for line in lines)
    return text


def exit_code(error: Exception) -> int:
    return error.code if isinstance(error, (KubectlError, Exit)) else 1


ERRORS = (KubectlError, UsageError, Exit, StatusError, AggregateError, ConnectionError, InvalidName)
"""All that a command may raise; ConnectionError: a stream to a container that was refused."""


def words(values: Iterable[str]) -> str:
    """Go's %v of a list of strings: '[a b]'."""
    return f'[{" ".join(values)}]'
