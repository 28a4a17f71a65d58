"""What can go wrong on the way to a language model. Every message is one sentence for the visitor, with a way on."""

from __future__ import annotations


class ModelError(ValueError):
    """A language model could not be had. `str(error)` is one sentence for the visitor."""


class UnknownModel(ModelError):  # noqa: N818 - the family's name says that they are errors
    """The id names no model: not a form that One Loop knows, or nothing at the hub or in the folder by that name."""


class NotAllowed(ModelError):  # noqa: N818
    """The host does not let visitors load models from there."""


class NoNetwork(ModelError):  # noqa: N818
    """What is needed could not be reached, or the connection stalled."""


class NoAccess(ModelError):  # noqa: N818
    """The hub has the model, and does not give it to everybody."""


class UnsafeWeights(ModelError):  # noqa: N818
    """Loading it would run, or could run, code that came with the model."""


class TooLarge(ModelError):  # noqa: N818
    """More memory than the host grants to one model."""


class DiskFull(ModelError):  # noqa: N818
    """Not enough room on the disk, seen before or met in the middle."""


class BrokenFolder(ModelError):  # noqa: N818
    """A folder or repository whose files are missing, damaged, contradictory, or not a causal language model's."""


class BrokenDownload(ModelError):  # noqa: N818
    """What arrived is not what was asked for, by its size or its checksum."""
