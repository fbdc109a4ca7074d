"""Numbers with their uncertainty: sufficient statistics are kept, intervals are computed when asked for.

======================  =====================================================
`Rows`                  totals by row of parameters: one estimator for all
`Proportion`            how often yes
`Conditional`           how often yes, given a condition
`Mean`                  counts, durations, values, times
`Quantile`              below which number a share of histories lies
`Curve`                 by when, with a simultaneous band
`PairedDifference`      two variants, replication by replication
`draw_band`             over draws of uncertain parameters
`words`                 in the words of ICD 203
`givendata`             what each input explains of an output, from the histories at hand
`pickfreeze`            total effects where chance decides as well
`news`                  what a piece of news tells of an answer
`weights`               histories that do not all count alike
`resampled`             intervals from resampled rows
======================  =====================================================
"""

from negsim.estimates.bands import Band, draw_band, exact_range
from negsim.estimates.base import Estimate, Interval
from negsim.estimates.conditional import Conditional
from negsim.estimates.curves import Curve, CurvePoint, CurveQuantile, CurveRows
from negsim.estimates.means import Mean
from negsim.estimates.paired import PairedDifference
from negsim.estimates.printing import round_to_range
from negsim.estimates.proportions import Proportion
from negsim.estimates.quantiles import Quantile, quantile_of, weighted_quantile_of
from negsim.estimates.rows import Rows
from negsim.estimates.weights import check_effective, effective_number, weights_of
from negsim.estimates.words import words

__all__ = [
    "Band",
    "Conditional",
    "Curve",
    "CurvePoint",
    "CurveQuantile",
    "CurveRows",
    "Estimate",
    "Interval",
    "Mean",
    "PairedDifference",
    "Proportion",
    "Quantile",
    "Rows",
    "check_effective",
    "draw_band",
    "effective_number",
    "exact_range",
    "quantile_of",
    "round_to_range",
    "weighted_quantile_of",
    "weights_of",
    "words",
]
