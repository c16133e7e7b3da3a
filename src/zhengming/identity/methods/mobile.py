"""Mobile number (手机号): a one-time code proves that the user holds it; the operator check proves whose it is.

Without an operator check (手机号三要素) the assertion is of level HELD: Chinese numbers are registered under a real
name, but that the holder of the telephone is that person was not looked at. Whether HELD is enough for Art. 9 is
for the operator and its authority to decide; it is a setting of who asks.
"""

from collections.abc import Callable
from datetime import date
from secrets import token_bytes

from zhengming.ground.errors import Refused, Unavailable
from zhengming.ground.words import Words
from zhengming.identity import mobile_number, names, resident_number
from zhengming.identity.assertion import Level
from zhengming.identity.claim import Claim, claim
from zhengming.identity.exchange import Facts, Occasion, Receipt, Sending, ask
from zhengming.identity.method import Means, Method, Outcome, Rejected, Verified
from zhengming.identity.one_time_code import Challenge, CodeRules, answer, draw
from zhengming.identity.secret import Secret


class Mobile(Method):
    """See the module. The carrier is neither asked for nor inferred."""

    name = "mobile"
    words = Words("手机号", "mobile number")
    contract = Words(
        "短信服务（签名、模板已审核）；要核对机主时另需手机号三要素核验服务",
        "an SMS service with approved signature and template; for whose number it is, a check of three elements",
    )
    kept = Words(
        "手机号（或公民身份号码）的密钥摘要、结果、流水号", "keyed digest of the number, result, query number"
    )
    required = ("mobile", "code")
    optional = ("name", "resident_id")

    def facts(self, claim: Claim, today: date) -> Facts:
        """Number, and where given both name and resident number: one without the other is of no use."""
        claim.only((*self.required, *self.optional))
        found = {"mobile": Secret(mobile_number.parse(claim.text("mobile"))), "code": Secret(claim.text("code"))}
        if claim.has("name") or claim.has("resident_id"):
            found["name"] = Secret(names.person(claim.text("name")))
            found["resident_id"] = Secret(resident_number.parse(claim.text("resident_id"), today).text)
        return Facts(found)

    def send(
        self,
        given: Claim,
        means: Means,
        sending: Sending,
        rules: CodeRules | None = None,
        random: Callable[[int], bytes] = token_bytes,
    ) -> tuple[Challenge, Receipt]:
        """Send a code to the claim's number. ``means.challenge`` is the earlier one for it, which bounds repeats."""
        given.only((*self.required, *self.optional))
        number = mobile_number.parse(given.text("mobile"))
        if not means.transport:
            raise Unavailable("未配置短信服务", "no SMS service is set up")
        subject = means.digester.digest("mobile", number)
        code, challenge = draw(subject, means.digester, means.now, rules, means.challenge, random)
        facts = Facts({"mobile": Secret(number), "code": code})
        return challenge, ask(sending, facts, Occasion(means.now, means.nonce), means.transport)

    def outcome(self, facts: Facts, means: Means) -> Outcome:
        """The code first: a wrong one costs the user a try and no source is asked."""
        number = facts.text("mobile")
        challenge = means.challenge
        if not challenge or not means.digester.matches(challenge.subject, "mobile", number):
            raise Refused("请先获取验证码", "ask for a code first")
        if "mobile" not in means.checks and "name" in facts.fields:
            raise Refused(
                "未配置机主核对，不收集姓名和证件号码", "nothing checks whose number it is: give no name or ID"
            )
        right, challenge = answer(challenge, facts.text("code"), means.digester, means.now)
        if not right:
            return Rejected(self.name, "wrong-code", Words("验证码不正确", "the code is wrong"), challenge=challenge)
        if "mobile" not in means.checks:
            subject = means.digester.digest("mobile", number)
            return Verified(self.name, Level.HELD, subject, challenge=challenge)
        return self._with_operator(facts, means, challenge)

    def _with_operator(self, facts: Facts, means: Means, challenge: Challenge) -> Outcome:
        """The person, by the resident number, is the subject: the same one as by any other method."""
        holder = resident_number.parse(facts.text("resident_id"), means.today)
        said = means.ask("mobile", facts)
        return self.settled(
            said,
            Verified(
                self.name,
                Level.CHECKED,
                means.digester.digest("resident_id", holder.text),
                means.digester.digest("evidence", said.evidence.hex()),
                said.reference,
                holder.minor(means.today),
                challenge,
            ),
        )

    def example(self) -> Claim:
        """A number of a range that is in use, made up."""
        return claim(self.name, mobile="13800000000", code="000000")


METHOD = Mobile()
