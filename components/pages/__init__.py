"""Pages: panels put together, and the fragments that rerun them."""
