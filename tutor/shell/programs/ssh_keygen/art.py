"""A key's randomart image: a bishop walks by the bits of the fingerprint (OpenSSH's fingerprint_randomart)."""

from __future__ import annotations

WIDTH, HEIGHT = 17, 9
SIGNS = ' .o+=*BOX@%&#/^'
START, END = 'S', 'E'


def randomart(digest: bytes, title: str, hash_name: str) -> str:
    """The picture, ending with a line end; `title` is such as `ED25519 256`."""
    visits = [[0] * WIDTH for _ in range(HEIGHT)]
    column, row = WIDTH // 2, HEIGHT // 2
    for byte in digest:
        for shift in (0, 2, 4, 6):
            step = byte >> shift
            column = min(max(column + (1 if step & 1 else -1), 0), WIDTH - 1)
            row = min(max(row + (1 if step & 2 else -1), 0), HEIGHT - 1)
            visits[row][column] += 1
    field = [[SIGNS[min(count, len(SIGNS) - 1)] for count in line] for line in visits]
    field[HEIGHT // 2][WIDTH // 2] = START
    field[row][column] = END
    return '\n'.join([_edge(title), *(f'|{"".join(line)}|' for line in field), _edge(hash_name)]) + '\n'


def _edge(words: str) -> str:
    shown = f'[{words}]'
    before = (WIDTH - len(shown)) // 2
    return f'+{"-" * before}{shown}{"-" * (WIDTH - len(shown) - before)}+'
