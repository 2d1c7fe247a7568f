"""A live Warp module, built as Warp builds it, up to the text that it would hand to its compiler.

Building changes what a later build of the same process finds (instances of generic functions, trees, hashes), so callers
work in a forked child and use each child for one target.
"""

import re

DEFAULT_ARCH = 90


def rejection(error, path):
    """What Warp said, and where in the input: {"type", "message", "line": the innermost, "lines": from kernel to callee}."""
    message = str(error)
    lines = list(dict.fromkeys(int(n) for n in re.findall(r" at [^\n]*?\.py:(\d+):", message)))
    line = lines[-1] if lines else None
    if line is None and isinstance(error, SyntaxError):
        line = error.lineno
    if line is None:
        frame = error.__traceback__
        while frame is not None:
            if frame.tb_frame.f_code.co_filename == path:
                line = frame.tb_lineno
            frame = frame.tb_next
    return {"type": type(error).__name__, "message": message[:2000], "line": line,
            "lines": lines or ([line] if line else [])}


def target_options(module, device, arch=DEFAULT_ARCH, block_dim=None, backward=True):
    """The options Warp resolves to compile for a device. `block_dim` None: 1 on the CPU, else the module's own."""
    import warp

    if block_dim is None and device == "cpu":
        block_dim = 1
    options = module.resolve_options(warp.config, block_dim=block_dim) | {"output_arch": arch if device == "cuda" else None}
    return options if backward else options | {"enable_backward": False}


def build(module, kernels, options, device):
    """Warp's builder of these kernels of the module; raises what Warp raises."""
    from warp._src.context import ModuleBuilder, ModuleHasher

    if module.has_unresolved_static_expressions:  # their results are part of the hashes
        ModuleBuilder(module, options | {"output_arch": None}, ModuleHasher(kernels, options))
        module.has_unresolved_static_expressions = False
    return ModuleBuilder(module, options, ModuleHasher(kernels, options), target=device)


def accepted(builder, device):
    """The Output (see `warpsmith.oracle`) of a builder; raises what Warp raises."""
    return {"text": builder.codegen(device), "kernels": [{"key": k.key, "name": k.get_mangled_name()} for k in builder.kernels],
            "functions": sorted({f.native_func for f in builder.functions}), "rejection": None}


def rejected(module, kernels, options, device, error, path):
    """The Output of a module that Warp refuses as a whole, with what it says of each kernel alone."""
    output = {"text": None, "kernels": [{"key": k.key, "name": None} for k in kernels], "functions": [],
              "rejection": rejection(error, path), "rejected_kernels": {}}
    for kernel in kernels if options is not None else ():
        try:
            accepted(build(module, [kernel], options, device), device)
        except Exception as own:
            output["rejected_kernels"][kernel.key] = rejection(own, path)
    return output


def generate(module, kernels, device, path, **choices):
    """The Output of a module for a device. `choices` are those of `target_options`."""
    options = None
    try:
        options = target_options(module, device, **choices)
        return accepted(build(module, kernels, options, device), device)
    except Exception as error:
        return rejected(module, kernels, options, device, error, path)
