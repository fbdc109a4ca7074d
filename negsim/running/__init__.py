"""The only place that joins scenario, engine and workers."""
