// The insides of a unit, shared by its readers. Private to unit/.
//
// Names map to objects through NameTables; where a table came from (a file that was read, a snapshot) makes
// no difference to who looks names up.
#pragma once

#include <array>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "source/source_buffer.h"
#include "unit/hashes.h"
#include "unit/unit.h"

namespace warpsmith {

/// Names and what they refer to, in order of first assignment.
class NameTable {
 public:
  [[nodiscard]] const Object* Find(SymbolId name) const {
    if (slots_.empty()) {
      for (const auto& [entry, object] : entries_)
        if (entry == name) return &object;
      return nullptr;
    }
    if (name.index >= slots_.size() || slots_[name.index] == 0) return nullptr;
    return &entries_[slots_[name.index] - 1].second;
  }
  void Set(SymbolId name, const Object& object);
  void Erase(SymbolId name) {
    if (const Object* found = Find(name)) *const_cast<Object*>(found) = Object();
  }
  [[nodiscard]] const std::vector<std::pair<SymbolId, Object>>& entries() const { return entries_; }

 private:
  static constexpr size_t kLinearLimit = 8;
  std::vector<std::pair<SymbolId, Object>> entries_;
  std::vector<uint32_t> slots_;  // by symbol: 1 + index of the entry; empty while there are few
};

enum class NamespaceKind : uint8_t {
  Class,  // the body of a class, or an enumeration
  Math,
  Numpy,
  Typing,
  Enum,
  Functools,
  WarpTypes,   // warp.types
  WarpConfig,  // warp.config; the table holds what the file assigned
  Module,      // a Python file: `scope` holds its names, which it may still have to be read for
  Opaque,      // a module of which nothing is known
};

struct Namespace {
  NamespaceKind kind = NamespaceKind::Opaque;
  std::string name;
  NameTable names;
  ScopeId scope;            // of a Module
  bool plain_enum = false;  // enum.Enum: members are not integers
};

/// Things that only reading a file evaluates: decorators, type constructors, helpers of Python modules.
enum class SpecialKind : uint32_t {
  Kernel,
  Func,
  FuncGrad,
  FuncReplay,
  FuncNative,
  Struct,
  Overload,
  Constant,
  SetModuleOptions,
  Map,
  Array,
  Array1d,
  Array2d,
  Array3d,
  Array4d,
  IndexedArray,
  IndexedArray1d,
  IndexedArray2d,
  IndexedArray3d,
  IndexedArray4d,
  FabricArray,
  FabricArrayArray,
  IndexedFabricArray,
  IndexedFabricArrayArray,
  FixedArray,
  Reference,
  Tile,
  TileStack,
  TypesVector,
  TypesMatrix,
  TypesQuaternion,
  TypesTransformation,
  VectorHint,
  MatrixHint,
  QuaternionHint,
  TransformationHint,
  IntEnum,
  IntFlag,
  PlainEnum,
  Auto,
  MathFunction,
  TypingTuple,
  TypingLiteral,
  TypingOther,
  ListMethod,
  KernelClass,
  FunctoolsWraps,  // functools.wraps(f) gives SameFunction
  NumpyLimits,     // numpy.finfo and numpy.iinfo
  SameFunction,    // a decorator whose result calls what it decorates, and is no constant: functools.cache
};

using Digest = std::array<unsigned char, 32>;

class Reader;

struct Unit::Implementation {
  struct Scope {
    NameTable names;
    ScopeId parent;
  };

  std::deque<Ast> asts;
  std::deque<SourceBuffer> buffers;  // of annotations given as strings
  std::deque<std::string> texts;     // what string views of definitions point to
  std::deque<Scope> scopes;          // by ScopeId; the first is the module's
  std::deque<Namespace> namespaces;  // by NamespaceId
  std::vector<std::vector<Object>> sequences;
  std::vector<std::vector<std::pair<Object, Object>>> mappings;
  std::vector<std::pair<StructId, Digest>> struct_hashes;
  // Found while kernels are hashed, which begins when everything is defined.
  struct FunctionHash {
    Digest digest;
    HashFacts facts;
  };
  mutable std::vector<std::optional<FunctionHash>> function_hashes;  // by FunctionSetId
  mutable std::vector<std::pair<const Definition*, int>> kernel_dimensions;
  std::map<std::pair<FunctionId, std::string>, FunctionId> specializations;  // by function and native name
  NameTable warp_names;  // attributes of the `warp` package beyond its own: submodules, what a snapshot gives
  /// Reads files of Warp's library when something of theirs is first mentioned; null in a unit from a snapshot.
  std::shared_ptr<Reader> reader;

  NamespaceId AddNamespace(NamespaceKind kind, std::string name) {
    Namespace& added = namespaces.emplace_back();
    added.kind = kind;
    added.name = std::move(name);
    return NamespaceId(static_cast<uint32_t>(namespaces.size() - 1));
  }
  Namespace& name_space(NamespaceId id) { return namespaces[id.index]; }
  [[nodiscard]] const Namespace& name_space(NamespaceId id) const { return namespaces[id.index]; }
  [[nodiscard]] const Digest* StructHash(StructId structure) const {
    for (const auto& [id, digest] : struct_hashes)
      if (id == structure) return &digest;
    return nullptr;
  }
};

// ---- makers
// ----------------------------------------------------------------------------------------------------

[[nodiscard]] inline Object ConstantObject(ConstantId constant, TypeId type) {
  Object object;
  object.kind = ObjectKind::Constant;
  object.constant = constant;
  object.type = type;
  return object;
}
[[nodiscard]] inline Object TypeObject(TypeId type, TypeFlavor flavor = TypeFlavor::Warp) {
  Object object;
  object.kind = ObjectKind::Type;
  object.type = type;
  object.flavor = flavor;
  return object;
}
[[nodiscard]] inline Object OpaqueObject(OpaqueKind opaque, uint32_t detail = 0, SymbolId name = SymbolId()) {
  Object object;
  object.kind = ObjectKind::Unknown;
  object.opaque = opaque;
  object.detail = detail;
  object.name = name;
  return object;
}
[[nodiscard]] inline Object SpecialObject(SpecialKind special, SymbolId name) {
  return OpaqueObject(OpaqueKind::Special, static_cast<uint32_t>(special), name);
}
[[nodiscard]] inline Object NamespaceObject(NamespaceId id) {
  Object object;
  object.kind = ObjectKind::Namespace;
  object.name_space = id;
  return object;
}
[[nodiscard]] inline bool IsOpaque(const Object& object, OpaqueKind opaque) {
  return object.kind == ObjectKind::Unknown && object.opaque == opaque;
}
[[nodiscard]] inline bool IsSpecial(const Object& object, SpecialKind special) {
  return IsOpaque(object, OpaqueKind::Special) && object.detail == static_cast<uint32_t>(special);
}

/// A @wp.func of Warp's own library.
[[nodiscard]] Object LibraryFunction(Unit& unit, SymbolId name);
/// An attribute of a namespace of kind Module.
[[nodiscard]] Object ModuleAttribute(Unit& unit, NamespaceId module, SymbolId name);

/// How many functions of this key exist before the file defines one, if these modules of Warp were imported.
[[nodiscard]] uint32_t LibraryFunctionCount(std::string_view key,
                                            const std::vector<std::string>& imported_modules);

}  // namespace warpsmith
