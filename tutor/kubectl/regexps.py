"""Regular expressions that a person gives, and Go's words for what is wrong with one (regexp/syntax)."""

from __future__ import annotations

import re

from tutor.kubectl.errors import KubectlError


def compile_pattern(pattern: str, anchored: bool = False) -> re.Pattern[str]:
    """`anchored`: it is to match the whole text (kustomize's anchorRegex). Raises KubectlError."""
    whole = f'^(?:{pattern})$' if anchored else pattern
    try:
        return re.compile(whole)
    except re.error as error:
        raise KubectlError(f'error parsing regexp: {_problem(error, whole)}') from None


def _problem(error: re.error, pattern: str) -> str:
    rest = pattern[error.pos or 0:]
    match error.msg:
        case 'unterminated character set':
            return f'missing closing ]: `{rest}`'
        case 'missing ), unterminated subpattern':
            return f'missing closing ): `{pattern}`'
        case 'unbalanced parenthesis':
            return f'unexpected ): `{pattern}`'
        case 'nothing to repeat' | 'multiple repeat':
            return f'missing argument to repetition operator: `{rest[:1]}`'
    return f'{error.msg}: `{pattern}`'
