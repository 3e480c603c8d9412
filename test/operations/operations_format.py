# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""lit's view of the table of operations: a test for each container and build."""

import os
import sys

import lit.formats
import lit.Test
import lit.util

import variants

HERE = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(HERE, "../../cmake/llvm-versions.txt")) as file:
    FIRST_LLVM = next(line.strip() for line in file if line.strip().isdigit())


class OperationsFormat(lit.formats.ShTest):
    """The .test and .cpp files of the folder, and a generated test for each
    container and build. `substitutions` are the configuration's."""

    def __init__(self, substitutions):
        super().__init__(execute_external=True)
        self.substitutions = dict(substitutions)

    def getTestsInDirectory(self, suite, path, lit_config, local_config):
        yield from super().getTestsInDirectory(suite, path, lit_config, local_config)
        if os.path.samefile(suite.getSourcePath(path), HERE):
            # What the pass makes of other libraries is tested in full with the
            # first LLVM.
            sample = ("full" not in local_config.available_features
                      or local_config.llvm_version != FIRST_LLVM)
            everything = lit_config.params.get("levels") == "all"
            for names in variants.at_all_levels() if everything else variants.generated_tests(sample):
                yield lit.Test.Test(suite, path + ("-".join(names),), local_config)

    def execute(self, test, lit_config):
        name = test.path_in_suite[-1]
        if os.path.exists(test.getSourcePath()):
            return super().execute(test, lit_config)
        library, variant, level, container = name.split("-")
        flags = ""
        if library == "libc++":
            if "libcxx" not in test.config.available_features:
                return lit.Test.Result(lit.Test.UNSUPPORTED, "there is no libc++ of this LLVM")
            flags = self.substitutions[r"%libcxx_flags\b"]
        command = [sys.executable, "-B", os.path.join(HERE, "run_operations.py")]
        command += ["--prefix", self.substitutions[r"%mapsan_prefix\b"]]
        command += ["--container", container, "--library", library]
        command += ["--level", level, "--variant", variant]
        command += ["--cache", test.config.cache_dir]
        if variant in variants.NEEDS_BOOST_181 and not os.path.isdir(
                os.path.join(test.config.cache_dir, "boost-1.81")):
            return lit.Test.Result(lit.Test.UNSUPPORTED, "scripts/setup did not fetch Boost 1.81")
        command += ["--flags=" + flags, "--work", os.path.dirname(test.getExecPath())]
        try:
            output, errors, status = lit.util.executeCommand(
                command, env=test.config.environment,
                timeout=lit_config.maxIndividualTestTime)
        except lit.util.ExecuteCommandTimeoutException as timeout:
            return lit.Test.Result(lit.Test.TIMEOUT, timeout.out + timeout.err)
        if status:
            return lit.Test.Result(lit.Test.FAIL, output + errors)
        return lit.Test.PASS, ""
