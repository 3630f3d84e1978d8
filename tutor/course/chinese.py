"""How Chinese text is set: full-width punctuation, a space between Chinese and Latin, none beside punctuation."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tutor.course.blocks import Span, Spans
from tutor.course.words import Text

HAN = '\u3400-\u4dbf\u4e00-\u9fff'
FULL = '，。、；：？！（）《》【】「」'
CODE = '\uffff'
"""Stands for a piece of inline code: a Latin word, as far as spaces go."""

RULES: tuple[tuple[re.Pattern[str], Text], ...] = (
    (re.compile(f'[{HAN}][,.;:!?](?![A-Za-z0-9])|[,;!?][{HAN}]'),
     Text(zh='中文里的半角标点', en='half-width punctuation in Chinese text')),
    (re.compile(f'[{HAN}]\\s*\\(|\\)\\s*[{HAN}]'),
     Text(zh='中文里的半角括号', en='half-width brackets in Chinese text')),
    (re.compile(f'[{HAN}][A-Za-z0-9{CODE}]|[A-Za-z0-9{CODE}][{HAN}]'),
     Text(zh='中文与西文之间缺少空格', en='a space is missing between Chinese and Latin')),
    (re.compile(f'[{FULL}] | [{FULL}]'), Text(zh='全角标点旁边有空格', en='a space beside full-width punctuation')),
    (re.compile(f'[{HAN}] +[{HAN}]'), Text(zh='两个汉字之间有空格', en='a space between two Chinese characters')),
    (re.compile('您'), Text(zh='用“你”，不用“您”', en='the learner is 你, not 您')),
    (re.compile(r'\*\*|(?<!`)`(?!`)'), Text(zh='没有配对的 ** 或 `', en='** or ` without its partner')),
)
ENGLISH_RULES: tuple[tuple[re.Pattern[str], Text], ...] = (
    (re.compile(f'[{HAN}]'), Text(zh='英文里的汉字', en='Chinese characters in English text')),
    (re.compile(f'[{FULL}“”‘’]'), Text(zh='英文里的全角标点', en='full-width punctuation in English text')),
    (re.compile(r'\*\*|(?<!`)`(?!`)'), Text(zh='没有配对的 ** 或 `', en='** or ` without its partner')),
    (re.compile(r'\S  +\S'), Text(zh='连续的空格', en='two spaces in a row')),
)


def faults(spans: Spans, rules: tuple[tuple[re.Pattern[str], Text], ...] = RULES) -> Iterator[Text]:
    """What is set wrong in a paragraph, with the place quoted."""
    text = ''.join(_letters(span) for span in spans)
    for pattern, words in rules:
        if found := pattern.search(text):
            place = text[max(found.start() - 6, 0):found.end() + 6].replace(CODE, '`…`')
            yield Text(zh=f'{words.zh}：“{place}”', en=f'{words.en}: "{place}"')


def _letters(span: Span) -> str:
    return CODE if span.code else span.text
