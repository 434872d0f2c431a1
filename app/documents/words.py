"""The fixed words of printed papers, in Chinese and English.

A paper already issued must come out the same years later, so its words are this frozen table and not the catalogue of
the screens, which translators change at will. Sentences are formats whose gaps are filled with escaped values; they
hold no figure of any rule.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

LANGUAGES = ("zh", "en")

_CHINESE_DIGITS = "〇一二三四五六七八九"
_ENGLISH_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def chinese_year(year: int) -> str:
    """A year digit by digit, as official papers write it: 2026 is 二〇二六."""
    return "".join(_CHINESE_DIGITS[int(digit)] for digit in str(year))


def chinese_number(number: int) -> str:
    """A number from 1 to 31 in Chinese numerals: 21 is 二十一."""
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else "十" if tens == 1 else _CHINESE_DIGITS[tens] + "十"
    return head + (_CHINESE_DIGITS[ones] if ones else "")


def chinese_date(day: date) -> str:
    """A day in Chinese numerals: 2027-03-01 is 二〇二七年三月一日."""
    return f"{chinese_year(day.year)}年{chinese_number(day.month)}月{chinese_number(day.day)}日"


def english_date(day: date) -> str:
    """A day in English words: 2027-03-01 is 1 March 2027."""
    return f"{day.day} {_ENGLISH_MONTHS[day.month - 1]} {day.year}"


def plain_hours(hours: Decimal | None) -> str:
    """Hours without trailing zeros; a dash where the policy requires nothing of a category."""
    if hours is None:
        return "—"
    text = format(hours, "f")
    return (text.rstrip("0").rstrip(".") or "0") if "." in text else text


@dataclass(frozen=True, slots=True)
class CertificateWords:
    """What a certificate says besides its values."""

    html_lang: str
    number: str
    year_line: str
    passed: str
    exempt: str
    of_district: str
    reviewed: tuple[str, str, str]
    category: str
    required: str
    recognised: str
    carried: str
    result: str
    first_review: str
    second_review: str
    policy: str
    source: str
    exemption: str
    code: str
    verify: str
    voided: str
    seal: str
    sealed: str
    many: str
    year: Callable[[int], str]
    day: Callable[[date], str]
    policy_name: str


@dataclass(frozen=True, slots=True)
class SlipWords:
    """What an activation slip says besides its values."""

    html_lang: str
    title: str
    product: str
    name: str
    id_number: str
    school: str
    login: str
    code: str
    steps: tuple[str, str, str]
    expires: str
    keep: str
    many: str


# The reviewed line is chosen by how many reviews took place: none, one, two (a college reviews once, S2 四).
CERTIFICATE = {
    "zh": CertificateWords(
        html_lang="zh-CN",
        number="编号",
        year_line="{year}年度",
        passed="兹证明{name}（身份证号{masked_id}），{school}教职工，{series}系列，{title}，"
        "{year}年度完成继续教育{unit}如下，{reviewed}验证{result}。",
        exempt="兹证明{name}（身份证号{masked_id}），{school}教职工，{series}系列，{title}，"
        "{year}年度继续教育{unit}如下，{reviewed}验证结果为{result}。",
        of_district="{school}（{district}）",
        reviewed=("", "经审核，", "经初审、复审，"),
        category="科目",
        required="应修{unit}",
        recognised="认定{unit}",
        carried="其中结转",
        result="结果",
        first_review="初审",
        second_review="复审",
        policy="标准",
        source="依据",
        exemption="减免",
        code="验证码",
        verify="扫码或登录 {address} 查验。",
        voided="所据{unit}如被取消，查验结果会注明本证明失效。",
        seal="盖章处",
        sealed="盖章后有效",
        many="{title}（{count}份）",
        year=chinese_year,
        day=chinese_date,
        policy_name="{title}（{id}）",
    ),
    "en": CertificateWords(
        html_lang="en",
        number="No.",
        year_line="Year {year}",
        passed="This is to certify that {name} (identity number {masked_id}), {title}, {series} series, "
        "of {school}, has completed the continuing education {unit} set out below for the year {year}. "
        "{reviewed}Result: {result}.",
        exempt="This is to certify the continuing education {unit} set out below for the year {year} of "
        "{name} (identity number {masked_id}), {title}, {series} series, of {school}. {reviewed}Result: {result}.",
        of_district="{school} ({district})",
        reviewed=("", "The record has been reviewed. ", "The record has passed first and second review. "),
        category="Category",
        required="Required {unit}",
        recognised="Recognised {unit}",
        carried="Carried over",
        result="Result",
        first_review="First review",
        second_review="Second review",
        policy="Standard",
        source="Source",
        exemption="Exemption",
        code="Verification code",
        verify="Scan, or visit {address}, to verify.",
        voided="Should any {unit} it rests on be cancelled, verification will say that this certificate is void.",
        seal="Seal",
        sealed="valid once sealed",
        many="{title} ({count} certificates)",
        year=str,
        day=english_date,
        policy_name="{title} ({id})",
    ),
}

SLIP = {
    "zh": SlipWords(
        html_lang="zh-CN",
        title="账号启用单",
        product="学时",
        name="姓名",
        id_number="身份证号",
        school="单位",
        login="登录名",
        code="启用码",
        steps=("扫描二维码，或打开 {address}", "输入登录名和启用码", "设置自己的密码，即可登录"),
        expires="有效期至 {day}，仅可使用一次。",
        keep="请本人保管，切勿转交他人。",
        many="账号启用单（{count}份）",
    ),
    "en": SlipWords(
        html_lang="en",
        title="Account activation slip",
        product="Xueshi",
        name="Name",
        id_number="ID number",
        school="School",
        login="Login",
        code="Code",
        steps=("Scan the code, or open {address}", "Enter your login and the code", "Choose your own password"),
        expires="Valid until {day}, once only.",
        keep="Keep it to yourself.",
        many="Account activation slips ({count})",
    ),
}
