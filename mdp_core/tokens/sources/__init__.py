"""Where language models come from: the package, the cache, the hub, the package index, a folder. Light to import."""

from mdp_core.tokens.sources.errors import ModelError
from mdp_core.tokens.sources.host import Host, host_from
from mdp_core.tokens.sources.progress import Progress, drain
from mdp_core.tokens.sources.source import Facts, facts, load

__all__ = ["Facts", "Host", "ModelError", "Progress", "drain", "facts", "host_from", "load"]
