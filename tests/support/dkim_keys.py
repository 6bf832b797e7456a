"""A key pair for DKIM, and the DNS that holds its public half."""

import base64
from functools import cache

import dkim
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)


@cache
def _key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


def private_key(form: PrivateFormat = PrivateFormat.PKCS8) -> bytes:
    """The private key in PEM, the same in the whole run."""
    return _key().private_bytes(Encoding.PEM, form, NoEncryption())


def verifies(content: bytes, *, name: str) -> bool:
    """Whether the signature of a mail holds, when DNS has our public key under this name and nothing else."""
    public = _key().public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    records = {f"{name}.".encode(): b"v=DKIM1; k=rsa; p=" + base64.b64encode(public)}
    return bool(dkim.verify(content, dnsfunc=lambda asked, timeout: records.get(asked)))
