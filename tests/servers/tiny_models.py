"""Models so small that a test makes them: random weights, whose words are noise, for a real llama-server.

`python -m tests.servers.tiny_models FOLDER` writes `text.gguf`, a language model, and `eyes.gguf`, which lets it see.
With a JSON schema the server makes even noise a valid answer.
"""

import sys
from collections.abc import Mapping
from pathlib import Path

import gguf
import numpy as np
from numpy.typing import NDArray

Weights = NDArray[np.float32]

# The language model: the architecture of Llama, one block.
EMBEDDING, HEADS, FORWARD, CONTEXT = 64, 4, 128, 8192
# What sees: the architecture of Idefics 3, one block.
SIGHT, SIGHT_FORWARD, SIGHT_HEADS, PATCH, SIDE, JOINED = 32, 64, 2, 16, 64, 2

UNKNOWN, CONTROL, BYTE, NORMAL, USER = 2, 3, 6, 1, 4  # of gguf.TokenType
_PICTURE = ("\n\n", "\n", "<fake_token_around_image>", "<global-img>", "<image>")
_TEMPLATE = "{% for m in messages %}{{ m['role'] }}: {{ m['content'] }}\n{% endfor %}assistant:"


class Random:
    """The same weights on every machine."""

    def __init__(self) -> None:
        self.generator = np.random.default_rng(0)

    def __call__(self, *shape: int) -> Weights:
        return (self.generator.standard_normal(shape) * 0.05).astype(np.float32)


def write(folder: Path) -> tuple[Path, Path]:
    """The files of the language model and of what sees."""
    random = Random()
    text, eyes = folder / "text.gguf", folder / "eyes.gguf"
    _write_text(text, random)
    _write_eyes(eyes, random)
    return text, eyes


def _vocabulary() -> list[tuple[str, int]]:
    rows = ((f"<row_{row}_col_{column}>", CONTROL) for row in range(1, 7) for column in range(1, 7))
    return [
        ("<unk>", UNKNOWN),
        ("<s>", CONTROL),
        ("</s>", CONTROL),
        *((f"<0x{number:02X}>", BYTE) for number in range(256)),
        *((chr(number).replace(" ", "\u2581"), NORMAL) for number in range(32, 127)),
        *((token, USER if token.isspace() else CONTROL) for token in _PICTURE),
        *rows,
    ]


def _write_text(path: Path, random: Random) -> None:
    vocabulary = _vocabulary()
    writer = gguf.GGUFWriter(str(path), "llama")
    writer.add_name("tiny-random")
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(EMBEDDING)
    writer.add_block_count(1)
    writer.add_feed_forward_length(FORWARD)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_dimension_count(EMBEDDING // HEADS)
    writer.add_vocab_size(len(vocabulary))
    _add_tokens(writer, vocabulary)
    for name, weights in _text_weights(vocabulary, random).items():
        writer.add_tensor(name, weights)
    _finish(writer)


def _add_tokens(writer: gguf.GGUFWriter, vocabulary: list[tuple[str, int]]) -> None:
    writer.add_tokenizer_model("llama")
    writer.add_token_list([token for token, _ in vocabulary])
    writer.add_token_scores([0.0] * len(vocabulary))
    writer.add_token_types([kind for _, kind in vocabulary])
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_unk_token_id(0)
    writer.add_add_bos_token(True)
    writer.add_add_space_prefix(False)
    writer.add_chat_template(_TEMPLATE)


def _text_weights(vocabulary: list[tuple[str, int]], random: Random) -> Mapping[str, Weights]:
    """The first number of every embedding is one, so that the head can forbid raw bytes and control tokens, which make
    no valid text."""
    embedding, head = random(len(vocabulary), EMBEDDING), random(len(vocabulary), EMBEDDING)
    embedding[:, 0] = 1.0
    head[:, 0] = [0.0 if kind == NORMAL else -0.3 if token == "</s>" else -8.0 for token, kind in vocabulary]
    weights = {"token_embd.weight": embedding, "output.weight": head}
    weights |= {f"blk.0.attn_{part}.weight": random(EMBEDDING, EMBEDDING) for part in ("q", "k", "v", "output")}
    norms = ("output_norm", "blk.0.attn_norm", "blk.0.ffn_norm")
    weights |= {f"{name}.weight": np.ones(EMBEDDING, np.float32) for name in norms}
    weights["blk.0.ffn_gate.weight"] = random(FORWARD, EMBEDDING)
    weights["blk.0.ffn_up.weight"] = random(FORWARD, EMBEDDING)
    weights["blk.0.ffn_down.weight"] = random(EMBEDDING, FORWARD)
    return weights


def _write_eyes(path: Path, random: Random) -> None:
    writer = gguf.GGUFWriter(str(path), "clip")
    writer.add_bool("clip.has_vision_encoder", True)
    writer.add_string("clip.projector_type", "idefics3")
    numbers = {
        "image_size": SIDE,
        "patch_size": PATCH,
        "embedding_length": SIGHT,
        "feed_forward_length": SIGHT_FORWARD,
        "projection_dim": EMBEDDING,
        "block_count": 1,
        "attention.head_count": SIGHT_HEADS,
        "projector.scale_factor": JOINED,
        "preproc_image_size": SIDE * 2,
    }
    for name, number in numbers.items():
        writer.add_uint32(f"clip.vision.{name}", number)
    writer.add_float32("clip.vision.attention.layer_norm_epsilon", 1e-6)
    writer.add_array("clip.vision.image_mean", [0.5, 0.5, 0.5])
    writer.add_array("clip.vision.image_std", [0.5, 0.5, 0.5])
    writer.add_bool("clip.use_gelu", True)
    writer.add_file_type(0)
    for name, weights in _eye_weights(random).items():
        writer.add_tensor(name, weights)
    _finish(writer)


def _eye_weights(random: Random) -> Mapping[str, Weights]:
    weights = {"v.patch_embd.weight": random(SIGHT, 3, PATCH, PATCH), "v.patch_embd.bias": _zeros(SIGHT)}
    weights["v.position_embd.weight"] = random((SIDE // PATCH) ** 2, SIGHT)
    for part in ("attn_q", "attn_k", "attn_v", "attn_out"):
        weights |= {f"v.blk.0.{part}.weight": random(SIGHT, SIGHT), f"v.blk.0.{part}.bias": _zeros(SIGHT)}
    for norm in ("v.blk.0.ln1", "v.blk.0.ln2", "v.post_ln"):
        weights |= {f"{norm}.weight": np.ones(SIGHT, np.float32), f"{norm}.bias": _zeros(SIGHT)}
    weights |= {"v.blk.0.ffn_up.weight": random(SIGHT_FORWARD, SIGHT), "v.blk.0.ffn_up.bias": _zeros(SIGHT_FORWARD)}
    weights |= {"v.blk.0.ffn_down.weight": random(SIGHT, SIGHT_FORWARD), "v.blk.0.ffn_down.bias": _zeros(SIGHT)}
    weights["mm.model.fc.weight"] = random(EMBEDDING, SIGHT * JOINED * JOINED)
    return weights


def _zeros(size: int) -> Weights:
    return np.zeros(size, np.float32)


def _finish(writer: gguf.GGUFWriter) -> None:
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


if __name__ == "__main__":
    write(Path(sys.argv[1]))
