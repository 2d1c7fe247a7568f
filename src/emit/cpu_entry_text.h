// The CPU task loops and entry points of a kernel, byte for byte as Warp 1.19.0 writes them: @ stands for the kernel's
// mangled name, $ for its launch dimension, ~ for `forward` or `backward`; what is between ` is the backward's alone, what
// is between | the forward's. Do not reformat.
#pragma once

#include <string_view>

namespace warpsmith {

/// Up to the body of the dispatch function, which `kDispatchEnd` closes.
inline constexpr std::string_view kCpuTasks = R"text(

template <bool wp_linear_contiguous>
static WP_FORCEINLINE void @_cpu_~_tasks(
    wp::launch_bounds_t<$> *dim,
    wp_args_@ *_wp_args`,
    wp_args_@ *_wp_adj_args`)
{
    for (size_t task_index = 0; task_index < dim->size; ++task_index)
    {
        @_cpu_kernel_~<wp_linear_contiguous>(`
            `*dim, task_index, _wp_args`, _wp_adj_args`);
    }
}

static WP_FORCEINLINE void @_cpu_~_dispatch(
    wp::launch_bounds_t<$> *dim,
    wp_args_@ *_wp_args`,
    wp_args_@ *_wp_adj_args`)
{
    wp::tile_shared_storage_t tile_mem;
#if defined(WP_ENABLE_TILES_IN_STACK_MEMORY)
    wp::shared_tile_storage = &tile_mem;
#endif

)text";

inline constexpr std::string_view kCpuEntry = R"text(extern "C" {

|// Python CPU entry points
|WP_API void @_cpu_~(
    wp::launch_bounds_t<$> *dim,
    wp_args_@ *_wp_args`,
    wp_args_@ *_wp_adj_args`)
{
    @_cpu_~_dispatch(dim, _wp_args`, _wp_adj_args`);
}

} // extern C

)text";

/// For a block of more than one lane.
inline constexpr std::string_view kCpuBlock = R"text(

struct @_cpu_block_payload_~
{
    wp_args_@* args;
`    wp_args_@* adj_args;
`    wp::tile_shared_storage_t* tile_mem;
    size_t block_first;
};

static void @_cpu_block_thunk_~(
    void* dim_ptr, size_t, int lane, void* payload_ptr)
{
    wp::launch_bounds_t<$>* dim = (wp::launch_bounds_t<$>*)dim_ptr;
    @_cpu_block_payload_~* payload = (@_cpu_block_payload_~*)payload_ptr;
    wp::tile_shared_storage_t::bind(payload->tile_mem);
    const size_t task_index = payload->block_first + (size_t)lane;
    @_cpu_kernel_~<false>(*dim, task_index, payload->args`, payload->adj_args`);
}

)text";

inline constexpr std::string_view kCpuBlockEntry = R"text(extern "C" {

|// Python CPU entry points
|WP_API void @_cpu_~(
    wp::launch_bounds_t<$> *dim,
    wp_args_@ *_wp_args`,
    wp_args_@ *_wp_adj_args`)
{
    constexpr size_t block_dim = (size_t)WP_TILE_BLOCK_DIM;
    const size_t total = dim->size;
    size_t block_first = 0;
    size_t block_id = 0;

    while (block_first < total)
    {
        const size_t remaining = total - block_first;
        const int active_count = (int)(remaining < block_dim ? remaining : block_dim);
        wp::tile_shared_storage_t tile_mem;
        @_cpu_block_payload_~ payload = { _wp_args, `_wp_adj_args, `&tile_mem, block_first };
        if (!wp_cpu_run_block(
                WP_TILE_BLOCK_DIM, active_count, &@_cpu_block_thunk_~, dim, block_id, &payload))
            return;
        block_first += (size_t)active_count;
        ++block_id;
    }
}

} // extern C

)text";

/// The head of the function that runs one task.
inline constexpr std::string_view kCpuKernel = R"text(

template <bool wp_linear_contiguous>
static void @_cpu_kernel_~(
    wp::launch_bounds_t<$> dim,
    size_t task_index,
    wp_args_@ *_wp_args`,
    wp_args_@ *_wp_adj_args`)
{
    static constexpr bool wp_linear_tid = wp_linear_contiguous;
)text";

inline constexpr std::string_view kDispatchEnd = "\n}\n\n";

}  // namespace warpsmith
