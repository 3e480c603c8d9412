// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Dependences between tasks: see mapsan_ompt_dependences.h.

#include "mapsan_ompt_dependences.h"

namespace __mapsan {
namespace ompt {

static constexpr Rule kRule = Rule::omp_depend;

void Dependences::Set(Siblings *siblings, const Dependence *list, int count) {
  if (count <= 0 || uses_)
    return;
  uses_ = static_cast<Use *>(RuntimeAlloc(count * sizeof(Use)));
  for (int i = 0; i < count; i++) {
    if (list[i].type == kOutAllMemory || list[i].type == kInOutAllMemory)
      all_memory_ = true;
    else
      uses_[count_++] = {siblings->variables.Find(list[i].variable.value),
                         list[i].type};
  }
}

void Dependences::Draw(Event *event, Siblings *siblings) const {
  if (!uses_)
    return;
  event->Draw(kRule, all_memory_ ? &siblings->any : &siblings->all_memory);
  for (u32 i = 0; i < count_; i++) {
    Variable *variable = uses_[i].variable;
    event->Draw(kRule, &variable->out);
    if (uses_[i].type != kInOutSet)
      event->Draw(kRule, &variable->set);
    if (uses_[i].type != kIn)
      event->Draw(kRule, &variable->in);
  }
}

void Dependences::Publish(Event *event, Siblings *siblings) const {
  if (!uses_)
    return;
  event->Publish(kRule, &siblings->any);
  if (all_memory_)
    event->Publish(kRule, &siblings->all_memory);
  for (u32 i = 0; i < count_; i++) {
    Variable *variable = uses_[i].variable;
    event->Publish(kRule, uses_[i].type == kIn         ? &variable->in
                          : uses_[i].type == kInOutSet ? &variable->set
                                                       : &variable->out);
  }
}

void Dependences::Clear() {
  RuntimeFree(uses_);
  uses_ = nullptr;
  count_ = 0;
}

} // namespace ompt
} // namespace __mapsan
