"""A model on its way to read chats: what its template writes around a prompt, found out once."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import mdp_core.tokens.sources.child as child
from mdp_core.tokens.sources.errors import BrokenFolder, NotAllowed
from mdp_core.tokens.sources.progress import Loading, Progress

if TYPE_CHECKING:
    from mdp_core.tokens.chat import ChatModel, Template
    from mdp_core.tokens.language_model import LanguageModel

PATIENCE = 90.0  # seconds for the start of the template's process on a busy machine; it bounds its own work
LONGEST = 100_000  # characters of a template
_SAID, _OTHER, _ANSWER = "Wq7zXk", "Vb4yJm", "Tn2pHd"  # which no template has, so that they are found in what it writes


def as_chat(base: LanguageModel) -> Loading[ChatModel]:
    """`base`, reading its prompts as chats. Raises NotAllowed where it has no template, BrokenFolder for a template that
    cannot be used: each with a sentence for the visitor."""
    from mdp_core.tokens.chat import ChatModel, UnclearTemplateError

    template = yield from _template_of(base)
    try:
        return ChatModel(base, template)
    except UnclearTemplateError:
        raise _unusable(base, "it does not say where the prompt ends") from None


def _template_of(base: LanguageModel) -> Loading[Template]:
    from mdp_core.tokens.chat import Template

    chats = [
        [_message("user", _SAID)],
        [_message("user", _OTHER)],
        [_message("user", f" {_SAID}\n")],
        [_message("user", _SAID), _message("assistant", _ANSWER)],
    ]
    one, other, blanks, answered = yield from _rendered(base, chats)
    if one is None or other is None or one.count(_SAID) != 1:
        raise _unusable(base, "it does not write the prompt once")
    before, _, after = one.partition(_SAID)
    if other != before + _OTHER + after:
        raise _unusable(base, "what it writes changes with the prompt")
    if blanks not in (one, f"{before} {_SAID}\n{after}"):
        raise _unusable(base, "it changes the blanks of the prompt")
    return Template(before, after, strips=blanks == one, closing=(answered or "").partition(_ANSWER)[2])


def _rendered(base: LanguageModel, chats: list[list[dict[str, str]]]) -> Loading[list[str | None]]:
    """What the template makes of each chat; None for one that it refuses."""
    template = base.wording.template
    if not template:
        raise NotAllowed(f"{base.name} has no chat template: it reads every prompt as plain text.")
    if len(template) > LONGEST:
        raise _unusable(base, f"it has {len(template):,} characters")
    special = {name: token for name, token in base.tokenizer.special_tokens_map.items() if isinstance(token, str)}
    reading = Progress(f"reading the chat template of {base.name}")
    with TemporaryDirectory() as folder:
        request = Path(folder) / "request.json"
        request.write_text(json.dumps({"template": template, "special": special, "chats": chats}), encoding="utf-8")
        try:
            ended = yield from child.run(
                child.python("mdp_core.tokens.sources.rendering", str(request)), lambda line: reading, patience=PATIENCE
            )
        except child.Stalled:
            raise _unusable(base, "it comes to no end") from None
    answer = child.message(ended.output[-1]) if ended.output else {}
    if "rendered" not in answer:
        raise _unusable(base, str(answer.get("error", "its process ended without a word"))[:120])
    rendered: list[str | None] = answer["rendered"]
    return rendered


def _message(role: str, content: str) -> dict[str, str]:
    return {"role": role, "content": content}


def _unusable(base: LanguageModel, why: str) -> BrokenFolder:
    why = " ".join(why.split())
    return BrokenFolder(f"The chat template of {base.name} cannot be used ({why}); it reads prompts as plain text.")
