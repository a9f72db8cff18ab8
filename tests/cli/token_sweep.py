#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""token_sweep.py calls FIRST STEP RULE CODE COMMAND...
token_sweep.py plans COMMAND...

Runs `ctlsmith COMMAND...` in the folder at hand, through the shim of
tests/shim/p11, again and again: while RULE (fail-nth-call, fail-after-nth-call)
makes call FIRST of the module return CODE, then FIRST + STEP, and so on to the
last; or once with each line of the standard input as the plan. Ends with 1, and
says why, where one run ends as none may; see judge(). A script of its own, since
bats would look at each of its many steps."""
import json
import os
import subprocess
import sys

# What only gives back: where it fails, the command may say so or not.
QUIET = {"C_Finalize", "C_CloseSession", "C_Logout", "C_FindObjectsFinal"}


class Run:
    """One run, and what is left of it."""

    def __init__(self, command, plan):
        with open("plan", "w", encoding="utf-8") as f:
            f.write(plan.replace(";", "\n") + "\n")
        with open("trace", "w", encoding="utf-8"):
            pass
        done = subprocess.run(
            [os.environ["CTLSMITH"], *command, "--module",
             os.environ["MODULE"]],
            stdin=subprocess.DEVNULL, capture_output=True, timeout=60,
            check=False)
        self.command, self.plan = command, plan
        self.status = done.returncode
        self.out, self.err = done.stdout.decode(), done.stderr.decode()
        with open("trace", encoding="utf-8") as f:
            self.trace = [line.split() for line in f]

    def faulty(self):
        """The function that the fault came to, or None."""
        for call in self.trace:
            if any(word.startswith("fault=") for word in call):
                return call[1]
        return None

    def need(self, holds, what):
        """Ends all, unless it holds."""
        if holds:
            return
        print(f"{' '.join(self.command)} with {self.plan}: {what}")
        print(f"--- exit status {self.status}, fault in {self.faulty()}")
        print(f"--- standard output:\n{self.out}--- standard error:")
        print(self.err)
        sys.exit(1)

    def head(self):
        """The words of the line above a table's rows."""
        lines = [s.split() for s in self.out.splitlines() if s.isupper()]
        return lines[:1]


def is_whole(run, clean):
    """Nothing is printed in part."""
    if "--json" in run.command:
        return isinstance(json.loads(run.out), type(json.loads(clean.out)))
    return run.out.endswith("\n") and run.head() in ([], clean.head())


def judge(run, clean):
    """What holds of every run."""
    run.need(run.faulty(), "the fault never came")
    run.need(run.status in (0, 1, 4), "a wrong end")
    began = [c for c in run.trace if c[1] == "C_Initialize" and c[2] == "0x0"]
    run.need(not began or run.trace[-1][1] == "C_Finalize",
             "the module is not finalised")
    for line in run.err.splitlines():
        run.need(line.startswith("ctlsmith: "), "a raw message")
    run.need(not run.out or is_whole(run, clean), "a part of the output")
    run.need(run.out or run.err, "no word")


def judge_code(run, clean, code):
    """What holds where a call failed: it is named, or made no difference."""
    judge(run, clean)
    function = run.faulty()
    said = run.err + run.out
    if run.status != 0 or (run.out != clean.out and function not in QUIET):
        run.need(f"({function}: " in said, "the function is not named")
        run.need(code in said, "the code is not named")


def main():
    """All of it."""
    plans, code, command = None, None, sys.argv[2:]
    if sys.argv[1] == "calls":
        first, step, rule, code = sys.argv[2:6]
        command = sys.argv[6:]
    else:
        plans = [line.strip() for line in sys.stdin]
    clean = Run(command, "")
    clean.need(clean.status == 0 and not clean.err, "not even without a fault")
    if code is not None:
        last = len(clean.trace)
        plans = [f"{rule} {n} {code}"
                 for n in range(int(first), last + 1, int(step))]
    for plan in plans:
        run = Run(command, plan)
        if code is not None:
            judge_code(run, clean, code)
        else:
            judge(run, clean)
    print(f"{' '.join(command)}: {len(plans)} runs")
    sys.exit(0 if plans else 1)


main()
