"""What a user reads in Chinese for an English message: buttons and labels are found by the words on them."""

from django.utils import translation
from django.utils.translation import gettext, ngettext, pgettext


def zh(text: str, context: str = "", **facts: object) -> str:
    with translation.override("zh-hans"):
        found = pgettext(context, text) if context else gettext(text)
    return found % facts if facts else found


def zh_n(one: str, many: str, count: int, **facts: object) -> str:
    with translation.override("zh-hans"):
        return ngettext(one, many, count) % ({"count": count} | facts)
