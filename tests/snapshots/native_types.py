"""Types and functions of the user's own C++, and the text that goes before a module."""

import ctypes

import warp as wp


class Color(ctypes.Structure):
    _fields_ = [("r", ctypes.c_float), ("g", ctypes.c_float)]


class Pixel(ctypes.Structure):
    _fields_ = [("color", Color), ("index", ctypes.c_int32)]


class Image(ctypes.Structure):
    _fields_ = [("handle", ctypes.c_uint64)]


wp.build_experimental.add_native_type(
    Color, native_name="own::Color", fields={"r": wp.float32, "g": wp.float32}, initializer="aggregate"
)
wp.build_experimental.add_native_type(
    Pixel, native_name="own::Pixel", fields={"color": Color, "index": wp.int32}, initializer="aggregate"
)
wp.build_experimental.add_native_type(Image, native_name="own::Image")
wp.build_experimental.add_builtin("_snapshot_case_scale", {"value": Color, "scale": wp.float32}, Color, native_name="own::scale")
wp.build_experimental.add_builtin("_snapshot_case_clear", {"image": Image}, native_name="own::clear")

GREY = Color(0.5, 0.5)

wp.set_module_options(
    {"extra_build_options": wp.ModuleBuildOptions(extra_cpu_preamble="// for the CPU\n", extra_cuda_preamble="// for CUDA\n")}
)


@wp.struct
class Box:
    color: Color
    weight: float


@wp.func
def brighter(color: Color, by: float):
    return wp._snapshot_case_scale(color, by)


@wp.kernel
def paint(pixels: wp.array(dtype=Pixel), images: wp.array(dtype=Image), colors: wp.array(dtype=Color), box: Box, meshes: wp.array(dtype=wp.handle)):
    i = wp.tid()
    color = Color(wp.float32(i), GREY.g)
    pixels[i] = Pixel(color, i)
    colors[i] = brighter(pixels[i].color, 2.0)
    colors[i] = box.color
    wp._snapshot_case_clear(images[i])
    empty = Color()
    colors[0] = empty
