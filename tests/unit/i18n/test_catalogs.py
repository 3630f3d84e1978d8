"""Every message of ours is in both catalogs, none is left over, and its placeholders are the same."""

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from tutor.i18n import LANGUAGES, Language, Voice, choose_mode, translate
from tutor.i18n.build import extract, messages_of
from tutor.i18n.catalogs import locales_folder, translate_count
from tutor.i18n.modes import from_environment

PACKAGE = Path(__file__).resolve().parents[3] / 'tutor'
FIELDS = re.compile(r'\{\w+\}')


def catalog(language: Language) -> dict[str, str]:
    with (locales_folder() / language / 'LC_MESSAGES' / 'tutor.po').open('rb') as file:
        messages = [message for message in read_po(file) if message.id]
    return {_one(message.id): _one(message.string or '') for message in messages}


def _one(message: object) -> str:
    return str(message[-1]) if isinstance(message, (tuple, list)) else str(message)


@pytest.mark.parametrize('language', LANGUAGES)
def test_no_message_is_missing_or_unused(language: Language) -> None:
    said = {_one(message.id) for message in extract(PACKAGE) if message.id}
    known = catalog(language)
    assert said - set(known) == set(), 'run python -m tutor.i18n.build and translate'
    assert set(known) - said == set(), 'no longer said'
    assert [message for message, words in known.items() if not words] == []


@pytest.mark.parametrize('language', LANGUAGES)
def test_placeholders_are_the_same(language: Language) -> None:
    for message, words in catalog(language).items():
        assert set(FIELDS.findall(words)) == set(FIELDS.findall(message)), message


def test_messages_inside_f_strings_are_found() -> None:
    source = "f'{self.voice.label(\"Why?\")} {voice.counted(\"{count} x\", \"{count} xs\", n)}'"
    assert list(messages_of(source)) == ['Why?', ('{count} x', '{count} xs')]


def test_translate() -> None:
    assert translate('zh', 'Cluster') == '集群'
    assert translate('en', 'Cluster') == 'Cluster'
    assert translate_count('en', 'command', 'commands', 1) == 'command'
    assert translate_count('zh', 'command', 'commands', 2) == '条命令'


def test_voice() -> None:
    assert Voice('both').label('Cluster') == '集群 Cluster'
    assert Voice('zh').label('Cluster') == '集群'
    assert Voice('both').label('YAML') == 'YAML'
    assert Voice('both').each('Nothing found.') == ['什么也没找到。', 'Nothing found.']


@pytest.mark.parametrize(('environ', 'language'), [
    ({'LANG': 'zh_CN.UTF-8'}, 'zh'), ({'LANG': 'en_US.UTF-8'}, 'en'), ({}, 'en'), ({'LANG': 'C'}, 'en'),
    ({'LC_ALL': 'en_US.UTF-8', 'LANG': 'zh_CN.UTF-8'}, 'en'), ({'LC_MESSAGES': 'zh_TW', 'LANG': 'en_US'}, 'zh'),
    ({'LC_ALL': '', 'LANG': 'zh_CN'}, 'zh')])
def test_environment(environ: dict[str, str], language: str) -> None:
    assert from_environment(environ) == language


def test_flag_before_setting_before_environment() -> None:
    assert choose_mode('both', 'en', {'LANG': 'zh_CN'}) == 'both'
    assert choose_mode(None, 'en', {'LANG': 'zh_CN'}) == 'en'
    assert choose_mode(None, None, {'LANG': 'zh_CN'}) == 'zh'
    assert choose_mode('nonsense', None, {}) == 'en'
