// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Tells the runtime of accesses to elements of maps.

#include "ElementHooks.h"
#include "DebugLocations.h"
#include "MapHooks.h"

using namespace llvm;

namespace mapsan {

// The runtime looks at no more (kElementBytes there).
static const uint64_t MostBytes = 1 << 20;

static SiteText describeUse(const ElementUse &Use, const DebugLoc &Where) {
  const HandleOrigin &From = Use.Origin.From;
  SiteText Text;
  if (From.Call) {
    Text = describeOperation(*From.Call, *From.Does, From.map(), Where);
  } else {
    Text = describePlace(*Use.At->getFunction(), Where);
    Text.Type = Use.Origin.TypeText;
  }
  Text.Operation = Use.Write ? "write to an element" : "read of an element";
  Text.Element = true;
  return Text;
}

void hookElement(const ElementUse &Use, Callbacks &Calls, Descriptors &Data) {
  IRBuilder<> Builder(Use.At);
  const DebugLoc Where = hookLocation(*Use.At);
  Builder.SetCurrentDebugLocation(Where);
  MapArgument Map;
  Map.Of = Use.Origin.Of;
  if (Use.Origin.From.Call)
    Map = Use.Origin.From.map();
  Map.Effect = Use.Write ? MapsanEffectWrite : MapsanEffectRead;
  Map.By = Evidence::None;
  Map.Become = Elements::Counted;
  Map.Secondary = Map.Iterates = false;
  const uint32_t Writes = Use.Write ? MAPSAN_ELEMENT_WRITE : 0;
  Value *What =
      Builder.getInt32(uint32_t(std::min(Use.Size, MostBytes)) | Writes);
  if (Use.Length)
    What = Builder.CreateOr(
        Builder.CreateTrunc(
            Builder.CreateBinaryIntrinsic(
                Intrinsic::umin, Use.Length,
                ConstantInt::get(Use.Length->getType(), MostBytes)),
            Builder.getInt32Ty()),
        Builder.getInt32(Writes));
  Calls.call(Builder, Callback::element_used,
             {Use.Address, What,
              Data.site(*Use.At->getFunction(), Map, describeUse(Use, Where))});
}

} // namespace mapsan
