# cython: language_level=3, boundscheck=False, wraparound=False
"""The door to the kernel in C: special functions in, arrays through, the loop without the GIL."""

from libc.stdint cimport int32_t, int64_t, uint8_t, uint32_t, uint64_t, uintptr_t
from scipy.special cimport cython_special as functions


cdef extern from "places.h":
    ctypedef struct Place:
        const char *row
        const char *field
        size_t at
        size_t size
    const Place places[]
    int N_PLACES

cdef extern from *:
    """
    /* Whether somebody wants the loop to end, with the exception set: a signal's handler that raised (in the main thread,
       the only one that signals reach), or another thread. */
    static int wanted_over(const volatile int32_t *ended) {
        PyGILState_STATE state = PyGILState_Ensure();
        int found = PyErr_CheckSignals();
        if (!found && ended && *ended) PyErr_SetNone(PyExc_KeyboardInterrupt), found = -1;
        PyGILState_Release(state);
        return found;
    }
    """
    int wanted_over(const int32_t *ended) noexcept nogil

cdef extern from "kernel.h":
    ctypedef struct Expr: pass
    ctypedef struct Term: pass
    ctypedef struct Dimension: pass
    ctypedef struct Atom: pass
    ctypedef struct Slot: pass
    ctypedef struct Effect: pass
    ctypedef struct Outcome: pass
    ctypedef struct Dep: pass
    ctypedef struct GuardDep: pass
    ctypedef struct Action: pass
    ctypedef struct First: pass
    ctypedef struct Edge: pass
    ctypedef struct Dated: pass
    ctypedef struct Fired: pass
    ctypedef struct Instant: pass
    ctypedef struct Law: pass
    ctypedef struct Tables:
        int32_t n_slots, n_variables, n_actions, n_counts, n_words
        int32_t n_laws, n_first, n_edges, n_at, n_dates, n_held, n_fired, n_effects, n_exprs
        int32_t n_calendar, n_changing, depth, most_effects, most_outcomes, n_parts, many
        int64_t n_cells, n_memo
        double horizon
        Slot *slots
        Expr *exprs
        Term *terms
        Dimension *dimensions
        int32_t *code
        double *constants
        Atom *atoms
        Action *actions
        Outcome *outcomes
        Effect *effects
        GuardDep *guard_deps
        Dep *pace_deps
        Dep *probe_deps
        double *sums
        Instant *instants
        Fired *fired
        int32_t *slot_guards
        int32_t *slot_paces
        int32_t *slot_probes
        int32_t *next
        double *cell_values
        double *cells
        First *first
        Edge *edges
        Dated *at
        Dated *held
        int32_t *calendar
        int32_t *changing
    ctypedef struct TraceEvent:
        double time
        int32_t action, outcome, change, changes
    ctypedef struct TraceChange:
        int32_t slot
        double old, now
    ctypedef struct Rows:
        double *first
        double *edges
        double *at
        double *held
        double *final
        int64_t *fired
        int32_t *counts
        int64_t *events
        uint8_t *failed
    ctypedef struct Work:
        const uint32_t *action_keys
        const uint32_t *effect_keys
        const uint32_t *slot_keys
        int64_t max_events
        int64_t n_trace, n_changes
        TraceEvent *trace
        TraceChange *changes
        double *initial
    ctypedef struct Kept:
        double now
        const double *nows
        const int32_t *branch
        double *state
        double *age
        double *consumed
        double *target
        double *touched
        double *pace
        double *speed
        double *most
        double *due
        uint8_t *purpose
        int64_t *drawn
        int64_t *firings
        int64_t *passed
        uint8_t *open
        uint8_t *turned
        double *since
        int64_t *events
    ctypedef struct Orders:
        const int64_t *replications
        const int64_t *order
        const int32_t *row_of
        const double *parameters
        const Law *laws
        int64_t n_parameters
        int alike, tables, stop_at_failure, tracing, branched
        double until
        double *untils
        const uint8_t *stops
        const Kept *from_ "from"
        const Kept *to
        const int32_t *ended
    ctypedef struct Special:
        double (*gammaincc)(double, double) noexcept nogil
        double (*gammainccinv)(double, double) noexcept nogil
        double (*betaincc)(double, double, double) noexcept nogil
        double (*betainccinv)(double, double, double) noexcept nogil
        double (*log_ndtr)(double) noexcept nogil
        double (*ndtri_exp)(double) noexcept nogil
        double (*ndtri)(double) noexcept nogil
        double (*ndtr)(double) noexcept nogil
        double (*gammaln)(double) noexcept nogil
        double (*betaln)(double, double) noexcept nogil
    Special special
    Work *reserve(const Tables *p) noexcept
    void release(Work *w) noexcept
    int64_t run_rows(
        Work *w, const Orders *o, Rows r, int64_t begin, int64_t end, int64_t n, int (*over)(const int32_t *) noexcept nogil
    ) except -1 nogil
    void clone_rows(Work *w, const Orders *o, Rows r, int64_t n) noexcept nogil
    void consumed_rows(const Tables *p, const Kept *k, const Law *laws, const int32_t *row_of, int64_t n, double *T) noexcept nogil
    void rate_rows(
        const Tables *p, const Kept *k, const Law *laws, const int32_t *row_of, int64_t n, int32_t action, double *rate
    ) noexcept nogil
    void prepare_laws(Law *laws, int64_t n) noexcept
    void prepare_cells(const Tables *p, Work *w) noexcept
    void choose_registers(int most) noexcept
    void scan(const double *due, int64_t n, int64_t lanes, double *when, int64_t *which) noexcept
    double hazard(const Law *law, double x) noexcept nogil
    double inverse(const Law *law, double h) noexcept nogil
    double upper_quantile(const Law *law, double u) noexcept nogil
    double log_density(const Law *law, double x) noexcept nogil
    double log_hazard_rate(const Law *law, double x) noexcept nogil
    void uniforms(
        uint64_t replication, uint32_t occurrence, uint32_t last, const uint32_t *key, double *a, double *b
    ) noexcept nogil
    void batch_uniforms(
        const uint64_t *r, const uint64_t *n, const uint64_t *last, const uint32_t *key, double *a, double *b
    ) noexcept nogil
    enum: ACTIONS "FEW"
    enum: COLUMNS "MOST_COLUMNS"


