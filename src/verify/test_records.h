// What the tests of this module share: records made of Python text, a verifier with the installed Warp.
#pragma once

#include <gtest/gtest.h>

#include "compile/compile.h"
#include "diagnostics/renderer.h"
#include "record/record.h"
#include "toolchain/test_support.h"
#include "unit/source_reader.h"
#include "verify/verifier.h"

namespace warpsmith {

/// The CPU record of the kernel `name` in `source`.
inline Record TestRecord(const std::string& name, const std::string& source) {
  const SourceBuffer buffer = SourceBuffer::FromText(name + ".py", source);
  DiagnosticSink sink(&buffer);
  std::unique_ptr<Unit> unit = ReadSource(buffer, {}, sink);
  Check(unit != nullptr, "the source is no Python");
  Builtins builtins(unit->types, unit->constants);
  std::unique_ptr<CompiledModule> module = CompileUnit(*unit, builtins, {}, sink);
  Check(module != nullptr, Render(sink.diagnostics()).c_str());
  size_t position = 0;
  while (module->kernels()[position].definition->key != name) ++position;
  ModuleEmitter emitter;
  emitter.Load(module->description(Device::Cpu));
  TextBuffer text;
  emitter.AppendForward(position, Device::Cpu, text);
  Record record;
  record.name = name;
  record.device = "cpu";
  record.category = "arithmetic";
  record.python_source = source;
  record.ir_forward = text.str();
  record.metadata.has_backward = module->description(Device::Cpu).kernels[position].options.enable_backward;
  if (record.metadata.has_backward) {
    text.Clear();
    emitter.AppendBackward(position, Device::Cpu, text);
    record.ir_backward = text.str();
  }
  record.id = MakeRecordId(source, "cpu", "backward");
  return record;
}

/// The module text of a record.
inline std::string TestModule(const Record& record) { return Take(GenerateKernels(record.python_source, {.name = record.name})).text; }

inline Verdict VerifyOne(const Record& record, VerifyLevel level = VerifyLevel::Gradients) {
  VerifyOptions options;
  options.level = level;
  options.compile = TestCompileOptions();
  const Record* records[] = {&record};
  return Take(Verifier(TestCpuLibrary(), options).Verify(records)).front();
}

}  // namespace warpsmith
