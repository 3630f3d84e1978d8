"""The two languages of everything we say: catalogs, the choice of language, display width in cells, line breaking."""

from tutor.i18n.catalogs import message, translate
from tutor.i18n.modes import LANGUAGES, Language, Mode, choose_mode, parse_mode
from tutor.i18n.voice import Bilingual, Voice

__all__ = ['LANGUAGES', 'Bilingual', 'Language', 'Mode', 'Voice', 'choose_mode', 'message', 'parse_mode', 'translate']
