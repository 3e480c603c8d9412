// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Names of functions as a report prints them, and whose frames are folded.

#include "report/mapsan_names.h"

#include <gtest/gtest.h>

namespace __mapsan {
namespace {

std::string Short(const char *demangled) {
  TextArena arena;
  const char *result = ShortFunction(&arena, demangled);
  return result ? result : "(null)";
}

TEST(ReportNames, ParametersAndQualifiersGo) {
  EXPECT_EQ(Short("Server::touch(int, char const*)"), "Server::touch");
  EXPECT_EQ(Short("Server::has(Key const&) const"), "Server::has");
  EXPECT_EQ(Short("Server::move() &&"), "Server::move");
  EXPECT_EQ(Short("f(int) [clone .cold]"), "f");
  EXPECT_EQ(Short("f(int) const [clone .isra.0]"), "f");
  EXPECT_EQ(Short("run(void (*)(int), int)"), "run");
  EXPECT_EQ(Short("main"), "main");
  EXPECT_EQ(Short("c_function"), "c_function");
}

TEST(ReportNames, ReturnTypesGo) {
  EXPECT_EQ(Short("void touch<int>(int)"), "touch<int>");
  EXPECT_EQ(Short("std::map<int, int> const& get<1>(int)"), "get<1>");
  EXPECT_EQ(Short("int* find<char>(char)"), "find<char>");
}

TEST(ReportNames, OperatorsStay) {
  EXPECT_EQ(Short("main::$_0::operator()() const"), "main::$_0::operator()");
  EXPECT_EQ(Short("Key::operator()"), "Key::operator()");
  EXPECT_EQ(Short("operator<(Key const&, Key const&)"), "operator<");
  EXPECT_EQ(Short("Key::operator<<(int)"), "Key::operator<<");
  EXPECT_EQ(Short("Key::operator bool() const"), "Key::operator bool");
  EXPECT_EQ(Short("operator new(unsigned long)"), "operator new");
  EXPECT_EQ(Short("bool operator==<int>(A<int> const&)"), "operator==<int>");
}

TEST(ReportNames, LambdasAndUnnamedNamespaces) {
  EXPECT_EQ(Short("(anonymous namespace)::touch(int)"), "touch");
  EXPECT_EQ(Short("main::'lambda'(int)::operator()(int) const"),
            "main::'lambda'::operator()");
  EXPECT_EQ(Short("auto A<(anonymous namespace)::B>::f(int) const::"
                  "'lambda0'(auto)::operator()<int>(int) const"),
            "A<B>::f::'lambda0'::operator()<int>");
  EXPECT_EQ(Short("f()::{lambda(int)#1}::operator()(int) const"),
            "f::{lambda(int)#1}::operator()");
  EXPECT_EQ(Short("call<void (*)(int)>(void (*)(int))"), "call<void (*)(int)>");
  EXPECT_EQ(Short("Key::operator()(int)::'lambda'()::operator()() const"),
            "Key::operator()::'lambda'::operator()");
}

TEST(ReportNames, StandardNamesAreShort) {
  EXPECT_EQ(Short("Cache<std::__cxx11::basic_string<char, "
                  "std::char_traits<char>, std::allocator<char> > >::put(int)"),
            "Cache<std::string >::put");
  EXPECT_EQ(Short("std::__1::swap(int&, int&)"), "std::swap");
}

TEST(ReportNames, LongTemplateArgumentsAreCut) {
  EXPECT_EQ(
      Short("Table<std::pair<int, int>, std::pair<long, long>, "
            "std::pair<char, char>, std::pair<short, short> >::insert(int)"),
      "Table<...>::insert");
}

TEST(ReportNames, OddInputIsKept) {
  EXPECT_EQ(Short("Index::build(int) (.omp_outlined_debug__)"), "Index::build");
  EXPECT_EQ(Short("Index::build(int) const (.omp_outlined.3)"), "Index::build");
  EXPECT_EQ(Short("main.omp_outlined"), "main");
  EXPECT_EQ(Short(".omp_outlined."), "OpenMP task");
  EXPECT_EQ(Short(nullptr), "(null)");
  EXPECT_EQ(Short(""), "(null)");
  EXPECT_EQ(Short("(unknown)"), "(unknown)");
  EXPECT_EQ(Short("f<"), "f<");
  EXPECT_EQ(Short(")"), ")");
  EXPECT_EQ(Short("<>"), "<>");
  EXPECT_EQ(Short(" "), " ");
}

TEST(ReportNames, LibraryFrames) {
  EXPECT_TRUE(IsLibraryFrame("std::thread::join", nullptr, nullptr));
  EXPECT_TRUE(IsLibraryFrame("start_thread", nullptr, nullptr));
  EXPECT_TRUE(IsLibraryFrame("mapsan_map_read", nullptr, nullptr));
  EXPECT_TRUE(IsLibraryFrame("f", "/usr/include/c++/12/map", nullptr));
  EXPECT_TRUE(IsLibraryFrame(nullptr, nullptr, "/lib/libstdc++.so.6"));
  EXPECT_TRUE(
      IsLibraryFrame(nullptr, nullptr, "/lib/x86_64-linux-gnu/libc.so.6"));
  EXPECT_FALSE(IsLibraryFrame("Server::touch", "server.cpp", "/bin/server"));
  EXPECT_FALSE(IsLibraryFrame("stdlike::f", nullptr, nullptr));
  EXPECT_FALSE(IsLibraryFrame("cloned", nullptr, nullptr));
  EXPECT_FALSE(IsLibraryFrame("f", "/usr/include/httplib.h", nullptr));
  EXPECT_FALSE(IsLibraryFrame(nullptr, nullptr, "/opt/libcache.so"));
}

TEST(ReportNames, SystemFiles) {
  EXPECT_TRUE(IsSystemFile("/usr/include/httplib.h"));
  EXPECT_TRUE(IsSystemFile("/opt/llvm/include/c++/v1/map"));
  EXPECT_FALSE(IsSystemFile("/usr/src/server/server.cpp"));
  EXPECT_FALSE(IsSystemFile("server.cpp"));
  EXPECT_FALSE(IsSystemFile(nullptr));
}

} // namespace
} // namespace __mapsan
