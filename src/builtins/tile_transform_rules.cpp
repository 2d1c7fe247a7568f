// Fourier transforms of tiles.
#include <numeric>

#include "builtins/link_time.h"
#include "builtins/tile_rules.h"

namespace warpsmith {
namespace {

using builtin_tables::DispatchRule;
using builtin_tables::ResultRule;

constexpr int64_t kMaxDirectSize = 4096;  // of a transform that is no power of two, on the CPU

std::string_view NameOf(const RuleContext& context) { return Builtins::Name(Builtins::NameOf(context.call.overload)); }

ResultOrError TileFft(RuleContext& context) {
  TypeId tile = context.Type("inout");
  std::string name(context.Text(0));
  if (context.types[tile].tile.storage != TileStorage::Register)
    return Reject(name + "() argument must have 'register' storage, got shared");
  TypeId scalar = context.types[context.types[tile].element].element;
  if (scalar != kFloat32Type && scalar != kFloat64Type)
    return Reject(name + "() argument must be a tile of vec2f or vec2d (interpreted as complex) entries");
  size_t dimensions = context.types.shape(tile).size();
  if (dimensions < 2)
    return Reject(name + "() argument must be a tile with at least 2 dimensions, got " + std::to_string(dimensions) + "D");
  return CallResult{};
}

// The bytes that Warp's own transform shares between threads, or why it cannot be used.
BuiltinResult<int64_t> SharedBytesWithoutLibrary(const RuleContext& context, int64_t size, int64_t element_bytes) {
  bool power_of_two = size > 0 && (size & (size - 1)) == 0;
  if (context.link_target.architecture == 0 && context.block_dim == 1) {
    if (!power_of_two && size > kMaxDirectSize)
      return Reject("a transform whose size is no power of two is limited to 4096 elements on the CPU");
    return int64_t{0};
  }
  if (!power_of_two) return Reject("a transform without libmathdx needs a size that is a power of two");
  if (size % context.block_dim != 0) return Reject("the size of a transform must be divisible by block_dim");
  return size * element_bytes;
}

NativeOrError TileFftDispatch(RuleContext& context, const CallResult&) {
  TypeId tile = context.Type("inout");
  bool inverse = NameOf(context) == "tile_ifft";
  TypeId scalar = context.types[context.types[tile].element].element;
  auto shape = context.types.shape(tile);
  int64_t size = shape.back();
  int64_t batch = std::accumulate(shape.begin(), shape.end() - 1, int64_t{1}, std::multiplies<>());
  int64_t per_thread = size / context.block_dim;
  const LinkTarget& target = context.link_target;
  NativeCall call;
  int64_t shared_bytes = 0;
  std::string forward = "/* scalar */ 0", backward = forward;
  if (target.architecture != 0 && target.use_fft) {
    if (per_thread < 2) return Reject("a transform needs at least 2 elements per thread");
    for (bool is_inverse : {inverse, !inverse}) {
      if (is_inverse != inverse && !target.enable_backward) break;
      auto [function, bytes] = FindTransform({size, per_thread, is_inverse, scalar}, target);
      call.link_functions.push_back(function);
      if (is_inverse == inverse) shared_bytes = bytes;
    }
    forward = call.link_functions.front().symbol;
    backward = call.link_functions.back().symbol;
  } else {
    auto bytes = SharedBytesWithoutLibrary(context, size, 2 * SizeInBytes(context.types, scalar));
    if (!bytes) return bytes.error();
    shared_bytes = *bytes;
  }
  std::string_view element = scalar == kFloat32Type ? "wp::vec2f" : "wp::vec2d";
  for (std::string text : {forward, backward, std::string(element), std::to_string(shared_bytes), std::to_string(batch),
                           std::to_string(per_thread)})
    call.AddText(std::move(text));
  call.arguments.push_back(BoundValue(context, "inout"));
  return call;
}

constexpr ResultRuleRow kResults[] = {{ResultRule::TileFftGeneric, TileFft}};
constexpr DispatchRuleRow kDispatches[] = {{DispatchRule::TileFftGenericLto, TileFftDispatch}};

}  // namespace

TileRules TileTransformRules() { return {kResults, kDispatches}; }

}  // namespace warpsmith
