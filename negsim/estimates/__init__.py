"""Numbers with their uncertainty: sufficient statistics are kept, intervals are computed when asked for.

======================  =====================================================
`Proportion`            how often yes
`Conditional`           how often yes, given a condition
`Mean`                  counts, durations, values
`Curve`                 by when, with a simultaneous band
`PairedDifference`      two variants, replication by replication
`draw_band`             over draws of uncertain parameters
`words`                 in the words of ICD 203
======================  =====================================================
"""

from negsim.estimates.bands import Band, draw_band
from negsim.estimates.base import Estimate, Interval
from negsim.estimates.curves import Curve, CurvePoint, CurveQuantile
from negsim.estimates.means import Mean
from negsim.estimates.paired import PairedDifference
from negsim.estimates.proportions import Conditional, Proportion
from negsim.estimates.words import round_to_range, words, words_for_range

__all__ = [
    "Band",
    "Conditional",
    "Curve",
    "CurvePoint",
    "CurveQuantile",
    "Estimate",
    "Interval",
    "Mean",
    "PairedDifference",
    "Proportion",
    "draw_band",
    "round_to_range",
    "words",
    "words_for_range",
]
