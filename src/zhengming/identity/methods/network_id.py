"""National network identity (国家网络身份认证公共服务, 网号 and 网证; Measures in force since 2025-07-15).

Voluntary: who does not use it is served alike. A platform that uses it gets the result only and asks for no
plain identity besides; a claim with any other field is refused here. The protocol between platform and public
service is not public to us, so it is reached by a template (:mod:`zhengming.identity.adapters.template`).
"""

import re
from datetime import date

from zhengming.ground.errors import WrongInput
from zhengming.ground.words import Words
from zhengming.identity.assertion import Level
from zhengming.identity.claim import Claim, claim
from zhengming.identity.exchange import Facts
from zhengming.identity.method import Means, Method, Outcome, Verified
from zhengming.identity.secret import Secret


class NetworkId(Method):
    """The credential goes to the service and is not kept; no age is learned, so there is no minor flag."""

    name = "network_id"
    words = Words("网号、网证", "national network identity")
    contract = Words("接入国家网络身份认证公共服务（模板接入）", "access to the national service (by template)")
    kept = Words("网号（或网证）的密钥摘要、结果、流水号", "keyed digest of the network number, result, query number")
    required = ("network_credential",)
    optional = ("network_number",)

    def facts(self, claim: Claim, today: date) -> Facts:  # noqa: ARG002 - the contract gives the day
        """网证 is opaque here; 网号 is letters and digits, of a length that we do not know."""
        claim.only((*self.required, *self.optional))
        found = {"network_credential": Secret(claim.text("network_credential"))}
        if claim.has("network_number"):
            number = claim.text("network_number")
            if not re.fullmatch("[0-9A-Za-z]{1,128}", number):
                raise WrongInput("网号由字母和数字组成", "a network number is made of letters and digits")
            found["network_number"] = Secret(number)
        return Facts(found)

    def outcome(self, facts: Facts, means: Means) -> Outcome:
        """The subject is the pseudonym that the service returns; without one, what the user gave."""
        said = means.ask("network", facts)
        given = facts.fields.get("network_number") or facts.fields["network_credential"]
        subject = (said.subject or given).reveal()
        return self.settled(
            said,
            Verified(
                self.name,
                Level.NATIONAL,
                means.digester.digest("network_number", subject),
                means.digester.digest("evidence", said.evidence.hex()),
                said.reference,
            ),
        )

    def example(self) -> Claim:
        """An opaque credential."""
        return claim(self.name, network_credential="example-credential")


METHOD = NetworkId()
