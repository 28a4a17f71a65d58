"""What every page stands in: its frame, the visit, the link, messages, what is on its way."""
