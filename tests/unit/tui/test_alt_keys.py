"""What a terminal sends for Alt with a digit arrives as that key."""

import pytest
from textual._xterm_parser import XTermParser

from tutor.tui.alt_keys import teach_alt_keys


@pytest.mark.parametrize(('sent', 'key'), [('\x1b1', 'alt+1'), ('\x1b9', 'alt+9'), ('\x1b.', 'alt+full_stop')])
def test_alt(sent: str, key: str) -> None:
    teach_alt_keys()
    assert [event.key for event in XTermParser().feed(sent)] == [key]
