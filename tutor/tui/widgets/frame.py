"""A screen's frame: lines and labels drawn around panes that it places to the cell."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from rich.segment import Segment
from rich.style import Style
from textual.geometry import NULL_OFFSET, Region, Size, Spacing
from textual.layout import ArrangeResult, Layout, WidgetPlacement
from textual.strip import Strip
from textual.widget import Widget

from tutor.tui.drawing import Drawing
from tutor.tui.looks import COMPONENT_CLASSES
from tutor.tui.resilient import Resilient


@dataclass
class Plan:
    """Where each pane goes, by its id, and what is drawn around them. A pane without a place is not shown."""

    drawing: Drawing
    places: dict[str, Region] = field(default_factory=dict)


Planner = Callable[[Size], Plan]


class _Planned(Layout):
    """Puts children where the frame's plan says."""

    name = 'planned'

    def arrange(self, parent: Widget, children: list[Widget], size: Size, greedy: bool = True) -> ArrangeResult:
        assert isinstance(parent, Frame)
        parent.pre_layout(self)
        places = parent.make_plan(size).places
        return [WidgetPlacement(places[child.id], NULL_OFFSET, Spacing(), child)
                for child in children if child.id and child.id in places]


class Frame(Resilient, Widget, can_focus=False):
    """Draws what `planner` plans for its size. `replan` draws anew after what the plan depends on has changed."""

    COMPONENT_CLASSES = COMPONENT_CLASSES
    ALLOW_SELECT = False
    DEFAULT_CSS = 'Frame { width: 1fr; height: 1fr; background: $background; }'

    def __init__(self, planner: Planner, *children: Widget, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(*children, id=id, classes=classes)
        self._planner = planner
        self._plan: Plan | None = None
        self.styles.set_rule('layout', _Planned())

    def make_plan(self, size: Size) -> Plan:
        self._plan = self._planner(size)
        return self._plan

    def replan(self) -> None:
        """Ask for a new plan; panes are moved only when their places differ."""
        before = self._plan
        if before is not None and self.size and self.make_plan(self.size).places == before.places:
            self._refresh_rows(before.drawing)
        else:
            self._clear_arrangement_cache()
            self.refresh(layout=True)

    def _refresh_rows(self, before: Drawing) -> None:
        """Draw only the rows that differ: the clock changes every second."""
        assert self._plan is not None
        after = self._plan.drawing
        changed = [y for y in range(after.height) if after.row(y) != before.row(y)]
        if changed:
            self.refresh(*(Region(0, y, self.size.width, 1) for y in changed))

    def render_line(self, y: int) -> Strip:
        if self._plan is None or self._plan.drawing.width != self.size.width:
            self.make_plan(self.size)
        assert self._plan is not None
        ground = self.rich_style
        segments = []
        for label in self._plan.drawing.row(y):
            style = ground + self.get_component_rich_style(f'look--{label.look}', partial=True)
            if label.action:
                style += Style.from_meta({'@click': label.action})
            segments.append(Segment(label.text, style))
        return Strip(segments).adjust_cell_length(self.size.width, ground)
