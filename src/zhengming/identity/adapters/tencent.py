"""Tencent Cloud: SMS (SendSms), name and resident number (IdCardVerification), both with mobile (PhoneVerification).

Sources, read in their public form: SendSms https://tencentcloud.com/document/api/382/40536
(2021-01-11; the page of the international site); IdCardVerification and PhoneVerification (faceid,
2018-03-01): the models of the vendor's SDK, which carry the table of result codes.
Tried against a local server that checks signatures, never against the service itself: that needs a contract.
"""

from dataclasses import dataclass
from typing import Any, Literal

from zhengming.identity.adapters.tc3 import SecretKey, signed
from zhengming.identity.exchange import (
    Answer,
    Facts,
    Occasion,
    Receipt,
    Request,
    Response,
    member,
    no_answer,
    reference,
)

SERVICE = "腾讯云 Tencent Cloud "
Verdicts = dict[str, Literal["match", "mismatch", "no-record"]]

#: Result codes that are a verdict about the facts. -2, -3 are faults of form, -4, -6, -7 trouble of the service.
_ID_CARD: Verdicts = {"0": "match", "-1": "mismatch", "-5": "no-record"}
#: -1 to -3 stood in earlier versions for what is -4 now; -5 is a number without registration.
_PHONE: Verdicts = {
    "0": "match",
    "-1": "mismatch",
    "-2": "mismatch",
    "-3": "mismatch",
    "-4": "mismatch",
    "-5": "mismatch",
    "-9": "no-record",
}


@dataclass(frozen=True)
class SendSms:
    """Sends a code with an approved signature and template; the code is the template's only variable."""

    key: SecretKey
    app: str
    sign_name: str
    template: str
    region: str = "ap-guangzhou"
    endpoint: str = "https://sms.tencentcloudapi.com"
    name: str = "tencent-send-sms"
    needs: tuple[str, ...] = ("mobile", "code")

    def request(self, facts: Facts, occasion: Occasion) -> Request:
        """The number in E.164."""
        parameters = {
            "PhoneNumberSet": [f"+86{facts.text('mobile')}"],
            "SmsSdkAppId": self.app,
            "SignName": self.sign_name,
            "TemplateId": self.template,
            "TemplateParamSet": [facts.text("code")],
        }
        return signed(self.key, self.endpoint, "sms", "SendSms", "2021-01-11", parameters, occasion, self.region)

    def read(self, response: Response) -> Receipt:
        """One number was given, so one status comes back; ``SerialNo`` is the receipt."""
        found = _content(response)
        status = member(found, "SendStatusSet", "0")
        if member(status, "Code") != "Ok":
            raise no_answer(SERVICE, member(status, "Code"))
        return Receipt(reference(member(status, "SerialNo")))


@dataclass(frozen=True)
class IdCardVerification:
    """身份信息认证: whether name and resident number belong together."""

    key: SecretKey
    endpoint: str = "https://faceid.tencentcloudapi.com"
    name: str = "tencent-id-card"
    needs: tuple[str, ...] = ("name", "resident_id")

    def request(self, facts: Facts, occasion: Occasion) -> Request:
        """``IdCard`` and ``Name`` in the open, inside TLS."""
        parameters = {"IdCard": facts.text("resident_id"), "Name": facts.text("name")}
        return signed(self.key, self.endpoint, "faceid", "IdCardVerification", "2018-03-01", parameters, occasion)

    def read(self, response: Response) -> Answer:
        """``Result`` 0 is a match."""
        return _verdict(response, _ID_CARD)


@dataclass(frozen=True)
class PhoneVerification:
    """手机号三要素核验: whether mobile number, name and resident number belong together (operator check)."""

    key: SecretKey
    endpoint: str = "https://faceid.tencentcloudapi.com"
    name: str = "tencent-phone"
    needs: tuple[str, ...] = ("mobile", "name", "resident_id")

    def request(self, facts: Facts, occasion: Occasion) -> Request:
        """``Phone`` without country code."""
        parameters = {
            "IdCard": facts.text("resident_id"),
            "Name": facts.text("name"),
            "Phone": facts.text("mobile"),
        }
        return signed(self.key, self.endpoint, "faceid", "PhoneVerification", "2018-03-01", parameters, occasion)

    def read(self, response: Response) -> Answer:
        """``Result`` 0 is a match. The carrier (``Isp``) that newer versions name is not kept."""
        return _verdict(response, _PHONE)


def _content(response: Response) -> Any:
    """The member ``Response``. An error of the API comes with HTTP 200 and a member ``Error``."""
    content = member(response.json(), "Response")
    error = member(content, "Error")
    if response.status != 200 or error is not None or not isinstance(content, dict):
        raise no_answer(SERVICE, member(error, "Code"))
    return content


def _verdict(response: Response, verdicts: Verdicts) -> Answer:
    content = _content(response)
    code = str(member(content, "Result"))
    if code not in verdicts:
        raise no_answer(SERVICE, code)
    return Answer(verdicts[code], reference(member(content, "RequestId")), evidence=response.body)
