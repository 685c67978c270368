# SPDX-License-Identifier: Apache-2.0
"""Makes foreign*.tflite beside this file, and for each three inputs and what LiteRT makes of them, one
behind the other, little-endian. Run once; wants flatbuffers, numpy, tflite and ai-edge-litert of PyPI.

foreign        a small embedding of float32 as converters write them (PAD, LEAKY_RELU, MAXIMUM with a
               constant, a last convolution and no softmax): 192 inputs [24,8], 6 outputs
foreign_mixed  a convolution of float32 whose weights are int8, a scale a channel: 60 inputs [6,5,2], 120
               outputs, by LiteRT from the same weights as float32 (of int8 ones it rounds the input, too)
foreign_end    a convolution and a PAD behind it: no outputs, it is refused
foreign_s8     a PAD of int8 before a convolution: 60 inputs, 96 outputs [6,4,4], int8
"""
import os

import flatbuffers
import numpy as np
import tflite as t
from ai_edge_litert.interpreter import Interpreter, OpResolverType

HERE = os.path.dirname(os.path.abspath(__file__))
rng = np.random.default_rng(5)


def begin():
    """An empty file."""
    global b, buffers, tensors, operators, codes
    b = flatbuffers.Builder(1 << 16)
    buffers, tensors, operators, codes = [None], [], [], []


def vector(start, items, prepend):
    start(b, len(items))
    for x in reversed(items):
        prepend(x)
    return b.EndVector()


def quantisation(scales, zeros, axis):
    scales = vector(t.QuantizationParametersStartScaleVector, scales, b.PrependFloat32)
    zeros = vector(t.QuantizationParametersStartZeroPointVector, zeros, b.PrependInt64)
    t.QuantizationParametersStart(b)
    t.QuantizationParametersAddScale(b, scales)
    t.QuantizationParametersAddZeroPoint(b, zeros)
    t.QuantizationParametersAddQuantizedDimension(b, axis)
    return t.QuantizationParametersEnd(b)


def tensor(shape, data=None, kind=t.TensorType.FLOAT32, quant=None):
    """quant: (scales, zero points, axis)"""
    index = 0
    quant = quantisation(*quant) if quant else None
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
    if quant:
        t.TensorAddQuantization(b, quant)
    tensors.append(t.TensorEnd(b))
    return len(tensors) - 1


def weights(*shape):
    return tensor(shape, rng.normal(0, 1 / np.sqrt(np.prod(shape[1:])), shape).astype(np.float32))


def operator(code, inputs, shape, options_type=0, options=None, out=None):
    out = tensor(shape) if out is None else out
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
    return conv_by(x, w, tensor((channels,), rng.normal(0, 0.2, channels).astype(np.float32)), shape, padding)


def conv_by(x, w, bias, shape, padding, out=None):
    t.Conv2DOptionsStart(b)
    t.Conv2DOptionsAddPadding(b, padding)
    t.Conv2DOptionsAddStrideW(b, 1)
    t.Conv2DOptionsAddStrideH(b, 1)
    t.Conv2DOptionsAddDilationWFactor(b, 1)
    t.Conv2DOptionsAddDilationHFactor(b, 1)
    return operator(t.BuiltinOperator.CONV_2D, [x, w, bias], shape, t.BuiltinOptions.Conv2DOptions,
                    t.Conv2DOptionsEnd(b), out)


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


def pad(x, rows, columns, shape, out=None):
    pads = tensor((4, 2), np.array([[0, 0], rows, columns, [0, 0]], np.int32), t.TensorType.INT32)
    t.PadOptionsStart(b)
    return operator(t.BuiltinOperator.PAD, [x, pads], shape, t.BuiltinOptions.PadOptions, t.PadOptionsEnd(b), out)


def embedding():
    x = tensor((1, 24, 8, 1))
    y = pad(x, [0, 0], [1, 2], (1, 24, 11, 1))
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


SCALES = [0.01, 0.02, 0.005, 0.015]  # of the channels
WEIGHTS = rng.integers(-127, 128, (4, 3, 3, 2)).astype(np.int8)
BIAS = rng.normal(0, 0.2, 4).astype(np.float32)


def mixed(is_int8, quant=(SCALES, [0] * 4, 0)):
    x = tensor((1, 6, 5, 2))
    w = (tensor((4, 3, 3, 2), WEIGHTS, t.TensorType.INT8, quant) if is_int8 else
         tensor((4, 3, 3, 2), WEIGHTS.astype(np.float32) * np.array(SCALES, np.float32)[:, None, None, None]))
    return x, conv_by(x, w, tensor((4,), BIAS), (1, 6, 5, 4), t.Padding.SAME)


def padded():
    into, given = ([0.05], [3], 0), ([0.1], [-5], 0)
    x = tensor((1, 6, 5, 2), None, t.TensorType.INT8, into)
    y = pad(x, [2, 0], [0, 1], (1, 8, 6, 2), tensor((1, 8, 6, 2), None, t.TensorType.INT8, into))
    w = tensor((4, 3, 3, 2), WEIGHTS, t.TensorType.INT8, (SCALES, [0] * 4, 0))
    bias = tensor((4,), np.round(BIAS / np.array(SCALES) / 0.05).astype(np.int32), t.TensorType.INT32,
                  ([s * 0.05 for s in SCALES], [0] * 4, 0))
    return x, conv_by(y, w, bias, (1, 6, 4, 4), t.Padding.VALID, tensor((1, 6, 4, 4), None, t.TensorType.INT8, given))


def ended():
    """A convolution, and zeros around what it gives."""
    x, y = mixed(False)
    return x, pad(y, [1, 1], [0, 0], (1, 8, 5, 4))


def keep(name, make, judge=None):
    """NAME.tflite as `make` says; its outputs are those of what `judge` makes."""
    begin()
    made = file_of(*make())
    with open(os.path.join(HERE, name + ".tflite"), "wb") as f:
        f.write(made)
    if judge:
        begin()
        made = file_of(*judge())
    it = Interpreter(model_content=made, experimental_op_resolver_type=OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES)
    it.allocate_tensors()
    i, o = it.get_input_details()[0], it.get_output_details()[0]
    with open(os.path.join(HERE, name + (".s8" if i["dtype"] == np.int8 else ".f32")), "wb") as f:
        for _ in range(3):
            x = (rng.integers(-128, 128, i["shape"]) if i["dtype"] == np.int8 else rng.normal(0, 1, i["shape"])).astype(i["dtype"])
            it.set_tensor(i["index"], x)
            it.invoke()
            f.write(x.tobytes() + it.get_tensor(o["index"]).tobytes())


keep("foreign", embedding)
keep("foreign_mixed", lambda: mixed(True), lambda: mixed(False))
keep("foreign_s8", padded)
begin()
with open(os.path.join(HERE, "foreign_end.tflite"), "wb") as f:
    f.write(file_of(*ended()))
begin()
with open(os.path.join(HERE, "..", "fuzz", "corpus", "tflite", "axis_far.tflite"), "wb") as f:
    f.write(file_of(*mixed(True, ([0.01], [0], -100000))))  # one scale: the axis means nothing
