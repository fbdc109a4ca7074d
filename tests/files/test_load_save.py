"""What is written reads back equal, and the same text every time."""

from __future__ import annotations

import os
import random
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar

import pytest

from negsim.errors import FileError, NegsimError, ScenarioError
from negsim.files import dumps, load, loads, save, shipped
from negsim.model.actions import Action, Outcome
from negsim.model.calendar import DAY
from negsim.model.clocks import (
    Distribution,
    Every,
    Exponential,
    Fixed,
    Immediately,
    LogNormal,
    Normal,
    On,
    Pert,
    Uniform,
    Weibull,
    chance,
)
from negsim.model.elements import Element, Mechanism
from negsim.model.evidence import Evidence, Party
from negsim.model.expressions import Expression, Number, Truth, as_condition, where
from negsim.model.interventions import Do, Nudge, WithLaw, Without, WithParameter
from negsim.model.parameters import Parameter
from negsim.model.questions import Question
from negsim.model.scenario import Scenario
from negsim.model.variables import Counter, Fact, Level
from negsim.vocabulary import Meeting, Postpone, Promise

TRUE = Truth(True)
LINK = "https://example.org/a?b=1&c=\u201cd\u201d"
AWKWARD = 'One\n\nTwo """three""" \\ \x07 \u2028 end'
BENCH = Path(__file__).parents[2] / "benchmarks" / "istanbul-bench.toml"


def everything() -> Scenario:
    """A scenario that uses every feature of the language once."""
    memo, open_ = Fact("memo.delivered"), Fact("open", initial=chance("waiver / 2"))
    ready = Fact("ready", initial="contested and waiver > 0.1", title='Says "ready"\tor \\ not')
    rounds, trust = Counter("rounds", initial=2), Level("trust", low=-3, high=3, step=0.1, initial=-0.5)
    mood = Level("mood", initial=Normal(0, 1).truncated(-1, 1))
    waiver = Parameter("waiver", 0.4, belief=Uniform(0.2, 0.6), source="article", grade="judgement", as_of="2025-05-28")
    contested = Parameter("contested", True, belief=chance(0.7), title="Who would take more")
    late = Parameter(
        "late", 7, unit="days", belief=LogNormal(median=7, p90=20), source="article", hindsight=True, as_of="2025-07-01"
    )
    elicited = [
        Parameter("spread", 12, range=["3 days", 40], unit="days"),
        Parameter("rate", mean=0.1, p10=0.03, p90=0.2, family="gamma", unit="1/day"),
        Parameter("three", p10=2, median=5, p90=14),
        Parameter("alone", 0.05, belief={"p95": 0.15}),
    ]
    clocks = {
        "paced": LogNormal(median="14 days", sigma="waiver * 2").truncated("1 day", "90 days").or_never(0.1),
        "from_below": Weibull(shape=0.7, scale=30).truncated(low=1),
        "ceiling": Weibull(shape=0.7, scale=30).truncated(high=60),
        "within": Exponential(within="90 % within 3 weeks"),
        "zero": Exponential(0.2).or_never(0),
        "pert": Pert(1, 2, 9),
        "fixed": Fixed("3 days").or_never("waiver"),
        "on": On("2025-06-02T13:00", "2025-06-09T13:00+03:00", 30.25),
        "every": Every("7 days", start="2025-06-02T13:00"),
        "elapsed": Every("36 hours"),
        "at_once": Immediately(),
    }
    plain = [
        Action(name=f"us.{name}", by="us", when=ready & ~memo, clock=clock, effects=[rounds.add(1)])
        for name, clock in clocks.items()
    ]
    act = Action(
        name="us.deliver",
        by="us",
        when=open_ | (trust - (mood - 1) > 0.25),
        clock=Exponential(mean="late"),
        pace=where(ready, 2.0, 0.5),
        speed="exp(0.1 * trust)",
        memory="resume",
        limit=3,
        priority=-2,
        effects=[memo.set(~memo), mood.add(Normal("waiver", 0.1).truncated(-0.3, 0.3))],
        outcomes=[
            Outcome(name="partial", weight=0.45, effects=["trust -= 0.2", "rounds += 1"]),
            Outcome(name="full", weight="rounds + 1", effects=[trust.set(1)], title="All of it"),
            Outcome(name="nothing"),
        ],
        title="Deliver",
    )
    questions = [
        Question(
            name="Q1",
            condition=memo,
            by="2025-06-30",
            after="2025-06-02",
            throughout="rounds < 9",
            base_rate=0.1,
            source="article",
            text="Delivered?\nIn June?",
        ),
        Question(name="when", kind="when", condition=memo, given=open_, given_by="5 days"),
        Question(name="fired", kind="fired", action="us.deliver", outcome="full", by=30),
        Question(name="duration", kind="duration", condition=memo),
        Question(name="holds", kind="holds", condition="not memo.delivered", by="2025-07-01T12:00"),
        Question(name="value", kind="value", condition="2 * rounds"),
    ]
    steps = [
        Do(fact="memo.delivered", on="2025-06-01"),
        Nudge(fact="open", on=3),
        Without(element="us.on"),
        WithLaw(action="us.deliver", law=Exponential(2)),
        WithParameter(name="contested", value=False),
        WithParameter(name="waiver", value=0.25),
        Do(fact="ready", never=True),
    ]
    words = [
        Promise(
            name="word",
            by="us",
            to="them",
            delay=LogNormal(median="14 days", sigma=0.8),
            due="2025-06-20T12:00",
            reliability=waiver,
        ),
        Meeting(
            name="istanbul_2",
            among=["us", "them"],
            on="2025-06-02T13:00",
            requires={"them": "memo.delivered"},
            waiver=waiver,
            otherwise=Postpone(delay=LogNormal(median="7 days", sigma=1.75), never=0.45),
        ),
    ]
    parts = [
        *(Party("us"), Party("eu", title="European Union"), Party("them"), memo, open_, ready, rounds, trust, mood),
        *(waiver, contested, late, *elicited, act, *plain, *questions, *words),
        Evidence("article", title="An article", url=LINK, date="2025-05-28", note=AWKWARD),
        Mechanism(name="war", off=[Without(element="us.at_once"), Do(fact="open", on="2025-06-01T00:00")], title="War"),
    ]  # fmt: skip
    return Scenario(
        "every-thing", start="2025-05-29T00:00", end="2025-12-31", zone="Europe/Istanbul", as_of="2025-05-28",
        title="Everything", note="  Two\nlines  ", parts=parts, interventions=steps,
    )  # fmt: skip


