# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# lit's configuration for everything below test/. What differs from build tree
# to build tree comes from its lit.site.cfg.py, which loads this file; the
# launcher <build tree>/mapsan-lit finds the way here from a test's path.
#
#   build/llvm-19/mapsan-lit test/pass test/runtime/some-race.cpp
#
# Substitutions:
#   %mapsan-clangxx %mapsan-clang   the wrappers of this build tree
#   %clangxx %clang                 the plain compilers of its LLVM version
#   %opt %mapsan_pass               opt, and the plugin's path for it
#   %FileCheck %not                 LLVM's test tools
#   %llvm_version                   19, 22
#   %libcxx_flags                   compile and link against this LLVM's libc++
#   %openmp_flags                   OpenMP, with this LLVM's libomp
#   %mapsan_prefix %mapsan_runtime  the build tree as a prefix; its archive
#   %run-env                        env, with what a test program needs to run
# Features: llvm-19, llvm-22, libcxx, openmp, full (absent in scripts/check --quick).

import os

import lit.formats

config.name = "MapSan-" + config.llvm_version
# bash, so that a test may say what a person would type.
config.test_format = lit.formats.ShTest(execute_external=True)
config.suffixes = [".c", ".cpp", ".cppm", ".ll", ".test"]

# The root is the repository's, as `lit test/pass` looks for the configuration
# in the folders above the test.
config.test_source_root = os.path.dirname(os.path.abspath(__file__))
config.test_exec_root = config.mapsan_prefix
# Base names, at every depth: sources that tests use, not tests of their own.
config.excludes = ["Inputs", "support", "unit", "bench", "examples", "docs"]


def tool(name):
    path = os.path.join(config.llvm_tools_dir, name)
    if not os.path.exists(path):
        lit_config.fatal("%s is missing: run scripts/setup." % path)
    return path


def libcxx_flags():
    """Flags for this LLVM's libc++ as scripts/setup unpacked it, or None."""
    root = os.path.join(config.libcxx_dir, "usr/lib/llvm-" + config.llvm_version)
    headers = os.path.join(root, "include/c++/v1")
    libraries = os.path.join(root, "lib")
    if not os.path.exists(os.path.join(headers, "map")):
        return None
    # -stdlib=libc++ makes clang put -lc++ behind the objects, where an archive
    # must be (LLVM 22's libc++ comes as archives only: see scripts/setup).
    flags = ["--start-no-unused-arguments", "-stdlib=libc++", "-nostdinc++"]
    flags += ["-isystem", headers, "-L" + libraries, "-Wl,-rpath," + libraries]
    return " ".join(flags + ["--end-no-unused-arguments"])


def openmp_flags():
    """Flags for this LLVM's libomp as scripts/setup unpacked it, or None."""
    root = os.path.join(config.openmp_dir, "usr/lib/llvm-" + config.llvm_version)
    libraries = os.path.join(root, "lib")
    headers = os.path.join(libraries, "clang", config.llvm_version, "include")
    if not os.path.exists(os.path.join(headers, "omp.h")):
        return None
    flags = ["--start-no-unused-arguments", "-fopenmp", "-isystem", headers]
    flags += ["-L" + libraries, "-Wl,-rpath," + libraries]
    return " ".join(flags + ["--end-no-unused-arguments"])


wrapper = os.path.join(config.mapsan_prefix, "bin", "mapsan-clang")
runtime = os.path.join(config.mapsan_prefix, "lib", "libmapsan_rt.a")
substitutions = [
    (r"%mapsan-clangxx\b", wrapper + "++"),
    (r"%mapsan-clang\b", wrapper),
    (r"%clangxx\b", config.clangxx),
    (r"%clang\b", config.clang),
    (r"%opt\b", tool("opt")),
    (r"%FileCheck\b", tool("FileCheck")),
    (r"%not\b", tool("not")),
    (r"%mapsan_pass\b", os.path.join(config.mapsan_prefix, "lib", "libMapSanPass.so")),
    (r"%mapsan_prefix\b", config.mapsan_prefix),
    (r"%mapsan_runtime\b", runtime),
    (r"%mapsan_source\b", config.test_source_root),
    (r"%llvm_version\b", config.llvm_version),
    (r"%llvm_tools\b", config.llvm_tools_dir),
    (r"%run-env\b", "env"),
]

config.available_features.add("llvm-" + config.llvm_version)
if lit_config.params.get("quick", "0") != "1":
    config.available_features.add("full")
flags = libcxx_flags()
if flags:
    config.available_features.add("libcxx")
    substitutions.append((r"%libcxx_flags\b", flags))
elif lit_config.params.get("require_libcxx", "0") == "1":
    lit_config.fatal("libc++ is not in %s: run scripts/setup." % config.libcxx_dir)
flags = openmp_flags()
if flags:
    config.available_features.add("openmp")
    substitutions.append((r"%openmp_flags\b", flags))
elif lit_config.params.get("require_libcxx", "0") == "1":
    lit_config.fatal("libomp is not in %s: run scripts/setup." % config.openmp_dir)
config.substitutions.extend(substitutions)

# Tests see this environment and nothing else of the caller's: MAPSAN_OPTIONS
# of somebody's shell must not decide about a test.
config.environment = {
    name: os.environ[name]
    for name in ("HOME", "TMPDIR", "CCACHE_DIR", "XDG_CACHE_HOME", "MAPSAN_BUILD_DIR",
                 "MAPSAN_CACHE_DIR", "MAPSAN_JOBS")
    if name in os.environ
}
# llvm-symbolizer, FileCheck and not by their plain names.
config.environment["PATH"] = os.pathsep.join(
    [config.llvm_tools_dir, os.environ.get("PATH", "/usr/bin:/bin")]
)

config.environment["LC_ALL"] = "C"

# A hang is a failure like any other.
lit_config.maxIndividualTestTime = int(lit_config.params.get("timeout", "300"))
