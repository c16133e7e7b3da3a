"""Alibaba Cloud: SMS (SendSms), name and resident number (Id2MetaVerify), both with mobile (Mobile3MetaSimpleVerify).

Sources, read in their public form: SendSms https://help.aliyun.com/document_detail/55284.html (2017-05-25);
Id2MetaVerify https://help.aliyun.com/zh/id-verification/information-verification/developer-reference/vatsl9lfmbwe74iv
(2019-03-07); Mobile3MetaSimpleVerify: the response model of the vendor's SDK of the same version.
Tried against a local server that checks signatures, never against the service itself: that needs a contract.
SendSms has its parameters in the query, as its metadata says, so the number stands in the URL (inside TLS).
"""

import json
from dataclasses import dataclass
from typing import Literal

from zhengming.identity.adapters.acs3 import AccessKey, signed
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

SERVICE = "阿里云 Alibaba Cloud "
_VERDICTS: dict[str, Literal["match", "mismatch", "no-record"]] = {"1": "match", "2": "mismatch", "3": "no-record"}


@dataclass(frozen=True)
class SendSms:
    """Sends a code with an approved signature (短信签名) and template; ``parameter`` is the template's variable."""

    key: AccessKey
    sign_name: str
    template: str
    parameter: str = "code"
    endpoint: str = "https://dysmsapi.aliyuncs.com"
    name: str = "alibaba-send-sms"
    needs: tuple[str, ...] = ("mobile", "code")

    def request(self, facts: Facts, occasion: Occasion) -> Request:
        """The number without country code: a mainland one is meant."""
        query = {
            "PhoneNumbers": facts.text("mobile"),
            "SignName": self.sign_name,
            "TemplateCode": self.template,
            "TemplateParam": json.dumps({self.parameter: facts.text("code")}),
        }
        return signed(self.key, self.endpoint, "SendSms", "2017-05-25", occasion, query=query)

    def read(self, response: Response) -> Receipt:
        """``Code`` is OK and ``BizId`` the receipt."""
        found = response.json()
        if response.status != 200 or member(found, "Code") != "OK":
            raise no_answer(SERVICE, member(found, "Code"))
        return Receipt(reference(member(found, "BizId")))


@dataclass(frozen=True)
class Id2MetaVerify:
    """身份二要素核验: whether name and resident number belong together."""

    key: AccessKey
    endpoint: str = "https://cloudauth.aliyuncs.com"
    name: str = "alibaba-id2"
    needs: tuple[str, ...] = ("name", "resident_id")

    def request(self, facts: Facts, occasion: Occasion) -> Request:
        """The parameters stand in the form, as in the vendor's current SDK."""
        form = {"ParamType": "normal", "UserName": facts.text("name"), "IdentifyNum": facts.text("resident_id")}
        return signed(self.key, self.endpoint, "Id2MetaVerify", "2019-03-07", occasion, form=form)

    def read(self, response: Response) -> Answer:
        """``Code`` only says that the call worked; the verdict is ``ResultObject.BizCode``."""
        return _verdict(response)


@dataclass(frozen=True)
class Mobile3MetaSimpleVerify:
    """手机号三要素核验简版: whether mobile number, name and resident number belong together (operator check)."""

    key: AccessKey
    endpoint: str = "https://cloudauth.aliyuncs.com"
    name: str = "alibaba-mobile3"
    needs: tuple[str, ...] = ("mobile", "name", "resident_id")

    def request(self, facts: Facts, occasion: Occasion) -> Request:
        """The parameters stand in the form, as for :class:`Id2MetaVerify`."""
        form = {
            "ParamType": "normal",
            "Mobile": facts.text("mobile"),
            "UserName": facts.text("name"),
            "IdentifyNum": facts.text("resident_id"),
        }
        return signed(self.key, self.endpoint, "Mobile3MetaSimpleVerify", "2019-03-07", occasion, form=form)

    def read(self, response: Response) -> Answer:
        """As for :class:`Id2MetaVerify`. The carrier that it also names is not kept."""
        return _verdict(response)


def _verdict(response: Response) -> Answer:
    found = response.json()
    if response.status != 200 or str(member(found, "Code")) != "200":
        raise no_answer(SERVICE, member(found, "Code"))
    code = member(found, "ResultObject", "BizCode")
    if str(code) not in _VERDICTS:
        raise no_answer(SERVICE, str(code))
    return Answer(_VERDICTS[str(code)], reference(member(found, "RequestId")), evidence=response.body)
