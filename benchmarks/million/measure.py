#!/usr/bin/env python3
"""Runs a command again and again; prints the median time and the greatest resident set.

usage: measure.py ROUNDS COMMAND...
"""
import os
import statistics
import sys
import time

rounds, words = int(sys.argv[1]), sys.argv[2:]
times, peak_kb = [], 0
for _ in range(rounds):
    started = time.perf_counter()
    child = os.fork()
    if child == 0:
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, 1)
        os.execvp(words[0], words)
    _, status, usage = os.wait4(child, 0)
    times.append((time.perf_counter() - started) * 1000)
    peak_kb = max(peak_kb, usage.ru_maxrss)
    if os.waitstatus_to_exitcode(status) not in (0, 1):
        sys.exit(f"{words}: exit status {os.waitstatus_to_exitcode(status)}")
print(f"{statistics.median(times):9.1f} ms {peak_kb / 1024:6.1f} MB  {' '.join(words[1:])}")
