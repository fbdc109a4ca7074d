"""The commented starter files that ``negsim new`` writes: each validates and runs as it stands."""

from __future__ import annotations

from negsim.errors import ScenarioError, nearest

__all__ = ["TEMPLATES", "starter"]

MEETING = """\
#:schema negsim-1.schema.json
# A negotiation as data: who wants what, under which preconditions, by when, and who says so.
# Try it:   negsim validate FILE      negsim run FILE      negsim replay FILE 7
# Text after a # is for people. The order of tables has no meaning. All numbers here are invented: replace them.
format_version = 1

[scenario]
name = "NAME"
title = "The second round of talks between two neighbours"
start = "2025-05-29"            # 00:00 of that day, wall clock of the zone
end = "2025-12-31"              # the whole of that day
zone = "Europe/Istanbul"        # an IANA time zone
as_of = "2025-05-28"            # sources later than this are refused unless marked hindsight = true

# Who acts. Names are lower case with underscores; titles are for people.
[party.north]
title = "North"
[party.south]
title = "South"

# Where numbers come from.
[evidence.past_talks]
title = "Dates of talks announced and held, 1990 to 2024 (replace by your source)"
url = "https://example.org/talks"
date = "2025-05-01"

# A number that nobody knows exactly: its best value, and what is believed of it. `negsim run` draws it from the
# belief (`--best` keeps the best value). The grade says how good the evidence is: good, fair, weak, judgement, assumed,
# unknown; definition is a choice of wording.
[parameter.waiver]
title = "chance that South comes without the memorandum"
best = 0.4
belief = {law = "beta", a = 4, b = 6}
unit = "1"
source = "judgement"
grade = "judgement"

[parameter."memorandum.median"]
title = "median days until a promised text arrives"
best = 14
belief = {law = "lognormal", median = 14, sigma = 0.4}
unit = "days"
source = "past_talks"
grade = "weak"

# A promise: who delivers what to whom, and how long it takes. It brings the fact memorandum.delivered.
[promise.memorandum]
by = "north"
to = "south"
delay = {law = "lognormal", median = "memorandum.median", sigma = 0.8}
title = "North's memorandum"

# A meeting on a date, with what each side requires. It is held if all is met, or if what is missing is waived;
# otherwise it is put off, or never held. It brings the fact round_2.held.
[meeting.round_2]
among = ["north", "south"]
on = "2025-06-02T13:00"         # what happens at an instant needs an hour
requires = {south = "memorandum.delivered"}
waiver = "waiver"
title = "The second round"

[meeting.round_2.otherwise]
delay = {law = "lognormal", median = "7 days", sigma = 1.2}
never = 0.3

# Anything else is an action: under which condition, how long it takes, what it changes.
[fact."ceasefire.agreed"]
title = "A ceasefire is agreed"

[action."agree_ceasefire"]
title = "Both sides agree on a ceasefire"
when = "round_2.held and not ceasefire.agreed"
clock = {law = "exponential", mean = "120 days"}
effects = ["ceasefire.agreed = true"]

# What you want to know. A question is settled by its wording, so say what would count.
[question.memorandum_by_2_june]
text = "South's government confirms by 2 June 2025 that it holds the text"
condition = "memorandum.delivered"
by = "2025-06-02"

[question.round_by_2_june]
text = "The second round opens by 2 June 2025"
condition = "round_2.held"
by = "2025-06-02"
base_rate = 0.43
source = "past_talks"

[question.round_by_30_june]
text = "The second round opens by 30 June 2025"
condition = "round_2.held"
by = "2025-06-30"

[question.ceasefire_by_31_dec]
text = "Both governments have accepted a ceasefire by 31 December 2025"
condition = "ceasefire.agreed"
by = "2025-12-31"
"""

TEMPLATES = {"meeting": MEETING}
"""Starter files by name."""


def starter(template: str = "meeting", name: str = "mine") -> str:
    """Return a commented starter file.

    Parameters
    ----------
    template : str
        One of ``TEMPLATES``.
    name : str
        Name of the new scenario.

    Raises
    ------
    ScenarioError
        If there is no such template.

    Examples
    --------
    >>> import negsim as ns
    >>> ns.loads(starter(name="border-talks")).name
    'border-talks'
    """
    if template not in TEMPLATES:
        raise ScenarioError(
            f"there is no template {template[:60]!r}{nearest(template, TEMPLATES)}; there are {', '.join(TEMPLATES)}"
        )
    return TEMPLATES[template].replace('name = "NAME"', f'name = "{name}"')
