"""The worked examples of the vendors' documents come out to the last digit."""

from datetime import UTC, datetime

from zhengming.identity.adapters import acs3, tc3
from zhengming.identity.exchange import Occasion
from zhengming.identity.secret import Secret


def test_the_worked_example_of_acs3() -> None:
    made = acs3.signed(
        acs3.AccessKey("YourAccessKeyId", Secret("YourAccessKeySecret")),
        "https://ecs.cn-shanghai.aliyuncs.com",
        "RunInstances",
        "2014-05-26",
        Occasion(datetime(2023, 10, 26, 10, 22, 32, tzinfo=UTC), "3156853299f313e23d1673dc12e1703d"),
        query={"RegionId": "cn-shanghai", "ImageId": "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd"},
    )
    assert made.headers["Authorization"] == (
        "ACS3-HMAC-SHA256 Credential=YourAccessKeyId,SignedHeaders=host;x-acs-action;x-acs-content-sha256;x-acs-date;"
        "x-acs-signature-nonce;x-acs-version,"
        "Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"
    )


def test_the_worked_example_of_tc3() -> None:
    body = b'{"Limit": 1, "Filters": [{"Values": ["\\u672a\\u547d\\u540d"], "Name": "instance-name"}]}'
    made = tc3.authorization(
        tc3.SecretKey("AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE", Secret("Gu5t9xGARNpq86cd98joQYCN3EXAMPLE")),
        "cvm",
        {"content-type": "application/json; charset=utf-8", "host": "cvm.tencentcloudapi.com"},
        body,
        1551113065,
        "2019-02-25",
    )
    assert made.endswith("Signature=72e494ea809ad7a8c8f7a4507b9bddcbaa8e581f516e8da2f66e2c5a96525168")
