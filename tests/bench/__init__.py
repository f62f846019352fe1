"""`make bench`: how long the verbs take over the JSON door, as ratios to a bare route of the same server."""
