"""ANSI output becomes lines with pens."""

from hypothesis import given
from hypothesis import strategies as st

from tutor.tui.scrollback import MAX_LINE, PLAIN, Pen, Scrollback
from tutor.tui.widgets.terminal_rows import RowCache, wrap_cells


def texts(buffer: Scrollback) -> list[str]:
    return buffer.text().split('\n')


def fed(*chunks: str) -> Scrollback:
    buffer = Scrollback(100)
    for chunk in chunks:
        buffer.feed(chunk)
    return buffer


def test_lines_and_the_partial_one() -> None:
    buffer = fed('one\r\ntw', 'o\r\nthr')
    assert texts(buffer) == ['one', 'two', 'thr']
    assert buffer.partial == (('thr', PLAIN),)


def test_carriage_return_and_backspace_write_over() -> None:
    assert texts(fed('50%\r100%')) == ['100%']
    assert texts(fed('abc\b\bX')) == ['aXc']
    assert texts(fed('abcdef\r\x1b[Kxy')) == ['xy']


def test_tabs_go_to_eights() -> None:
    assert texts(fed('a\tb')) == ['a       b']


def test_colours() -> None:
    buffer = fed('\x1b[1;31mred\x1b[0m plain \x1b[38;5;200mx\x1b[48;2;1;2;3my\n')
    assert buffer.lines[0] == (('red', Pen(1, bold=True)), (' plain ', PLAIN), ('x', Pen(200)),
                               ('y', Pen(200, (1, 2, 3))))


def test_a_sequence_may_come_in_two_parts() -> None:
    assert fed('\x1b[3', '2mgreen\n').lines[0] == (('green', Pen(2)),)


def test_unknown_sequences_leave_no_trace() -> None:
    assert texts(fed('\x1b]0;title\x07a\x1b[?25lb\x1b(Bc')) [0].startswith('ab')


def test_watch_does_not_pile_up() -> None:
    buffer = fed('before\r\n')
    for number in range(50):
        buffer.feed(f'\x1b[H\x1b[2Jround {number}\r\n')
    assert texts(buffer) == ['before', 'round 49', '']


def test_clear_forgets_everything() -> None:
    assert texts(fed('before\r\n\x1b[H\x1b[2J\x1b[3J')) == ['']


def test_lines_are_bounded() -> None:
    buffer = fed('x\n' * 1000)
    assert len(buffer.lines) <= 110
    assert buffer.total == 1000


def test_one_endless_line_is_bounded() -> None:
    buffer = Scrollback(100)
    for _ in range(20):
        buffer.feed('y' * 10_000)
    assert max(len(line) for line in texts(buffer)) <= MAX_LINE


@given(st.lists(st.text(alphabet='ab集\r\n\b\t\x1b[]0123;mJKHz\x07', max_size=60), max_size=20), st.integers(2, 30))
def test_any_output_is_taken(chunks: list[str], width: int) -> None:
    buffer, cache = Scrollback(20), RowCache()
    for chunk in chunks:
        buffer.feed(chunk)
        cache.sync(buffer, width)
    fresh = RowCache()
    fresh.sync(buffer, width)
    assert [cache[index] for index in range(len(cache))] == [fresh[index] for index in range(len(fresh))]


def test_wide_characters_are_not_torn() -> None:
    assert [''.join(text for text, _ in row) for row in wrap_cells([('a集群b', PLAIN)], 4)] == ['a集', '群b']


def test_a_full_screen_program_leaves_what_was_there_before() -> None:
    buffer = fed('one\n$ less\n', '\x1b[?1049h\x1b[H\x1b[2Jtext\nmore\n:', '\r\x1b[K\x1b[?1049l', '$ ')
    assert buffer.text() == 'one\n$ less\n$ '
