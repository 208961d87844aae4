#!/usr/bin/env python3
"""Runs a command again and again; prints medians of time and processor time, and the greatest resident set.

usage: measure.py ROUNDS COMMAND...
"""
import os
import statistics
import sys
import time

rounds, words = int(sys.argv[1]), sys.argv[2:]
times, processor, peak_kb = [], [], 0
for _ in range(rounds):
    started = time.perf_counter()
    child = os.fork()
    if child == 0:
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, 1)
        os.execvp(words[0], words)
    _, status, usage = os.wait4(child, 0)
    times.append((time.perf_counter() - started) * 1000)
    processor.append((usage.ru_utime + usage.ru_stime) * 1000)
    peak_kb = max(peak_kb, usage.ru_maxrss)
    if os.waitstatus_to_exitcode(status) not in (0, 1):
        sys.exit(f"{words}: exit status {os.waitstatus_to_exitcode(status)}")
middle, used = statistics.median(times), statistics.median(processor)
print(f"{middle:9.1f} ms ({used:.1f} ms of processor) {peak_kb / 1024:6.1f} MB  {' '.join(words[1:])}")
