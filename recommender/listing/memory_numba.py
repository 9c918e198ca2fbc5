"""What a processor can do with memory and numba has no words for."""

from __future__ import annotations

from typing import Any

from llvmlite import ir  # type: ignore[import-untyped]
from numba import types
from numba.extending import intrinsic

WORD = 64
"""Numbers that ``reaching`` compares at once."""
_BYTE, _INT, _PLACE = ir.IntType(8).as_pointer(), ir.IntType(32), ir.IntType(64)
_NUMBERS = ir.VectorType(ir.IntType(16), WORD)


def _fetch(_: Any, array: Any, index: Any) -> Any:
    """Ask for the memory around an entry of an array, so that nothing waits for it later; changes nothing."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        where = builder.bitcast(_address(context, builder, signature, arguments), _BYTE)
        kind = ir.FunctionType(ir.VoidType(), [_BYTE, _INT, _INT, _INT])
        ask = builder.module.declare_intrinsic("llvm.prefetch", [_BYTE], kind)
        builder.call(ask, [where, _INT(0), _INT(3), _INT(1)])
        return context.get_dummy_value()

    return types.void(array, types.int64), generate


def _reaching(_: Any, array: Any, index: Any, least: Any) -> Any:
    """Return a bit for each of 64 numbers of two bytes, from an entry of an array on: whether it reaches ``least``."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        where = _address(context, builder, signature, arguments)
        numbers = builder.load(builder.bitcast(where, _NUMBERS.as_pointer()))
        numbers.align = 2
        one = builder.insert_element(ir.Constant(_NUMBERS, ir.Undefined), arguments[2], _INT(0))
        first = ir.Constant(ir.VectorType(_INT, WORD), [0] * WORD)
        all_least = builder.shuffle_vector(one, ir.Constant(_NUMBERS, ir.Undefined), first)
        return builder.bitcast(builder.icmp_signed(">=", numbers, all_least), _PLACE)

    return types.int64(array, types.int64, types.int16), generate


def _address(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    values = context.make_array(signature.args[0])(context, builder, arguments[0])
    return builder.gep(values.data, [arguments[1]])


fetch: Any = intrinsic(_fetch)
reaching: Any = intrinsic(_reaching)
