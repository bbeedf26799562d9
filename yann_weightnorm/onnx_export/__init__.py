"""Networks as ONNX models: the inference stream, with plain weights, for other runtimes."""

from yann_weightnorm.onnx_export.exporting import to_onnx

__all__ = ["to_onnx"]
