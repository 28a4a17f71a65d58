"""The link: what is on the screen as query parameters, and back. What comes back is hostile until it has been read here.

`scenario.FIELDS` says of every field of a scenario and a view how it is written and read, and a page's own table of
`settings.Setting` says it of what that page shows beside them; both directions go by these tables.
"""

from mdp_core.link.scenario import FIELDS, VERSION, Field, from_query, to_query

__all__ = ["FIELDS", "VERSION", "Field", "from_query", "to_query"]
