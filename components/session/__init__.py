"""The one home of what a visit remembers and what all visits share: session state, link, caches, models, warm-up."""
