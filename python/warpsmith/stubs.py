"""Stand-ins for optional packages, so that a file whose kernels do not need them can be imported without them.

A stand-in module has every attribute; each is a class that can be called, subclassed, indexed, or used as a decorator.
The text of kernels does not depend on such packages; what else the file does at import may fail all the same.
"""

import importlib.abc
import importlib.machinery
import sys
import types

PACKAGES = ("PIL", "coverage", "cupy", "cupyx", "jax", "jaxlib", "matplotlib", "mpi4py", "nccl", "numba", "nvshmem", "nvtx", "paddle", "pxr",
            "pyglet", "taichi", "torch", "usd", "imgui_bundle", "cuda", "ml_dtypes", "OpenGL")


class _AnythingType(type):
    def __getattr__(cls, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return _anything(name)

    def __call__(cls, *arguments, **keywords):
        if len(arguments) == 1 and not keywords and isinstance(arguments[0], types.FunctionType):
            return arguments[0]  # used as a decorator
        return _anything("result")

    def __getitem__(cls, key):
        return cls

    def __iter__(cls):
        return iter(())

    def __bool__(cls):
        return False

    def __enter__(cls):
        return cls

    def __exit__(cls, *exception):
        return False


def _anything(name):
    return _AnythingType(name, (), {})


class _Module(types.ModuleType):
    __path__ = []
    __version__ = "999.0"

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return _anything(name)


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in PACKAGES:
            return importlib.machinery.ModuleSpec(name, self, is_package=True)
        return None

    def create_module(self, spec):
        return _Module(spec.name)

    def exec_module(self, module):
        pass


def install():
    """Stands in, from now on and in this process, for those of PACKAGES that cannot be found."""
    sys.meta_path.append(_Finder())
