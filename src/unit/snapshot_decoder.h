// The state of reading one snapshot, private to unit/. Members are defined in snapshot_types.cpp (types and
// values), snapshot_names.cpp (what names refer to) and snapshot_reader.cpp (definitions and the document).
//
// Members return something harmless after an error; the first error is kept, with its place in the document.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "unit/implementation.h"
#include "unit/snapshot_reader.h"

namespace warpsmith {

/// A value of the document and the way to it, for messages.
struct SnapshotNode {
  const nlohmann::json* json;
  std::string path;
};

class SnapshotDecoder {
 public:
  SnapshotDecoder(Unit& unit, const SnapshotOptions& options, DiagnosticSink& sink)
      : unit_(unit), implementation_(unit.implementation()), options_(options), sink_(sink) {}
  Status Run(std::string_view text);

 private:
  using Node = SnapshotNode;

  // ---- access ----
  void Damaged(const Node& node, std::string_view what);
  [[nodiscard]] bool failed() const { return error_.has_value(); }
  Node Field(const Node& object, const char* name);
  Node Element(const Node& array, size_t index);
  std::string String(const Node& node);
  bool Bool(const Node& node);
  int64_t Integer(const Node& node, int64_t low, int64_t high);
  /// The number of elements of an array or object.
  size_t Size(const Node& array);
  [[nodiscard]] bool IsObject(const Node& node);

  // ---- snapshot_types.cpp ----
  void ReadTypes(const Node& types, const Node& structs);
  TypeId ReadType(const Node& node, const Node& structs);
  TypeId ReadComposite(const Node& node, std::string_view kind);
  TypeId ReadArray(const Node& node, std::string_view kind);
  TypeId ReadNative(const Node& node);
  TypeId ReadTile(const Node& node);
  TypeId ReadTuple(const Node& node);
  TypeId ReadStruct(const Node& node);
  TypeId TypeReference(const Node& node);
  Digest ReadDigest(const Node& node);
  ConstantId ReadConstant(const Node& node, int depth);
  Constant ReadScalar(const Node& node, TypeId type);
  void ReadDigits(const Node& node, Constant& constant);
  ConstantId ReadComposed(const Node& node, TypeId type);
  ConstantId ReadStructInstance(const Node& node, int depth);
  double ReadFloat(const Node& node);
  void ReadInt(const Node& node, Constant& constant);

  // ---- snapshot_names.cpp ----
  Object ReadObject(const Node& node, int depth = 0);
  Object ReadExternal(const Node& node);
  Object ReadNamespace(const Node& node, int depth);
  Object ReadFunctionObject(const Node& node, int depth);
  void ReadNames(const Node& node, NameTable& names, int depth);
  Object Unknown(std::string_view reason);

  // ---- snapshot_reader.cpp ----
  void ReadDocument(const Node& root);
  void ReadModuleOptions(const Node& targets);
  void ReadLinkResults(const Node& results);
  void LinkCompanions(const Node& node, FunctionId id);
  void ReadFunctionSets(const Node& sets, const Node& functions);
  void FindUnsupportedSets(const Node& sets, const Node& functions);
  FunctionDefinition ReadFunction(const Node& node);
  void ReadKernel(const Node& node);
  void ReadKernelOptions(const Node& node, KernelDefinition& kernel);
  void ReadDefinition(const Node& node, Definition& definition);
  void ReadSource(const Node& node, Definition& definition);
  void ReadLines(const Node& lines, Definition& definition);
  void ReadParameters(const Node& node, Definition& definition);
  void ReadLoopNames(const Node& node, Definition& definition);
  void ReadStatics(const Node& node, Definition& definition);
  [[nodiscard]] NodeId FindCall(const Definition& definition, Span span) const;

  Unit& unit_;
  Unit::Implementation& implementation_;
  const SnapshotOptions& options_;
  DiagnosticSink& sink_;
  std::optional<std::string> error_;
  std::vector<TypeId> types_;
  std::vector<bool> structs_read_;
  std::vector<std::string> unsupported_sets_;  // why a function set cannot be called; empty: it can
};

}  // namespace warpsmith
