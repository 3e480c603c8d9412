// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The names of types and functions as a person writes them.

#ifndef MAPSAN_PASS_ANALYSIS_TYPENAMES_H
#define MAPSAN_PASS_ANALYSIS_TYPENAMES_H

#include "llvm/ADT/StringRef.h"
#include "llvm/IR/Function.h"
#include <string>

namespace mapsan {

// "std::__1::map<int, std::__1::basic_string<char, ...>, std::__1::less<int>,
// ...>" -> "std::map<int, std::string>".
std::string shortTypeName(llvm::StringRef Demangled);

// "Server::login", without template arguments and parameters.
std::string functionName(const llvm::Function &F);

} // namespace mapsan

#endif // MAPSAN_PASS_ANALYSIS_TYPENAMES_H
