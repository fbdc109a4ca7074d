"""The strict profile: what a program writes that must obey a small closed schema, such as a language model.

Structured outputs want a schema without keys of one's own choice, in which every property is required, what may be left
out is null, and nothing lies deep. So tables of named things are arrays of objects with a ``name``, about a dozen words
are there of the vocabulary's forty, and of each the keys that a newspaper article gives reason to write. What is valid
under it is read by `load` as it stands (`negsim.files.json_text`, `negsim.files.named`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from negsim.files.annotations import Codec
from negsim.files.docstrings import first_line, first_sentence
from negsim.files.schemas import Schemas, described
from negsim.files.shapes import Choice, Many, Named, Pairs, Scalar, Shape, Tree
from negsim.files.tables import EffectText, Record, Table

__all__ = ["KEYS", "strict_schema"]

KEYS: dict[str, tuple[str, ...]] = {
    "Party": ("title",),
    "Evidence": ("title", "url", "date", "kind"),
    "Parameter": ("title", "best", "mean", "range", "unit", "source", "grade"),
    "Fact": ("title", "initial"),
    "Level": ("title", "initial", "low", "high"),
    "Promise": ("title", "by", "to", "delay", "when", "pace"),
    "Meeting": (
        *("title", "among", "on", "lead", "when", "requires", "waiver", "otherwise"),
        *("leaders", "consent", "products"),
    ),
    "Process": ("title", "among", "gap", "stalled_gap", "stalls", "when", "requires", "waiver", "products"),
    "Demand": (
        *("title", "of", "needs", "verified_by", "verifies", "waived_on", "waiver", "yields"),
        *("guaranteed_when", "together_with", "together"),
    ),
    "Offer": ("title", "by", "to", "makes", "when", "answers", "accepts", "again", "acceptance", "refusal"),
    "Decision": ("title", "by", "at", "on", "options", "reasons"),
    "Option": ("share", "when", "effects", "says"),
    "ReasonFor": ("option", "reads", "weight", "says"),
    "Mediator": ("title", "who", "between", "engages", "disengages", "hosting", "guarantees", "acts_on"),
    "Pressure": ("title", "by", "on", "applied", "applied_when", "half_life", "factor", "acts_on"),
    "Deadline": ("title", "on", "by", "met", "extend", "extension", "consequence", "peak", "halving", "acts_on"),
    "Ultimatum": (
        *("title", "by", "to", "on", "met", "complies", "resolve", "extend", "extension"),
        *("consequence", "backing_down"),
    ),
    "Ceasefire": ("title", "between", "agreed_when", "direct", "when", "pace", "duration", "strain"),
    "Ratification": ("title", "of", "when", "takes", "on", "passes"),
    "Exchange": ("title", "between", "agreed_when", "agrees", "when", "takes", "stages", "fails"),
    "LeaderChange": ("title", "of", "changes", "election", "loses", "effects"),
    "Action": ("title", "by", "when", "clock", "pace", "effects", "outcome"),
    "Outcome": ("weight", "effects"),
    "Postpone": ("delay", "never"),
    "Question": ("text", "kind", "condition", "after", "by", "given", "base_rate", "source"),
    "Exponential": ("law", "mean", "never"),
    "LogNormal": ("law", "median", "p90", "never"),
    "Uniform": ("law", "low", "high", "never"),
    "Fixed": ("fixed",),
    "On": ("on",),
    "Every": ("every", "start"),
    "Immediately": ("immediately",),
    "Source": ("kind", "text"),
    "Scenario": ("name", "title", "start", "end", "zone", "as_of"),
}
"""The keys of each table, by the class that it stands for."""

NAMES = r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$"
TABLES = (
    *("party", "evidence", "parameter", "fact", "level", "promise", "meeting", "process", "demand", "offer"),
    *("decision", "mediator", "pressure", "deadline", "ultimatum", "ceasefire", "ratification", "exchange"),
    *("leader_change", "action", "question"),
)
NEEDED = frozenset(
    {
        *(("Parameter", key) for key in ("unit", "source", "grade")),
        *(("Exponential", "mean"), ("LogNormal", "median"), ("LogNormal", "p90")),
        *(("Uniform", "low"), ("Uniform", "high"), ("Source", "text"), ("Scenario", "zone"), ("Scenario", "as_of")),
        *(("Question", key) for key in ("text", "by", "condition", "kind")),
    }
)
"""Keys that the format lets go, and a writer without a person beside it should say; titles and arrays are such too."""

TEXT = {"type": "string"}
NAME = {"$ref": "#/$defs/Name"}
HOUR = {"type": "string", "pattern": "^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d"}
DAY = {"type": "string", "pattern": "^\\d{4}-\\d\\d-\\d\\d$"}
NUMBER = {"type": ["number", "string"]}
FORMS: dict[tuple[str, str], dict[str, Any]] = {
    ("Question", "kind"): {"enum": ["reached", "happens", "holds", "duration", "when"]},
    ("Parameter", "best"): {"type": "number"},
    ("Parameter", "range"): {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2},
    ("Parameter", "mean"): {"type": "number"},
    ("Fact", "initial"): {"type": "boolean"},
    ("Level", "initial"): {"type": "number"},
    ("On", "on"): {"type": "array", "items": HOUR},
    ("Every", "start"): HOUR,
    **{(word, "on"): HOUR for word in ("Meeting", "Decision", "Deadline", "Ultimatum", "Ratification")},
    ("LeaderChange", "election"): HOUR,
    ("Demand", "waived_on"): HOUR,
    ("Scenario", "start"): DAY,
    ("Scenario", "as_of"): DAY,
    ("Question", "by"): DAY,
    **{(law, "never"): NUMBER for law in ("Exponential", "LogNormal", "Uniform")},
}
"""What is simpler here than in the format."""

TEXTS = {
    ("Parameter", "source"): "",
    ("Parameter", "best"): "Median; null if mean is given.",
    ("Parameter", "mean"): "For an average, in place of best.",
    ("Parameter", "range"): "5 % believed below the first, 5 % above the second.",
    ("Parameter", "unit"): "1 (probability), times (multiplier), days, 1/day.",
    ("Parameter", "grade"): "Your own guess: judgement at best.",
    ("Source", "kind"): "model: your own guess. citation: the article says so. evidence: names of evidence.",
    ("Source", "text"): "The article's words, names of evidence, or why you guess so.",
    ("Question", "text"): "Who does what by which date, in which time zone.",
    ("Question", "kind"): "reached: becomes true by then. happens: turns true from after to by. holds: is true then.",
    ("Question", "by"): "A date: the whole of that day.",
    ("Question", "condition"): "",
    ("Question", "given"): "Only histories in which this became true count.",
    ("Question", "source"): "Of the base rate.",
    ("Mediator", "acts_on"): "Words, or WORD.FIELD (memo.delay, truce.direct), that hosting multiplies.",
    ("Mediator", "hosting"): "Multiplier while engaged; 1 does nothing.",
    ("Mediator", "disengages"): "Until its patience ends.",
    ("Mediator", "engages"): "Null: from the start.",
    ("Mediator", "guarantees"): "Until it offers a guarantee: the fact NAME.guarantee.",
    ("Pressure", "acts_on"): "Words, or WORD.FIELD, that factor multiplies.",
    ("Pressure", "factor"): "Multiplier when applied; 1 does nothing.",
    ("Pressure", "half_life"): "Time in which it fades by half; a parameter in days.",
    ("Deadline", "acts_on"): "Words, or WORD.FIELD, that peak multiplies.",
    ("Deadline", "peak"): "Multiplier at the date; 1 does nothing.",
    ("Deadline", "halving"): "Time before the date in which it halves; needed with peak.",
    ("Deadline", "met"): "Then nothing happens at the date.",
    ("Action", "when"): "Its clock runs while this holds; 'not FACT' if it happens once.",
    ("Action", "effects"): "FACT = true, LEVEL += 0.2",
    ("Action", "clock"): "",
    ("Action", "pace"): "Multiplier of its hazard.",
    ("Scenario", "as_of"): "Date of the article.",
    ("Scenario", "start"): "Nothing may be dated before it.",
    ("Scenario", "end"): "Date after the last question's.",
    ("Scenario", "name"): "",
    ("Scenario", "zone"): "IANA zone of all dates.",
    ("Meeting", "on"): "Date with hour; or lead.",
    ("Meeting", "lead"): "Time from when to the date; or on.",
    ("Meeting", "when"): "Then it can be held, or arranged with lead.",
    ("Meeting", "requires"): "Name a participant, and its precondition.",
    ("Meeting", "waiver"): "Probability that what is unmet is waived; null: never.",
    ("Meeting", "otherwise"): "Null: what is not held on its date never is.",
    ("Meeting", "leaders"): "A summit: all must consent first.",
    ("Meeting", "products"): "Facts NAME.PRODUCT and their probabilities.",
    ("Process", "requires"): "Name a participant, and its precondition.",
    ("Process", "products"): "Facts NAME.PRODUCT and their probabilities at a round.",
    ("Process", "stalled_gap"): "The same while stalled.",
    ("Process", "gap"): "From round to round.",
    ("Process", "stalls"): "Probability after each round.",
    ("Process", "waiver"): "Probability that what is unmet is waived for a round.",
    ("Demand", "needs"): "",
    ("Demand", "waived_on"): "Date with hour at which waiver counts.",
    ("Demand", "waiver"): "Probability of being dropped then.",
    ("Demand", "yields"): "Until its party gives way.",
    ("Demand", "guaranteed_when"): "Then it is dropped, such as NAME.guarantee of a mediator.",
    ("Demand", "together_with"): "Another demand: both dropped at once.",
    ("Demand", "together"): "Until then.",
    ("Demand", "verified_by"): "A party that must be satisfied.",
    ("Demand", "verifies"): "How long that takes.",
    ("Decision", "at"): "Condition: a decision each time it turns true; or on.",
    ("Decision", "on"): "Date with hour; or at.",
    ("Option", "share"): "Probability where no reason speaks; null for one: the rest.",
    ("Option", "when"): "Open only while this holds.",
    ("ReasonFor", "reads"): "What it looks at: a condition or number.",
    ("ReasonFor", "weight"): "Log odds; a parameter.",
    ("ReasonFor", "option"): "",
    ("Ceasefire", "agreed_when"): "Agreed each time this turns true; or direct.",
    ("Ceasefire", "direct"): "Until agreed, while when holds.",
    ("Ceasefire", "when"): "",
    ("Ceasefire", "duration"): "Until it collapses.",
    ("Ceasefire", "pace"): "Of direct.",
    ("Ceasefire", "strain"): "Multiplier of the hazard of collapse.",
    ("Exchange", "agreed_when"): "Agreed each time this turns true; or agrees.",
    ("Exchange", "agrees"): "Until agreed, while when holds.",
    ("Exchange", "takes"): "Until each stage.",
    ("Exchange", "fails"): "Probability at each stage.",
    ("LeaderChange", "election"): "Date with hour.",
    ("LeaderChange", "loses"): "Probability, with election.",
    ("LeaderChange", "changes"): "Between irregular changes.",
    ("Ratification", "when"): "What must be there first.",
    ("Ratification", "takes"): "From there to the vote; or on.",
    ("Ratification", "on"): "Date of the vote with hour; or takes.",
    ("Ratification", "passes"): "Probability.",
    ("Offer", "makes"): "Null: as soon as when holds.",
    ("Offer", "answers"): "Until the answer.",
    ("Offer", "accepts"): "Probability.",
    ("Offer", "again"): "Until made again after a refusal.",
    ("Offer", "refusal"): "",
    ("Offer", "acceptance"): "Effects.",
    ("Ultimatum", "on"): "Date with hour.",
    ("Ultimatum", "met"): "The demand is fulfilled.",
    ("Ultimatum", "complies"): "Until the target gives in.",
    ("Ultimatum", "resolve"): "Probability that the threat is carried out.",
    ("Ultimatum", "extend"): "Probability, if not.",
    ("Ultimatum", "consequence"): "Effects of carrying it out.",
    ("Ultimatum", "backing_down"): "Effects of letting it pass.",
    ("Promise", "delay"): "Until delivered, while when holds.",
    ("Promise", "when"): "",
    ("Promise", "pace"): "Multiplier of the hazard.",
    ("Postpone", "delay"): "To the next date.",
    ("Postpone", "never"): "Probability that a missed date is the end.",
    ("Fact", "initial"): "Null: false.",
    ("Level", "initial"): "",
    ("Exponential", "mean"): "Duration, or a parameter in days.",
    ("Outcome", "weight"): "",
    ("Every", "every"): "Duration.",
    ("Every", "start"): "Date with hour.",
    ("On", "on"): "Dates with hours.",
    ("Evidence", "date"): "",
    ("Evidence", "kind"): "",
}
"""In place of what docstrings say, which is more than a strict schema has room for."""


class StrictSchemas(Schemas):
    """Schemas in which every property is required and nothing is open."""

    def of(self, shape: Shape) -> dict[str, Any]:
        if isinstance(shape, Table):
            return self._table_of(shape)
        if isinstance(shape, Named):
            return {"type": "array", "items": self.of(shape.record)}
        if isinstance(shape, Pairs):
            return {"type": "array", "items": self._pair(shape.item)}
        if isinstance(shape, Many):
            return {"type": "array", "items": self.of(shape.item)}
        # Before scalars, of which it is one.
        if isinstance(shape, Tree):
            return NUMBER if "flag" in shape.kinds else TEXT
        if isinstance(shape, Choice):
            return self.choice(shape)
        assert isinstance(shape, Scalar)
        return TEXT if "date" in shape.kinds else self.scalar(shape)

    def _table_of(self, table: Table) -> dict[str, Any]:
        return {"$ref": f"#/$defs/{self.name_of(table)}"}

    def _pair(self, item: Shape) -> dict[str, Any]:
        """An entry of an array of named things: a table with a name, or a name and a value."""
        if isinstance(item, Record):
            found = self.table(item)
            named = {"name": NAME, **found["properties"]}
            return {**found, "properties": named, "required": list(named)}
        return closed({"name": TEXT, "value": NUMBER if isinstance(item, Tree) else self.of(item)})

    def choice(self, shape: Choice) -> dict[str, Any]:
        """The members that the profile has; scalars first, arrays only where nothing simpler may stand."""
        known = [one for one in shape.members if isinstance(one, Table) and one.title in KEYS]
        plain = [one for one in shape.members if isinstance(one, Scalar) and not isinstance(one, EffectText)]
        texts = [one for one in shape.members if isinstance(one, EffectText)]
        # An effect as text says all that one as a table can, but for draws.
        if texts:
            return {"type": "string"}
        if any(one.title == "Source" for one in known):
            return self.of(known[0])
        if not known:
            return self.of(plain[0] if plain else shape.members[0])
        members = [self.of(one) for one in (*plain, *known)]
        return {"$ref": f"#/$defs/{self._kept(known, {'anyOf': members})}"} if len(members) > 1 else members[0]

    def table(self, table: Table) -> dict[str, Any]:
        keys = KEYS[table.title]
        properties = {key: self.property(table, key) for key in keys}
        named = isinstance(table, Record) and table.named
        return closed({**({"name": NAME} if named else {}), **properties})

    def property(self, table: Table, key: str) -> dict[str, Any]:
        found = FORMS.get((table.title, key)) or self._condition(table, key) or self.shaped(table, key)
        if key == "requires":
            # Requirements by name are a mapping in the format, which has no closed schema.
            found = {"type": "array", "items": closed({"name": TEXT, "value": TEXT})}
        needed = table.keys[key].required or (table.title, key) in NEEDED or key == "title"
        listed = found.get("type") == "array" and key != "range"  # nothing in it is nothing said
        found = found if needed or listed else nullable(found)
        said = TEXTS.get((table.title, key), brief(described(table, key)))
        if key in SILENT or not said or (table.title, key) in LAW_KEYS:
            return found
        # a reference stands alone: what is beside it is refused by some
        return {"description": said, **({"anyOf": [found]} if "$ref" in found else found)}

    def _condition(self, table: Table, key: str) -> dict[str, Any] | None:
        """Conditions are text: what is true from the start needs none."""
        return TEXT if isinstance(table.keys[key].shape, Tree) and key in CONDITIONS else None


CONDITIONS = frozenset(
    {"when", "needs", "agreed_when", "guaranteed_when", "met", "condition", "given", "at", "applied_when"}
)
BRINGS = {
    "promise": "NAME.delivered",
    "meeting": "NAME.held, NAME.due, NAME.called_off",
    "process": "NAME.active, NAME.PRODUCT; counter NAME.number",
    "demand": "NAME.met, NAME.waived",
    "offer": "NAME.made, NAME.accepted, NAME.refused",
    "decision": "NAME.OPTION",
    "mediator": "NAME.engaged, NAME.guarantee",
    "pressure": "NAME.applied; level NAME.strength, 0 to 1",
    "deadline": "NAME.missed",
    "ultimatum": "NAME.complied, NAME.carried_out, NAME.backed_down",
    "ceasefire": "NAME.agreed, NAME.holds",
    "ratification": "NAME.ratified, NAME.rejected",
    "exchange": "NAME.agreed, NAME.done",
    "leader_change": "NAME.changed",
}
"""What other tables can read of each word."""
LAW_KEYS = frozenset(
    {("LogNormal", "median"), ("LogNormal", "p90"), ("Uniform", "low"), ("Uniform", "high"), ("Fixed", "fixed")}
    | {(law, "never") for law in ("LogNormal", "Uniform")}
)
SILENT = frozenset(
    {
        "title",
        "url",
        "who",
        "low",
        "high",
        "immediately",
        "extension",
        "law",
        "by",
        "to",
        "between",
        "among",
        "of",
        "says",
    }
)
"""Keys that say themselves what they are."""


def brief(text: str) -> str:
    """A description without brackets, in one sentence."""
    said = first_sentence(text)
    return said.partition(" (")[0] if " (" in said and len(said) > 70 else said


def closed(properties: dict[str, Any]) -> dict[str, Any]:
    """An object that has these properties, all of them, and no others."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def nullable(found: dict[str, Any]) -> dict[str, Any]:
    """The same, or null: left out."""
    if "anyOf" in found:
        return {"anyOf": [*found["anyOf"], {"type": "null"}]}
    if "$ref" in found:
        return {"anyOf": [found, {"type": "null"}]}
    if "enum" in found:
        return {"enum": [*found["enum"], None]}
    types: Sequence[str] = [found["type"]] if isinstance(found["type"], str) else found["type"]
    return {**found, "type": [*types, "null"]}


def strict_schema(codec: Codec) -> dict[str, Any]:
    """The schema of the strict profile."""
    book = StrictSchemas()
    head = book.table(codec.head)
    tables: dict[str, Any] = {}
    for name in TABLES:
        record = codec.tables[name]
        said = brief(first_line(record.cls)).rstrip(".")
        said = f"{said}. Facts: {BRINGS[name]}" if name in BRINGS else said
        tables[name] = {"description": said, "type": "array", "items": book.of(record)}
    found = closed({"format_version": {"enum": [1]}, "scenario": head, **tables})
    return {
        "description": "A negotiation as data for negsim. `negsim guide` says how.",
        **found,
        "$defs": {"Name": {"type": "string", "pattern": NAMES}, **book.settle()},
    }
