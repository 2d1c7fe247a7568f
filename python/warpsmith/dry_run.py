"""Runs programs that use Warp without compiling or executing any kernel, for what shows before that: which modules they make.

`install()` changes this process: modules are hashed, generated and loaded as ever, but their machine code is empty, so that
arrays keep what the host put in them. Assertions about values therefore hold no more and are dropped, those about exceptions
too. Programs whose path depends on computed values may take another; a run without this decides.
"""

import ctypes
import unittest
import unittest.case


def install():
    from warp._src import build, context

    def build_nothing(obj_path, *arguments, **options):
        with open(obj_path, "wb"):
            pass

    nothing = ctypes.cast(ctypes.CDLL(None).labs, ctypes.c_void_p).value  # takes anything, changes nothing
    build.build_cpu = build_nothing
    library = context.runtime.llvm
    library.wp_load_obj = lambda *arguments: 0
    library.wp_unload_obj = lambda *arguments: 0
    library.wp_lookup = lambda *arguments: nothing
    _drop_assertions()


def _drop_assertions():
    import numpy

    def drop(*arguments, **options):
        return None

    for name in dir(numpy.testing):
        if name.startswith("assert_") and name not in ("assert_raises", "assert_raises_regex", "assert_warns"):
            setattr(numpy.testing, name, drop)
    for name in dir(unittest.TestCase):
        if name.startswith("assert") and not any(part in name for part in ("Raises", "Warns", "Logs")):
            setattr(unittest.TestCase, name, drop)
    unittest.TestCase.fail = drop
    original = unittest.case._AssertRaisesContext.__exit__

    def leave(self, error_type, error, traceback):
        try:
            return error_type is None or original(self, error_type, error, traceback)
        except AssertionError:
            return True

    unittest.case._AssertRaisesContext.__exit__ = leave
    try:
        from warp.tests import unittest_utils
    except ImportError:
        return
    for name in ("assert_array_equal", "assert_np_equal"):
        if hasattr(unittest_utils, name):
            setattr(unittest_utils, name, drop)
