"""What all tests share: no property test has a time limit, since a busy machine would break it."""

from hypothesis import settings

settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
