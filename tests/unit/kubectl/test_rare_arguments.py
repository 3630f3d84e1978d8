"""Arguments that are rarely given so, and what kubectl says of them."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(('line', 'said'), [
    ('exec p ls --', 'error: you must specify at least one command for the container\n'),
    ('exec p ls -- pwd', 'Error from server (NotFound): pods "p" not found\n'),
    ('exec p ls', 'error: exec [POD] [COMMAND] is not supported anymore. Use exec [POD] -- [COMMAND] instead\nSee '
                  "'kubectl exec -h' for help and examples\n"),
    ('explain .spec', 'error: invalid jsonpath syntax, first node must be field node\n')])
def test_what_stands_at_an_odd_place_is_told(shared, line, said):
    assert shared(line).err == said
