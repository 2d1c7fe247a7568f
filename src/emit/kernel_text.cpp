// Kernels: argument structs, the frames around their bodies, and the CPU's task loops and entry points.
#include <algorithm>

#include "emit/cpu_entry_text.h"
#include "emit/module_header.h"
#include "emit/module_writer.h"

namespace warpsmith {

void ModuleWriter::Header() {
  out_.Append(kBlockDimMacro);
  out_.AppendNumber(module_.options.block_dim);
  out_.Append(cuda() ? kCudaHeader : kCpuHeader);
  out_.Append(cuda() ? module_.options.extra_cuda_preamble : module_.options.extra_cpu_preamble);
  out_.Append(kCastMacros);
}

namespace {

bool IsMark(char c) { return c == '@' || c == '$' || c == '~' || c == '`' || c == '|'; }

}  // namespace

/// `text` with what depends on the kernel and the direction filled in; see cpu_entry_text.h.
void ModuleWriter::Template(std::string_view text, const KernelDescription& kernel, bool backward) {
  while (true) {
    size_t mark = 0;
    while (mark < text.size() && !IsMark(text[mark])) ++mark;
    out_.Append(text.substr(0, mark));
    if (mark == text.size()) return;
    char kind = text[mark];
    text.remove_prefix(mark + 1);
    if (kind == '@') {
      out_.Append(kernel.mangled_name);
    } else if (kind == '$') {
      out_.AppendNumber(uint32_t{kernel.program->kernel_dimensions});
    } else if (kind == '~') {
      backward ? out_.Append("backward") : out_.Append("forward");
    } else if (backward != (kind == '`')) {
      // The other direction's: skipped with the mark that ends it. A mark that ends what was written is met alone.
      text.remove_prefix(text.find(kind) + 1);
    }
  }
}

bool ModuleWriter::IsContiguousArgument(const Variable& parameter) const {
  const TypeInfo& info = (*module_.types)[parameter.type];
  return info.kind == TypeKind::Array && info.family == ArrayFamily::Regular && info.dimensions == 1;
}

bool ModuleWriter::LinearContiguous(const KernelDescription& kernel) const {
  const Program& program = *kernel.program;
  if (cuda() || kernel.options.block_dim != 1 || program.kernel_dimensions != 1 || !program.uses_scalar_tid)
    return false;
  bool any = false;
  bool all = true;
  for (VarId id : program.parameters) {
    const Variable& parameter = program.variables[id];
    const TypeInfo& info = (*module_.types)[parameter.type];
    if (info.kind != TypeKind::Array || info.family != ArrayFamily::Regular) continue;
    any |= info.dimensions == 1;
    all &= info.dimensions == 1;
  }
  if (!any) return false;
  if (all || program.has_non_unrolled_constant_loop) return true;
  return std::any_of(program.locals.begin(), program.locals.end(), [&](VarId id) {
    TypeKind kind = module_.types->kind(program.variables[id].type);
    return kind == TypeKind::Tile || kind == TypeKind::TileStack;
  });
}

void ModuleWriter::KernelArguments(const KernelDescription& kernel) {
  if (cuda()) return;
  const Program& program = *kernel.program;
  out_.Append("struct wp_args_");
  out_.Append(kernel.mangled_name);
  out_.Append(" {\n");
  for (VarId id : program.parameters) {
    out_.Append("    ");
    out_.Append(spellings_.Cpp(program.variables[id].type));
    out_.Append(' ');
    out_.Append(Name(program, id));
    out_.Append(";\n");
  }
  out_.Append("};\n");
}

void ModuleWriter::KernelForward(const KernelDescription& kernel, const SpelledProgram& spelled) {
  if (kernel.options.has_external_entry) ExternalKernel(kernel, spelled);
  else cuda() ? CudaKernel(kernel, spelled, false) : CpuKernel(kernel, spelled, false);
}

void ModuleWriter::KernelBackward(const KernelDescription& kernel, const SpelledProgram& spelled) {
  if (!kernel.options.enable_backward) return;
  cuda() ? CudaKernel(kernel, spelled, true) : CpuKernel(kernel, spelled, true);
}

// ---- CPU -----------------------------------------------------------------------------------------------------

void ModuleWriter::CpuArraySetup(const KernelDescription& kernel, bool backward) {
  if (!LinearContiguous(kernel)) return;
  Template("    wp_args_@ wp_contiguous_args;\n`    wp_args_@ wp_contiguous_adj_args;\n`", kernel, backward);
  out_.Append("    if constexpr (wp_linear_contiguous)\n    {\n        wp_contiguous_args = *_wp_args;\n");
  if (backward) out_.Append("        wp_contiguous_adj_args = *_wp_adj_args;\n");
  const Program& program = *kernel.program;
  for (VarId id : program.parameters) {
    const Variable& parameter = program.variables[id];
    if (!IsContiguousArgument(parameter)) continue;
    for (bool adjoint : {false, true}) {
      if (adjoint && !backward) break;
      adjoint ? out_.Append("        wp_contiguous_adj_args.") : out_.Append("        wp_contiguous_args.");
      out_.Append(Text(parameter.name));
      out_.Append(".strides[0] = sizeof(");
      out_.Append(spellings_.Cpp((*module_.types)[parameter.type].element));
      out_.Append(");\n");
    }
  }
  out_.Append("        _wp_args = &wp_contiguous_args;\n");
  if (backward) out_.Append("        _wp_adj_args = &wp_contiguous_adj_args;\n");
  out_.Append("    }");
}

void ModuleWriter::CpuKernel(const KernelDescription& kernel, const SpelledProgram& spelled, bool backward) {
  Template(kCpuKernel, kernel, backward);
  CpuArraySetup(kernel, backward);
  out_.Append('\n');
  DeferredLocals(*kernel.program);
  backward ? ReverseBody(*kernel.program, spelled, FunctionKind::Kernel, false)
           : ForwardBody(*kernel.program, spelled, FunctionKind::Kernel, false);
  out_.Append("}\n\n");
}

void ModuleWriter::CpuDispatch(const KernelDescription& kernel, bool backward) {
  constexpr std::string_view kTasks = "    @_cpu_~_tasks";
  std::string_view arguments = backward ? "(dim, _wp_args, _wp_adj_args);" : "(dim, _wp_args);";
  if (!LinearContiguous(kernel)) {
    Template(kTasks, kernel, backward);
    out_.Append("<false>");
    return out_.Append(arguments);
  }
  out_.Append("    const bool wp_linear_contiguous = dim->coord_mult == 1 && (");
  const Program& program = *kernel.program;
  bool first = true;
  for (VarId id : program.parameters) {
    const Variable& parameter = program.variables[id];
    if (!IsContiguousArgument(parameter)) continue;
    for (bool adjoint : {false, true}) {
      if (adjoint && !backward) break;
      first ? out_.Append('(') : out_.Append(" & (");
      first = false;
      adjoint ? out_.Append("_wp_adj_args->") : out_.Append("_wp_args->");
      out_.Append(Text(parameter.name));
      out_.Append(".strides[0] == (int)sizeof(");
      out_.Append(spellings_.Cpp((*module_.types)[parameter.type].element));
      out_.Append("))");
    }
  }
  out_.Append(");\n    if (wp_linear_contiguous)\n    ");
  Template(kTasks, kernel, backward);
  out_.Append("<true>");
  out_.Append(arguments);
  out_.Append("\n    else\n    ");
  Template(kTasks, kernel, backward);
  out_.Append("<false>");
  out_.Append(arguments);
}

void ModuleWriter::KernelEntry(const KernelDescription& kernel) {
  if (cuda()) return;
  for (bool backward : {false, true}) {
    if (backward && !kernel.options.enable_backward) return;
    if (kernel.options.block_dim == 1) {
      Template(kCpuTasks, kernel, backward);
      CpuDispatch(kernel, backward);
      out_.Append(kDispatchEnd);
      Template(kCpuEntry, kernel, backward);
    } else {
      Template(kCpuBlock, kernel, backward);
      Template(kCpuBlockEntry, kernel, backward);
    }
  }
}

// ---- CUDA ----------------------------------------------------------------------------------------------------

/// The constant memory in which external entry points find their parameters, all of one type.
void ModuleWriter::ConstantParameters() {
  auto found = std::ranges::find_if(module_.kernels, [](const KernelDescription& k) { return k.options.has_external_entry; });
  if (found == module_.kernels.end()) return;
  std::string_view type = spellings_.Cpp(found->program->variables[found->program->parameters[0]].type);
  out_.Append("extern \"C\" {\n__constant__ __align__(alignof(");
  out_.Append(type);
  out_.Append(")) unsigned char params[sizeof(");
  out_.Append(type);
  out_.Append(")];\n}\n");
}

void ModuleWriter::ExternalKernel(const KernelDescription& kernel, const SpelledProgram& spelled) {
  const Program& program = *kernel.program;
  VarId parameter = program.parameters[0];
  std::string_view type = spellings_.Cpp(program.variables[parameter].type);
  out_.Append("\n\n");
  DefinitionDirective(program, kernel.path);
  out_.Append("extern \"C\" ");
  LaunchBounds(kernel.options);
  out_.Append("__global__ void ");
  out_.Append(kernel.mangled_name);
  out_.Append("()\n{\n    ");
  out_.Append(type);
  out_.Append(" var_");
  out_.Append(Name(program, parameter));
  out_.Append(" = *reinterpret_cast<const ");
  out_.Append(type);
  out_.Append("*>(params);\n");
  ForwardBody(program, spelled, FunctionKind::Function, false);
  DefinitionDirective(program, kernel.path);
  out_.Append("}\n\n");
}

void ModuleWriter::LaunchBounds(const CodegenOptions& options) {
  if (options.launch_bounds.empty()) return;
  out_.Append("__launch_bounds__(");
  out_.AppendNumber(options.launch_bounds[0]);
  if (options.launch_bounds.size() > 1) {
    out_.Append(", ");
    out_.AppendNumber(options.launch_bounds[1]);
  }
  out_.Append(") ");
}

void ModuleWriter::CudaQualifiers(const KernelDescription& kernel, bool backward) {
  const CodegenOptions& options = kernel.options;
  out_.Append("extern \"C\" ");
  LaunchBounds(options);
  if (options.cluster_dim != 1) {
    out_.Append("WP_CLUSTER_DIMS(");
    out_.AppendNumber(options.cluster_dim);
    out_.Append(", 1, 1) ");
  }
  out_.Append("__global__ void ");
  if (options.cuda_max_registers != 0) {
    out_.Append("WP_MAXNREG(");
    out_.AppendNumber(options.cuda_max_registers);
    out_.Append(") ");
  }
  out_.Append(kernel.mangled_name);
  backward ? out_.Append("_cuda_kernel_backward(\n    ") : out_.Append("_cuda_kernel_forward(\n    ");
}

void ModuleWriter::CudaParameters(const Program& program, bool backward) {
  out_.Append("wp::launch_bounds_t<");
  out_.AppendNumber(uint32_t{program.kernel_dimensions});
  out_.Append("> dim");
  for (VarId id : program.parameters) {
    out_.Append(",\n    ");
    out_.Append(spellings_.Cpp(program.variables[id].type));
    out_.Append(" var_");
    out_.Append(Name(program, id));
  }
  if (!backward) return DeferredKernelParameters(program);
  for (VarId id : program.parameters) {
    out_.Append(",\n    ");
    AdjointType(program.variables[id].type);
    out_.Append(" adj_");
    out_.Append(Name(program, id));
  }
  DeferredKernelParameters(program);
}

/// From the opening brace to the body.
void ModuleWriter::CudaProlog(const KernelDescription& kernel, bool backward) {
  const Program& program = *kernel.program;
  auto directive = [&] { DefinitionDirective(program, kernel.path); };
  uint32_t shared_memory = backward ? kernel.shared_memory_backward : kernel.shared_memory;
  if (kernel.options.enable_cuda_smem_spilling && shared_memory == 0) out_.Append("    WP_ENABLE_SMEM_SPILLING();\n");
  directive();
  out_.Append("    wp::tile_shared_storage_t tile_mem;\n\n");
  directive();
  if (kernel.options.grid_stride) {
    out_.Append("    for (size_t _idx = static_cast<size_t>(blockDim.x) * static_cast<size_t>(blockIdx.x) + "
                "static_cast<size_t>(threadIdx.x);\n");
    directive();
    out_.Append("         _idx < dim.size;\n");
    directive();
    out_.Append("         _idx += static_cast<size_t>(blockDim.x) * static_cast<size_t>(gridDim.x))\n    {\n");
  } else {
    out_.Append("    const size_t _idx = static_cast<size_t>(blockIdx.z * gridDim.y + blockIdx.y) * "
                "static_cast<size_t>(gridDim.x * blockDim.x) + static_cast<size_t>(blockIdx.x * blockDim.x + "
                "threadIdx.x);\n");
    directive();
    out_.Append("    if (_idx >= dim.size) return;\n");
  }
  out_.Append("            // reset shared memory allocator\n");
  directive();
  if (kernel.options.grid_stride) out_.Append("    ");
  out_.Append("    wp::tile_shared_storage_t::init();\n\n");
}

void ModuleWriter::CudaKernel(const KernelDescription& kernel, const SpelledProgram& spelled, bool backward) {
  const Program& program = *kernel.program;
  bool grid_stride = kernel.options.grid_stride;
  out_.Append("\n\n");
  DefinitionDirective(program, kernel.path);
  CudaQualifiers(kernel, backward);
  CudaParameters(program, backward);
  out_.Append(")\n{\n");
  CudaProlog(kernel, backward);
  DeferredLocals(program);
  backward ? ReverseBody(program, spelled, FunctionKind::Kernel, grid_stride)
           : ForwardBody(program, spelled, FunctionKind::Kernel, grid_stride);
  DefinitionDirective(program, kernel.path);
  if (grid_stride) {
    out_.Append("    }\n");
    DefinitionDirective(program, kernel.path);
  }
  out_.Append("}\n\n");
}

}  // namespace warpsmith
