"""The scenes of the tour: each an instrument of the laboratory, with the scenario that a beat needs."""
