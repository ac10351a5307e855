"""Custom key stores: the sandbox has no CloudHSM cluster and cannot reach an external key manager.

AWS: "Key stores", AWS KMS Developer Guide.
"""

from __future__ import annotations

from typing import Final

from kmsdemo.sandbox.key import Answer
from kmsdemo.sandbox.kms import paging
from kmsdemo.sandbox.kms.request import Request
from kmsdemo.sandbox.refusal import Refusal, invalid

_REQUIRED: Final = {
    "AWS_CLOUDHSM": ("CloudHsmClusterId", "TrustAnchorCertificate", "KeyStorePassword"),
    "EXTERNAL_KEY_STORE": (
        "XksProxyUriEndpoint",
        "XksProxyUriPath",
        "XksProxyAuthenticationCredential",
        "XksProxyConnectivity",
    ),
}
_CANNOT: Final = {
    "AWS_CLOUDHSM": ("CloudHsmClusterNotFoundException", "The sandbox has no CloudHSM cluster."),
    "EXTERNAL_KEY_STORE": (
        "XksProxyUriUnreachableException",
        "The sandbox cannot reach an external key store proxy.",
    ),
}


def create_custom_key_store(request: Request) -> Answer:
    """Answer CreateCustomKeyStore, with AWS's error for an unreachable cluster or proxy."""
    kind = request.parameters.get("CustomKeyStoreType", "AWS_CLOUDHSM")
    through_endpoint = request.parameters.get("XksProxyConnectivity") == "VPC_ENDPOINT_SERVICE"
    more = ("XksProxyVpcEndpointServiceName",) if through_endpoint else ()
    for parameter in (*_REQUIRED[kind], *more):
        if not request.parameters.get(parameter):
            raise invalid(f"{parameter} is required for a custom key store of type {kind}.")
    raise Refusal(*_CANNOT[kind])


def describe_custom_key_stores(request: Request) -> Answer:
    """Answer DescribeCustomKeyStores: there is none."""
    if named := {"CustomKeyStoreId", "CustomKeyStoreName"} & request.parameters.keys():
        if len(named) > 1:
            raise invalid("Specify either CustomKeyStoreId or CustomKeyStoreName, not both.")
        raise _not_found(request.parameters[named.pop()])
    paging.check_has_no_marker(request)
    return {"CustomKeyStores": [], "Truncated": False}


def manage_custom_key_store(request: Request) -> Answer:
    """Answer Connect-, Disconnect-, Update- and DeleteCustomKeyStore: there is none."""
    raise _not_found(request.parameters["CustomKeyStoreId"])


def check_exists(request: Request) -> None:
    """Check that a custom key store exists if a call names one.

    Raises:
        Refusal: ``CustomKeyStoreNotFoundException``.
    """
    if named := request.parameters.get("CustomKeyStoreId"):
        raise _not_found(named)


def _not_found(name: str) -> Refusal:
    message = f"Custom key store '{name}' does not exist. The sandbox has no custom key stores."
    return Refusal("CustomKeyStoreNotFoundException", message)
