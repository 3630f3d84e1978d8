"""What Debian's sh and BusyBox's say of scripts that cannot be read: which word was in the way, and which missing."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(('script', 'ash', 'dash'), [
    ('if true; then', 'unexpected end of file (expecting "fi")', 'end of file unexpected (expecting "fi")'),
    ('while true', 'unexpected end of file (expecting "do")', 'end of file unexpected (expecting "do")'),
    ('for i in a; do echo', 'unexpected end of file (expecting "done")', 'end of file unexpected (expecting "done")'),
    ('for i in a\necho $i', 'unexpected word (expecting "do")', 'word unexpected (expecting "do")'),
    ('if true; echo; fi', 'unexpected "fi" (expecting "then")', '"fi" unexpected (expecting "then")'),
    ('( echo', 'unexpected end of file (expecting ")")', 'end of file unexpected (expecting ")")'),
    ('{ echo', 'unexpected end of file (expecting "}")', 'end of file unexpected (expecting "}")'),
    ('case a in a) echo', 'unexpected end of file (expecting ";;")', 'end of file unexpected (expecting ";;")'),
    ('echo; ;', 'unexpected ";"', '";" unexpected'),
    ('fi', 'unexpected "fi"', '"fi" unexpected')])
def test_syntax(node, script: str, ash: str, dash: str) -> None:
    lines = script.count('\n') + 1
    for image, expected in (('busybox', f'sh: syntax error: {ash}\n'),
                            ('nginx', f'sh: {lines}: Syntax error: {dash}\n')):
        container = node.run(image, *(['sleep', '3600'] if image == 'busybox' else []))
        assert node.exec(container, 'sh', '-c', script) == (2, expected)
