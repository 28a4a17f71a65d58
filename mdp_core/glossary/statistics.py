"""How sure a number is."""

from mdp_core.glossary.term import Term

STATISTICS = (
    Term(
        "mean value",
        "",
        (
            "the mean",
            "its mean",
            "their mean",
            "a mean",
            "mean of",
            "mean G₀",
            "true mean",
            "on average",
            "average",
            "mean score",
            "mean return",
        ),
        "All numbers added up, divided by how many they are.",
    ),
    Term(
        "median",
        "",
        (),
        "The number in the middle, when all are put in order.",
    ),
    Term(
        "plus or minus",
        "±",
        ("±", "95 %", "95 % band", "confidence band"),
        "How far off the number may be. With 95 % it is nearer than that in 95 of 100 tries.",
    ),
    Term(
        "standard error",
        "",
        ("1/√N", "1/√n"),
        "How far a mean of samples is off, as a rule. Four times as many samples halve it.",
    ),
    Term(
        "standard deviation",
        "s_R",
        ("s_R", "standard deviations"),
        "How far numbers lie from their mean, as a rule.",
    ),
    Term(
        "number of samples",
        "N",
        ("N", "n", "N texts", "samples n", "n steps"),
        "How many were drawn: the more, the surer the mean.",
        signs=("N",),
    ),
    Term(
        "independent",
        "",
        (),
        "Nothing of the one changes the chances of the other.",
    ),
    Term(
        "smoothed",
        "",
        (),
        "Each point is the mean of its neighbours, so that the eye sees the trend.",
    ),
    Term(
        "sum",
        "Σ",
        ("Σ", "∑"),
        "Added up over everything that is named below the sign.",
    ),
    Term(
        "cosine",
        "",
        (),
        "Whether two arrows point the same way: 1 the same, 0 at right angles, −1 against each other.",
    ),
    Term(
        "slope",
        "",
        ("steep",),
        "How fast a line rises or falls.",
    ),
    Term(
        "total variation distance",
        "",
        ("total variation",),
        "How far two distributions are apart: 0 the same, 1 nothing in common.",
    ),
    Term(
        "pass@k",
        "",
        ("pass@1", "pass@2", "pass@4", "pass@8", "pass@16"),
        "The probability that one of k texts is right. A policy that only draws more often what it could do before gains in "
        "pass@1, one that learned something new in pass@8 too.",
    ),
    Term(
        "proportional",
        "∝",
        ("∝",),
        "Twice the one is twice the other.",
    ),
)
