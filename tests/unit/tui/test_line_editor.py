"""Readline's way with a line."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tutor.tui.line_editor import LineEditor, last_word
from tutor.tui.widgets.terminal_keys import EDITING_KEYS

EDITS = sorted({name for name in EDITING_KEYS.values() if hasattr(LineEditor, name)})


def typed(text: str, cursor: int | None = None) -> LineEditor:
    editor = LineEditor()
    editor.set(text, cursor)
    return editor


@settings(suppress_health_check=[HealthCheck.too_slow])  # a loaded machine is no fault of the strategy
@given(st.lists(st.one_of(st.sampled_from(EDITS), st.text(alphabet='ab 集\n', min_size=1, max_size=3)), max_size=40))
def test_the_cursor_stays_in_the_text(acts: list[str]) -> None:
    editor = LineEditor()
    for act in acts:
        if act in EDITS:
            getattr(editor, act)()
        else:
            editor.insert(act)
        assert 0 <= editor.cursor <= len(editor.text)


@pytest.mark.parametrize(('act', 'text', 'cursor'), [
    ('kill_word_left', 'kubectl ', 8), ('kill_small_word_left', 'kubectl get-', 12), ('kill_to_start', '', 0),
    ('backspace', 'kubectl get-pod', 15), ('word_left', 'kubectl get-pods', 12), ('home', 'kubectl get-pods', 0)])
def test_at_the_end(act: str, text: str, cursor: int) -> None:
    editor = typed('kubectl get-pods')
    getattr(editor, act)()
    assert (editor.text, editor.cursor) == (text, cursor)


def test_kills_in_a_row_are_yanked_together() -> None:
    editor = typed('one two three')
    editor.kill_word_left()
    editor.kill_word_left()
    editor.home()
    editor.yank()
    assert editor.text == 'two threeone '


def test_undo_takes_back_typed_words_together() -> None:
    editor = LineEditor()
    for character in 'get pods':
        editor.insert(character)
    editor.undo()
    assert editor.text == 'get '
    editor.undo()
    editor.undo()
    assert editor.text == ''


def test_up_and_down_in_several_lines() -> None:
    editor = typed('first line\nsecond\nthird line')
    assert editor.line_up() and editor.text[:editor.cursor].endswith('second')
    assert editor.line_up() and editor.cursor == 6
    assert not editor.line_up()
    assert editor.line_down() and editor.line_down() and not editor.line_down()


def test_transpose() -> None:
    editor = typed('sl')
    editor.transpose()
    assert editor.text == 'ls'


def test_last_word() -> None:
    assert last_word('kubectl get pods web') == 'web'
    assert last_word('') == ''
