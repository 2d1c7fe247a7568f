// wp.Kernel(func, key, module, options): a kernel made without the decorator.
#include "unit/reader.h"

namespace warpsmith {

Object Reader::CallKernelClass(const CallArguments& arguments, NodeId node) {
  if (!in_main()) return KernelElsewhere();
  auto argument = [&](size_t index, std::string_view name) -> const Object* {
    if (index < arguments.positional.size()) return &arguments.positional[index];
    for (const auto& [keyword, value] : arguments.keywords)
      if (Name(keyword) == name) return &value;
    return nullptr;
  };
  auto is_given = [](const Object* object) { return object != nullptr && !IsOpaque(*object, OpaqueKind::PythonNone); };
  auto refuse = [&](std::string_view reason) {
    Emit(DiagnosticKind::UnresolvedDefinition, ast_ == file_->ast ? node : NodeId(), "a kernel", reason);
    Unavailable("a kernel made by wp.Kernel()", ast_ == file_->ast ? node : NodeId(), std::string(reason));
    return Unresolved("a kernel that only running the code makes");
  };
  const Object* function = argument(0, "func");
  const Object* key = argument(1, "key");
  const Object* options = argument(3, "options");
  if (function == nullptr || !arguments.complete || !IsOpaque(*function, OpaqueKind::PythonFunction))
    return refuse("its function is computed");
  if (is_given(argument(2, "module"))) return refuse("it belongs to a module of its own");
  if (is_given(argument(4, "code_transformers")) || is_given(argument(5, "source")))
    return refuse("its source is computed");
  CallArguments decorator;
  if (is_given(options)) {
    if (!IsOpaque(*options, OpaqueKind::Mapping)) return refuse("its options are computed");
    for (const auto& [name, value] : implementation_.mappings[options->detail]) {
      std::optional<std::string> text = Text(name);
      if (!text) return refuse("its options are computed");
      decorator.keywords.emplace_back(unit_.symbols.Intern(*text), value);
    }
  }
  std::optional<std::string> text = is_given(key) ? Text(*key) : std::string();
  if (!text) return refuse("its key is computed");
  if (!text->empty()) decorator.keywords.emplace_back(unit_.symbols.Intern("name"), *key);
  return ApplySpecial(SpecialKind::Kernel, decorator, *function);
}

}  // namespace warpsmith
