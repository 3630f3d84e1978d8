"""Rules that say the same whatever the cluster's state is: a pattern of the error, two texts, and commands to type."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tutor.course.words import Text
from tutor.session.why.explanation import LIKELY, LOOK, MEND, Answer, Failure, Suggestion


@dataclass(frozen=True, slots=True)
class Note:
    """`{0}`, `{1}` … in its texts and commands are the groups of the pattern, `{flag}` is ` -n NAMESPACE` where the
    command had one, `{command}` is the command itself, `{needs}` are the flags that the error says to use."""

    pattern: str
    zh: str
    en: str
    look: tuple[str, ...] = ()
    mend: tuple[str, ...] = ()
    likely: tuple[str, ...] = ()

    def __call__(self, match: re.Match[str], failure: Failure) -> Answer:
        def filled(text: str) -> str:
            groups = [group or '' for group in match.groups()]
            needs = dict.fromkeys(re.findall(r'\(use (--[a-z-]+) ', failure.error))
            return text.format(*groups, flag=failure.flag, command=failure.command.strip(), needs=' '.join(needs))

        suggestions = [Suggestion(label, filled(text)) for label, texts in
                       ((LIKELY, self.likely), (MEND, self.mend), (LOOK, self.look)) for text in texts]
        return Text(zh=filled(self.zh), en=filled(self.en)), suggestions
