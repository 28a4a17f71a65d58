"""Data stay what they are: whoever holds a value of the core may keep it, hash it and compare it."""

import dataclasses
import importlib
import pkgutil

import pytest

import mdp_core

MODULES = [found.name for found in pkgutil.walk_packages(mdp_core.__path__, "mdp_core.")]
GROWS = {"Sample"}  # of page Return: trajectories are added to it


def dataclasses_of(module):
    named = vars(importlib.import_module(module)).items()
    public = {name: thing for name, thing in named if isinstance(thing, type) and not name.startswith("_")}
    return [thing for thing in public.values() if thing.__module__ == module and dataclasses.is_dataclass(thing)]


@pytest.mark.parametrize("module", [name for name in MODULES if not name.endswith("__main__")])
def test_public_data_do_not_change_and_what_holds_an_array_is_itself_alone(module):
    for data in dataclasses_of(module):
        assert data.__dataclass_params__.frozen or data.__name__ in GROWS, data
        held = " ".join(str(field.type) for field in dataclasses.fields(data))
        if any(array in held for array in ("NDArray", "Array", "Tensor", "csr")):
            assert not data.__dataclass_params__.eq, f"{data}: == of arrays is an array, and hash of an array fails"
