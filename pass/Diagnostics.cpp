// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Warnings of the pass.

#include "Diagnostics.h"
#include "llvm/IR/DiagnosticInfo.h"
#include "llvm/IR/DiagnosticPrinter.h"

using namespace llvm;

namespace mapsan {

namespace {

class Warning : public DiagnosticInfo {
public:
  explicit Warning(StringRef Text)
      : DiagnosticInfo(kind(), DS_Warning), Text(Text) {}
  void print(DiagnosticPrinter &Printer) const override {
    Printer << "MapSan: " << Text;
  }

private:
  static int kind() {
    static const int Kind = getNextAvailablePluginDiagnosticKind();
    return Kind;
  }
  StringRef Text;
};

} // namespace

void warn(LLVMContext &C, StringRef Text) { C.diagnose(Warning(Text)); }

} // namespace mapsan
