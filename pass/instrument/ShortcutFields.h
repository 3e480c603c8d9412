// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Reads and writes what a thread's shortcuts say, in emitted code: the
// structure that include/mapsan/callbacks.inc lays out.

#ifndef MAPSAN_PASS_INSTRUMENT_SHORTCUTFIELDS_H
#define MAPSAN_PASS_INSTRUMENT_SHORTCUTFIELDS_H

#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/Module.h"

namespace mapsan {

namespace shortcut_field {
enum : unsigned {
#define MAPSAN_SHORTCUT_FIELD(Type, Name) Name,
#include "mapsan/callbacks.inc"
};
} // namespace shortcut_field

class ShortcutFields {
public:
  explicit ShortcutFields(llvm::Module &M);

  // Where the calling thread's are.
  llvm::Value *own(llvm::IRBuilder<> &Builder) const;

  // Of the thread's own, which others may read but never write. `Index`: into a
  // table.
  llvm::Value *load(llvm::IRBuilder<> &Builder, llvm::Value *Own,
                    unsigned Field, llvm::Value *Index = nullptr) const;
  // Of a table, where an address has its place.
  static llvm::Value *index(llvm::IRBuilder<> &Builder, llvm::Value *Address,
                            unsigned Entries);
  // Others may write it, or order what comes after it.
  llvm::Value *loadAtomic(llvm::IRBuilder<> &Builder, llvm::Value *Own,
                          unsigned Field, llvm::Value *Index = nullptr) const;
  void
  store(llvm::IRBuilder<> &Builder, llvm::Value *What, llvm::Value *Own,
        unsigned Field,
        llvm::AtomicOrdering Order = llvm::AtomicOrdering::Monotonic) const;

private:
  llvm::Value *place(llvm::IRBuilder<> &Builder, llvm::Value *Own,
                     unsigned Field, llvm::Value *Index) const;

  llvm::Module &M;
  llvm::StructType *Layout;
};

// What another sanitizer is not to look at.
template <class Instruction> Instruction *quiet(Instruction *I) {
  I->setMetadata(llvm::LLVMContext::MD_nosanitize,
                 llvm::MDNode::get(I->getContext(), {}));
  return I;
}

} // namespace mapsan

#endif // MAPSAN_PASS_INSTRUMENT_SHORTCUTFIELDS_H
