"""No traceback reaches a learner: what fails unexpectedly is logged, said in one line, and the app lives on."""

from __future__ import annotations

import traceback
from asyncio import CancelledError
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from textual.message import Message


def log_folder() -> Path:
    """Where the log file of failures lies."""
    import platformdirs
    return Path(platformdirs.user_log_dir('kubernetes-tutor', appauthor=False))


def log_failure(error: BaseException, folder: Path | None = None) -> Path:
    """Write what failed to the log file; its path, for the message that names it."""
    path = (folder or log_folder()) / 'tutor.log'
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open('a', encoding='utf-8') as file:
            file.writelines([*traceback.format_exception(error), '\n'])
    except OSError:
        pass
    return path


class Resilient:
    """Mixed into widgets and screens: a message handler that fails is reported to the app and no more."""

    async def _dispatch_message(self, message: Message) -> None:
        try:
            await super()._dispatch_message(message)  # type: ignore[misc]
        except CancelledError:
            raise
        except Exception as error:
            self.app.report_failure(error)  # type: ignore[attr-defined]

    def guarded(self, callback: Callable[..., Any], *args: Any) -> Any:
        """Call something that may fail; its result, or None when it failed."""
        try:
            return callback(*args)
        except Exception as error:
            self.app.report_failure(error)  # type: ignore[attr-defined]
            return None
