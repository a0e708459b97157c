"""What may protect a connection: nothing with SHA-1, MD5, CBC or 3DES."""

from paramiko import Transport

UNSAFE = {
    "ciphers": [name for name in Transport._preferred_ciphers if name.endswith("-cbc")],
    "macs": [name for name in Transport._preferred_macs if "sha1" in name or "md5" in name],
}


def of_key(kind: str) -> tuple[str, ...]:
    """The signatures that a key of this kind makes."""
    return ("rsa-sha2-512", "rsa-sha2-256") if kind == "ssh-rsa" else (kind,)
