"""A model that continues texts: one whose weights are here, or one that a server runs."""

from __future__ import annotations

from mdp_core.tokens.language_model import LanguageModel
from mdp_core.tokens.served.model import ServedModel

TextModel = LanguageModel | ServedModel  # the same questions to both; what needs weights takes the first alone
