"""Tags (标签) read from notes in free words. A denial is no tag."""

import re
from functools import lru_cache

from tongxin.core.text import clean

LONGEST = 2_000

# tag -> the words that say it (CONTRACT, "Tags from notes")
WORDS: dict[str, str] = {
    "独居老人": r"独居|一人居住",
    "孕妇": r"孕妇|怀孕|孕\s*\d+\s*\+?\s*周|孕\s*\d+\s*个?月|孕期",
    "低保": r"低保",
    "残疾": r"残疾",
    "血透": r"血透|透析",
    "精神障碍": r"精神障碍|重精",
    "慢病": r"高血压|糖尿病|慢病|慢性病",
    "婴幼儿": r"婴幼儿|婴儿",
    "高龄": r"高龄",
    "困境儿童": r"困境儿童|留守儿童",
    "租户": r"租户|租客|承租",
    "党员": r"党员",
}
TAGS = tuple(WORDS)
PATTERNS = tuple((tag, re.compile(words)) for tag, words in WORDS.items())
CLAUSES = re.compile(r"[,;、。!|/\n\t]|\s+")

# Between the denial and the word: 无肢体残疾, 不是五保或低保, 未享受低保.
BETWEEN = r"(?:肢体|听力|视力|智力|言语|精神|多重|任何|重度|轻度|是|为|属于?|患有?|有|享受|领取|纳入|的)*"
DENIED = re.compile(
    rf"(?:非|无|不|没有?|未|并非|否认|(?:已经?|早已)?(?:解除|取消|注销|退出|停止)(?:了)?){BETWEEN}$"
)
FORMER = re.compile(rf"(?:原来?|曾经?|以前|之前|过去)(?:是|为)?{BETWEEN}$")
ENDED = re.compile(r"^(?:[^,;、。\s]{0,6})?(?:已|现已|于?\d{4}年已?)(?:经)?(?:解除|取消|注销|退出|停止|脱贫)")
ENDED_LATER = re.compile(r"^[^;。]{0,20}?(?:已|现)(?:经)?(?:解除|取消|注销|退出|停止|脱贫)")


def read_tags(text: str) -> tuple[str, ...]:
    """The tags that a note says of somebody, in the order of `TAGS`."""
    return _read(clean(text)[:LONGEST]) if text else ()


@lru_cache(maxsize=2048)
def _read(text: str) -> tuple[str, ...]:
    return tuple(
        tag
        for tag, pattern in PATTERNS
        if any(not _is_denied(text, found.start(), found.end()) for found in pattern.finditer(text))
    )


def _is_denied(text: str, start: int, end: int) -> bool:
    """Denied right before the word (非低保), or once true and no longer (原低保，2021年已取消)."""
    before = CLAUSES.split(text[:start])[-1]
    after = text[end:]
    if DENIED.search(before) or ENDED.match(after):
        return True
    return FORMER.search(before) is not None and ENDED_LATER.match(after) is not None