def test_everything_reads_back_equal() -> None:
    scenario = everything()
    text = dumps(scenario)
    assert loads(text) == scenario
    assert dumps(loads(text)) == text


def test_each_part_alone_matters() -> None:
    """The negative control: equality would notice a single changed value."""
    scenario = everything()
    text = dumps(scenario)
    for old, new in (
        ("sigma = 0.8", "sigma = 0.9"),
        ("limit = 3", "limit = 4"),
        ("never = 0.45", "never = 0.46"),
        ("on = 3", "on = 4"),
    ):
        assert text.count(old) >= 1
        assert loads(text.replace(old, new, 1)) != scenario


def test_the_text_is_for_people() -> None:
    lines = dumps(everything()).splitlines()
    assert lines[:2] == ["#:schema negsim-1.schema.json", "format_version = 1"]
    assert '[action."us.deliver".outcome.partial]' in lines
    assert 'clock = {law = "lognormal", median = 14, sigma = "waiver * 2", truncate = [1, 90], never = 0.1}' in lines
    assert 'otherwise = {delay = {law = "lognormal", median = 7, sigma = 1.75}, never = 0.45}' in lines
    assert 'requires = {them = "memo.delivered"}' in lines
    assert "truncate = {low = 1}" in "".join(lines)


def test_order_of_tables_changes_nothing() -> None:
    text = dumps(everything())
    head, _, body = text.partition("\n[party.")
    sections = ("\n[party." + body).split("\n\n[[intervention]]", 1)
    blocks = sections[0].split("\n\n[")
    groups: list[str] = []
    for block in blocks[1:]:
        groups.append("\n\n[" + block)
    random.Random(3).shuffle(groups)
    shuffled = head + "\n" + blocks[0] + "".join(groups) + "\n\n[[intervention]]" + sections[1]
    assert tomllib.loads(shuffled) == tomllib.loads(text)
    assert loads(shuffled) == loads(text)


def test_dotted_names_need_no_quotes() -> None:
    head = "format_version = 1\n[scenario]\nname = 'x'\nstart = 2025-01-01\nend = 40\n"
    head += "[fact.memo.delivered]\n[fact.memo]\ntitle = 'x'\n"
    quoted = loads(
        head + "[action.'us.deliver']\nclock = {fixed = 1}\noutcome.a.weight = 2\n[action.'us']\nclock = {fixed = 2}\n"
    )
    nested = loads(
        head
        + "[action.us.deliver]\nclock = {fixed = 1}\n[action.us.deliver.outcome.a]\nweight = 2\n"
        + "[action.us]\nclock = {fixed = 2}\n"
    )
    assert quoted == nested
    assert [part.name for part in nested.parts] == ["us", "us.deliver", "memo", "memo.delivered"]


