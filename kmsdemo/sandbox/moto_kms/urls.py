"""The URLs of AWS KMS, for calls in this process."""

from kmsdemo.sandbox.moto_kms.responses import KmsResponse

url_bases = [r"https?://kms\.(.+)\.amazonaws\.com"]
url_paths = {"{0}/$": KmsResponse.dispatch}
