"""What a room of people says with its phones, and what can be told of that."""

from mdp_core.glossary.term import Term

ROOM = (
    Term(
        "the room",
        "",
        ("the room's", "a room", "this room"),
        "People with their phones, who are asked by the screen in front of them. No name is asked for.",
    ),
    Term(
        "vote",
        "",
        ("votes", "voted", "voting"),
        "What one phone says of a pair of texts: which is better, or that they are the same. The latest one counts.",
    ),
    Term(
        "win rate",
        "",
        ("the win rate", "wins"),
        "The share of the votes that prefer one of two; “the same” is half a vote for either. One half: none is better.",
        "",
        "How often people prefer the text after the tuning.",
    ),
    Term(
        "blind",
        "",
        ("blind comparison",),
        "Who chooses does not know which is which, so that only the text counts.",
    ),
    Term(
        "gamed",
        "",
        ("was gamed",),
        "What is measured was raised, and what was meant by it was not.",
        "",
        "A reward model is fond of texts that people are not fond of, and the policy has found them.",
    ),
    Term(
        "disagreement",
        "",
        ("the room's own disagreement",),
        "How often two people choose differently between the same two texts.",
    ),
    Term(
        "Krippendorff's alpha",
        "",
        ("Krippendorff",),
        "How far several people agree beyond chance: 1 always, 0 no more than by chance.",
    ),
    Term(
        "TRL",
        "",
        ("TRL's", "trainers", "JSON lines", "jsonl"),
        "A library of Hugging Face's that tunes language models, from preferences too.",
    ),
    Term(
        "rejected",
        "",
        (),
        "The text of a pair that was not chosen.",
    ),
)
