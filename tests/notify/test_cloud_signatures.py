"""The signatures of the two clouds, against the examples that they publish."""

from notify import acs3, tc3


def test_alibaba_clouds_published_example() -> None:
    """help.aliyun.com/zh/sdk/product-overview/v3-request-structure-and-signature, "fixed parameters"."""
    headers = {
        "host": "ecs.cn-shanghai.aliyuncs.com",
        "x-acs-action": "RunInstances",
        "x-acs-content-sha256": acs3.content_hash(b""),
        "x-acs-date": "2023-10-26T10:22:32Z",
        "x-acs-signature-nonce": "3156853299f313e23d1673dc12e1703d",
        "x-acs-version": "2014-05-26",
    }
    query = {"RegionId": "cn-shanghai", "ImageId": "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd"}
    assert acs3.authorization("YourAccessKeyId", "YourAccessKeySecret", query, headers) == (
        "ACS3-HMAC-SHA256 Credential=YourAccessKeyId,SignedHeaders=host;x-acs-action;x-acs-content-sha256;x-acs-date;"
        "x-acs-signature-nonce;x-acs-version,Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"
    )


def test_what_is_signed_is_encoded_as_rfc_3986_has_it() -> None:
    assert acs3.query_string({"b": "a b*c~d/e+f", "a": "中"}) == "a=%E4%B8%AD&b=a%20b%2Ac~d%2Fe%2Bf"


def test_tencent_clouds_published_example() -> None:
    """cloud.tencent.com/document/api/213/30654, "TC3-HMAC-SHA256": key ids of the example as they stand there."""
    body = b'{"Limit": 1, "Filters": [{"Values": ["\\u672a\\u547d\\u540d"], "Name": "instance-name"}]}'
    headers = {"content-type": "application/json; charset=utf-8", "host": "cvm.tencentcloudapi.com"}
    made = tc3.authorization(
        "AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE",
        "Gu5t9xGARNpq86cd98joQYCN3EXAMPLE",
        "cvm",
        at=1551113065,
        headers=headers,
        body=body,
    )
    assert made == (
        "TC3-HMAC-SHA256 Credential=AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE/2019-02-25/cvm/tc3_request, "
        "SignedHeaders=content-type;host, Signature=72e494ea809ad7a8c8f7a4507b9bddcbaa8e581f516e8da2f66e2c5a96525168"
    )
