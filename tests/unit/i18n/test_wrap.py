"""Line breaking: nothing is lost, no line is too wide, the rules of Chinese punctuation hold."""

from hypothesis import given
from hypothesis import strategies as st

from tutor.i18n.width import cells
from tutor.i18n.wrap import NEVER_FIRST, NEVER_LAST, Line, Run, wrap, wrap_text

CHINESE = '集群控制平面对象写入调度器为每个选一节点的容器启动起来'
CHARACTERS = CHINESE + '，。、（）《》：；！？“”' + 'abc XYZ 09 -_/.=,()[] '
TEXTS = st.text(alphabet=CHARACTERS, max_size=200)
RUNS = st.lists(st.builds(Run, TEXTS, st.sampled_from(['text', 'code', 'bold'])), max_size=6)


def put_together(lines: list[Line[str]]) -> str:
    return ''.join(line.text + line.swallowed for line in lines)


@given(RUNS, st.integers(2, 80))
def test_every_line_fits(runs: list[Run[str]], width: int) -> None:
    assert all(line.width <= width for line in wrap(runs, width))


@given(RUNS, st.integers(2, 80))
def test_nothing_is_lost(runs: list[Run[str]], width: int) -> None:
    whole = ''.join(run.text for run in runs)
    together = put_together(wrap(runs, width))
    assert together.replace(' ', '') == whole.replace(' ', '')
    if '   ' not in whole:
        assert together == whole or width < 4


@given(RUNS, st.integers(10, 80))
def test_looks_are_kept(runs: list[Run[str]], width: int) -> None:
    before = [(character, run.look) for run in runs for character in run.text if character != ' ']
    after = [(character, run.look) for line in wrap(runs, width) for run in line.runs for character in run.text
             if character != ' ']
    assert before == after


# One mark beside each other character: what people write. Rows of marks may be wider than any line.
SENTENCES = st.lists(st.tuples(st.text(alphabet=CHINESE + 'ab', min_size=2, max_size=6),
                               st.sampled_from('，。、：（《“')),
                     min_size=1, max_size=30).map(lambda parts: ''.join(word + mark for word, mark in parts) + '的话')


@given(SENTENCES, st.integers(24, 80))
def test_no_line_begins_with_closing_or_ends_with_opening_punctuation(text: str, width: int) -> None:
    lines = wrap_text(text, width)
    assert not any(line[0] in NEVER_FIRST for line in lines[1:])
    assert not any(line[-1] in NEVER_LAST for line in lines[:-1])


def test_chinese_breaks_anywhere_and_latin_at_spaces() -> None:
    assert wrap_text('调度器为每个 Pod 选一个节点', 13) == ['调度器为每个', 'Pod 选一个节', '点']
    assert wrap_text('The scheduler picks a node', 13) == ['The scheduler', 'picks a node']


def test_a_long_chinese_run_after_a_latin_word_stays_on_its_line() -> None:
    assert wrap_text('kubelet 负责把容器启动起来', 16)[0] == 'kubelet 负责把容'


def test_closing_punctuation_takes_its_character_along() -> None:
    assert wrap_text('先认证，再鉴权。', 6) == ['先认', '证，再', '鉴权。']


def test_a_word_wider_than_the_line_breaks_behind_a_separator() -> None:
    assert wrap_text('registry.example/a-long-image:1.27', 20) == ['registry.example/a-', 'long-image:1.27']


def test_an_indented_first_line() -> None:
    assert [line.text for line in wrap([Run('一二三四五六', None)], 8, first_indent=4)] == ['一二', '三四五六']


def test_empty_text_is_one_empty_line() -> None:
    assert [line.text for line in wrap([], 10)] == ['']
    assert cells('') == 0
