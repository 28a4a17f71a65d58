"""Page Learn: solve a world, or learn it from samples."""
