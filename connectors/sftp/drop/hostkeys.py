"""The keys by which clients know our server, made once."""

import os
from collections.abc import Callable
from pathlib import Path

import paramiko
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

_Private = ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey

# The first that a client knows is taken; cameras often know the last alone.
_MADE: dict[str, Callable[[], _Private]] = {
    "ed25519": ed25519.Ed25519PrivateKey.generate,
    "ecdsa": lambda: ec.generate_private_key(ec.SECP256R1()),
    "rsa": lambda: rsa.generate_private_key(public_exponent=65537, key_size=3072),
}
_KINDS = {"ed25519": paramiko.Ed25519Key, "ecdsa": paramiko.ECDSAKey, "rsa": paramiko.RSAKey}


def of(folder: Path) -> list[paramiko.PKey]:
    """Those in the folder, which are made where they are missing, readable by our account alone."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return [_kept(folder / f"host_{name}_key", name) for name in _MADE]


def _kept(path: Path, name: str) -> paramiko.PKey:
    if not path.exists():
        _make(path, name)
    return _KINDS[name].from_private_key_file(str(path))


def _make(path: Path, name: str) -> None:
    """Whole or not at all; where another process is faster, its key stays."""
    text = _MADE[name]().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH, serialization.NoEncryption()
    )
    made = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    try:
        path.hardlink_to(made)
    except FileExistsError:
        pass
    finally:
        made.unlink()
