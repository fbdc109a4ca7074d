"""What is asked of finished runs: answers, comparisons, reasons, stories. Nothing here looks inside an engine."""
