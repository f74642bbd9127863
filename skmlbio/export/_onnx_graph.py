"""A TensorFlow function as a graph of ONNX, by tf2onnx and what it lacks."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from skmlbio._tensorflow import tf

if TYPE_CHECKING:
    import onnx

_OPSET = 18


def onnx_model(function: Any, name: str) -> onnx.ModelProto:
    """Convert a traced function, of tensors by name to a dict of tensors, whose names inputs and outputs keep.

    Raises
    ------
    TypeError
        If it has an operation that ONNX, or ONNX Runtime, does not know.
    """
    from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2
    from tf2onnx import optimizer, tf_loader
    from tf2onnx.tfonnx import process_tf_graph

    with _quiet_about_tables():
        frozen = convert_variables_to_constants_v2(function, lower_control_flow=False, aggressive_inlining=True)
    inputs, outputs = ([tensor.name for tensor in tensors] for tensors in (frozen.inputs, frozen.outputs))
    named = dict(zip(outputs, sorted(function.structured_outputs), strict=True))
    named |= {tensor: tensor.partition(":")[0] for tensor in inputs}
    definition = frozen.graph.as_graph_def(add_shapes=True)
    _require_loops_in_order(definition, name)
    with _imported(definition), _quiet_converter():
        definition = tf_loader.tf_optimize(inputs, outputs, definition)
    with _imported(definition) as graph, _quiet_converter():
        try:
            converted = process_tf_graph(
                graph, True, opset=_OPSET, input_names=inputs, output_names=outputs, tensors_to_rename=named,
                custom_op_handlers={operation: (handler, []) for operation, handler in _HANDLERS.items()},
            )  # fmt: skip
            model = optimizer.optimize_graph(converted).make_model("skmlbio", producer_name="skmlbio")
        except Exception as error:  # of any class
            raise TypeError(f"the signature {name!r} cannot be written for ONNX: tf2onnx says {error}") from error
    _require_known(model, name)
    return model


@contextlib.contextmanager
def _quiet_about_tables() -> Iterator[None]:
    """Keep back what TensorFlow logs of tables that the process has made: graphs are said to hold them, and do not."""

    def is_of_interest(record: logging.LogRecord) -> bool:
        return not record.getMessage().startswith("Issue encountered when serializing table_initializer")

    logger = logging.getLogger("tensorflow")
    logger.addFilter(is_of_interest)
    try:
        yield
    finally:
        logger.removeFilter(is_of_interest)


@contextlib.contextmanager
def _quiet_converter() -> Iterator[None]:
    """Keep back what tf2onnx logs, and an error tells once more; not where somebody has set the level of its log."""
    logger = logging.getLogger("tf2onnx")
    is_set = logger.level != logging.NOTSET
    try:
        if not is_set:
            logger.setLevel(logging.CRITICAL)
        yield
    finally:
        if not is_set:
            logger.setLevel(logging.NOTSET)


@contextlib.contextmanager
def _imported(definition: tf.compat.v1.GraphDef) -> Iterator[tf.Graph]:
    """Make the graph of a definition the one that others look at."""
    with tf.Graph().as_default() as graph, tf.device("/cpu:0"):
        tf.import_graph_def(definition, name="")
        yield graph


def _require_loops_in_order(definition: Any, name: str) -> None:
    """Raise a TypeError at a loop that fills a list from its end: tf2onnx would turn what it writes around."""
    for body in definition.library.function:
        nodes = {node.name: node for node in body.node_def}
        arguments = [argument.name for argument in body.signature.input_arg]
        following = dict(zip(arguments, (body.ret[result.name] for result in body.signature.output_arg), strict=False))
        for write in body.node_def:
            if write.op == "TensorListSetItem" and not _counts_up(nodes, following.get(write.input[1], "")):
                raise TypeError(
                    f"the signature {name!r} cannot be written for ONNX, because the loop {body.signature.name!r} does "
                    "not write the items of a list in their order."
                )


def _counts_up(nodes: dict[str, Any], result: str) -> bool:
    """Whether a result of a function is a number and one."""
    node = nodes.get(result.partition(":")[0])
    while node is not None and node.op == "Identity":
        node = nodes.get(node.input[0].partition(":")[0])
    if node is None or node.op not in ("Add", "AddV2"):
        return False
    added = [nodes.get(given.partition(":")[0]) for given in node.input]
    constants = [part.attr["value"].tensor for part in added if part is not None and part.op == "Const"]
    return any(tf.make_ndarray(constant) == 1 for constant in constants)


def _require_known(model: onnx.ModelProto, name: str) -> None:
    """Raise a TypeError where an operation is not ONNX's, or ONNX Runtime has none for the types that it meets."""
    import onnx
    import onnxruntime

    for node in _nodes(model.graph):
        if not onnx.defs.has(node.op_type, _OPSET, node.domain):
            raise TypeError(
                f"the signature {name!r} cannot be written for ONNX, because TensorFlow's operation {node.op_type} "
                f"({node.name!r}) has no counterpart there."
            )
    try:
        onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    except Exception as error:  # its classes have no base of their own
        raise TypeError(f"the signature {name!r} cannot be written for ONNX: ONNX Runtime says {error}") from error