cdef double _gammaincc(double a, double x) noexcept nogil: return functions.gammaincc(a, x)
cdef double _gammainccinv(double a, double y) noexcept nogil: return functions.gammainccinv(a, y)
cdef double _betaincc(double a, double b, double x) noexcept nogil: return functions.betaincc(a, b, x)
cdef double _betainccinv(double a, double b, double y) noexcept nogil: return functions.betainccinv(a, b, y)
cdef double _log_ndtr(double x) noexcept nogil: return functions.log_ndtr(x)
cdef double _ndtri_exp(double y) noexcept nogil: return functions.ndtri_exp(y)
cdef double _ndtri(double p) noexcept nogil: return functions.ndtri(p)
cdef double _ndtr(double x) noexcept nogil: return functions.ndtr(x)
cdef double _gammaln(double x) noexcept nogil: return functions.gammaln(x)
cdef double _betaln(double a, double b) noexcept nogil: return functions.betaln(a, b)

special.gammaincc = _gammaincc
special.gammainccinv = _gammainccinv
special.betaincc = _betaincc
special.betainccinv = _betainccinv
special.log_ndtr = _log_ndtr
special.ndtri_exp = _ndtri_exp
special.ndtri = _ndtri
special.ndtr = _ndtr
special.gammaln = _gammaln
special.betaln = _betaln
choose_registers(2)

FEW = ACTIONS
"""Actions up to which histories advance side by side."""

MOST_COLUMNS = COLUMNS
"""Places of the stack of code that is run for many lanes at once."""

SIZES = {
    "Expr": sizeof(Expr), "Term": sizeof(Term), "Dimension": sizeof(Dimension), "Atom": sizeof(Atom),
    "Slot": sizeof(Slot), "Effect": sizeof(Effect), "Outcome": sizeof(Outcome), "Dep": sizeof(Dep), "GuardDep": sizeof(GuardDep),
    "Action": sizeof(Action), "First": sizeof(First), "Edge": sizeof(Edge), "Dated": sizeof(Dated), "Fired": sizeof(Fired),
    "Instant": sizeof(Instant), "Law": sizeof(Law),
}
"""Bytes of each row of a table, as the C compiler lays it out."""

PLACES = {(one["row"].decode(), one["field"].decode()): (one["at"], one["size"]) for one in places[:N_PLACES]}
"""Where each field of a row stands, and its bytes."""


cdef uintptr_t address(array) except? 0:
    return array.ctypes.data


def prepare(laws) -> None:
    """Fill in what of the laws depends on their parameters only."""
    prepare_laws(<Law *> address(laws), len(laws))


