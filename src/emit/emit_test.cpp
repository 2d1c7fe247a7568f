// Programs built by hand against what real Warp writes for the Python they stand for (testdata/*.golden; renewed by
// scripts/update_goldens.py FILE).
#include "emit/emit.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "program/test_programs.h"

namespace warpsmith {
namespace {

std::string ReadGolden(std::string_view name) {
  std::ifstream file(std::string(WARPSMITH_SOURCE_DIR "/src/emit/testdata/") + std::string(name) + ".golden");
  std::ostringstream content;
  content << file.rdbuf();
  return content.str();
}

std::string_view Section(std::string_view golden, std::string_view head) {
  size_t found = golden.find(head);
  if (found == std::string_view::npos) return {};
  golden.remove_prefix(found + head.size() + 1);
  size_t end = golden.find("\n=== ");
  return golden.substr(0, end == std::string_view::npos ? golden.size() - 1 : end);
}

std::vector<std::string_view> SplitLines(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    size_t end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

/// Warp's name of a definition: `key` and the hash behind it, found in the expected text.
std::string NameWithHash(std::string_view text, std::string_view before, std::string_view key) {
  std::string head = std::string(before) + std::string(key) + "_";
  size_t found = text.find(head);
  return std::string(key) + "_" + std::string(text.substr(found + head.size(), 8));
}

void ExpectSameText(const std::string& actual, std::string_view expected) {
  if (actual == expected) return;
  std::vector<std::string_view> a = SplitLines(actual), e = SplitLines(expected);
  for (size_t i = 0; i < std::max(a.size(), e.size()); ++i) {
    std::string_view ours = i < a.size() ? a[i] : "<end>", warps = i < e.size() ? e[i] : "<end>";
    if (ours != warps) FAIL() << "line " << i + 1 << "\n  ours: " << ours << "\n  Warp: " << warps;
  }
  FAIL() << "texts differ in their line ends";
}

/// Expects both texts of `module`, a description for CUDA.
void ExpectGolden(const ModuleDescription& module, std::string_view golden) {
  ModuleDescription cpu = module;
  cpu.options.block_dim = 1;
  for (KernelDescription& kernel : cpu.kernels) kernel.options.block_dim = 1;
  ModuleEmitter emitter;
  TextBuffer cpu_text, cuda_text;
  emitter.Load(cpu);
  emitter.AppendModule(Device::Cpu, cpu_text);
  emitter.LoadOtherDevice(module);
  emitter.AppendModule(Device::Cuda, cuda_text);
  ExpectSameText(cpu_text.str(), Section(golden, "=== output.cpp [oracle]"));
  ExpectSameText(cuda_text.str(), Section(golden, "=== output.cu [oracle]"));
}

Program BuildNestedLoops(TestWorld& world, const std::vector<std::string_view>& source) {
  ProgramBuilder b(world, source, 4);
  TypeId floats = world.types.Array(kFloat32Type, 1), reference = world.types.Reference(kFloat32Type);
  VarId x = b.Parameter("x", floats), n = b.Parameter("n", kInt32Type), out = b.Parameter("out", floats);
  b.Line(5);
  b.Line(6);
  VarId i = b.Local(kInt32Type);
  b.Call("builtin_tid1d", {i}, {}, {}, {.name_space = ""});
  b.Line(7);
  VarId zero = b.Constant(Constant::Float(0.0)), s = b.Local(kFloat32Type);
  b.Call("float", {s}, {zero}, {zero}, {.reverse = true});
  b.Line(8);
  VarId range = b.Local(kRangeType);
  b.Call("range", {range}, {n}, {n});
  VarId j = b.BeginFor(range);
  b.Line(9);
  VarId k = b.BeginCountedFor(b.Local(kInt32Type), 0, 20, 1);
  b.Line(10);
  VarId element = b.Local(reference);
  b.Call("address", {element}, {x, k}, {x, k}, {.reverse = true});
  VarId one = b.Constant(Constant::Float(1.0)), test = b.Local(kBoolType), loaded = b.Local(kFloat32Type);
  b.Call("load", {loaded}, {element}, {element});
  b.Compare(test, ">", {loaded, one});
  b.GuardBegin(test);
  b.Line(11);
  b.Return();
  b.GuardEnd(test);
  b.Line(12);
  element = b.Local(reference);
  b.Call("address", {element}, {x, j}, {x, j}, {.reverse = true});
  VarId sum = b.Local(kFloat32Type);
  loaded = b.Local(kFloat32Type);
  b.Call("load", {loaded}, {element}, {element});
  b.Call("add", {sum}, {s, loaded}, {s, element}, {.reverse = true});
  b.Call("assign", {}, {s, sum}, {s, sum}, {.reverse = true});
  b.EndFor();
  b.Line(13);
  b.BeginWhile();
  VarId ten = b.Constant(Constant::Float(10.0));
  test = b.Local(kBoolType);
  b.Compare(test, ">", {s, ten});
  b.WhileBody(test);
  b.Line(14);
  one = b.Constant(Constant::Float(1.0));
  VarId less = b.Local(kFloat32Type);
  b.Call("sub", {less}, {s, one}, {s, one}, {.reverse = true});
  b.Call("assign", {}, {s, less}, {s, less}, {.reverse = true});
  b.EndWhile();
  b.EndFor();
  b.Line(15);
  b.Call("array_store", {}, {out, i, s}, {out, i, s}, {.reverse = true, .skip_replay = true});
  b.program.uses_scalar_tid = b.program.uses_tid = true;
  b.program.has_non_unrolled_constant_loop = true;
  b.program.definition_line = 2;
  return std::move(b.program);
}

TEST(Emit, NestedLoopsWithEarlyReturn) {
  std::string golden = ReadGolden("nested_loops");
  TestWorld world;
  Program program = BuildNestedLoops(world, SplitLines(Section(golden, "=== input.py")));
  ModuleDescription module{.symbols = &world.symbols, .types = &world.types, .constants = &world.constants};
  module.kernels.push_back({.program = &program, .mangled_name = NameWithHash(golden, "struct wp_args_", "nested")});
  ExpectGolden(module, golden);
}

TEST(Emit, RecordsHoldTheDefinitionsAndMapTheirLines) {
  std::string golden = ReadGolden("nested_loops");
  TestWorld world;
  Program program = BuildNestedLoops(world, SplitLines(Section(golden, "=== input.py")));
  ModuleDescription module{.symbols = &world.symbols, .types = &world.types, .constants = &world.constants};
  module.kernels.push_back({.program = &program, .mangled_name = NameWithHash(golden, "struct wp_args_", "nested")});
  ModuleEmitter emitter;
  emitter.Load(module);
  for (Device device : {Device::Cpu, Device::Cuda}) {
    TextBuffer forward, backward;
    LineMap map;
    emitter.AppendForward(0, device, forward, &map);
    emitter.AppendBackward(0, device, backward);
    std::string whole = EmitModule(module, device);
    EXPECT_NE(whole.find(forward.str() + backward.str()), std::string::npos);
    // "out[i] = s" gives a comment and the store.
    std::vector<std::string_view> lines = SplitLines(forward.view());
    ASSERT_FALSE(map.empty());
    LineMapEntry last = map.back();
    EXPECT_EQ(last.python_line, 15);
    ASSERT_EQ(last.last, last.first + 1);
    EXPECT_NE(lines[last.first - 1].find("// out[i] = s"), std::string_view::npos);
    EXPECT_NE(lines[last.last - 1].find("wp::array_store("), std::string_view::npos);
    for (const LineMapEntry& entry : map) {
      for (uint32_t line = entry.first; line <= entry.last; ++line) {
        size_t tag = lines[line - 1].find("<L ");
        if (tag == std::string_view::npos) continue;
        EXPECT_EQ(lines[line - 1].substr(tag), "<L " + std::to_string(entry.python_line) + ">");
      }
    }
  }
}

TEST(Emit, WithoutBackwardThereIsNoBackwardText) {
  std::string golden = ReadGolden("nested_loops");
  TestWorld world;
  Program program = BuildNestedLoops(world, SplitLines(Section(golden, "=== input.py")));
  ModuleDescription module{.symbols = &world.symbols, .types = &world.types, .constants = &world.constants};
  module.kernels.push_back({.program = &program, .mangled_name = "nested_00000000"});
  module.kernels[0].options.enable_backward = false;
  EXPECT_EQ(EmitModule(module, Device::Cpu).find("backward"), std::string::npos);
  EXPECT_EQ(EmitModule(module, Device::Cuda).find("_cuda_kernel_backward"), std::string::npos);
  ModuleEmitter emitter;
  emitter.Load(module);
  TextBuffer out;
  emitter.AppendBackward(0, Device::Cpu, out);
  EXPECT_EQ(out.view(), "");
}

Program BuildSplit(TestWorld& world, const std::vector<std::string_view>& source) {
  ProgramBuilder b(world, source, 16);
  VarId a0 = b.Parameter("a", kFloat32Type), a1 = b.Parameter("b", kFloat32Type);
  b.Line(17);
  b.Line(18);
  VarId zero = b.Constant(Constant::Float(0.0)), test = b.Local(kBoolType);
  b.Compare(test, "< <=", {zero, a0, a1});
  b.GuardBegin(test);
  b.Line(19);
  b.Return({a0, a1});
  b.GuardEnd(test);
  b.Line(20);
  b.Return({a1, a0});
  return std::move(b.program);
}

Program BuildNote(TestWorld& world, const std::vector<std::string_view>& source) {
  ProgramBuilder b(world, source, 23);
  VarId a = b.Parameter("a", kFloat32Type);
  b.Line(24);
  b.Line(25);
  b.Call("print", {}, {a}, {a}, {.reverse = true});
  return std::move(b.program);
}

struct AggregateTypes {
  TypeId inner, outer, vector, values;
};

/// The target of a component of an array element: its address, then the update.
void SlotUpdate(ProgramBuilder& b, TestWorld& world, const AggregateTypes& t, VarId root,
                std::initializer_list<VarId> indices, int component, VarId value, bool atomic, OriginId origin) {
  VarId address = b.Local(world.types.Reference(t.vector));
  SlotId whole = b.Slot(root, indices, {}, t.vector);
  b.Add(StatementKind::SlotAddress, address).slot = whole;
  VarId index = b.Constant(Constant::Int(component));
  SlotId slot = b.Slot(root, indices, {{.kind = SlotAccess::Kind::Component, .first = index}}, kFloat32Type);
  SymbolId operation = b.Symbol("add");
  Statement& update = b.Add(atomic ? StatementKind::SlotAtomic : StatementKind::SlotStore, VarId(), value);
  update.slot = slot;
  update.origin = origin;
  update.replay = ReplayMode::Commented;
  if (atomic) update.symbol = operation;
}

Program BuildAggregate(TestWorld& world, const std::vector<std::string_view>& source, const AggregateTypes& t,
                       std::string_view outer_name) {
  ProgramBuilder b(world, source, 28);
  auto reference = [&](TypeId type) { return world.types.Reference(type); };
  VarId p = b.Parameter("p", t.outer), q = b.Parameter("q", world.types.Array(t.vector, 2));
  /// The address of <base>.inner.<field>.
  auto inner_field = [&](VarId base, std::string_view field, TypeId type) {
    VarId inner = b.Local(reference(t.inner));
    b.FieldAddress(inner, base, "inner", b.Origin(base, {"inner"}), true);
    VarId address = b.Local(reference(type));
    b.FieldAddress(address, inner, field, b.Origin(base, {"inner", field}), type == kFloat32Type);
    return address;
  };
  b.Line(29);
  b.Line(30);
  VarId i = b.Local(kInt32Type), j = b.Local(kInt32Type);
  b.Call("builtin_tid2d", {i, j}, {}, {}, {.name_space = ""});
  b.Line(31);
  VarId s = b.Local(t.outer);
  b.Call(outer_name, {s}, {}, {}, {.name_space = ""});
  b.Line(32);
  VarId two = b.Constant(Constant::Float(2.0));
  b.Add(StatementKind::FieldStore, b.Member(s, "inner", t.inner), two, 1).symbol = b.Symbol("weight");
  b.Line(33);
  VarId test = b.Local(kBoolType), flag = inner_field(s, "flag", kBoolType), loaded = b.Local(kBoolType);
  b.Call("load", {loaded}, {flag}, {flag});
  b.Add(StatementKind::Copy, test, loaded);
  b.GuardBegin(test, true);
  flag = inner_field(p, "flag", kBoolType);
  loaded = b.Local(kBoolType);
  b.Call("load", {loaded}, {flag}, {flag});
  b.Add(StatementKind::Combine, test, loaded, 1);
  b.GuardEnd(test, true);
  b.GuardBegin(test);
  b.Line(34);
  VarId first = inner_field(p, "weight", kFloat32Type), second = inner_field(s, "weight", kFloat32Type);
  VarId low = b.Local(kFloat32Type), high = b.Local(kFloat32Type);
  VarId v0 = b.Local(kFloat32Type), v1 = b.Local(kFloat32Type);
  b.Call("load", {v0}, {first}, {first});
  b.Call("load", {v1}, {second}, {second});
  b.Call("split_0", {low, high}, {v0, v1}, {first, second},
         {.reverse = true, .outputs_in_reverse = true, .name_space = ""});
  b.Line(35);
  SlotUpdate(b, world, t, q, {i, j}, 0, low, false, b.Origin(q, {}));
  b.Line(36);
  SlotUpdate(b, world, t, q, {i, j}, 1, high, true, b.Origin(q, {}));
  b.Line(37);
  VarId values = b.Local(reference(t.values));
  b.FieldAddress(values, p, "values", b.Origin(p, {"values"}), false);
  SlotUpdate(b, world, t, values, {i}, 1, high, false, b.Origin(p, {"values"}));
  b.GuardEnd(test);
  b.GuardBegin(test, true);
  b.Line(39);
  VarId one = b.Constant(Constant::Float(1.0));
  b.Call("note_0", {}, {one}, {one}, {.reverse = true, .name_space = ""});
  b.Line(40);
  b.Return();
  b.GuardEnd(test, true);
  b.Line(41);
  VarId three = b.Constant(Constant::Int(3)), small = b.Local(kBoolType);
  b.Compare(small, "<", {i, three});
  b.Add(StatementKind::Assert, small).symbol = b.Symbol("assert i < 3, \\\"small\\\"");
  b.program.kernel_dimensions = 2;
  b.program.uses_tid = true;
  return std::move(b.program);
}

TEST(Emit, StructsSlotsAndCallsOfFunctions) {
  std::string golden = ReadGolden("aggregates");
  std::vector<std::string_view> source = SplitLines(Section(golden, "=== input.py"));
  TestWorld world;
  AggregateTypes t;
  t.vector = world.types.Vector(3, kFloat32Type);
  t.values = world.types.Array(t.vector, 1);
  t.inner = world.types.DeclareStruct("Inner", {{"weight", kFloat32Type}, {"flag", kBoolType}});
  t.outer = world.types.DeclareStruct("Outer", {{"inner", t.inner}, {"values", t.values}});
  world.types.structure(t.inner).native_name = NameWithHash(golden, "struct ", "Inner");
  world.types.structure(t.outer).native_name = NameWithHash(golden, "struct ", "Outer");
  Program split = BuildSplit(world, source), note = BuildNote(world, source);
  Program aggregate = BuildAggregate(world, source, t, world.types.structure(t.outer).native_name);

  ModuleDescription module{.symbols = &world.symbols, .types = &world.types, .constants = &world.constants};
  module.structs = {t.inner, t.outer};
  const std::string path = "@DIR@/aggregates.py";
  module.functions.push_back({.program = &split, .native_name = "split_0", .path = path, .first_line = 16});
  module.functions.push_back({.program = &note, .native_name = "note_0", .path = path, .first_line = 23});
  for (FunctionDescription& function : module.functions) function.used_by_backward_kernel = true;
  KernelDescription kernel{.program = &aggregate,
                           .mangled_name = NameWithHash(golden, "struct wp_args_", "aggregate")};
  kernel.options.grid_stride = true;
  kernel.options.launch_bounds = {128, 2};
  module.kernels.push_back(kernel);
  ExpectGolden(module, golden);

  // A function that no backward kernel needs has an adjoint without a body.
  for (FunctionDescription& function : module.functions) function.used_by_backward_kernel = false;
  EXPECT_NE(EmitModule(module, Device::Cpu).find("    wp::float32 & adj_a)\n{\n\t// reverse mode disabled (no "
                                                 "backward-enabled kernel depends on this function)\n}\n"),
            std::string::npos);
}

// ---- line directives, native snippets, custom gradients, launch options ---------------------------------------------

Program BuildTwice(TestWorld& world, const std::vector<std::string_view>& source) {
  ProgramBuilder b(world, source, 17);
  VarId x = b.Parameter("x", kFloat32Type);
  b.Line(18);
  b.Line(19);
  VarId sum = b.Local(kFloat32Type);
  b.Call("add", {sum}, {x, x}, {x, x}, {.reverse = true});
  b.Return({sum});
  b.program.definition_line = 2;
  return std::move(b.program);
}

Program BuildTwiceGradient(TestWorld& world, const std::vector<std::string_view>& source) {
  ProgramBuilder b(world, source, 22);
  VarId x = b.Parameter("x", kFloat32Type), adj_ret = b.Parameter("adj_ret", kFloat32Type);
  Variable storage;
  storage.kind = VariableKind::AdjointOf;
  storage.base = x;
  storage.type = kFloat32Type;
  VarId adj_x = b.program.variables.Add(storage);
  b.Line(23);
  b.Line(24);
  VarId two = b.Constant(Constant::Float(2.0)), product = b.Local(kFloat32Type), sum = b.Local(kFloat32Type);
  b.Call("mul", {product}, {two, adj_ret}, {two, adj_ret}, {.reverse = true});
  b.Call("add", {sum}, {adj_x, product}, {adj_x, product}, {.reverse = true});
  b.Add(StatementKind::AdjointStore, adj_x, sum);
  b.program.definition_line = 2;
  return std::move(b.program);
}

Program BuildPick(TestWorld& world, const std::vector<std::string_view>& source) {
  ProgramBuilder b(world, source, 27);
  VarId x = b.Parameter("x", kFloat32Type);
  b.Line(28);
  b.Line(29);
  VarId zero = b.Constant(Constant::Float(0.0)), test = b.Local(kBoolType);
  b.Compare(test, ">", {x, zero});
  b.GuardBegin(test);
  b.Line(30);
  b.Return({b.Constant(Constant::Float(1.0))});
  b.GuardEnd(test);
  b.Add(StatementKind::ReturnDefault);
  b.program.definition_line = 2;
  return std::move(b.program);
}

Program BuildPoke(TestWorld& world, const std::vector<std::string_view>& source) {
  ProgramBuilder b(world, source, 13);
  b.Parameter("a", kFloat32Type);
  b.Parameter("out", world.types.Array(kFloat32Type, 1));
  b.Parameter("tid", kInt32Type);
  return std::move(b.program);
}

Program BuildDirectives(TestWorld& world, const std::vector<std::string_view>& source) {
  ProgramBuilder b(world, source, 33);
  VarId x = b.Parameter("x", world.types.Array(kFloat32Type, 1));
  b.Parameter("v", world.types.Vector(3, kFloat64Type));
  TypeId reference = world.types.Reference(kFloat32Type);
  b.Line(34);
  b.Line(35);
  VarId i = b.Local(kInt32Type);
  b.Call("builtin_tid1d", {i}, {}, {}, {.name_space = ""});
  b.Line(36);
  auto apply = [&](std::string_view function) {
    VarId element = b.Local(reference);
    b.Call("address", {element}, {x, i}, {x, i}, {.reverse = true});
    VarId result = b.Local(kFloat32Type), loaded = b.Local(kFloat32Type);
    b.Call("load", {loaded}, {element}, {element});
    b.Call(function, {result}, {loaded}, {element}, {.reverse = true, .name_space = ""});
    return result;
  };
  VarId twice = apply("twice_0"), pick = apply("pick_0"), sum = b.Local(kFloat32Type);
  b.Call("add", {sum}, {twice, pick}, {twice, pick}, {.reverse = true});
  b.Call("poke_0", {}, {sum, x, i}, {sum, x, i}, {.reverse = true, .custom_replay = true, .name_space = ""});
  b.Line(37);
  VarId zero = b.Constant(Constant::Int(0)), k = b.Local(kInt32Type);
  b.Call("int", {k}, {zero}, {zero});
  b.Line(38);
  b.BeginWhile();
  VarId three = b.Constant(Constant::Int(3)), test = b.Local(kBoolType);
  b.Compare(test, "<", {k, three});
  b.WhileBody(test);
  b.Line(39);
  VarId one = b.Constant(Constant::Int(1)), next = b.Local(kInt32Type);
  b.Call("add", {next}, {k, one}, {k, one}, {.reverse = true});
  b.Call("assign", {}, {k, next}, {k, next}, {.reverse = true});
  b.EndWhile();
  b.program.definition_line = 2;
  b.program.uses_scalar_tid = b.program.uses_tid = true;
  return std::move(b.program);
}

TEST(Emit, DirectivesSnippetsCustomGradientsAndLaunchOptions) {
  std::string golden = ReadGolden("directives");
  std::vector<std::string_view> source = SplitLines(Section(golden, "=== input.py"));
  TestWorld world;
  Program twice = BuildTwice(world, source), pick = BuildPick(world, source), poke = BuildPoke(world, source);
  Program gradient = BuildTwiceGradient(world, source), directives = BuildDirectives(world, source);
  ModuleDescription module{.symbols = &world.symbols, .types = &world.types, .constants = &world.constants};
  module.options.line_info = true;
  const std::string path = "@DIR@/directives.py";
  auto add = [&](const Program& program, std::string_view name) -> FunctionDescription& {
    module.functions.push_back({.program = &program, .native_name = std::string(name), .path = path});
    module.functions.back().first_line = program.first_line;
    module.functions.back().used_by_backward_kernel = true;
    return module.functions.back();
  };
  add(twice, "twice_0").skip_reverse = true;
  add(pick, "pick_0").inline_hint = InlineHint::NoInline;
  FunctionDescription& native = add(poke, "poke_0");
  native.is_native = native.has_adjoint_snippet = native.has_replay_snippet = true;
  native.native_snippet = "\n    out[tid] = a;\n";
  native.adjoint_snippet = "\n    adj_a += adj_out[tid];\n";
  native.replay_snippet = "    // again\n";
  FunctionDescription& custom = add(gradient, "twice_0");
  custom.skip_forward = custom.custom_reverse = true;
  custom.custom_reverse_input_count = 1;
  KernelDescription kernel{.program = &directives,
                           .mangled_name = NameWithHash(golden, "struct wp_args_", "directives"),
                           .path = path};
  kernel.options.enable_cuda_smem_spilling = true;
  kernel.options.cuda_max_registers = 64;
  kernel.options.cluster_dim = 2;
  module.kernels.push_back(kernel);
  ExpectGolden(module, golden);
}

TEST(Emit, LineDirectivesEscapeThePath) {
  TextBuffer out;
  AppendDirectivePath("C:\\a \"b\"\t\x01\n.py", out);
  EXPECT_EQ(out.view(), "C:/a \\\"b\\\"\\t\\001\\n.py");
}

TEST(Emit, NewlinesAreCountedInBlocksAndBehindThem) {
  std::string text;
  for (int i = 0; i < 400; ++i) {
    EXPECT_EQ(CountNewlines(text), static_cast<size_t>(std::count(text.begin(), text.end(), '\n'))) << i;
    text += i % 3 == 0 || i > 200 ? '\n' : 'x';
  }
}

TEST(Emit, Bfloat16IsFoundWhereverItIs) {
  EXPECT_FALSE(MentionsBfloat16(""));
  for (size_t before = 0; before < 400; ++before) {
    std::string text = std::string(before, 'b') + "loat1b_float1";
    EXPECT_FALSE(MentionsBfloat16(text)) << before;
    EXPECT_TRUE(MentionsBfloat16(text + "bfloat16" + std::string(before * 7 % 300, '1'))) << before;
    EXPECT_FALSE(MentionsBfloat16(text + "bfloat1" + std::string(before * 7 % 300, '1'))) << before;
  }
}

}  // namespace
}  // namespace warpsmith
