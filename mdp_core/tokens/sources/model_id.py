"""Model ids: what a visitor or a link calls a model, told apart before a disk or a network is touched."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from mdp_core.tokens.served.address import names_server
from mdp_core.tokens.sources.errors import UnknownModel

POCKET = "pocket"
SMOLLM2 = "smollm2"
QUICK = "smollm2-quick"  # SmolLM2 with its weights in few bits
SERVED = "served"
SUMS = "sums"
CHAT = "#chat"  # at the end of the id of a model that reads its prompts as chats
MAX_ID = 1_000  # characters

# ASCII only. The hub's own rules: at most 96 characters, and "-" and "." only between others, one at a time.
_NAME = r"[A-Za-z0-9_]+(?:[.-][A-Za-z0-9_]+)*"
_HUB_ID = re.compile(f"{_NAME}/{_NAME}")
MAX_HUB_ID = 96
_PATH = re.compile(r"/|\.{1,2}[/\\]|~|\\|[A-Za-z]:[/\\]")


@dataclass(frozen=True)
class HubId:
    """A repository of the hub."""

    owner: str
    name: str

    def __str__(self) -> str:
        return f"{self.owner}/{self.name}"


@dataclass(frozen=True)
class Folder:
    """A folder of this machine, absolute."""

    path: Path

    def __str__(self) -> str:
        return str(self.path)


@dataclass(frozen=True)
class BuiltIn:
    """One of the models that One Loop knows by name."""

    name: str  # POCKET, SUMS, SMOLLM2 or QUICK

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class Served:
    """The model on the server that the host named: which one that is, no id says."""

    def __str__(self) -> str:
        return SERVED


Loadable = BuiltIn | HubId | Folder


@dataclass(frozen=True)
class Chat:
    """A model that reads its prompts as chats, by its own template."""

    of: Loadable

    def __str__(self) -> str:
        return f"{self.of}{CHAT}"


ModelId = Loadable | Served | Chat


def base_id(id: str) -> str:
    """The id of the model itself, however it reads its prompts."""
    return id.removesuffix(CHAT)


def reads_chats(id: str) -> bool:
    """Whether the model of that id reads its prompts as chats."""
    return id.endswith(CHAT)


def read_model_id(text: str) -> ModelId:
    """What `text` names: pocket, sums, smollm2, smollm2-quick, served, a hub id "owner/name", or an absolute folder (or
    one that begins with ~). With #chat at the end it is the same model, which reads its prompts as chats.

    Touches neither disk nor network. Raises UnknownModel for everything else: addresses, relative paths, paths that
    climb with "..", network shares, ids with more or fewer parts than two, letters outside ASCII, control characters;
    and for a chat with a model that has no template, or whose template is on a server.
    """
    text = text.strip()
    if text.lower().endswith(CHAT):
        return Chat(_chatting(text[: -len(CHAT)]))
    if text.lower() in (POCKET, SUMS, SMOLLM2, QUICK):
        return BuiltIn(text.lower())
    if text.lower() == SERVED:
        return Served()
    if names_server(text):
        raise UnknownModel("A model server is named by the host, where the app is started; take SmolLM2 or Pocket.")
    if not text or len(text) > MAX_ID or not text.isprintable():
        raise UnknownModel("That is not the name of a model; write owner/name as the hub does, or take Pocket.")
    if _PATH.match(text):
        return _folder(text)
    if len(text) <= MAX_HUB_ID and _HUB_ID.fullmatch(text) and not text.endswith(".git"):
        owner, _, name = text.partition("/")
        return HubId(owner, name)
    raise UnknownModel(
        f"“{_short(text)}” is not the name of a model; write owner/name as the hub does, or take Pocket."
    )


def _chatting(text: str) -> Loadable:
    """Raises UnknownModel for what names no model, or none that can read a chat here."""
    of = read_model_id(text)
    if isinstance(of, Served):
        raise UnknownModel("A chat's template is not to be had from a model server; take SmolLM2, or plain Pocket.")
    if isinstance(of, Chat):
        raise UnknownModel(f"“{_short(text)}{CHAT}” says {CHAT} twice; write it once, or take Pocket.")
    if of in (BuiltIn(POCKET), BuiltIn(SUMS)):
        raise UnknownModel(
            f"{of.name.capitalize()} was not tuned on chats and has no template; take SmolLM2, or plain Pocket."
        )
    return of


def _folder(text: str) -> Folder:
    """Raises UnknownModel unless `text` is an absolute path of this machine, without a step upwards."""
    # A share such as \\server\x or //server/x would make Windows log in to a server that a link chose.
    share = text.startswith(("\\\\", "//", "\\/", "/\\"))
    # Only the visitor's own home: "~name" would tell which users there are.
    home = text == "~" or text.startswith(("~/", "~\\"))
    if share or ".." in re.split(r"[/\\]", text) or (text.startswith("~") and not home):
        raise UnknownModel(f"“{_short(text)}” is not a folder to load from; write its whole path, or take Pocket.")
    path = Path(os.path.expanduser(text) if home else text)  # which leaves ~ where nobody's home is known
    if not path.is_absolute():
        raise UnknownModel(f"“{_short(text)}” is not a whole path; write it from the root on, or take Pocket.")
    if str(path).lower().endswith(CHAT):  # written with a slash at its end
        raise UnknownModel(f"A folder whose name ends in {CHAT} cannot be told from a chat; rename it, or take Pocket.")
    return Folder(path)


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:59] + "…"