cdef class Kernel:
    """The tables of one program; it holds on to the arrays and is never written after it is made."""

    cdef Tables p
    cdef object arrays

    def __init__(self, lowered) -> None:
        a, n = lowered.arrays, lowered.numbers
        self.arrays = a
        p = &self.p
        p.n_slots, p.n_variables, p.n_actions = n["n_slots"], n["n_variables"], n["n_actions"]
        p.n_counts, p.n_words, p.n_laws, p.many = n["n_counts"], n["n_words"], n["n_laws"], n["many"]
        p.n_first, p.n_edges, p.n_at, p.n_dates = n["n_first"], n["n_edges"], n["n_at"], n["n_dates"]
        p.n_held, p.n_fired = n["n_held"], n["n_fired"]
        p.n_effects, p.n_calendar, p.n_changing, p.depth = n["n_effects"], n["n_calendar"], n["n_changing"], n["depth"]
        p.most_effects, p.most_outcomes, p.n_parts = n["most_effects"], n["most_outcomes"], n["n_parts"]
        p.n_cells, p.n_memo, p.n_exprs, p.horizon = n["n_cells"], n["n_memo"], n["n_exprs"], lowered.horizon
        p.slots, p.exprs = <Slot *> address(a["Slot"]), <Expr *> address(a["Expr"])
        p.terms, p.dimensions = <Term *> address(a["Term"]), <Dimension *> address(a["Dimension"])
        p.code, p.constants = <int32_t *> address(a["code"]), <double *> address(a["constants"])
        p.atoms, p.actions = <Atom *> address(a["Atom"]), <Action *> address(a["Action"])
        p.outcomes, p.effects = <Outcome *> address(a["Outcome"]), <Effect *> address(a["Effect"])
        p.guard_deps, p.sums = <GuardDep *> address(a["GuardDep"]), <double *> address(a["sums"])
        p.pace_deps, p.probe_deps = <Dep *> address(a["pace_deps"]), <Dep *> address(a["probe_deps"])
        p.instants, p.fired = <Instant *> address(a["Instant"]), <Fired *> address(a["Fired"])
        p.slot_guards, p.slot_paces = <int32_t *> address(a["slot_guards"]), <int32_t *> address(a["slot_paces"])
        p.slot_probes, p.next = <int32_t *> address(a["slot_probes"]), <int32_t *> address(a["next"])
        p.cell_values, p.cells = <double *> address(a["cell_values"]), <double *> address(a["cells"])
        p.first, p.edges = <First *> address(a["First"]), <Edge *> address(a["Edge"])
        p.at, p.held = <Dated *> address(a["at"]), <Dated *> address(a["held"])
        p.calendar, p.changing = <int32_t *> address(a["calendar"]), <int32_t *> address(a["changing"])
        cdef Work *w = reserve(p)
        if w is NULL:
            raise MemoryError("no memory for the tables of a program")
        prepare_cells(p, w)
        release(w)


cdef void take_kept(dict given, Kept *k) except *:
    """The arrays of a snapshot, and the due times."""
    k.now, k.due, k.nows = given["now"], <double *> address(given["due"]), NULL
    if given["nows"] is not None:
        k.nows = <double *> address(given["nows"])
    k.branch, k.state = <int32_t *> address(given["branch"]), <double *> address(given["state"])
    k.age, k.consumed = <double *> address(given["age"]), <double *> address(given["consumed"])
    k.target, k.touched = <double *> address(given["target"]), <double *> address(given["touched"])
    k.pace, k.speed = <double *> address(given["pace"]), <double *> address(given["speed"])
    k.most, k.purpose = <double *> address(given["most"]), <uint8_t *> address(given["purpose"])
    k.drawn, k.firings = <int64_t *> address(given["drawn"]), <int64_t *> address(given["firings"])
    k.passed, k.open = <int64_t *> address(given["passed"]), <uint8_t *> address(given["open"])
    k.turned, k.since = <uint8_t *> address(given["turned"]), <double *> address(given["since"])
    k.events = <int64_t *> address(given["events"])


cdef int64_t take_orders(dict given, Orders *o, Rows *r, Kept *source, Kept *target) except -1:
    """What is to be done, from where, and where it is written; returns how many rows there are."""
    o.replications, o.order = <int64_t *> address(given["replications"]), <int64_t *> address(given["order"])
    o.row_of = <int32_t *> address(given["row_of"])
    o.parameters, o.laws = <double *> address(given["parameters"]), <Law *> address(given["laws"])
    o.n_parameters, o.tables, o.alike = given["n_parameters"], given["tables"], given["alike"]
    o.stop_at_failure, o.tracing = given["stop_at_failure"], given["tracing"]
    o.branched, o.until, o.from_, o.to = given["branched"], given["until"], NULL, NULL
    o.untils, o.stops, o.ended = NULL, NULL, NULL
    if given["ended"] is not None:
        o.ended = <int32_t *> address(given["ended"])
    if given["untils"] is not None:
        o.untils, o.stops = <double *> address(given["untils"]), <uint8_t *> address(given["stops"])
    r.first, r.edges = <double *> address(given["first"]), <double *> address(given["edges"])
    r.at, r.held = <double *> address(given["at"]), <double *> address(given["held"])
    r.final, r.fired = <double *> address(given["final"]), <int64_t *> address(given["fired"])
    r.counts, r.events = <int32_t *> address(given["counts"]), <int64_t *> address(given["events"])
    r.failed = <uint8_t *> address(given["failed"])
    if given["lean"]:
        r.final, r.counts = NULL, NULL
    if given["from"] is not None:
        take_kept(given["from"], source)
        o.from_ = source
    if given["to"] is not None:
        take_kept(given["to"], target)
        o.to, r.final = target, NULL
    return len(given["replications"])


