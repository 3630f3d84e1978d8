"""Word wrapping as kubectl does it (github.com/mitchellh/go-wordwrap): spaces are kept, long words are not broken."""

from __future__ import annotations


def wrap(text: str, limit: int) -> str:
    """WrapString: line breaks of the text stay; a line that would grow past the limit is broken at its last space."""
    out: list[str] = []
    word = space = ''
    current = 0
    for char in text:
        if char == '\n':
            if word:
                out.append(space + word)
                word = ''
            elif current + len(space) <= limit:
                out.append(space)
            space = ''
            out.append(char)
            current = 0
        elif char.isspace() and char != '\xa0':
            if not space or word:
                current += len(space) + len(word)
                out.append(space + word)
                space = word = ''
            space += char
        else:
            word += char
            if current + len(word) + len(space) > limit and len(word) < limit:
                out.append('\n')
                current = 0
                space = ''
    if word:
        out.append(space + word)
    elif current + len(space) <= limit:
        out.append(space)
    return ''.join(out)
