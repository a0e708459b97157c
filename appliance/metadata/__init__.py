"""What is said of a picture, written into its file or into the sidecar beside it; pure, no I/O."""

from functools import partial

from appliance.metadata import containers, packets
from appliance.metadata.edits import Edit, made, restored, stored, trimmed, turned_round
from appliance.metadata.said import Said, Unwritable

LARGEST = 64 << 20  # bytes of a picture that is written into
LARGEST_SIDECAR = packets.LARGEST

__all__ = [
    "LARGEST",
    "LARGEST_SIDECAR",
    "Edit",
    "Said",
    "Unwritable",
    "in_picture",
    "in_sidecar",
    "made",
    "new_sidecar",
    "restored",
    "stored",
    "turned_round",
]


def in_sidecar(contents: bytes, said: Said) -> list[Edit]:
    """What must change in a sidecar so that it says this. Raises Unwritable."""
    return packets.changes(contents, said)


def new_sidecar(said: Said) -> bytes:
    """A sidecar that says this and nothing else."""
    return _written(said, None)


def in_picture(contents: bytes, said: Said) -> list[Edit]:
    """What must change in a picture's file so that it says this; everything else of it stays, byte for byte. Raises
    Unwritable."""
    if len(contents) > LARGEST:
        raise Unwritable("it is too large")
    container = containers.of(contents)
    edits = [trimmed(edit) for edit in container.changes(contents, partial(_written, said), said)]
    after = made(contents, edits)
    if container.others(after) != container.others(contents) or made(after, turned_round(edits)) != contents:
        raise Unwritable("more than its XMP would change")
    return [edit for edit in edits if edit.old != edit.new]


def _written(said: Said, packet: bytes | None) -> bytes:
    packet = packets.NEW if packet is None else packet
    return made(packet, packets.changes(packet, said))
