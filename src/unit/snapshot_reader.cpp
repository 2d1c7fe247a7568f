#include "unit/snapshot_reader.h"

#include <algorithm>
#include <limits>

#include "base/warp_version.h"
#include "syntax/parser.h"
#include "unit/hashes.h"
#include "unit/module_options.h"
#include "unit/snapshot_decoder.h"
#include "unit/source_text.h"

namespace warpsmith {
namespace {

constexpr int64_t kFormatVersion = 1;
constexpr int64_t kMaxLine = 1 << 24;
constexpr int64_t kMaxPadding = 1 << 17;
constexpr size_t kMaxBounds = 2;

}  // namespace

// ---- access

void SnapshotDecoder::Damaged(const Node& node, std::string_view what) {
  if (!error_) error_ = "the snapshot is damaged at " + node.path + ": " + std::string(what);
}

bool SnapshotDecoder::IsObject(const Node& node) {
  if (node.json->is_object()) return true;
  Damaged(node, "an object is expected");
  return false;
}

SnapshotNode SnapshotDecoder::Field(const Node& object, const char* name) {
  static const nlohmann::json kNull;
  Node missing{&kNull, object.path + "." + name};
  if (failed() || !IsObject(object)) return missing;
  auto found = object.json->find(name);
  if (found != object.json->end()) return {&*found, std::move(missing.path)};
  Damaged(missing, "it is missing");
  return missing;
}

SnapshotNode SnapshotDecoder::Element(const Node& array, size_t index) {
  return {&(*array.json)[index], array.path + "[" + std::to_string(index) + "]"};
}

size_t SnapshotDecoder::Size(const Node& array) {
  if (failed()) return 0;
  if (array.json->is_array()) return array.json->size();
  Damaged(array, "an array is expected");
  return 0;
}

std::string SnapshotDecoder::String(const Node& node) {
  if (failed()) return {};
  if (const auto* text = node.json->get_ptr<const std::string*>()) return *text;
  Damaged(node, "a string is expected");
  return {};
}

bool SnapshotDecoder::Bool(const Node& node) {
  if (failed()) return false;
  if (const auto* value = node.json->get_ptr<const bool*>()) return *value;
  Damaged(node, "true or false is expected");
  return false;
}

int64_t SnapshotDecoder::Integer(const Node& node, int64_t low, int64_t high) {
  if (failed()) return 0;
  int64_t value = 0;
  if (const auto* number = node.json->get_ptr<const nlohmann::json::number_unsigned_t*>();
      number != nullptr && *number <= static_cast<uint64_t>(std::numeric_limits<int64_t>::max()))
    value = static_cast<int64_t>(*number);
  else if (node.json->is_number_unsigned() || !node.json->is_number_integer())
    Damaged(node, "an integer is expected");
  else
    value = *node.json->get_ptr<const nlohmann::json::number_integer_t*>();
  if (!failed() && (value < low || value > high)) Damaged(node, std::to_string(value) + " is out of range");
  return failed() ? 0 : value;
}

// ---- definitions

// Lines before the definition are left empty, so that diagnostics show its lines in the file.
void SnapshotDecoder::ReadSource(const Node& node, Definition& definition) {
  definition.path = String(Field(node, "file"));
  int64_t line = Integer(Field(node, "line"), 0, kMaxLine);
  std::string source = String(Field(node, "source"));
  if (failed()) return;
  implementation_.texts.push_back(std::move(source));
  definition.source = implementation_.texts.back();
  definition.source_lines = SplitLines(definition.source);
  definition.first_line = static_cast<int32_t>(line);
  Node tree = Field(node, "tree");
  bool transformed = !failed() && !tree.json->is_null();
  int64_t padding = line >= 1 && line <= kMaxPadding && !transformed ? line - 1 : 0;
  definition.line_base = static_cast<int32_t>(padding + 1);
  std::string text(static_cast<size_t>(padding), '\n');
  text += transformed ? String(Field(tree, "text")) : std::string(definition.source);
  if (failed()) return;
  const SourceBuffer& buffer =
      implementation_.buffers.emplace_back(SourceBuffer::FromText(definition.path, std::move(text)));
  definition.buffer = &buffer;
  DiagnosticSink scratch(&buffer);
  Ast& ast = implementation_.asts.emplace_back(Parse(buffer, unit_.symbols, scratch));
  if (!ast.root().valid()) return Damaged(Field(node, "source"), "it is not valid Python");
  auto body = ast.List(ast.Get<py::Module>(ast.root()).body);
  if (body.size() != 1 || !ast.Is(body[0], NodeKind::FunctionDef))
    return Damaged(Field(node, "source"), "it is not one function");
  definition.ast = &ast;
  definition.node = body[0];
  if (transformed) ReadLines(Field(tree, "lines"), definition);
}

// The nodes of a transformed tree are not where its text has them: each has the line that Python's node has.
void SnapshotDecoder::ReadLines(const Node& lines, Definition& definition) {
  Ast& ast = *definition.ast;
  size_t count = Size(lines), next = 0;
  auto last = static_cast<int64_t>(definition.source_lines.size());
  std::vector<NodeId> pending{definition.node}, children;
  while (!pending.empty() && !failed()) {
    NodeId node = pending.back();
    pending.pop_back();
    NodeCategory category = CategoryOf(ast.Kind(node));
    if (category != NodeCategory::Module && category != NodeCategory::Part) {
      if (next == count) return Damaged(lines, "fewer lines than the tree has nodes");
      int64_t line = Integer(Element(lines, next++), 0, last);
      ast.SetSpan(node, {ast.SpanOf(node), static_cast<uint32_t>(line)});
    }
    children.clear();
    AppendChildren(ast, node, children);
    pending.insert(pending.end(), children.rbegin(), children.rend());
  }
  if (!failed() && next != count) Damaged(lines, "more lines than the tree has nodes");
}

void SnapshotDecoder::ReadParameters(const Node& node, Definition& definition) {
  const Ast& ast = *definition.ast;
  auto arguments = ast.Get<py::Arguments>(ast.Get<py::FunctionDef>(definition.node).args);
  std::vector<NodeId> declared;
  for (NodeListId list : {arguments.posonlyargs, arguments.args, arguments.kwonlyargs})
    declared.insert(declared.end(), ast.List(list).begin(), ast.List(list).end());
  Node parameters = Field(node, "parameters");
  size_t count = Size(parameters);
  if (!failed() && (count != declared.size() || arguments.vararg.valid() || arguments.kwarg.valid()))
    Damaged(parameters, "another number of parameters than its source has");
  for (size_t i = 0; i < count && !failed(); ++i) {
    Node item = Element(parameters, i);
    Parameter parameter;
    parameter.name = unit_.symbols.Intern(String(Field(item, "name")));
    parameter.type = TypeReference(Field(item, "type"));
    parameter.span = ast.SpanOf(declared[i]);
    if (!failed() && parameter.name != ast.Get<py::Arg>(declared[i]).arg)
      Damaged(item, "another name than in its source");
    if (!failed() && item.json->contains("default")) {
      Object value = ReadObject(Field(item, "default"));
      parameter.default_value = value ? value : OpaqueObject(OpaqueKind::PythonNone);
    }
    definition.parameters.push_back(parameter);
  }
}

NodeId SnapshotDecoder::FindCall(const Definition& definition, Span span) const {
  std::vector<NodeId> pending{definition.node};
  while (!pending.empty()) {
    NodeId node = pending.back();
    pending.pop_back();
    Span place = definition.ast->SpanOf(node);
    if (definition.ast->Is(node, NodeKind::Call) && place.begin == span.begin && place.end == span.end)
      return node;
    AppendChildren(*definition.ast, node, pending);
  }
  return NodeId();
}

void SnapshotDecoder::ReadLoopNames(const Node& node, Definition& definition) {
  if (failed() || !node.json->contains("loop_names")) return;
  Node entries = Field(node, "loop_names");
  size_t count = Size(entries);
  if (failed() || count == 0) return;
  std::vector<NodeId> loops, pending{definition.node};
  while (!pending.empty()) {
    NodeId next = pending.back();
    pending.pop_back();
    if (definition.ast->Is(next, NodeKind::For) || definition.ast->Is(next, NodeKind::While)) loops.push_back(next);
    AppendChildren(*definition.ast, next, pending);
  }
  std::ranges::sort(loops, {}, [&](NodeId loop) { return definition.ast->SpanOf(loop).begin; });
  for (size_t i = 0; i < count && !failed(); ++i) {
    Node entry = Element(entries, i);
    Node index = Field(entry, "loop"), names = Field(entry, "names");
    int64_t loop = Integer(index, 0, kMaxLine);
    if (failed()) return;
    if (static_cast<size_t>(loop) >= loops.size()) return Damaged(index, "there is no such loop");
    auto& read = definition.loop_names.emplace_back(loops[static_cast<size_t>(loop)], std::vector<SymbolId>());
    size_t name_count = Size(names);
    for (size_t k = 0; k < name_count && !failed(); ++k) read.second.push_back(unit_.symbols.Intern(String(Element(names, k))));
  }
}

void SnapshotDecoder::ReadStatics(const Node& node, Definition& definition) {
  Node results = Field(node, "static_results");
  size_t count = Size(results);
  for (size_t i = 0; i < count && !failed(); ++i) {
    Node result = Element(results, i);
    definition.static_results.emplace_back(String(Field(result, "text")), ReadObject(Field(result, "value")));
  }
  Node calls = Field(node, "static_calls");
  count = Size(calls);
  for (size_t i = 0; i < count && !failed(); ++i) {
    Node call = Element(calls, i);
    auto offset = [&](const char* line_name, const char* column_name) {
      int64_t line = Integer(Field(call, line_name), 1, kMaxLine) + definition.line_base - 1;
      int64_t column = Integer(Field(call, column_name), 0, kMaxLine);
      return definition.buffer->LineSpan(static_cast<uint32_t>(line)).begin + static_cast<uint32_t>(column);
    };
    uint32_t begin = offset("line", "column"), end = offset("end_line", "end_column");
    if (failed()) return;
    NodeId found = FindCall(definition, Span{begin, end});
    if (!found.valid()) return Damaged(call, "there is no call at this place");
    Object value = ReadObject(Field(call, "value"));
    if (!failed() && !value) Damaged(call, "it has no value");
    value.enum_member = false;
    definition.static_calls.emplace_back(found, value);
  }
  definition.has_unresolved_statics = Bool(Field(node, "unresolved_statics"));
  Node deferred = Field(Field(node, "deferred_statics"), options_.target.c_str());
  count = Size(deferred);
  for (size_t i = 0; i < count && !failed(); ++i) {
    Node result = Element(deferred, i);
    definition.deferred_statics.emplace_back(String(Field(result, "text")), ReadObject(Field(result, "value")));
    if (!failed() && !definition.deferred_statics.back().second) Damaged(result, "it has no value");
  }
}

void SnapshotDecoder::ReadDefinition(const Node& node, Definition& definition) {
  definition.key = String(Field(node, "key"));
  ReadSource(node, definition);
  if (failed()) return;
  definition.name = definition.ast->Get<py::FunctionDef>(definition.node).name;
  ReadParameters(node, definition);
  Node result = Field(node, "return");
  if (!failed() && !result.json->is_null()) definition.return_type = TypeReference(result);
  implementation_.scopes.emplace_back();
  definition.scope = ScopeId(static_cast<uint32_t>(implementation_.scopes.size() - 1));
  NameTable names;
  ReadNames(Field(node, "names"), names, 0);
  implementation_.scopes[definition.scope.index].names = std::move(names);
  ReadLoopNames(node, definition);
  ReadStatics(node, definition);
}

// ---- functions

namespace {

/// Why the definition is not to be had; empty if it is.
std::string UnsupportedReason(const nlohmann::json& definition) {
  if (!definition.is_object()) return {};
  auto found = definition.find("unsupported");
  if (found == definition.end() || !found->is_string()) return {};
  return found->get<std::string>();
}

bool IsInstance(const nlohmann::json& definition) {
  if (!definition.is_object()) return false;
  auto found = definition.find("instance");
  return found != definition.end() && found->is_boolean() && found->get<bool>();
}

}  // namespace

// A call of a function of which an overload is missing might select another one. A missing instance is made
// again.
void SnapshotDecoder::FindUnsupportedSets(const Node& sets, const Node& functions) {
  size_t count = Size(sets), function_count = Size(functions);
  unsupported_sets_.resize(count);
  auto last = static_cast<int64_t>(function_count) - 1;
  auto note = [&](std::string& reason, const Node& reference) {
    auto index = static_cast<size_t>(Integer(reference, 0, last));
    if (failed() || IsInstance((*functions.json)[index])) return;
    if (reason.empty()) reason = UnsupportedReason((*functions.json)[index]);
  };
  for (size_t i = 0; i < count && !failed(); ++i) {
    Node set = Element(sets, i);
    note(unsupported_sets_[i], Field(set, "top"));
    Node overloads = Field(set, "overloads");
    size_t overload_count = Size(overloads);
    for (size_t k = 0; k < overload_count && !failed(); ++k)
      note(unsupported_sets_[i], Element(overloads, k));
  }
}

FunctionDefinition SnapshotDecoder::ReadFunction(const Node& node) {
  FunctionDefinition function;
  function.set = FunctionSetId(static_cast<uint32_t>(
      Integer(Field(node, "set"), 0, static_cast<int64_t>(unsupported_sets_.size()) - 1)));
  function.native_name = String(Field(node, "native_name"));
  if (!UnsupportedReason(*node.json).empty()) return function;
  ReadDefinition(node, function);
  Node hint = Field(node, "inline");
  if (!failed() && !hint.json->is_null()) function.inline_hint = String(hint);
  function.generic = Bool(Field(node, "generic"));
  function.is_instance = Bool(Field(node, "instance"));
  std::pair<const char*, std::optional<std::string>*> snippets[] = {
      {"native_snippet", &function.native_snippet},
      {"adjoint_snippet", &function.adjoint_snippet},
      {"replay_snippet", &function.replay_snippet}};
  for (auto [name, snippet] : snippets)
    if (Node text = Field(node, name); !failed() && !text.json->is_null()) *snippet = String(text);
  return function;
}

void SnapshotDecoder::ReadFunctionSets(const Node& sets, const Node& functions) {
  FindUnsupportedSets(sets, functions);
  size_t function_count = Size(functions), set_count = Size(sets);
  for (size_t i = 0; i < set_count && !failed(); ++i) {
    Node node = Element(sets, i);
    FunctionSet set;
    set.key = String(Field(node, "key"));
    auto last = static_cast<int64_t>(function_count) - 1;
    set.top = FunctionId(static_cast<uint32_t>(Integer(Field(node, "top"), 0, last)));
    Node overloads = Field(node, "overloads");
    size_t count = Size(overloads);
    for (size_t k = 0; k < count && !failed(); ++k) {
      FunctionId id(static_cast<uint32_t>(Integer(Element(overloads, k), 0, last)));
      if (failed()) return;
      const nlohmann::json& overload = (*functions.json)[id.index];
      if (!IsInstance(overload))
        set.overloads.push_back(id);
      else if (UnsupportedReason(overload).empty())
        set.instances.push_back(id);
    }
    if (failed()) return;
    if (set.overloads.empty()) set.overloads.push_back(set.top);  // a replay is no overload of its own
    if (std::find(set.overloads.begin(), set.overloads.end(), set.top) == set.overloads.end())
      set.top = set.overloads.front();
    unit_.function_sets.Add(std::move(set));
  }
  for (size_t i = 0; i < function_count && !failed(); ++i)
    unit_.functions.Add(ReadFunction(Element(functions, i)));
  for (size_t i = 0; i < function_count && !failed(); ++i)
    LinkCompanions(Element(functions, i), FunctionId(static_cast<uint32_t>(i)));
}

// Custom gradients and replays are functions with sets of their own.
void SnapshotDecoder::LinkCompanions(const Node& node, FunctionId id) {
  FunctionDefinition& function = unit_.functions[id];
  if (function.ast == nullptr) return;
  for (bool is_gradient : {true, false}) {
    Node set = Field(node, is_gradient ? "gradient" : "replay");
    if (failed() || set.json->is_null()) continue;
    auto last = static_cast<int64_t>(unit_.function_sets.size()) - 1;
    FunctionSetId companions(static_cast<uint32_t>(Integer(set, 0, last)));
    if (failed()) return;
    FunctionId companion_id = unit_.function_sets[companions].top;
    FunctionDefinition& companion = unit_.functions[companion_id];
    bool usable =
        companion.ast != nullptr && companion_id != id && !companion.is_gradient && !companion.is_replay;
    if (is_gradient) usable = usable && companion.parameters.size() >= function.parameters.size();
    if (!usable) {
      function.has_custom_gradient = true;
      continue;
    }
    companion.is_gradient = is_gradient;
    companion.is_replay = !is_gradient;
    if (is_gradient) companion.gradient_input_count = static_cast<int32_t>(function.parameters.size());
    (is_gradient ? function.gradient : function.replay) = companion_id;
  }
}

// ---- kernels

void SnapshotDecoder::ReadKernelOptions(const Node& node, KernelDefinition& kernel) {
  if (!IsObject(node)) return;
  for (const auto& [name, entry] : node.json->items()) {
    if (failed()) return;
    Node option{&entry, node.path + "." + name};
    kernel.options[name] = String(Field(option, "text"));
    Node value = Field(option, "value");
    if (failed() || value.json->is_null()) continue;
    constexpr int64_t kMax = std::numeric_limits<int32_t>::max();
    auto truth = [&] { return value.json->is_number() ? Integer(value, 0, kMax) != 0 : Bool(value); };
    auto number = [&](const Node& item) { return static_cast<int32_t>(Integer(item, 0, kMax)); };
    if (name == "enable_backward") kernel.enable_backward = truth();
    if (name == "grid_stride") kernel.grid_stride = truth();
    if (name == "enable_cuda_smem_spilling") kernel.enable_cuda_smem_spilling = truth();
    if (name == "cuda_max_registers") kernel.cuda_max_registers = number(value);
    if (name == "block_dim") kernel.block_dim = number(value);
    if (name == "cluster_dim") kernel.cluster_dim = number(value);
    if (name == "entry_point_abi") kernel.has_external_entry = String(value) != "warp";
    if (name != "launch_bounds") continue;
    if (!value.json->is_array()) {
      kernel.launch_bounds.push_back(number(value));
    } else if (value.json->empty() || value.json->size() > kMaxBounds) {
      Damaged(value, "one or two bounds are expected");
    } else {
      for (size_t i = 0; i < value.json->size(); ++i)
        kernel.launch_bounds.push_back(number(Element(value, i)));
    }
  }
}

void SnapshotDecoder::ReadKernel(const Node& node) {
  std::string reason = UnsupportedReason(*node.json);
  std::string key = String(Field(node, "key"));
  if (!reason.empty()) {
    if (failed()) return;
    sink_.Emit(DiagnosticKind::UnsupportedDefinition, Span(), key, reason);
    unit_.unavailable.push_back({key, Span(), reason});
    return;
  }
  KernelDefinition kernel;
  ReadDefinition(node, kernel);
  kernel.generic = Bool(Field(node, "generic"));
  kernel.is_instance = Bool(Field(node, "instance"));
  ReadKernelOptions(Field(node, "options"), kernel);
  Node code = Field(node, "return_code");
  if (!failed() && !code.json->is_null()) {
    kernel.has_return_annotation = true;
    kernel.return_code = String(code);
  }
  kernel.return_type = TypeId();
  Node hash = Field(Field(node, "hash"), options_.target.c_str());
  if (!failed() && !hash.json->is_null()) kernel.known_hash = ReadDigest(hash);
  if (!failed()) unit_.kernels.push_back(std::move(kernel));
}

// ---- the document

void SnapshotDecoder::ReadModuleOptions(const Node& targets) {
  Node target = Field(targets, options_.target.c_str());
  Node options = Field(target, "options");
  if (failed() || !IsObject(options)) return;
  for (const auto& [name, value] : options.json->items())
    if (name != "output_arch") unit_.options.texts[name] = String({&value, options.path + "." + name});
  ApplyOptionTexts(unit_.options);
  Node error = Field(target, "error");
  if (failed() || error.json->is_null()) return;
  std::string message = String(error);
  for (std::string_view reason : {"Error evaluating static expression", "Static expression returns an unsupported value"})
    unit_.statics_failed |= message.find(reason) != std::string::npos;
}

void SnapshotDecoder::ReadLinkResults(const Node& results) {
  if (failed() || !IsObject(results)) return;
  unit_.link_results.emplace();
  for (const auto& [symbol, bytes] : results.json->items()) {
    Node node{&bytes, results.path + "." + symbol};
    unit_.link_results->emplace(symbol, Integer(node, 0, std::numeric_limits<int32_t>::max()));
  }
}

void SnapshotDecoder::ReadDocument(const Node& root) {
  if (!IsObject(root)) return;
  if (String(Field(root, "format")) != "warpsmith-snapshot" && !failed())
    error_ = "this is not a module snapshot";
  int64_t version = Integer(Field(root, "version"), 0, std::numeric_limits<int32_t>::max());
  std::string warp = String(Field(root, "warp_version"));
  if (failed()) return;
  if (version != kFormatVersion)
    error_ = "the snapshot has version " + std::to_string(version) +
             " of the format; this program reads version " + std::to_string(kFormatVersion);
  else if (warp != kWarpVersion)
    error_ = "the snapshot was made with Warp " + warp + "; this program generates code of Warp " +
             kWarpVersion;
  unit_.name = String(Field(root, "module"));
  ReadModuleOptions(Field(root, "targets"));
  if (Node target = Field(Field(root, "targets"), options_.target.c_str()); !failed() && target.json->contains("link_functions"))
    ReadLinkResults(Field(target, "link_functions"));
  ReadTypes(Field(root, "types"), Field(root, "structs"));
  if (failed()) return;
  ReadFunctionSets(Field(root, "function_sets"), Field(root, "functions"));
  if (failed()) return;
  NameTable warp_names;
  ReadNames(Field(root, "warp_names"), warp_names, 0);
  implementation_.warp_names = std::move(warp_names);
  Node kernels = Field(root, "kernels");
  size_t count = Size(kernels);
  for (size_t i = 0; i < count && !failed(); ++i) ReadKernel(Element(kernels, i));
}

Status SnapshotDecoder::Run(std::string_view text) {
  nlohmann::json document = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (document.is_discarded()) return Status::Error("the snapshot is damaged: it is not valid JSON");
  ReadDocument({&document, "$"});
  return error_ ? Status::Error(*error_) : Status::Ok();
}

Result<std::unique_ptr<Unit>> ReadSnapshot(std::string_view text, const SnapshotOptions& options,
                                           DiagnosticSink& sink) {
  auto unit = std::make_unique<Unit>();
  Status status = SnapshotDecoder(*unit, options, sink).Run(text);
  if (!status.ok()) return status;
  return unit;
}

}  // namespace warpsmith
