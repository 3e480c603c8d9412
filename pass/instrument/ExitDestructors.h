// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Maps of static and thread storage: their destructors are not called by the
// program but handed to the C++ runtime, by address.

#ifndef MAPSAN_PASS_INSTRUMENT_EXITDESTRUCTORS_H
#define MAPSAN_PASS_INSTRUMENT_EXITDESTRUCTORS_H

namespace llvm {
class Module;
} // namespace llvm

namespace mapsan {

class CatalogMatcher;

// A function that calls the destructor is handed over in its place, at the line
// of the variable, where the call gets its hooks like any other (Itanium C++
// ABI 3.3.6.3, __cxa_atexit; __cxa_thread_atexit). Before hooks are looked for.
void callExitDestructors(llvm::Module &M, CatalogMatcher &Matcher);

} // namespace mapsan

#endif // MAPSAN_PASS_INSTRUMENT_EXITDESTRUCTORS_H
