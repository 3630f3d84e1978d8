"""Lines that meet become corners and junctions."""

from tutor.tui.drawing import Drawing, Label


def text(drawing: Drawing) -> list[str]:
    return [''.join(label.text for label in drawing.row(y)) for y in range(drawing.height)]


def test_a_frame_with_panes() -> None:
    drawing = Drawing(9, 5)
    drawing.box(0, 0, 8, 4)
    drawing.horizontal(2, 0, 5)
    drawing.vertical(5, 1, 4)
    assert text(drawing) == ['┌───────┐', '│    │  │', '├────┤  │', '│    │  │', '└────┴──┘']


def test_ascii() -> None:
    drawing = Drawing(5, 3, ascii=True)
    drawing.box(0, 0, 4, 2)
    assert text(drawing) == ['+---+', '|   |', '+---+']


def test_labels_stand_on_lines_and_are_measured_in_cells() -> None:
    drawing = Drawing(12, 2)
    drawing.horizontal(0, 0, 11)
    assert drawing.label(1, 0, Label(' 集群 ')) == 7
    assert drawing.label_right(11, 0, Label('中')) == 9
    assert text(drawing)[0] == '─ 集群 ──中─'


def test_a_label_is_cut_at_the_edge() -> None:
    drawing = Drawing(5, 1)
    drawing.label(2, 0, Label('集群'))
    assert text(drawing) == ['  集 ']
