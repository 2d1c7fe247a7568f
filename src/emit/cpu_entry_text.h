// The CPU task loops and entry points of a kernel, byte for byte as Warp 1.19.0 writes them: @ stands for the kernel's
// mangled name, $ for its launch dimension. Do not reformat.
#pragma once

#include <string_view>

namespace warpsmith {

/// Up to the body of the dispatch function, which `kDispatchEnd` closes.
inline constexpr std::string_view kCpuTasksForward = R"text(

template <bool wp_linear_contiguous>
static WP_FORCEINLINE void @_cpu_forward_tasks(
    wp::launch_bounds_t<$> *dim,
    wp_args_@ *_wp_args)
{
    for (size_t task_index = 0; task_index < dim->size; ++task_index)
    {
        @_cpu_kernel_forward<wp_linear_contiguous>(*dim, task_index, _wp_args);
    }
}

static WP_FORCEINLINE void @_cpu_forward_dispatch(
    wp::launch_bounds_t<$> *dim,
    wp_args_@ *_wp_args)
{
    wp::tile_shared_storage_t tile_mem;
#if defined(WP_ENABLE_TILES_IN_STACK_MEMORY)
    wp::shared_tile_storage = &tile_mem;
#endif

)text";

inline constexpr std::string_view kCpuEntryForward = R"text(extern "C" {

// Python CPU entry points
WP_API void @_cpu_forward(
    wp::launch_bounds_t<$> *dim,
    wp_args_@ *_wp_args)
{
    @_cpu_forward_dispatch(dim, _wp_args);
}

} // extern C

)text";

/// For a block of more than one lane.
inline constexpr std::string_view kCpuBlockForward = R"text(

struct @_cpu_block_payload_forward
{
    wp_args_@* args;
    wp::tile_shared_storage_t* tile_mem;
    size_t block_first;
};

static void @_cpu_block_thunk_forward(
    void* dim_ptr, size_t, int lane, void* payload_ptr)
{
    wp::launch_bounds_t<$>* dim = (wp::launch_bounds_t<$>*)dim_ptr;
    @_cpu_block_payload_forward* payload = (@_cpu_block_payload_forward*)payload_ptr;
    wp::tile_shared_storage_t::bind(payload->tile_mem);
    const size_t task_index = payload->block_first + (size_t)lane;
    @_cpu_kernel_forward<false>(*dim, task_index, payload->args);
}

)text";

inline constexpr std::string_view kCpuBlockEntryForward = R"text(extern "C" {

// Python CPU entry points
WP_API void @_cpu_forward(
    wp::launch_bounds_t<$> *dim,
    wp_args_@ *_wp_args)
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
        @_cpu_block_payload_forward payload = { _wp_args, &tile_mem, block_first };
        if (!wp_cpu_run_block(
                WP_TILE_BLOCK_DIM, active_count, &@_cpu_block_thunk_forward, dim, block_id, &payload))
            return;
        block_first += (size_t)active_count;
        ++block_id;
    }
}

} // extern C

)text";

/// Up to the body of the dispatch function, which `kDispatchEnd` closes.
inline constexpr std::string_view kCpuTasksBackward = R"text(

template <bool wp_linear_contiguous>
static WP_FORCEINLINE void @_cpu_backward_tasks(
    wp::launch_bounds_t<$> *dim,
    wp_args_@ *_wp_args,
    wp_args_@ *_wp_adj_args)
{
    for (size_t task_index = 0; task_index < dim->size; ++task_index)
    {
        @_cpu_kernel_backward<wp_linear_contiguous>(
            *dim, task_index, _wp_args, _wp_adj_args);
    }
}

static WP_FORCEINLINE void @_cpu_backward_dispatch(
    wp::launch_bounds_t<$> *dim,
    wp_args_@ *_wp_args,
    wp_args_@ *_wp_adj_args)
{
    wp::tile_shared_storage_t tile_mem;
#if defined(WP_ENABLE_TILES_IN_STACK_MEMORY)
    wp::shared_tile_storage = &tile_mem;
#endif

)text";

inline constexpr std::string_view kCpuEntryBackward = R"text(extern "C" {

WP_API void @_cpu_backward(
    wp::launch_bounds_t<$> *dim,
    wp_args_@ *_wp_args,
    wp_args_@ *_wp_adj_args)
{
    @_cpu_backward_dispatch(dim, _wp_args, _wp_adj_args);
}

} // extern C

)text";

/// For a block of more than one lane.
inline constexpr std::string_view kCpuBlockBackward = R"text(

struct @_cpu_block_payload_backward
{
    wp_args_@* args;
    wp_args_@* adj_args;
    wp::tile_shared_storage_t* tile_mem;
    size_t block_first;
};

static void @_cpu_block_thunk_backward(
    void* dim_ptr, size_t, int lane, void* payload_ptr)
{
    wp::launch_bounds_t<$>* dim = (wp::launch_bounds_t<$>*)dim_ptr;
    @_cpu_block_payload_backward* payload = (@_cpu_block_payload_backward*)payload_ptr;
    wp::tile_shared_storage_t::bind(payload->tile_mem);
    const size_t task_index = payload->block_first + (size_t)lane;
    @_cpu_kernel_backward<false>(*dim, task_index, payload->args, payload->adj_args);
}

)text";

inline constexpr std::string_view kCpuBlockEntryBackward = R"text(extern "C" {

WP_API void @_cpu_backward(
    wp::launch_bounds_t<$> *dim,
    wp_args_@ *_wp_args,
    wp_args_@ *_wp_adj_args)
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
        @_cpu_block_payload_backward payload = { _wp_args, _wp_adj_args, &tile_mem, block_first };
        if (!wp_cpu_run_block(
                WP_TILE_BLOCK_DIM, active_count, &@_cpu_block_thunk_backward, dim, block_id, &payload))
            return;
        block_first += (size_t)active_count;
        ++block_id;
    }
}

} // extern C

)text";

inline constexpr std::string_view kDispatchEnd = "\n}\n\n";

}  // namespace warpsmith
