"""Processes for races and faults, forked from a parent that has imported everything and opened nothing."""

import multiprocessing

forked = multiprocessing.get_context("forkserver")
forked.set_forkserver_preload(["tests.races.warm"])
