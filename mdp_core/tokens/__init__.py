"""Language models as policies, texts as states."""
