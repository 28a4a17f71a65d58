"""A changed module in a process that has imported it already: the bodies of its functions are exchanged in place."""

import gc
import inspect
from collections import defaultdict
from collections.abc import Iterator
from types import CodeType, FunctionType

Functions = dict[tuple[str, str, int], list[FunctionType]]


class Outside(Exception):  # noqa: N818 - it is no failure, another way is taken
    """The change is in none of the functions' bodies: in a constant, a default, a decorator, a class."""


def functions(package: str) -> Functions:
    """All functions of a package that are alive, by module, name and line."""
    found: Functions = defaultdict(list)
    for thing in gc.get_objects():
        if isinstance(thing, FunctionType) and thing.__module__ and thing.__module__.split(".")[0] == package:
            code = thing.__code__
            found[thing.__module__, code.co_qualname, code.co_firstlineno].append(thing)
    return found


def exchange(alive: Functions, module: str, before: str, after: str) -> None:
    """Give every living function of `module` the body that it has in the text `after`. Raises Outside, and does nothing."""
    pairs = list(_changed(compile(before, module, "exec"), compile(after, module, "exec")))
    todo = [(alive.get((module, old.co_qualname, old.co_firstlineno), []), new) for old, new in pairs]
    if not todo or not all(found for found, _ in todo):
        raise Outside
    for found, new in todo:
        for function in found:
            function.__code__ = new


def _changed(old: CodeType, new: CodeType) -> Iterator[tuple[CodeType, CodeType]]:
    inner = [_codes(code) for code in (old, new)]
    if _own(old) != _own(new) or len(inner[0]) != len(inner[1]):
        raise Outside
    for before, after in zip(*inner, strict=True):
        if before == after:
            continue
        if before.co_flags & inspect.CO_OPTIMIZED and (not before.co_name.startswith("<") or before.co_name == "<lambda>"):
            yield before, after
        else:
            yield from _changed(before, after)


def _codes(code: CodeType) -> list[CodeType]:
    return [constant for constant in code.co_consts if isinstance(constant, CodeType)]


def _own(code: CodeType) -> tuple[object, ...]:
    return code.co_code, code.co_names, [repr(c) for c in code.co_consts if not isinstance(c, CodeType)]
