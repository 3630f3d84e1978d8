"""openssl's configuration files: sections of `name = value`."""

from __future__ import annotations

import re


def sections(text: str) -> dict[str, dict[str, str]]:
    """All sections; what stands before the first is in ''."""
    found: dict[str, dict[str, str]] = {'': {}}
    current = found['']
    for line in text.replace('\\\n', '').splitlines():
        line = re.sub(r'(^|\s)#.*', '', line).strip()
        header = re.fullmatch(r'\[\s*(.+?)\s*\]', line)
        if header:
            current = found.setdefault(header[1], {})
        elif '=' in line:
            name, _, value = line.partition('=')
            current[name.strip()] = value.strip()
    return found
