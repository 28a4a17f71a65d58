"""The device: where a model's numbers are worked out, how precisely, and how much memory is left there.

A network lives on its device; token ids go there, and what it answers comes back to the CPU (`place` and `back`). Draws,
rankings, formulas and films are the CPU's, so that a seed means the same draws wherever the network is.
"""

from __future__ import annotations

import gc
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from mdp_core.tokens.free_memory import free_memory

ROUGH = (torch.bfloat16, torch.float16)
STEP = 4 * 2**30  # bytes of an accelerator's memory for each part of a batch that it reads at once
WIDEST = 16
_FULL = ("out of memory", "can't allocate memory", "ALLOC_FAILED")  # an accelerator's, the CPU's, its libraries'


class NoDeviceError(ValueError):
    """A device that is not here; the message is a sentence for the host."""


class DeviceFullError(MemoryError):
    """A device's memory did not suffice for what was begun; what was there before is still there."""

    def __init__(self, device: Device) -> None:
        whose = "this machine" if device.is_cpu else device.title
        super().__init__(
            f"The memory of {whose} did not suffice: fewer texts, fewer tokens or a shorter prompt need less. "
            "What was done before is kept."
        )


@dataclass(frozen=True)
class Device:
    """Where a network lives. The default is the CPU, in float32, as one reads it in the papers."""

    name: str = "cpu"  # as torch calls it
    dtype: torch.dtype = torch.float32  # of the network's weights
    title: str = "the CPU"
    why: str = ""  # a sentence for whoever expected another one
    breadth: int = 1  # how many times as many texts are read at once as on a CPU

    @property
    def is_cpu(self) -> bool:
        """Whether it is the processor itself."""
        return self.name == "cpu"

    @property
    def is_rough(self) -> bool:
        """Whether two ways of reading one text differ by more than anybody would call rounding."""
        return self.dtype in ROUGH

    @property
    def far(self) -> float:
        """The total variation distance of two ways to one next-token distribution that is more than rounding."""
        return 0.1 if self.is_rough else 1e-3

    def place(self, tensor: Tensor) -> Tensor:
        """The tensor on this device; itself where it is there."""
        return tensor.to(self.name)

    def hold(self, network: nn.Module) -> None:
        """Move `network` here, its weights in this device's precision.

        Buffers stay as precise as they are: of a rotary position's frequencies eight binary digits would be too few. So does
        the layer that makes the logits: a fifth of SmolLM2's distance to float32 comes from there, many tokens would be
        equally likely, and MiniMax (2025, M1, section 3.2) found that reinforcement learning needs it.
        """
        buffers = [
            (module, name, buffer)
            for module in network.modules()
            for name, buffer in module.named_buffers(recurse=False)
            if buffer.is_floating_point()
        ]
        head: Any = getattr(network, "get_output_embeddings", lambda: None)() if self.is_rough else None
        precise = {} if head is None else {name: w.detach().float().clone() for name, w in head.named_parameters()}
        network.to(self.name, self.dtype)
        for module, name, buffer in buffers:
            setattr(module, name, self.place(buffer))
        for name, weights in precise.items():  # of its own: an embedding that shared them has its own now
            setattr(head, name, nn.Parameter(self.place(weights), requires_grad=False))
        if precise:
            head.register_forward_pre_hook(lambda _, inputs: (inputs[0].float(), *inputs[1:]))

    def free(self) -> int | None:
        """Bytes that may still be taken there; None where nobody says."""
        if self.name == "cuda":
            reserved = torch.cuda.memory_reserved() - torch.cuda.memory_allocated()  # torch's, and not in use
            return torch.cuda.mem_get_info()[0] + reserved
        if self.name == "mps":
            return max(torch.mps.recommended_max_memory() - torch.mps.driver_allocated_memory(), 0)
        return free_memory() if self.is_cpu else None

    def give_back(self) -> None:
        """Give back to the device what nothing needs any more; torch keeps it otherwise."""
        gc.collect()
        if self.name == "cuda":
            torch.cuda.empty_cache()
        elif self.name == "mps":
            torch.mps.empty_cache()


CPU = Device()


def back(answer: Tensor) -> Tensor:
    """What a network answered, on the CPU, in float32 at least. A gradient finds its way."""
    return answer.to("cpu", torch.promote_types(answer.dtype, torch.float32))


def is_full(error: BaseException) -> bool:
    """Whether `error` says that some memory did not suffice."""
    if isinstance(error, (MemoryError, torch.OutOfMemoryError)):
        return True
    return isinstance(error, RuntimeError) and any(words in str(error) for words in _FULL)


def accelerator(name: str) -> Device:
    """The device that `name` says, "cuda" or "mps". Raises NoDeviceError, which says why it is not to be had."""
    if name == "cuda":
        return _cuda()
    if name == "mps":
        if not torch.backends.mps.is_available():
            raise NoDeviceError("torch finds no GPU of Apple's here.")
        return Device("mps", torch.float32, "Apple's GPU")
    raise NoDeviceError(f"There is no device “{name[:20]}”.")


def _cuda() -> Device:
    if torch.version.cuda is None and torch.version.hip is None:
        raise NoDeviceError("The torch that is installed here is built without CUDA; README says which one to install.")
    try:
        if not torch.cuda.is_available():
            raise NoDeviceError("torch finds no GPU with CUDA here, or no driver for it.")
        properties = torch.cuda.get_device_properties(0)
        torch.ones(1, device="cuda").add_(1).item()  # a GPU that this torch has no code for says so here
    except (RuntimeError, AssertionError) as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0][:120]
        raise NoDeviceError(f"The GPU cannot be used: {reason}.") from error
    fine = torch.cuda.is_bf16_supported(including_emulation=False)
    return Device(
        "cuda",
        torch.bfloat16 if fine else torch.float32,
        f"the {properties.name}",
        breadth=min(max(properties.total_memory // STEP, 1), WIDEST),
    )
