"""Memory: what a tuning step needs of it on its model's device, estimated before a run begins."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mdp_core.rlhf.spec import TuneSpec
    from mdp_core.tokens.language_model import LanguageModel

FLOAT = 4  # bytes
BASE = 100_000_000  # bytes that any run may take: texts, curves, the film
COPIES = 5  # of the logits at once, forward and backward, the double precision of the losses included
PER_LAYER = 16  # numbers of the model's width that a layer keeps of a token for the backward pass, its MLP included
SHOWN = 5_000_000  # bytes of the texts and curves of a film
KEPT = 40  # adapters in memory: the film's, the run's own, and Adam's two moments of it


class NoRoomError(ValueError):
    """A run that needs more than there is: `needed` bytes of `available`; the message is a sentence for the visitor."""

    def __init__(self, model: LanguageModel, spec: TuneSpec, needed: int, available: int) -> None:
        self.needed, self.available = needed, available
        where = "this machine" if model.device.is_cpu else model.device.title
        super().__init__(
            f"{spec.texts} texts of {spec.tokens} tokens with {model.name} need about {_gigabytes(needed)} of memory, and "
            f"{where} has {_gigabytes(available)} free: take fewer texts, fewer tokens or a shorter prompt."
        )


def needed(model: LanguageModel, spec: TuneSpec) -> int:
    """Bytes that a run takes beside the model: the keys and values of the texts, a part of them read with its backward pass,
    the adapters that are kept. An estimate from above, from the sizes in the model's configuration.
    """
    from mdp_core.rlhf.reading import LOGITS, SHARED, TOKENS
    from mdp_core.tokens.generation import LOGITS as WRITTEN
    from mdp_core.tokens.generation import ROWS

    config: Any = model.model.config.get_text_config()
    width = _first(config, 512, "hidden_size", "n_embd", "d_model")
    layers = _first(config, 12, "num_hidden_layers", "n_layer")
    heads = _first(config, 8, "num_attention_heads", "n_head")
    keys = _first(config, heads, "num_key_value_heads") * _first(config, width // heads, "head_dim")
    prompt, V = max(len(model.encode(prompt)) for prompt in spec.prompts or (spec.prompt,)), model.vocabulary_size
    length = min(prompt + spec.tokens, model.window)
    tokens = length - prompt
    writing_rows = min(spec.texts, ROWS, max(WRITTEN // V, 1))
    writing = writing_rows * (2 * length * layers * keys + COPIES * V)
    breadth = model.device.breadth
    rows = min(spec.texts, max(min(breadth * LOGITS // (tokens * V), breadth * TOKENS // length), 1))
    if (rows - 1) * prompt <= SHARED:
        reading = layers * rows * length * PER_LAYER * width
    else:  # the prompt once, but its keys and values with every text: as they are, and repeated for all heads
        reading = layers * ((prompt + rows * tokens) * PER_LAYER * width + rows * length * 2 * (keys + width))
    reading += rows * (heads * length * length + COPIES * tokens * V)
    adapters = KEPT * 4 * layers * spec.adapter.rank * width
    return BASE + FLOAT * (max(writing, reading) + adapters)


def held(model: LanguageModel, spec: TuneSpec) -> int:
    """Bytes that a run holds at most as long as it is there, also when it is over: its film and its newest steps. Raises
    AdapterError for a layer that the model does not have."""
    from mdp_core.rlhf.adapters import numbers
    from mdp_core.rlhf.film import kept_policies
    from mdp_core.rlhf.tuning_run import KEPT as STEPS

    adapters = kept_policies(model, spec.adapter) + 2 * STEPS  # a step has the policy before it, too
    return SHOWN + FLOAT * adapters * numbers(model.model, spec.adapter)


def check_memory(model: LanguageModel, spec: TuneSpec) -> None:
    """Raises NoRoomError for a run that needs more memory than its model's device has."""
    free, asked = model.device.free(), needed(model, spec)
    if free is not None and asked > free:
        raise NoRoomError(model, spec, asked, free)


def _gigabytes(size: int) -> str:
    return f"{size / 1e9:.1f} GB"


def _first(config: Any, otherwise: int, *names: str) -> int:
    """The first of these settings that the configuration has."""
    for name in names:
        value = getattr(config, name, None)
        if isinstance(value, int) and value > 0:
            return value
    return otherwise
