#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Random programs whose threads run freely: MapSan's verdict on each map must be
what the model makes of what the threads saw (free.py).

    test/differential/run_free.py --prefix build/llvm-19 --programs 10000 --seed 7
        [--library libstdc++|libc++] [--level O0|O2] [--flags "..."] [--work DIR]

    ... --slow NAME     without this fast path of the runtime (or NAME+NAME, or `all`); `each`:
                        without all, and once more without each of them alone

A program that disagrees is written to the work folder with all that was observed;
it may not do so again. The last line counts.
"""

import os
import random
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import free
import handovers
import run_differential


def main():
    parser = run_differential.arguments(__doc__)
    options = run_differential.prepare(parser.parse_args())
    executor, vocabulary = run_differential.mapsan_executor(options)
    count = racy = silent = opened = 0
    bad = []
    for start in range(0, options.programs, 100):
        programs = [free.generate(random.Random("free/%d/%d" % (options.seed, i)), vocabulary,
                                  "%d.%d" % (options.seed, i))
                    for i in range(start, min(start + 100, options.programs))]
        texts = [p.text([None] * len(p.steps)) for p in programs]
        played = [(mode, zip(programs, texts, executor.run(texts, free=True, slow=mode)))
                  for mode in run_differential.slow_modes(options.slow) or [None]]
        for mode, (program, text, result) in ((m, p) for m, batch in played for p in batch):
            count += 1
            if result.failure:
                bad.append((program, text, result, "failed: " + result.failure, mode))
                continue
            reported = {m for m, _ in result.races}
            for m, verdict in free.Replay(program, result.observed).verdicts().items():
                racy += verdict.certain
                silent += verdict.excluded
                opened += not verdict.certain and not verdict.excluded
                if verdict.certain and m not in reported:
                    bad.append((program, text, result, "map %d races, and MapSan is silent" % m,
                                mode))
                elif verdict.excluded and m in reported:
                    bad.append((program, text, result,
                                "map %d does not race, and MapSan reports it" % m, mode))
    for program, text, result, why, mode in bad[:10]:
        path = os.path.join(options.work, "free-%s.txt" % program.name)
        with open(path, "w") as file:
            file.write(text)
            for step, seen in sorted(result.observed.items()):
                file.write("# observed %d %s\n" % (step, " ".join(map(str, seen))))
        print("program %s (%s)%s: %s" % (program.name, path, ", slow=" + mode if mode else "", why))
    print("%d programs, free: %d maps race, %d do not, %d open; %d disagreements" % (
        count, racy, silent, opened, len(bad)))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
