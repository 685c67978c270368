# SPDX-License-Identifier: Apache-2.0
"""Makes foreign.tflite and foreign.f32 beside this file: a small embedding of float32 as converters write
them (PAD, LEAKY_RELU, MAXIMUM with a constant, a last convolution and no softmax), three inputs and what
LiteRT makes of them. Run once; wants flatbuffers, numpy, tflite and ai-edge-litert of PyPI.

foreign.f32: three times 192 inputs [24,8] and 6 outputs, float32, little-endian.
"""
import os

import flatbuffers
import numpy as np
import tflite as t
from ai_edge_litert.interpreter import Interpreter

HERE = os.path.dirname(os.path.abspath(__file__))
rng = np.random.default_rng(5)
b = flatbuffers.Builder(1 << 16)
buffers, tensors, operators, codes = [None], [], [], []


def vector(start, items, prepend):
    start(b, len(items))
    for x in reversed(items):
        prepend(x)
    return b.EndVector()


def tensor(shape, data=None, kind=t.TensorType.FLOAT32):
    index = 0
    if data is not None:
        bytes_at = b.CreateByteVector(data.tobytes())
        t.BufferStart(b)
        t.BufferAddData(b, bytes_at)
        buffers.append(t.BufferEnd(b))
        index = len(buffers) - 1
    name = b.CreateString("t%d" % len(tensors))
    dims = vector(t.TensorStartShapeVector, list(shape), b.PrependInt32)
    t.TensorStart(b)
    t.TensorAddShape(b, dims)
    t.TensorAddType(b, kind)
    t.TensorAddBuffer(b, index)
    t.TensorAddName(b, name)
    tensors.append(t.TensorEnd(b))
    return len(tensors) - 1


def weights(*shape):
    return tensor(shape, rng.normal(0, 1 / np.sqrt(np.prod(shape[1:])), shape).astype(np.float32))


def operator(code, inputs, shape, options_type=0, options=None):
    out = tensor(shape)
    if code not in codes:
        codes.append(code)
    takes = vector(t.OperatorStartInputsVector, inputs, b.PrependInt32)
    gives = vector(t.OperatorStartOutputsVector, [out], b.PrependInt32)
    t.OperatorStart(b)
    t.OperatorAddOpcodeIndex(b, codes.index(code))
    t.OperatorAddInputs(b, takes)
    t.OperatorAddOutputs(b, gives)
    if options is not None:
        t.OperatorAddBuiltinOptionsType(b, options_type)
        t.OperatorAddBuiltinOptions(b, options)
    operators.append(t.OperatorEnd(b))
    return out


def conv(x, channels_in, channels, kh, kw, shape, padding):
    w = weights(channels, kh, kw, channels_in)
    bias = tensor((channels,), rng.normal(0, 0.2, channels).astype(np.float32))
    t.Conv2DOptionsStart(b)
    t.Conv2DOptionsAddPadding(b, padding)
    t.Conv2DOptionsAddStrideW(b, 1)
    t.Conv2DOptionsAddStrideH(b, 1)
    t.Conv2DOptionsAddDilationWFactor(b, 1)
    t.Conv2DOptionsAddDilationHFactor(b, 1)
    return operator(t.BuiltinOperator.CONV_2D, [x, w, bias], shape, t.BuiltinOptions.Conv2DOptions,
                    t.Conv2DOptionsEnd(b))


def leaky(x, shape):
    t.LeakyReluOptionsStart(b)
    t.LeakyReluOptionsAddAlpha(b, 0.2)
    y = operator(t.BuiltinOperator.LEAKY_RELU, [x], shape, t.BuiltinOptions.LeakyReluOptions, t.LeakyReluOptionsEnd(b))
    least = tensor((), np.array(-0.1, np.float32))
    t.MaximumMinimumOptionsStart(b)
    return operator(t.BuiltinOperator.MAXIMUM, [y, least], shape, t.BuiltinOptions.MaximumMinimumOptions,
                    t.MaximumMinimumOptionsEnd(b))