def _nodes(graph: onnx.GraphProto) -> Iterator[onnx.NodeProto]:
    """Yield the nodes of a graph, and of those in its loops and branches."""
    for node in graph.node:
        yield node
        for attribute in node.attribute:
            if attribute.HasField("g"):
                yield from _nodes(attribute.g)


def _constant(ctx, value):
    """Return the name of a constant; whole numbers are int64."""
    from tf2onnx.utils import make_name

    return ctx.make_const(make_name("constant"), np.asarray(value)).output[0]


def _one_after_another(*operations):
    """Make two operations of one, of which "Add" and "Sub" are of one: log(1 + x), with a rounding error of 1 + x."""

    def handler(ctx, node, name, args):
        from tf2onnx.utils import map_onnx_to_numpy_type

        shapes, dtypes, (x,) = node.output_shapes, node.output_dtypes, node.input
        ctx.remove_node(name)
        one = _constant(ctx, np.ones((), map_onnx_to_numpy_type(dtypes[0])))
        first, second = ([one] if operation in ("Add", "Sub") else [] for operation in operations)
        (x,) = ctx.make_node(operations[0], [x, *first]).output
        ctx.make_node(operations[1], [x, *second], name=name, outputs=node.output, shapes=shapes, dtypes=dtypes)

    return handler


def _search(comparison):
    """Count which of some sorted numbers, of shape (rows, n), are less than each value, of shape (rows, m)."""

    def handler(ctx, node, name, args):
        shapes, dtypes, (numbers, values) = node.output_shapes, node.output_dtypes, node.input
        ctx.remove_node(name)
        axes = [_constant(ctx, [axis]) for axis in (1, 2)]
        numbers = ctx.make_node("Unsqueeze", [numbers, axes[0]]).output[0]
        values = ctx.make_node("Unsqueeze", [values, axes[1]]).output[0]
        less = ctx.make_node(comparison, [numbers, values]).output[0]
        ones = ctx.make_node("Cast", [less], attr={"to": dtypes[0]}).output[0]
        inputs, attr = [ones, axes[1]], {"keepdims": 0}
        ctx.make_node("ReduceSum", inputs, attr, name=name, outputs=node.output, shapes=shapes, dtypes=dtypes)

    return handler


def _of_segments(reduction, least):
    """Add rows up, or choose among them, by the numbers of their segments; tf2onnx's way ends where there is no row.

    It is ONNX's ScatterElements, because two threads of ONNX Runtime may write at one place in its ScatterND.
    """

    def handler(ctx, node, name, args):
        from tf2onnx.utils import map_onnx_to_numpy_type

        shapes, dtypes, (rows, segments, n_segments) = node.output_shapes, node.output_dtypes, node.input
        dtype, axes = map_onnx_to_numpy_type(dtypes[0]), np.arange(1, len(ctx.get_shape(rows)))
        ctx.remove_node(name)
        wide = {"attr": {"to": 7}}  # int64
        segments, n_segments = (ctx.make_node("Cast", [part], **wide).output[0] for part in (segments, n_segments))
        n_segments = ctx.make_node("Unsqueeze", [n_segments, _constant(ctx, [0])]).output[0]
        shape = ctx.make_node("Shape", [rows]).output[0]
        of_row = ctx.make_node("Slice", [shape, _constant(ctx, [1]), _constant(ctx, [len(axes) + 1])]).output[0]
        whole = ctx.make_node("Concat", [n_segments, of_row], attr={"axis": 0}).output[0]
        start = ctx.make_node("Expand", [_constant(ctx, dtype(least(dtype))), whole]).output[0]
        places = ctx.make_node("Unsqueeze", [segments, _constant(ctx, axes)]).output[0] if len(axes) else segments
        places = ctx.make_node("Expand", [places, shape]).output[0]
        inputs, attr = [start, places, rows], {"axis": 0, "reduction": reduction}
        ctx.make_node("ScatterElements", inputs, attr, name=name, outputs=node.output, shapes=shapes, dtypes=dtypes)

    return handler


