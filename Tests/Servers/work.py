"""Work without end, for tests that end it."""

import os
import subprocess
import sys
import time


def work_on(fifo):
    """Says into a FIFO again and again that it is running, and so does a child; returns where nobody listens."""
    try:
        pipe = os.open(fifo, os.O_WRONLY | os.O_NONBLOCK)
    except OSError:
        return
    script = f"import os, time\nwhile True:\n    os.write({pipe}, b'c')\n    time.sleep(0.01)"
    subprocess.Popen([sys.executable, "-c", script], pass_fds=[pipe])
    while True:
        os.write(pipe, b"p")
        time.sleep(0.01)
