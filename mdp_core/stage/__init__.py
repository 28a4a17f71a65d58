"""The Stage without a screen: a scenario is built, rolled out and told as frames."""

from typing import TYPE_CHECKING

from mdp_core.exports import on_demand

if TYPE_CHECKING:
    from mdp_core.stage.grid import grid_frames, map_picture, run_grid, world_of
    from mdp_core.stage.learned import learned_arrows
    from mdp_core.stage.samples import Sample, draw_texts, draw_walks
    from mdp_core.stage.text import text_frames_by_token, token_mdp
    from mdp_core.stage.text_worth import TextWorth, expect_return
else:
    __getattr__, __dir__ = on_demand(
        __name__,
        {
            "grid": "grid_frames map_picture run_grid world_of",
            "learned": "learned_arrows",
            "samples": "Sample draw_texts draw_walks",
            "text": "text_frames_by_token token_mdp",
            "text_worth": "TextWorth expect_return",
        },
    )

__all__ = [
    "Sample",
    "TextWorth",
    "draw_texts",
    "draw_walks",
    "expect_return",
    "grid_frames",
    "learned_arrows",
    "map_picture",
    "run_grid",
    "text_frames_by_token",
    "token_mdp",
    "world_of",
]