def _least(dtype):
    return (np.finfo if np.dtype(dtype).kind == "f" else np.iinfo)(dtype).min


def _block_lstm(ctx, node, name, args):
    """TensorFlow's loop of an LSTM, of which only the states h are asked, as ONNX's."""
    h, shapes, dtypes = node.output[6], node.output_shapes, node.output_dtypes
    _, x, _, _, weights, _, _, _, bias, *_ = node.input
    weights, bias = (ctx.get_node_by_output(given).get_tensor_value(as_list=False) for given in (weights, bias))
    units = len(bias) // 4
    ctx.remove_node(name)
    # Parts come as i, c, f and o here, as i, o, f and c there; the 1 that is added to f's becomes part of the bias.
    i, c, f, o = np.split(weights, 4, axis=1)
    kernels = np.concatenate([i, o, f, c], axis=1).T[np.newaxis]
    i, c, f, o = np.split(bias, 4)
    biases = np.concatenate([i, o, f + 1, c, np.zeros_like(bias)])[np.newaxis]
    kernel, recurrent_kernel, bias = (
        _constant(ctx, np.ascontiguousarray(part, np.float32))
        for part in (kernels[..., :-units], kernels[..., -units:], biases)
    )
    states = ctx.make_node("LSTM", [x, kernel, recurrent_kernel, bias], attr={"hidden_size": units}).output[0]
    axis = _constant(ctx, [1])  # that of directions, of which there is one
    ctx.make_node("Squeeze", [states, axis], name=name, outputs=[h], shapes=[shapes[6]], dtypes=[dtypes[6]])


def _select(ctx, node, name, args):
    """ONNX's own Where; tf2onnx would multiply what is not taken by 0, which makes NaN of infinity."""
    from onnx import TensorProto
    from tf2onnx.onnx_opset.controlflow import Select

    if ctx.get_dtype(node.output[0]) in (TensorProto.FLOAT, TensorProto.DOUBLE):
        node.set_attr("handles_nan", True)
    Select.version_9(ctx, node)


def _one_hot(ctx, node, name, args):
    """Comparisons with all places; ONNX's own operation counts negative ones from the end, which are none here."""
    shapes, dtypes, (given, depth, on, off) = node.output_shapes, node.output_dtypes, node.input
    axis, rank = node.get_attr_int("axis"), len(ctx.get_shape(given))
    axis = axis if axis >= 0 else rank
    ctx.remove_node(name)
    zero, one = _constant(ctx, 0), _constant(ctx, 1)
    given, depth = (ctx.make_node("Cast", [part], attr={"to": 7}).output[0] for part in (given, depth))  # int64
    places = ctx.make_node("Range", [zero, depth, one]).output[0]
    places = ctx.make_node("Unsqueeze", [places, _constant(ctx, np.arange(1, rank - axis + 1))]).output[0]
    given = ctx.make_node("Unsqueeze", [given, _constant(ctx, [axis])]).output[0]
    same = ctx.make_node("Equal", [given, places]).output[0]
    ctx.make_node("Where", [same, on, off], name=name, outputs=node.output, shapes=shapes, dtypes=dtypes)


def _same(ctx, node, name, args):
    """The operation of this name; tf2onnx would compute in single precision."""


_HANDLERS = {
    "BlockLSTM": _block_lstm,
    "Log": _same,
    "OneHot": _one_hot,
    "Select": _select,
    "SelectV2": _select,
    "Expm1": _one_after_another("Exp", "Sub"),
    "Log1p": _one_after_another("Add", "Log"),
    "LowerBound": _search("Less"),
    "UnsortedSegmentMax": _of_segments("max", _least),
    "UnsortedSegmentSum": _of_segments("add", lambda dtype: 0),
    "UpperBound": _search("LessOrEqual"),
}