def pool(x, shape):
    t.Pool2DOptionsStart(b)
    t.Pool2DOptionsAddPadding(b, t.Padding.VALID)
    t.Pool2DOptionsAddStrideW(b, 2)
    t.Pool2DOptionsAddStrideH(b, 2)
    t.Pool2DOptionsAddFilterWidth(b, 2)
    t.Pool2DOptionsAddFilterHeight(b, 2)
    return operator(t.BuiltinOperator.MAX_POOL_2D, [x], shape, t.BuiltinOptions.Pool2DOptions, t.Pool2DOptionsEnd(b))


def network():
    x = tensor((1, 24, 8, 1))
    pads = tensor((4, 2), np.array([[0, 0], [0, 0], [1, 2], [0, 0]], np.int32), t.TensorType.INT32)
    t.PadOptionsStart(b)
    y = operator(t.BuiltinOperator.PAD, [x, pads], (1, 24, 11, 1), t.BuiltinOptions.PadOptions, t.PadOptionsEnd(b))
    y = leaky(conv(y, 1, 4, 3, 3, (1, 22, 9, 4), t.Padding.VALID), (1, 22, 9, 4))
    y = leaky(conv(y, 4, 4, 1, 3, (1, 22, 9, 4), t.Padding.SAME), (1, 22, 9, 4))
    y = pool(y, (1, 11, 4, 4))
    y = operator(t.BuiltinOperator.RELU, [conv(y, 4, 5, 3, 1, (1, 9, 4, 5), t.Padding.VALID)], (1, 9, 4, 5))
    return x, conv(y, 5, 6, 9, 4, (1, 1, 1, 6), t.Padding.VALID)


def file_of(x, y):
    parts = [vector(t.SubGraphStartTensorsVector, tensors, b.PrependUOffsetTRelative),
             vector(t.SubGraphStartInputsVector, [x], b.PrependInt32),
             vector(t.SubGraphStartOutputsVector, [y], b.PrependInt32),
             vector(t.SubGraphStartOperatorsVector, operators, b.PrependUOffsetTRelative)]
    t.SubGraphStart(b)
    for add, part in zip((t.SubGraphAddTensors, t.SubGraphAddInputs, t.SubGraphAddOutputs, t.SubGraphAddOperators), parts):
        add(b, part)
    graph = t.SubGraphEnd(b)
    kinds = []
    for code in codes:
        t.OperatorCodeStart(b)
        t.OperatorCodeAddDeprecatedBuiltinCode(b, code)
        t.OperatorCodeAddBuiltinCode(b, code)
        t.OperatorCodeAddVersion(b, 1)
        kinds.append(t.OperatorCodeEnd(b))
    t.BufferStart(b)
    buffers[0] = t.BufferEnd(b)
    parts = [vector(t.ModelStartOperatorCodesVector, kinds, b.PrependUOffsetTRelative),
             vector(t.ModelStartSubgraphsVector, [graph], b.PrependUOffsetTRelative),
             vector(t.ModelStartBuffersVector, buffers, b.PrependUOffsetTRelative)]
    t.ModelStart(b)
    t.ModelAddVersion(b, 3)
    for add, part in zip((t.ModelAddOperatorCodes, t.ModelAddSubgraphs, t.ModelAddBuffers), parts):
        add(b, part)
    b.Finish(t.ModelEnd(b), b"TFL3")
    return bytes(b.Output())


with open(os.path.join(HERE, "foreign.tflite"), "wb") as f:
    f.write(file_of(*network()))
it = Interpreter(os.path.join(HERE, "foreign.tflite"))
it.allocate_tensors()
with open(os.path.join(HERE, "foreign.f32"), "wb") as f:
    for _ in range(3):
        x = rng.normal(0, 1, (1, 24, 8, 1)).astype(np.float32)
        it.set_tensor(it.get_input_details()[0]["index"], x)
        it.invoke()
        f.write(x.tobytes() + it.get_tensor(it.get_output_details()[0]["index"]).astype(np.float32).tobytes())
