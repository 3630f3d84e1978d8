"""How fast an autoscaler may scale: stabilization and policies (pkg/controller/podautoscaler)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from tutor.apimachinery.objects import Object

_UP: Object = {'stabilizationWindowSeconds': 0, 'selectPolicy': 'Max', 'policies': [
    {'type': 'Percent', 'value': 100, 'periodSeconds': 15}, {'type': 'Pods', 'value': 4, 'periodSeconds': 15}]}
_DOWN: Object = {'stabilizationWindowSeconds': 300, 'selectPolicy': 'Max', 'policies': [
    {'type': 'Percent', 'value': 100, 'periodSeconds': 15}]}

Words = tuple[str, str]


@dataclass(slots=True)
class Limit:
    """The number that is allowed now; reason and message of AbleToScale; status, reason and message of
    ScalingLimited."""

    replicas: int
    able: Words
    limited: tuple[str, str, str]


class Behavior:
    """What was recommended and done for one autoscaler in the last while."""

    def __init__(self) -> None:
        self._recommended: list[tuple[float, int]] = []
        self._done: list[tuple[float, int]] = []

    def scaled(self, before: int, after: int, now: float) -> None:
        self._done.append((now, after - before))

    def limited(self, spec: Object, current: int, wanted: int, now: float) -> Limit:
        up = {**_UP, **((spec.get('behavior') or {}).get('scaleUp') or {})}
        down = {**_DOWN, **((spec.get('behavior') or {}).get('scaleDown') or {})}
        stable, able = self._stabilize(current, wanted, up, down, now)
        replicas, limited = self._limit(spec, current, stable, up, down, now)
        return Limit(replicas, able, limited)

    def _stabilize(self, current: int, wanted: int, up: Object, down: Object, now: float) -> tuple[int, Words]:
        """stabilizeRecommendationWithBehaviors: the recent recommendation that changes least."""
        up_window, down_window = up['stabilizationWindowSeconds'], down['stabilizationWindowSeconds']
        recent = [(at, count) for at, count in self._recommended if now - at < max(up_window, down_window)]
        for_up = min([wanted, *(count for at, count in recent if now - at < up_window)])
        for_down = max([wanted, *(count for at, count in recent if now - at < down_window)])
        self._recommended = [*recent, (now, wanted)]
        stable = current
        if stable < for_up:
            stable = for_up
        if stable > for_down:
            stable = for_down
        if stable == wanted:
            return stable, ('ReadyForNewScale', 'recommended size matches current size')
        which, reason = ('lower', 'ScaleUpStabilized') if wanted > current else ('higher', 'ScaleDownStabilized')
        word = 'lowest' if which == 'lower' else 'highest'
        return stable, (reason, f'recent recommendations were {which} than current one, applying the {word} recent '
                        'recommendation')

    def _limit(self, spec: Object, current: int, wanted: int, up: Object, down: Object,
               now: float) -> tuple[int, tuple[str, str, str]]:
        """convertDesiredReplicasWithBehaviorRate."""
        least, most = spec.get('minReplicas', 1), spec['maxReplicas']
        if wanted > current:
            top = max(self._allowed(up, current, 1, now), current)
            high = min(top, most)
            if wanted > high:
                if most <= top:
                    return high, ('True', 'TooManyReplicas',
                                  'the desired replica count is more than the maximum replica count')
                return high, ('True', 'ScaleUpLimit',
                              'the desired replica count is increasing faster than the maximum scale rate')
        elif wanted < current:
            bottom = min(self._allowed(down, current, -1, now), current)
            low = max(bottom, least)
            if wanted < low:
                if least >= bottom:
                    return low, ('True', 'TooFewReplicas',
                                 'the desired replica count is less than the minimum replica count')
                return low, ('True', 'ScaleDownLimit',
                             'the desired replica count is decreasing faster than the maximum scale rate')
        return wanted, ('False', 'DesiredWithinRange', 'the desired count is within the acceptable range')

    def _allowed(self, rules: Object, current: int, sign: int, now: float) -> int:
        """calculateScaleUpLimitWithScalingRules and its counterpart."""
        if rules['selectPolicy'] == 'Disabled':
            return current
        found: list[int] = []
        for policy in rules['policies']:
            changed = sum(change for at, change in self._done
                          if change * sign > 0 and now - at < policy['periodSeconds'])
            found.append(_by_policy(policy, current - changed, sign))
        pick: Any = max if (rules['selectPolicy'] == 'Max') == (sign > 0) else min
        return pick(found)


def _by_policy(policy: Object, start: int, sign: int) -> int:
    if policy['type'] == 'Pods':
        return start + sign * policy['value']
    if sign > 0:
        return math.ceil(start * (1 + policy['value'] / 100))
    return int(start * (1 - policy['value'] / 100))
