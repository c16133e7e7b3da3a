"""Mobile numbers of mainland China: which can stand for a person, by a table of ranges and never by carrier."""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from zhengming.ground.errors import Refused, Unavailable, WrongInput
from zhengming.identity.tables import table

#: Uses that stand for a person. Reseller numbers are personal numbers under the same real-name rule.
PERSONAL = ("personal", "reseller")
_REASONS = {
    "data": ("数据卡号码不能用于身份认证", "a number of a data card does not stand for a person"),
    "machine": ("物联网号码不能用于身份认证", "a number of a machine (M2M) does not stand for a person"),
    "emergency": ("应急通信号码不能用于身份认证", "an emergency number does not stand for a person"),
    "satellite": ("卫星电话号码不能用于身份认证", "a satellite number is not taken for verification"),
}


@dataclass(frozen=True)
class Ranges:
    """A table of ranges: ``begins`` maps first digits to (use, length). ``date`` says when it was true."""

    begins: dict[str, tuple[str, int]]
    date: str
    confidence: str

    @classmethod
    def of(cls, content: dict[str, Any]) -> "Ranges":
        """The ranges of a parsed table. Raises WrongInput where it is not one."""
        try:
            begins = {
                str(start): (str(row["use"]), int(row["length"]))
                for row in content["range"]
                for start in row["begins"]
            }
            return cls(begins, str(content["date"]), str(content["confidence"]))
        except (KeyError, TypeError, ValueError) as error:
            raise WrongInput(f"号段表不完整：{error}", f"the table of ranges is not complete: {error}") from None

    @classmethod
    def read(cls, path: Path) -> "Ranges":
        """The operator's own table, in the form of ``data/mobile_ranges.toml``."""
        try:
            return cls.of(tomllib.loads(path.read_text(encoding="utf-8")))
        except OSError as error:
            raise Unavailable(f"无法读取 {path}：{error}", f"cannot read {path}: {error}") from None
        except ValueError as error:  # bytes that are no UTF-8, text that is no TOML
            raise WrongInput(f"{path} 不是 TOML：{error}", f"{path} is no TOML: {error}") from None

    def use(self, digits: str) -> str:
        """The use of a national number, "" where no range knows it. The longest beginning decides."""
        for size in range(len(digits), 0, -1):
            use, length = self.begins.get(digits[:size], ("", 0))
            if use and length == len(digits):
                return use
        return ""


@cache
def ranges() -> Ranges:
    """The ranges that ship with this package."""
    return Ranges.of(table("mobile_ranges"))


def parse(text: str, known: Ranges | None = None, uses: tuple[str, ...] = PERSONAL) -> str:
    """The national digits of ``text`` (already NFKC). Raises WrongInput or Refused, never repeating the number.

    ``+86``, ``0086`` and ``86`` before it, spaces and hyphens inside it are taken away.
    """
    digits = re.sub(r"[\s()-]", "", text)
    digits = re.sub(r"^(\+86|0086|86(?=1[0-9]{10,12}$))", "", digits)
    if digits.startswith(("+", "00")):
        raise Refused(
            "只接受中国内地手机号，可改用其他认证方式", "only mainland mobile numbers; choose another method"
        )
    if not re.fullmatch("[0-9]+", digits):
        raise WrongInput("手机号只应有数字", "a mobile number holds digits only")
    use = (known or ranges()).use(digits)
    if use in uses:
        return digits
    if use in _REASONS:
        raise Refused(*_REASONS[use])
    if len(digits) != 11:
        raise WrongInput(
            f"手机号应为 11 位，得到 {len(digits)} 位", f"a mobile number has 11 digits, got {len(digits)}"
        )
    raise Refused("号段未知；运营者可更新号段表", "no known range; the operator can bring the table up to date")