def test_toml_dates_stand_for_moments() -> None:
    text = """
    format_version = 1
    scenario = {name = "x", start = 2025-01-01, end = 2025-02-01, as_of = 2025-01-01}
    [fact.a]
    [evidence.e]
    date = 2024-12-31
    [action.b]
    clock = {on = [2025-01-03T13:00:00, 2025-01-04 13:00:00Z, 5]}
    effects = ["a = true"]
    [question.q]
    condition = "a"
    by = 2025-01-05
    """
    scenario = loads(text)
    assert (scenario.start, scenario.end, scenario.as_of) == ("2025-01-01", "2025-02-01", "2025-01-01")
    assert scenario.expanded.actions["b"].clock == On("2025-01-03T13:00:00", "2025-01-04T13:00:00+00:00", 5)
    assert scenario.expanded.questions["q"].by == "2025-01-05"
    assert loads(dumps(scenario)) == scenario


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """An offer within a word of a user's own."""

    name: str
    price: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Loud:
    """One way to speak."""

    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Quiet:
    """Another way to speak."""

    level: int = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Bargain:
    """A word of a user's own: every kind of field that files can hold."""

    table: ClassVar[str] = "bargain"
    name: str
    when: Expression = TRUE
    delay: Distribution | None = None
    offers: tuple[Offer, ...] = ()
    voice: Loud | Quiet | None = None
    scores: tuple[tuple[str, Expression], ...] = ()
    rates: Mapping[str, float] | None = None
    parties: frozenset[str] = frozenset()
    span: tuple[float, float] = (0.0, 1.0)
    within: tuple[Bargain, ...] = ()
    tags: list[str] | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "when", as_condition(self.when))

    def expand(self) -> Iterable[Element]:
        yield Fact(f"{self.name}.struck")


def test_words_of_a_users_own_need_no_code_for_files() -> None:
    word = Bargain(
        name="deal",
        when="deal.struck",
        delay=Exponential(1),
        offers=(Offer(name="second"), Offer(name="first", price=0.5)),
        voice=Quiet(level=2),
        scores=(("a", Number(1.0)), ("b.c", as_condition("deal.struck"))),
        rates={"x": 0.25},
        parties=frozenset({"b", "a"}),
        span=(0.5, 2.0),
        within=(Bargain(name="inner", voice=Loud(by="us")),),
    )
    scenario = Scenario("x", start="2025-01-01", end=9, parts=[word])
    text = dumps(scenario)
    assert loads(text, words=[Bargain]) == scenario
    assert "[bargain.deal.offer.second]" in text
    assert 'voice = {kind = "quiet", level = 2}' in text
    with pytest.raises(FileError, match="unknown key 'bargain'"):
        loads(text)


def test_what_cannot_be_written_is_refused() -> None:
    @dataclass(frozen=True)
    class Bare:
        name: str

        def expand(self) -> Iterable[Element]:
            yield Fact("x")

    tiny = Scenario("x", start="2025-01-01", end=9)
    with pytest.raises(ScenarioError, match="Bare cannot be written: it has no class attribute table"):
        dumps(replace(tiny, parts=(Bare("a"),)))
    tree = as_condition(Fact("a"))
    for k in range(400):
        tree = tree & Fact(f"long_name_{k}")
    facts = [Fact("a", initial=True), *(Fact(f"long_name_{k}", initial=True) for k in range(400))]
    wide = replace(tiny, parts=(*facts, Action(name="b", when=tree, clock=Fixed(1))))
    with pytest.raises(NegsimError, match=r"action\.b\.when: .*longer than 2048 bytes"):
        dumps(wide)
    with pytest.raises(FileError, match="surrogate"):
        dumps(replace(tiny, title="\ud800"))


def test_save_replaces_the_file_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    scenario = load("toy")
    save(scenario, path)
    os.chmod(path, 0o640)
    save(replace(scenario, title="New"), str(path))
    assert load(str(path)).title == "New"
    assert path.stat().st_mode & 0o777 == 0o640
    with pytest.raises(FileError):
        save(replace(scenario, title="\ud800"), path)
    with pytest.raises(FileError, match="cannot be written"):
        save(scenario, tmp_path / "missing" / "mine.toml")
    with pytest.raises(FileError, match="not a regular file"):
        save(scenario, tmp_path)
    assert load(path).title == "New"
    assert [one.name for one in tmp_path.iterdir()] == ["mine.toml"]


def test_a_failed_save_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "mine.toml"
    path.write_text("before")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(FileError, match=r"cannot be written \(No space left on device\)"):
        save(load("toy"), path)
    assert path.read_text() == "before"
    assert [one.name for one in tmp_path.iterdir()] == ["mine.toml"]


@pytest.mark.parametrize("name", shipped())
def test_shipped_scenarios_load_and_read_back(name: str) -> None:
    scenario = load(name)
    assert scenario.name == name
    assert loads(dumps(scenario)) == scenario


def test_toy_has_its_questions() -> None:
    toy = load("toy")
    assert sorted(toy.expanded.questions) == [
        "ceasefire_by_day_30",
        "summit_by_day_30",
        "talks_by_day_14",
        "talks_day_5",
    ]
    assert toy.expanded.actions["russia.deliver_memorandum"].clock == Exponential("memorandum.rate")
    assert toy.expanded.parameters["memorandum.rate"].best == 0.3
    assert toy.calendar.repeats("2025-01-06T00:00", "7 days", 40 * DAY, "review", 100)[0] == (0, 5 * DAY)
    assert toy.horizon == 40 * DAY


def test_the_benchmark_loads() -> None:
    bench = load(BENCH)
    assert len(bench.expanded.actions) == 16
    assert sorted(bench.expanded.questions) == ["Q1", "Q2", "Q3", "Q4", "Q5"]
    assert bench.horizon == 95 * DAY
    assert loads(dumps(bench)) == bench
