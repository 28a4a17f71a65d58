"""A second device that every machine has: its tensors say that they are elsewhere, and calculate on the CPU.

An operation on tensors of both devices is refused, as an accelerator refuses it; indices may lie on the CPU, and so may
single numbers. So whatever runs to its end here has carried everything to where it belongs, and its numbers are the CPU's.
"""

from __future__ import annotations

from functools import cache, partial

import torch
from torch.utils import _pytree as pytree
from torch.utils.backend_registration import _DummyBackendModule, _setup_privateuseone_for_python_backend

NAME = "elsewhere"
still: list[bool] = []  # while there is something in it nothing may pass between the two: as while a GPU records
MOVES = ("_to_copy", "copy_", "_local_scalar_dense", "_copy_from")
INDEXED = ("index", "index_put_", "index_put", "_index_put_impl_", "_unsafe_index")


class Elsewhere(torch.Tensor):
    """A tensor there; `here` has its numbers."""

    @staticmethod
    def __new__(cls, here):
        return torch.Tensor._make_wrapper_subclass(
            cls,
            here.shape,
            strides=here.stride(),
            storage_offset=here.storage_offset(),
            dtype=here.dtype,
            device=f"{NAME}:0",
        )

    def __init__(self, here):
        self.here = here

    __torch_function__ = torch._C._disabled_torch_function_impl

    @classmethod
    def __torch_dispatch__(cls, operation, types, args=(), kwargs=None):
        return work(operation, *args, **(kwargs or {}))


def work(operation, *args, **kwargs):
    """One operation, of which a tensor is there, or is to be."""
    made_of_others = operation.decompose(*args, **kwargs)
    if made_of_others is not NotImplemented:
        return made_of_others
    name = operation.overloadpacket.__name__
    tensors = [leaf for leaf in pytree.tree_leaves((args, kwargs)) if isinstance(leaf, torch.Tensor)]
    there = [tensor for tensor in tensors if isinstance(tensor, Elsewhere)]
    here = [tensor for tensor in tensors if not isinstance(tensor, Elsewhere) and tensor.ndim]
    if there and here and name not in MOVES and not (name in INDEXED and not any(t.is_floating_point() for t in here)):
        raise RuntimeError(f"Expected all tensors to be on the same device, but {name} got both {NAME} and cpu.")
    if still and (name == "_local_scalar_dense" or (name in MOVES and (here or kwargs.get("device") is not None))):
        raise RuntimeError(f"{name} is not permitted while a step is recorded.")
    to = kwargs.get("device")
    stays = torch.device(to).type == NAME if to is not None else bool(there)
    if name == "copy_":
        stays = isinstance(args[0], Elsewhere)
    if to is not None:
        kwargs = {**kwargs, "device": torch.device("cpu")}
    known = {id(tensor.here): tensor for tensor in there}
    args, kwargs = pytree.tree_map_only(Elsewhere, lambda tensor: tensor.here, (args, kwargs))

    def sent(tensor):
        same = known.get(id(tensor))  # that was worked on in place
        return Elsewhere(tensor) if same is None else same

    # A view in inference mode has to be of the kind that it is a view of.
    with torch.inference_mode(False), torch.no_grad():
        answer = operation(*args, **kwargs)
        return pytree.tree_map_only(torch.Tensor, sent, answer) if stays else answer


class Module(_DummyBackendModule):
    """What torch asks of a device; it has no generator of its own."""

    def get_rng_state(self, device=None):
        return torch.empty(0, dtype=torch.uint8)

    def set_rng_state(self, state, device=None):
        pass


@cache
def register():
    """Make the device known to torch, once a process."""
    _setup_privateuseone_for_python_backend(NAME, Module())
    everything, some = torch.library.Library("_", "IMPL"), torch.library.Library("aten", "IMPL")
    everything.fallback(work, "PrivateUse1")
    # What `torch.tensor` asks for never passes through Python, which the one above needs.
    some.impl("_to_copy", partial(work, torch.ops.aten._to_copy.default), "PrivateUse1")
    return everything, some
