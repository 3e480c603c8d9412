// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A YAML document as a tree, read with LLVM's YAML parser.

#include "YamlTree.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Support/YAMLParser.h"

using namespace llvm;

namespace mapsan {

namespace {

// yaml::Stream hands its nodes out once, in document order.
class TreeBuilder {
public:
  TreeBuilder(SourceMgr &Sources, YamlErrorHandler Error)
      : Sources(Sources), Error(Error) {}

  bool Failed = false;

  YamlNode build(yaml::Node *N) {
    YamlNode Out;
    if (!N)
      return Out;
    SMLoc Start = N->getSourceRange().Start;
    if (Start.isValid())
      std::tie(Out.Line, Out.Column) = Sources.getLineAndColumn(Start);
    if (auto *S = dyn_cast<yaml::ScalarNode>(N)) {
      SmallString<64> Storage;
      Out.Is = YamlNode::Scalar;
      Out.Text = S->getValue(Storage).str();
    } else if (auto *B = dyn_cast<yaml::BlockScalarNode>(N)) {
      Out.Is = YamlNode::Scalar;
      Out.Text = B->getValue().str();
    } else if (auto *Q = dyn_cast<yaml::SequenceNode>(N)) {
      Out.Is = YamlNode::Sequence;
      for (yaml::Node &Item : *Q)
        Out.Items.push_back(build(&Item));
    } else if (auto *M = dyn_cast<yaml::MappingNode>(N)) {
      Out.Is = YamlNode::Mapping;
      for (yaml::KeyValueNode &KV : *M) {
        YamlNode Key = build(KV.getKey());
        Out.Entries.emplace_back(std::move(Key), build(KV.getValue()));
      }
    } else if (isa<yaml::AliasNode>(N)) {
      Failed = true;
      Error(Out.Line, Out.Column, "YAML aliases are not supported");
    }
    return Out;
  }

private:
  SourceMgr &Sources;
  YamlErrorHandler Error;
};

struct SyntaxError {
  unsigned Line = 0, Column = 0;
  std::string Reason;
};

// The parser may report one fault several times; the first is the cause.
void keepFirst(const SMDiagnostic &D, void *Context) {
  auto *First = static_cast<SyntaxError *>(Context);
  if (!First->Reason.empty())
    return;
  First->Line = D.getLineNo() > 0 ? D.getLineNo() : 0;
  First->Column = D.getColumnNo() + 1; // counts from zero, -1 is unknown
  First->Reason = D.getMessage().str();
}

} // namespace

bool parseYaml(MemoryBufferRef Buffer, YamlNode &Root, YamlErrorHandler Error) {
  SourceMgr Sources;
  SyntaxError First;
  Sources.setDiagHandler(keepFirst, &First);
  yaml::Stream Stream(Buffer, Sources, /*ShowColors=*/false);
  TreeBuilder Builder(Sources, Error);
  auto Document = Stream.begin();
  if (Document != Stream.end() && !Stream.failed())
    Root = Builder.build(Document->getRoot());
  if (Stream.failed() || !First.Reason.empty()) {
    Error(First.Line, First.Column,
          First.Reason.empty() ? "not YAML" : First.Reason);
    return false;
  }
  if (Root.Is != YamlNode::Null && ++Document != Stream.end()) {
    const YamlNode Second = Builder.build(Document->getRoot());
    if (Second.Is != YamlNode::Null)
      Error(Second.Line, Second.Column,
            "only the first YAML document of a file is read");
  }
  return !Builder.Failed;
}

} // namespace mapsan
