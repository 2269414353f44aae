"""ONNX nets that take one line at a time, made to take a sequence of them in one call.

Threads that call a net line by line wait for the interpreter's lock after each; one call for many lines lets both
compute. The net is put, as it is, into the body of an ONNX `Loop`. Only the outermost messages of the file are taken
apart and put together again, after the wire format of protocol buffers (protobuf.dev/programming-guides/encoding) and
the field numbers of onnx.proto3.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from effocr.errors import BundleError

_VARINT, _BYTES = 0, 2
_MODEL_GRAPH = 7
_GRAPH_NODE, _GRAPH_NAME, _GRAPH_INITIALIZER, _GRAPH_INPUT, _GRAPH_OUTPUT = 1, 2, 5, 11, 12
_VALUE_NAME, _VALUE_TYPE = 1, 2
_NODE_INPUT, _NODE_OUTPUT, _NODE_OPERATOR, _NODE_ATTRIBUTE = 1, 2, 4, 5
_ATTRIBUTE_NAME, _ATTRIBUTE_INT, _ATTRIBUTE_TENSOR, _ATTRIBUTE_GRAPH, _ATTRIBUTE_KIND = 1, 3, 5, 6, 20
_KIND_INT, _KIND_TENSOR, _KIND_GRAPH = 2, 4, 5
_TENSOR_KIND, _TENSOR_RAW = 2, 9
_FLOAT, _INT64, _BOOL = 1, 7, 9
_TYPE_TENSOR, _TYPE_SEQUENCE = 1, 4
_TENSOR_ELEMENT, _TENSOR_SHAPE = 1, 2
_DIMENSION_SIZE = 1

Field = tuple[int, int, bytes]
"""Number, wire type, and what it holds: the content of bytes, the encoding of numbers."""


@dataclass(frozen=True)
class Ends:
    """The names and types (as `TypeProto` encodes them) of the inputs and outputs of a net."""

    inputs: dict[str, bytes]
    outputs: dict[str, bytes]


def repeated(model: bytes, inputs: Sequence[str], output: str) -> bytes:
    """The net with sequences in place of its `inputs` and its `output`, under the same names, one item a line.

    Raises `BundleError` where the file is no ONNX net with these.
    """
    try:
        graph = _only(model, _MODEL_GRAPH)
        ends = _ends(graph)
    except (IndexError, ValueError, UnicodeDecodeError):
        raise BundleError("its file is damaged, or of another kind.", hint="Export the net again.") from None
    if sorted(ends.inputs) != sorted(inputs) or list(ends.outputs) != [output]:
        raise BundleError(
            f"its tensors are {', '.join((*ends.inputs, *ends.outputs))}; {', '.join((*inputs, output))} are needed.",
            hint="Export the net again with `effocr train`.",
        )
    others = b"".join(_field(*field) for field in _fields(model) if field[0] != _MODEL_GRAPH)
    return others + _message(_MODEL_GRAPH, _outer(graph, ends, inputs, output))


def fixed_sides(model: bytes, name: str) -> list[int | None]:
    """The sides of the input `name` of a net that `repeated` takes; None for those that it leaves open."""
    kind = _ends(_only(model, _MODEL_GRAPH)).inputs[name]
    for inside in (_TYPE_TENSOR, _TENSOR_SHAPE):
        kind = next((content for number, _, content in _fields(kind) if number == inside), b"")
    return [_size(dimension) for _, _, dimension in _fields(kind)]


def _only(message: bytes, wanted: int) -> bytes:
    """The field of that number, of which there has to be one; raises `ValueError` and `IndexError` like `_fields`."""
    (content,) = (content for number, _, content in _fields(message) if number == wanted)
    return content


def _size(dimension: bytes) -> int | None:
    return next((_varint(size, 0)[0] for number, _, size in _fields(dimension) if number == _DIMENSION_SIZE), None)


def _outer(graph: bytes, ends: Ends, inputs: Sequence[str], output: str) -> bytes:
    """The graph around the loop: as many rounds as the first sequence has items."""
    true = _attribute(
        "value", _ATTRIBUTE_TENSOR, _KIND_TENSOR, _number(_TENSOR_KIND, _BOOL) + _message(_TENSOR_RAW, b"\1")
    )
    floats = _message(_ATTRIBUTE_NAME, b"dtype") + _number(_ATTRIBUTE_INT, _FLOAT) + _number(_ATTRIBUTE_KIND, _KIND_INT)
    body = _attribute("body", _ATTRIBUTE_GRAPH, _KIND_GRAPH, _body(graph, ends, inputs, output))
    nodes = [
        _node("SequenceLength", [inputs[0]], ["line_count"]),
        _node("SequenceEmpty", [], ["no_lines"], _message(_NODE_ATTRIBUTE, floats)),
        _node("Constant", [], ["go_on"], _message(_NODE_ATTRIBUTE, true)),
        _node("Loop", ["line_count", "go_on", "no_lines"], [output], _message(_NODE_ATTRIBUTE, body)),
    ]
    values = [_value(_GRAPH_INPUT, name, _sequence(ends.inputs[name])) for name in inputs]
    values.append(_value(_GRAPH_OUTPUT, output, _sequence(ends.outputs[output])))
    return b"".join((*nodes, _message(_GRAPH_NAME, b"lines"), *values))


def _body(graph: bytes, ends: Ends, inputs: Sequence[str], output: str) -> bytes:
    """The net, its tensors renamed to `one_*`, between the nodes that take a line and that keep its answer."""
    names = {name.encode(): f"one_{name}".encode() for name in (*inputs, output)}
    taken = [_node("SequenceAt", [name, "line_number"], [f"one_{name}"]) for name in inputs]
    kept = [
        _node("SequenceInsert", ["answers", f"one_{output}"], ["answers_and_one"]),
        _node("Identity", ["going_on"], ["goes_on"]),
    ]
    own = [
        _message(number, _renamed(content, names) if number == _GRAPH_NODE else content)
        for number, _, content in _fields(graph)
        if number in (_GRAPH_NODE, _GRAPH_INITIALIZER)
    ]
    answers = _sequence(ends.outputs[output])
    values = [
        _value(_GRAPH_INPUT, "line_number", _scalar(_INT64)),
        _value(_GRAPH_INPUT, "going_on", _scalar(_BOOL)),
        _value(_GRAPH_INPUT, "answers", answers),
        _value(_GRAPH_OUTPUT, "goes_on", _scalar(_BOOL)),
        _value(_GRAPH_OUTPUT, "answers_and_one", answers),
    ]
    return b"".join((*taken, *own, *kept, _message(_GRAPH_NAME, b"line"), *values))


def _renamed(node: bytes, names: dict[bytes, bytes]) -> bytes:
    """A node with other names for some of its inputs and outputs."""
    fields = []
    for number, wire, content in _fields(node):
        renamed = names.get(content, content) if number in (_NODE_INPUT, _NODE_OUTPUT) else content
        fields.append(_field(number, wire, renamed))
    return b"".join(fields)


def _ends(graph: bytes) -> Ends:
    found: dict[int, dict[str, bytes]] = {_GRAPH_INPUT: {}, _GRAPH_OUTPUT: {}}
    for number, _, content in _fields(graph):
        if number in found:
            value = {inner: held for inner, _, held in _fields(content)}
            found[number][value[_VALUE_NAME].decode()] = value.get(_VALUE_TYPE, b"")
    return Ends(found[_GRAPH_INPUT], found[_GRAPH_OUTPUT])


def _fields(message: bytes) -> Iterator[Field]:
    """The fields of a message in their order; raises `ValueError` or `IndexError` where it is none."""
    at = 0
    while at < len(message):
        key, at = _varint(message, at)
        wire, start = key & 7, at
        match wire:
            case 0:
                _, at = _varint(message, at)
            case 1:
                at += 8
            case 2:
                length, start = _varint(message, at)
                at = start + length
            case 5:
                at += 4
            case _:
                raise ValueError(f"wire type {wire}")
        if at > len(message):
            raise ValueError("the message ends early")
        yield key >> 3, wire, message[start:at]


def _varint(message: bytes, at: int) -> tuple[int, int]:
    """The number that starts at `at`, and where it ends."""
    value = shift = 0
    while message[at] & 0x80:
        value |= (message[at] & 0x7F) << shift
        shift, at = shift + 7, at + 1
    return value | message[at] << shift, at + 1


def _encoded(number: int) -> bytes:
    """A number as a varint."""
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes((*out, number))


def _field(number: int, wire: int, content: bytes) -> bytes:
    length = _encoded(len(content)) if wire == _BYTES else b""
    return _encoded(number << 3 | wire) + length + content


def _message(number: int, content: bytes) -> bytes:
    return _field(number, _BYTES, content)


def _number(number: int, value: int) -> bytes:
    return _field(number, _VARINT, _encoded(value))


def _node(operator: str, inputs: Sequence[str], outputs: Sequence[str], attribute: bytes = b"") -> bytes:
    names = [_message(_NODE_INPUT, name.encode()) for name in inputs]
    names += [_message(_NODE_OUTPUT, name.encode()) for name in outputs]
    return _message(_GRAPH_NODE, b"".join((*names, _message(_NODE_OPERATOR, operator.encode()), attribute)))


def _attribute(name: str, place: int, kind: int, content: bytes) -> bytes:
    return _message(_ATTRIBUTE_NAME, name.encode()) + _message(place, content) + _number(_ATTRIBUTE_KIND, kind)


def _value(place: int, name: str, kind: bytes) -> bytes:
    return _message(place, _message(_VALUE_NAME, name.encode()) + _message(_VALUE_TYPE, kind))


def _sequence(item: bytes) -> bytes:
    """The type of sequences of such items."""
    return _message(_TYPE_SEQUENCE, _message(1, item))


def _scalar(kind: int) -> bytes:
    """The type of single numbers."""
    return _message(_TYPE_TENSOR, _number(_TENSOR_ELEMENT, kind) + _message(_TENSOR_SHAPE, b""))