cdef class Workspace:
    """What one thread writes while it runs."""

    cdef Work *w
    cdef Kernel kernel
    cdef object keys

    def __cinit__(self, Kernel kernel) -> None:
        self.kernel = kernel
        self.w = reserve(&kernel.p)
        if self.w is NULL:
            raise MemoryError("no memory for the workspace of a run")

    def __dealloc__(self) -> None:
        release(self.w)

    def give_keys(self, keys) -> None:
        """Set the streams' keys of a seed."""
        self.keys = keys
        self.w.action_keys = <uint32_t *> address(keys["action"])
        self.w.effect_keys = <uint32_t *> address(keys["effect"])
        self.w.slot_keys = <uint32_t *> address(keys["slot"])

    def run(self, dict given, int64_t begin, int64_t end) -> int:
        """Simulate rows order[begin] to order[end]; returns the first that failed (if that stops), or how many there are."""
        cdef Orders o
        cdef Rows r
        cdef Kept source, target
        cdef int64_t failed, n
        n = take_orders(given, &o, &r, &source, &target)
        self.w.max_events = given["max_events"]
        with nogil:
            failed = run_rows(self.w, &o, r, begin, end, n, wanted_over)
        return failed

    def clone(self, dict given, int64_t count) -> None:
        """Give the first of the rows in the order, which have numbers and branches of their own, a future of their own."""
        cdef Orders o
        cdef Rows r
        cdef Kept source, target
        take_orders(given, &o, &r, &source, &target)
        with nogil:
            clone_rows(self.w, &o, r, count)

    def consumed(self, dict given, found) -> None:
        """Fill in the hazard consumed under the present targets, row by row."""
        cdef Orders o
        cdef Rows r
        cdef Kept source, target
        cdef double *T = <double *> address(found)
        n = take_orders(given, &o, &r, &source, &target)
        consumed_rows(&self.kernel.p, &source, o.laws, o.row_of, n, T)

    def rates(self, dict given, int32_t action, found) -> None:
        """Fill in the logarithm of an action's hazard per day, row by row."""
        cdef Orders o
        cdef Rows r
        cdef Kept source, target
        cdef double *rate = <double *> address(found)
        n = take_orders(given, &o, &r, &source, &target)
        rate_rows(&self.kernel.p, &source, o.laws, o.row_of, n, action, rate)

    def trace(self):
        """The last history, if it was traced: initial values, and events (time, action, outcome, changes)."""
        cdef int64_t i, j
        cdef TraceEvent e
        cdef Work *w = self.w
        events = []
        for i in range(w.n_trace):
            e = w.trace[i]
            changes = [(w.changes[j].slot, w.changes[j].old, w.changes[j].now) for j in range(e.change, e.change + e.changes)]
            events.append((e.time, e.action, e.outcome, changes))
        return [w.initial[i] for i in range(self.kernel.p.n_slots)], events


def law_value(laws, int number, str what, double x) -> float:
    """H, Hinv, S^-1, log f or log h of a prepared law, for the tests that compare the two transcriptions."""
    cdef Law *law = <Law *> address(laws[number : number + 1])
    if what == "hazard":
        return hazard(law, x)
    if what == "density":
        return log_density(law, x)
    if what == "rate":
        return log_hazard_rate(law, x)
    return inverse(law, x) if what == "inverse" else upper_quantile(law, x)


def draw(uint64_t replication, uint32_t occurrence, key, uint32_t last=0) -> tuple:
    """Uniforms a and b of one draw; the last word of its counter has branch and purpose."""
    cdef double a, b
    uniforms(replication, occurrence, last, <uint32_t *> address(key), &a, &b)
    return a, b


def draw_batch(replications, occurrences, last, key, a, b, int most) -> None:
    """Uniforms of eight draws at once, on plain (0), 256-bit (1) or 512-bit (2) registers if there are any."""
    cdef uint64_t *words = NULL if last is None else <uint64_t *> address(last)
    choose_registers(most)
    batch_uniforms(
        <uint64_t *> address(replications), <uint64_t *> address(occurrences), words, <uint32_t *> address(key),
        <double *> address(a), <double *> address(b),
    )
    choose_registers(2)


def scan_columns(due, when, which, int most) -> None:
    """The first of the smallest in each of eight columns, on plain (0), 256-bit (1) or 512-bit (2) registers."""
    choose_registers(most)
    scan(<double *> address(due), len(due), due.shape[1], <double *> address(when), <int64_t *> address(which))
    choose_registers(2)
