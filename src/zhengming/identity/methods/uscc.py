"""Unified social credit code and name of an organisation (统一社会信用代码), confirmed by a source of record."""

from datetime import date

from zhengming.ground.errors import WrongInput
from zhengming.ground.words import Words
from zhengming.identity import names
from zhengming.identity.assertion import Level
from zhengming.identity.claim import Claim, claim
from zhengming.identity.exchange import Facts
from zhengming.identity.method import Means, Method, Outcome, Verified
from zhengming.identity.secret import Secret
from zhengming.law import uscc


class UsccMethod(Method):
    """That code and name belong together does not say that the user acts for the organisation (staff check that)."""

    name = "uscc"
    words = Words("统一社会信用代码", "unified social credit code")
    contract = Words("企业二要素核验服务（模板接入）", "a service that checks code and name (by template)")
    kept = Words("代码的密钥摘要、结果、流水号", "keyed digest of the code, result, query number")
    required = ("organisation", "uscc")

    def facts(self, claim: Claim, today: date) -> Facts:  # noqa: ARG002 - the contract gives the day
        """The code checks (GB 32100), the name is one."""
        claim.only(self.required)
        code = checked_uscc(claim.text("uscc"))
        return Facts({"organisation": Secret(names.organisation(claim.text("organisation"))), "uscc": Secret(code)})

    def outcome(self, facts: Facts, means: Means) -> Outcome:
        """What the source says."""
        said = means.ask("organisation", facts)
        return self.settled(
            said,
            Verified(
                self.name,
                Level.CHECKED,
                means.digester.digest("uscc", facts.text("uscc")),
                means.digester.digest("evidence", said.evidence.hex()),
                said.reference,
            ),
        )

    def example(self) -> Claim:
        """A code of region 000000, which is never given out."""
        first17 = "91000000000000000"
        return claim(self.name, organisation="示例有限公司", uscc=first17 + uscc.check_character(first17))


def checked_uscc(text: str) -> str:
    """The code in capitals. Raises WrongInput, which for one that fails does not repeat it."""
    code = text.upper()
    if not uscc.is_valid(code):
        raise WrongInput(
            "统一社会信用代码不正确：应为 18 位数字或大写字母（不用 I O S V Z），且校验码相符",
            "no valid USCC: 18 digits or capitals without I O S V Z, and a check character that fits",
        )
    return code


METHOD = UsccMethod()
