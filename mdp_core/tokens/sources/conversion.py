"""The child that converts a GGUF file: `python -m mdp_core.tokens.sources.conversion model.gguf folder`.

A process of its own, since it computes for about twenty seconds, in Python, and can be cancelled only from outside.
"""

from __future__ import annotations

import sys
from pathlib import Path

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer
from transformers.utils import logging

from mdp_core.tokens.sources.parent import obey, tell


def convert(gguf: Path, folder: Path) -> None:
    """Write the model of `gguf` to `folder`, in float16, with its tokenizer.

    A 4-bit weight stands for scale * q + minimum, which float16 holds to 2^-11 of itself: a fiftieth of the step from
    one q to the next, at half of float32's bytes.
    """
    logging.disable_progress_bar()
    tell(step=0)
    tokenizer = AutoTokenizer.from_pretrained(gguf.parent, gguf_file=gguf.name, local_files_only=True)
    tell(step=1)
    model = AutoModelForCausalLM.from_pretrained(
        gguf.parent, gguf_file=gguf.name, local_files_only=True, dtype=torch.float32
    )
    tell(step=2)
    # The weights are plain numbers now; the marks of their former quantisation would forbid saving them.
    del model.config.quantization_config
    for mark in ("is_quantized", "quantization_method", "hf_quantizer"):
        if hasattr(model, mark):
            delattr(model, mark)
    model.half().save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    tell(step=3)


if __name__ == "__main__":
    obey()
    convert(Path(sys.argv[1]), Path(sys.argv[2]))
