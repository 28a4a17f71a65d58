"""The words of Pocket's reviews. Where a word carries feeling, it stands in VADER's lexicon too, so that a score sees it.

In every list the commonest word comes first: the grammar gives rank r (from 0) a weight of 1 / (r + 3).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Subject:
    """What a review can be about, and how one speaks of it."""

    name: str
    nouns: str  # the movie, ...
    parts: str  # ... and the acting, ...
    met: str  # ... (the movie) we saw, ...
    meet: str  # ... (would love to) see, ...
    plain: str  # said without praise or blame: the movie was long, ...
    good: str  # gradable ("very funny")
    superb: str  # already at the end of the scale (never "very")
    bad: str
    awful: str


SUBJECTS = (
    Subject(
        name="film",
        nouns="movie film show documentary cartoon",
        parts="acting ending plot music script dialogue",
        met="saw watched streamed",
        meet="see watch",
        plain="long slow short loud simple",
        good="good funny clever nice romantic charming sweet",
        superb="wonderful brilliant great beautiful lovely hilarious thrilling superb heartwarming",
        bad="boring bad dull silly sad stupid weak annoying",
        awful="terrible awful ridiculous pathetic horrible dreadful",
    ),
    Subject(
        name="meal",
        nouns="dinner meal food pizza soup lunch curry burger cake",
        parts="sauce bread dessert salad cheese pasta",
        met="ate ordered tried",
        meet="order eat",
        plain="cold late simple small spicy",
        good="good fresh rich nice sweet",
        superb="delicious wonderful great perfect heavenly excellent lovely divine",
        bad="bad bitter poor disappointing sad unpleasant",
        awful="awful disgusting terrible horrible rotten nasty",
    ),
    Subject(
        name="book",
        nouns="book story memoir poem tale biography",
        parts="ending plot style opening dialogue prose",
        met="read borrowed finished",
        meet="read",
        plain="long short slow thick simple",
        good="good clever wise funny inspiring honest elegant",
        superb="wonderful brilliant beautiful great superb magnificent lovely gorgeous",
        bad="boring dull bad confusing weak dreary gloomy",
        awful="terrible awful dreadful ridiculous pathetic horrible",
    ),
    Subject(
        name="hotel",
        nouns="hotel room hostel resort cottage inn",
        parts="bed bathroom garden terrace pool breakfast",
        met="booked chose visited",
        meet="book visit",
        plain="small old simple dark crowded",
        good="good clean comfortable nice pleasant charming peaceful",
        superb="lovely wonderful great perfect gorgeous beautiful excellent",
        bad="dirty bad noisy ugly unpleasant disappointing gloomy",
        awful="awful terrible horrible disgusting dreadful nasty",
    ),
    Subject(
        name="concert",
        nouns="concert gig opera musical recital",
        parts="singer band sound drummer choir encore",
        met="heard attended saw",
        meet="hear see",
        plain="loud long late short crowded",
        good="good lively impressive energetic passionate elegant",
        superb="great brilliant amazing fantastic magnificent glorious thrilling superb",
        bad="boring bad weak dull messy noisy disappointing",
        awful="awful terrible dreadful pathetic horrible lousy",
    ),
    Subject(
        name="game",
        nouns="game puzzle quiz sequel",
        parts="story design level music finale sound",
        met="tried bought finished",
        meet="play try",
        plain="long slow short simple dark",
        good="fun good clever exciting nice playful entertaining",
        superb="great brilliant amazing fantastic wonderful awesome perfect terrific",
        bad="boring frustrating bad confusing annoying dull lame",
        awful="terrible awful ridiculous horrible useless pathetic",
    ),
)

VERY = "very rather"  # before gradable adjectives only
REALLY = "really so simply quite"  # before any adjective
UTTERLY = "absolutely utterly"  # before those at the end of the scale only
NOT_GOOD = "good great perfect"  # ... "not good" blames
NOT_BAD = "bad terrible boring"  # ... "not bad" praises

# "a joy", "a real treat"
REAL = "real total pure"
JOY = "joy treat delight pleasure triumph masterpiece gift"
MESS = "disaster mess failure waste shame tragedy"

LOVED = "loved enjoyed liked adored admired"
HATED = "hated disliked regretted despised"

# The second sentence of a review, where there is one.
FRIENDS = "family sister brother mother daughter neighbour"
SMILED = "smiled laughed cheered applauded"
CRIED = "complained left suffered cried"
