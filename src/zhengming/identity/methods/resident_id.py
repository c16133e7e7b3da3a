"""Resident identity number and name (居民身份证, 港澳台居民居住证), confirmed by a source of record (两要素核验)."""

from datetime import date

from zhengming.ground.words import Words
from zhengming.identity import names, resident_number
from zhengming.identity.assertion import Level
from zhengming.identity.claim import Claim, claim
from zhengming.identity.exchange import Facts
from zhengming.identity.method import Means, Method, Outcome, Verified
from zhengming.identity.secret import Secret


class ResidentId(Method):
    """A checksum that fits verifies nobody: without a source there is no outcome, only staff can check then."""

    name = "resident_id"
    words = Words("居民身份证", "resident identity number")
    contract = Words("身份二要素核验服务", "a service that checks name and resident number")
    kept = Words(
        "号码的密钥摘要、结果、流水号、未成年标志", "keyed digest of the number, result, query number, minor flag"
    )
    required = ("name", "resident_id")

    def facts(self, claim: Claim, today: date) -> Facts:
        """Shape, province, day of birth, check character (GB 11643)."""
        claim.only(self.required)
        number = resident_number.parse(claim.text("resident_id"), today)
        return Facts({"name": Secret(names.person(claim.text("name"))), "resident_id": Secret(number.text)})

    def outcome(self, facts: Facts, means: Means) -> Outcome:
        """What the source says."""
        said = means.ask("resident", facts)
        number = resident_number.parse(facts.text("resident_id"), means.today)
        return self.settled(
            said,
            Verified(
                self.name,
                Level.CHECKED,
                means.digester.digest("resident_id", number.text),
                means.digester.digest("evidence", said.evidence.hex()),
                said.reference,
                number.minor(means.today),
            ),
        )

    def example(self) -> Claim:
        """A number of county code 000, which is never given out."""
        first17 = "11000019900101001"
        return claim(self.name, name="示例人", resident_id=first17 + resident_number.check_character(first17))


METHOD = ResidentId()
