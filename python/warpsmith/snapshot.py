"""Module snapshots: one live Warp module as JSON, complete enough to generate its text without Python.

    python -m warpsmith.snapshot FILE_OR_MODULE -o FILE

imports the input with real Warp in a child process (which runs its code) and writes the snapshot of its Warp module.
`snapshot_module(module)` does the same for a module of the running process. The format is described in
docs/snapshot_format.md and data/schema/snapshot.schema.json.

The module is built once, in a child, so that instances of generic functions exist; building changes nothing that is
written. Hashes are taken in a child a target, as a fresh process that compiles for that target alone computes them.
"""

import argparse
import ast
import copy
import enum
import inspect
import json
import os
import sys
import tempfile
import types as python_types
import typing

from warpsmith import children, oracle

FORMAT = "warpsmith-snapshot"
VERSION = 1
TARGETS = {"cpu": 1, "cuda": 256}
DEFAULT_TIMEOUT_S = 300
_VALUE = "_snapshot_value_"
_INT64 = range(-(2**63), 2**63)
_OPERATORS = ("add", "sub", "mul", "div", "mod", "pow", "lshift", "rshift", "bit_or", "bit_xor", "bit_and", "floordiv",
              "neg", "pos", "invert", "unot")
# Classes without parts, by their names in warp.types; a name that is missing there is no type of this release.
_SIMPLE_CLASSES = ("bool", "int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64", "float16", "bfloat16",
                   "float32", "float64", "range_t", "shape_t", "slice_t", "BvhQuery", "BvhQueryTiled", "MeshQuery",
                   "MeshQueryAABB", "MeshQueryAABBTiled", "MeshQueryPoint", "MeshQueryRay", "HashGridQuery", "Texture1D",
                   "Texture2D", "Texture3D", "_BvhQueryAabb", "_BvhQueryRay", "_BvhQueryCapsule", "_BvhQuerySphere",
                   "_MeshQuerySphere", "_HashGridQueryH", "_HashGridQueryD")


class _NotEncodable(Exception):
    """A value or type for which the format has no form; the message says what it is."""


class _Snapshot:
    """Collects what is reachable from the kernels of one module. Tables refer to each other by index."""

    def __init__(self, warp, deferred):
        self.warp = warp
        self.deferred = deferred  # {target: {id of an Adjoint: [(text, value)]}}
        self.wt = warp._src.types
        self.types, self.type_ids = [], {}
        self.structs, self.struct_ids = [], {}
        self.functions, self.function_ids = [], {}
        self.sets, self.set_ids = [], {}
        self.kernels = []
        self.warp_names = {}  # attributes of the package that its release does not determine
        self.keep = []  # objects whose id() is a key above
        self.simple = {getattr(self.wt, n): n for n in _SIMPLE_CLASSES if hasattr(self.wt, n)}
        self.simple |= {int: "int32", float: "float32", bool: "bool", str: "str", tuple: "tuple"}

    # ---- types

    def intern(self, entry):
        key = json.dumps(entry, sort_keys=True)
        if key not in self.type_ids:
            self.type_ids[key] = len(self.types)
            self.types.append(entry)
        return self.type_ids[key]

    def type(self, t):
        """The index of a type; raises _NotEncodable."""
        return self.intern(self.type_entry(t))

    def type_entry(self, t):
        wt = self.wt
        if t is typing.Any:
            return {"kind": "simple", "name": "Any"}
        for name in ("Scalar", "Float", "Int"):
            if t is getattr(wt, name):
                return {"kind": "simple", "name": name}
        if wt.is_warp_function_annotation(t):
            return {"kind": "simple", "name": "Function"}
        if t is typing.Callable or typing.get_origin(t) is typing.get_origin(typing.Callable):
            return {"kind": "simple", "name": "Callable"}
        if wt.is_reference(t):
            return {"kind": "reference", "element": self.type(t.value_type), "python": t.value_type in (int, float)}
        if isinstance(t, self.warp._src.codegen.Struct):
            return {"kind": "struct", "struct": self.struct(t)}
        if wt.is_array(t):
            return self.array_entry(t)
        if isinstance(t, wt.tuple_t):
            return {"kind": "tuple", "elements": [self.type(x) for x in t.types]}
        if typing.get_origin(t) is tuple:
            arguments = typing.get_args(t)
            if len(arguments) == 2 and arguments[1] is Ellipsis:
                return {"kind": "repeated", "element": self.type(arguments[0])}
            return {"kind": "tuple", "elements": [self.type(x) for x in arguments]}
        if isinstance(t, type):
            if hasattr(t, "_wp_generic_type_hint_"):
                return self.composite_entry(t)
            if t in self.simple:
                return {"kind": "simple", "name": self.simple[t]}
        raise _NotEncodable(f"the type {getattr(t, '__name__', None) or t!r}")

    def array_entry(self, t):
        wt = self.wt
        family = wt.concrete_array_type(t)
        if family is wt.fixedarray:
            shape = [int(n) for n in t.shape]
            return {"kind": "fixed_array", "element": self.type(t.dtype), "shape": shape}
        families = {wt.array: "array", wt.indexedarray: "indexed", wt.fabricarray: "fabric",
                    wt.indexedfabricarray: "indexed_fabric"}
        if family not in families:
            raise _NotEncodable(f"an array of the class {family.__name__}")
        ndim = t.ndim if isinstance(t.ndim, int) else None
        return {"kind": families[family], "element": self.type(t.dtype), "ndim": ndim}

    def composite_entry(self, t):
        wt = self.wt
        scalar = t._wp_scalar_type_
        kinds = {wt.Vector: "vector", wt.Matrix: "matrix", wt.Quaternion: "quaternion", wt.Transformation: "transform"}
        kind = kinds.get(t._wp_generic_type_hint_)
        if kind is None:
            raise _NotEncodable(f"the type {t.__name__}")
        entry = {"kind": kind, "element": self.type(scalar)}
        if kind in ("vector", "matrix"):
            entry["shape"] = [int(n) if isinstance(n, int) and n > 0 else None for n in t._shape_]
        else:
            entry["python"] = scalar is float
        return entry

    def struct(self, s):
        if id(s) not in self.struct_ids:
            fields = [{"name": n, "type": self.type(v.type)} for n, v in s.vars.items()]
            self.struct_ids[id(s)] = len(self.structs)
            self.keep.append(s)
            self.structs.append({"name": s.key, "native_name": s.native_name, "hash": s.hash.hex(), "fields": fields})
        return self.struct_ids[id(s)]

    # ---- values

    def number(self, scalar, value):
        value = getattr(value, "value", value)
        if (scalar in self.wt.float_types or scalar is float) and not isinstance(value, int):
            return float(value).hex()
        value = int(value)
        return value if value in _INT64 else str(value)

    def constant(self, v):
        wt = self.wt
        if isinstance(v, bool):
            return {"bool": v}
        if isinstance(v, int):
            return {"int": int(v) if int(v) in _INT64 else str(int(v))}
        if isinstance(v, float):
            return {"float": float(v).hex()}
        if isinstance(v, str):
            v.encode()  # a lone surrogate has no UTF-8
            return {"str": v}
        if isinstance(v, self.warp._src.codegen.StructInstance):
            s = v._cls
            return {"struct": self.type(s), "elements": [self.constant(getattr(v, n)) for n in s.vars]}
        if type(v) in wt.scalar_and_bool_types:
            return {"type": self.type(type(v)), "value": self.number(type(v), v)}
        if wt.is_composite(v):
            t = type(v)
            shape = t._shape_
            items = [v[i, j] for i in range(shape[0]) for j in range(shape[1])] if len(shape) == 2 else [v[i] for i in range(shape[0])]
            return {"type": self.type(t), "elements": [self.number(t._wp_scalar_type_, x) for x in items]}
        raise _NotEncodable(f"a value of type {type(v).__name__}")

    def object(self, v, paths=()):
        """What a name refers to. `paths`: the attributes that are asked of it, as tuples of names."""
        try:
            return self.object_entry(v, paths)
        except (_NotEncodable, UnicodeEncodeError) as error:
            return {"kind": "unknown", "reason": str(error)}

    def object_entry(self, v, paths):
        warp = self.warp
        if v is warp:
            for path in paths:
                self.note_warp_path(path)
            return {"kind": "warp"}
        for name in ("static", "grad", "adjoint", "address_of"):
            if v is getattr(warp, name, self):
                return {"kind": name}
        if isinstance(v, warp._src.context.Function):
            if v.is_builtin():
                return {"kind": "builtin", "name": v.key}
            entry = {"kind": "function", "set": self.function_set(v)}
            if any(paths):
                entry["names"] = self.namespace(v, paths)["names"]
            return entry
        if isinstance(v, warp._src.context.Kernel):
            return {"kind": "foreign", "what": "kernel"}
        if isinstance(v, enum.Enum) and not isinstance(v, int):
            return self.namespace(v, paths)
        if self.wt.is_value(v) or isinstance(v, (str, warp._src.codegen.StructInstance)):
            entry = {"kind": "constant", "value": self.constant(v)}
            if isinstance(v, enum.Enum):
                entry["enum"] = True
            return entry
        if isinstance(v, warp._src.codegen.Struct):
            return {"kind": "struct", "type": self.type(v)}
        if isinstance(v, enum.EnumMeta) or isinstance(v, python_types.ModuleType):
            return self.namespace(v, paths)
        if isinstance(v, python_types.FunctionType):
            return {"kind": "foreign", "what": "function"}
        if isinstance(v, (tuple, list, dict)):
            what = next(n for t, n in ((tuple, "tuple"), (list, "list"), (dict, "dict")) if isinstance(v, t))
            return self.namespace(v, paths) if any(paths) else {"kind": "foreign", "what": what}
        if isinstance(v, python_types.BuiltinFunctionType) or isinstance(v, type) and v.__module__ == "builtins" and v not in self.simple:
            if getattr(sys.modules["builtins"], v.__name__, None) is v:
                return {"kind": "python", "name": v.__name__}
        try:
            entry = {"kind": "type", "type": self.type(v)}
            if v in (int, float, bool):
                entry["python"] = v.__name__
            return entry
        except (_NotEncodable, AttributeError, TypeError):
            if not any(paths):
                raise _NotEncodable(f"an object of type {type(v).__name__}") from None
        return self.namespace(v, paths)

    def namespace(self, v, paths):
        """A module, class or instance of which only the attributes `paths` are wanted."""
        names, wanted = {}, {}
        for path in paths:
            if path:
                wanted.setdefault(path[0], set()).add(path[1:])
        for name in sorted(wanted):
            try:
                value = getattr(v, name)
            except Exception:
                continue
            names[name] = self.object(value, wanted[name]) if value is not None else {"kind": "none"}
        return {"kind": "namespace", "name": getattr(v, "__name__", type(v).__name__), "names": names}

    def note_warp_path(self, path):
        """Notes what an attribute of the warp package is, unless it is the same in every process."""
        warp = self.warp
        if not path or path[0] == "types":
            return
        value = getattr(warp, path[0], None)
        is_function = isinstance(value, warp._src.context.Function) and not value.is_builtin()
        if not is_function and not isinstance(value, python_types.ModuleType):
            return
        entry = self.object(value, (path[1:],))
        old = self.warp_names.get(path[0])
        if old is not None and entry["kind"] == "namespace":
            _merge(old, entry)
        else:
            self.warp_names[path[0]] = entry

    # ---- definitions

    def captured(self, adj, tree):
        """{name: object} of everything the definition mentions that is not its own."""
        mentioned = {}
        inner = set()
        for node in ast.walk(tree):
            if node in inner:
                continue
            path, root = [], node
            while isinstance(root, ast.Attribute):
                path.insert(0, root.attr)
                root = root.value
                inner.add(root)
            if isinstance(root, ast.Name):
                mentioned.setdefault(root.id, set()).add(tuple(path))
        names = {}
        for name, paths in mentioned.items():
            value = adj.resolve_external_reference(name)
            if value is not None:
                names[name] = self.object(value, sorted(paths))
            else:
                for path in sorted(paths):
                    self.note_warp_path((name, *path))
        for name in _OPERATORS:
            value = adj.resolve_external_reference(name)
            if name not in names and isinstance(value, self.warp._src.context.Function) and not value.is_builtin():
                names[name] = self.object(value)
        return names

    def statics(self, adj, tree):
        """(results by text, results by place) of the wp.static() calls evaluated at declaration."""
        results = [{"text": text, "value": self.object(value)} for text, value in adj.resolved_static_expressions.items()]
        if not results or adj.transformers:  # a transformed tree holds their results
            return results, []
        def place(node):
            return (node.lineno, node.col_offset, node.end_lineno, node.end_col_offset)
        replaced = {}
        for node in ast.walk(adj.tree):
            if isinstance(node, ast.Constant):
                replaced[place(node)] = node.value
            elif isinstance(node, ast.Name) and hasattr(node, "warp_func"):
                replaced[place(node)] = node.warp_func
        calls = []
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and place(node) in replaced:
                calls.append(_place(node) | {"value": self.object(replaced[place(node)])})
        return results, calls

    def transformed(self, adj):
        """A tree that a code transformer changed: the tree of its text, that text with the line of each node (0: none), and
        by place the values and functions without a text, for which calls stand there."""
        values = {}
        tree = copy.deepcopy(adj.tree, {id(v): v for n in ast.walk(adj.tree) for v in (getattr(n, "warp_func", None),) if v is not None})

        class Replace(ast.NodeTransformer):
            def generic_visit(visitor, node):
                node = super().generic_visit(node)
                value = getattr(node, "warp_func", None)
                if value is None and isinstance(node, ast.Constant) and not _has_text(node.value):
                    value = node.value
                if value is None:
                    return node
                name = f"{_VALUE}{len(values)}"
                values[name] = self.object(value)
                return ast.copy_location(ast.Call(ast.Name(name, ast.Load()), [], []), node)

        tree = Replace().visit(tree)
        text = ast.unparse(tree)
        again = ast.parse(text)
        if not _same_tree(again, tree):
            raise _NotEncodable("a definition whose transformed tree has no text")
        lines = [getattr(n, "lineno", 0) for n in _preorder(tree.body[0]) if "lineno" in n._attributes]
        calls = [_place(n) | {"value": values[n.func.id]} for n in ast.walk(again)
                 if isinstance(n, ast.Call) and isinstance(n.func, ast.Name) and n.func.id in values]
        return again, {"text": text, "lines": lines}, calls

    def definition(self, adj, key, defaults):
        tree = ast.parse(adj.source)
        entry = {"key": key, "name": adj.fun_name, "file": adj.filename, "line": adj.fun_lineno, "source": adj.source,
                 "parameters": [], "return": None, "names": {}, "static_results": [], "static_calls": [],
                 "unresolved_statics": bool(adj.has_unresolved_static_expressions), "unsupported": None, "tree": None,
                 "deferred_statics": {target: [] for target in TARGETS}}
        try:
            replaced = []
            if adj.transformers:
                tree, entry["tree"], replaced = self.transformed(adj)
            for name, t in adj.arg_types.items():
                if name != "return":
                    parameter = {"name": name, "type": self.type(t)}
                    if name in defaults:
                        parameter["default"] = {"kind": "none"} if defaults[name] is None else self.object(defaults[name])
                    entry["parameters"].append(parameter)
            result = adj.arg_types.get("return")
            if result is not None and result is not type(None):
                entry["return"] = self.type(result)
        except _NotEncodable as error:
            entry["unsupported"] = str(error)
            return entry
        entry["names"] = self.captured(adj, tree)
        entry["static_results"], calls = self.statics(adj, tree)
        entry["static_calls"] = calls + replaced
        for target, results in entry["deferred_statics"].items():
            results += [{"text": t, "value": self.object(v)} for t, v in self.deferred[target].get(id(adj), ())]
        return entry

    def function_set(self, function):
        if id(function) in self.set_ids:
            return self.set_ids[id(function)]
        index = self.set_ids[id(function)] = len(self.sets)
        entry = {"key": function.key, "top": None, "overloads": []}
        self.sets.append(entry)
        self.keep.append(function)
        for overload in [*function.user_overloads.values(), *function.user_templates.values()]:
            entry["overloads"].append(self.function(overload, index))
        entry["top"] = self.function(function, index)
        return index

    def function(self, f, set_index):
        if id(f) in self.function_ids:
            return self.function_ids[id(f)]
        index = self.function_ids[id(f)] = len(self.functions)
        self.functions.append(None)
        self.keep.append(f)
        entry = self.definition(f.adj, f.key, f.defaults)
        entry |= {"set": set_index, "native_name": f.native_func, "inline": f.inline_hint,
                  "instance": f.generic_parent is not None,
                  "generic": self.wt.is_generic_signature(self.wt.get_signature(list(f.input_types.values()), func_name=f.key)),
                  "native_snippet": f.native_snippet, "adjoint_snippet": f.adj_native_snippet,
                  "replay_snippet": f.replay_snippet, "gradient": None, "replay": None}
        for role, custom in (("gradient", f.custom_grad_func), ("replay", f.custom_replay_func)):
            if custom is not None:
                entry[role] = self.function_set(custom)
        self.functions[index] = entry
        return index

    def kernel(self, k, hashes):
        entry = self.definition(k.adj, k.key, {})
        entry |= {"generic": bool(k.is_generic), "instance": k.generic_parent is not None, "options": {}, "hash": hashes,
                  "return_code": None}
        for name, value in k.options.items():
            plain = list(value) if isinstance(value, tuple) else value
            if not isinstance(plain, (bool, int, str, list, type(None))):
                entry["unsupported"] = f"the kernel option {name}"
                plain = None
            entry["options"][name] = {"text": str(value), "value": plain}
        if k.return_annotation is not None:
            entry["return_code"] = self.warp._src.context.ModuleHasher._hash_kernel_return_annotation(k).decode()[len("return:"):]
        self.kernels.append(entry)

    def document(self, module, targets):
        return {"format": FORMAT, "version": VERSION, "warp_version": self.warp.config.version, "module": module.name,
                "targets": targets, "types": self.types, "structs": self.structs, "warp_names": self.warp_names,
                "function_sets": self.sets, "functions": self.functions, "kernels": self.kernels}


def _place(node):
    return {"line": node.lineno, "column": node.col_offset, "end_line": node.end_lineno, "end_column": node.end_col_offset}


def _has_text(value):
    """Whether Python has a literal that means exactly this value."""
    if isinstance(value, (float, complex)):
        return value == value and abs(value) != float("inf") and str(value)[0] != "-" and type(value) in (float, complex)
    if type(value) is int:
        return value >= 0
    return value is None or value is Ellipsis or type(value) in (bool, str, bytes)


def _same_tree(a, b):
    """Whether trees are equal, where a transformer may have left out what the parser fills in."""
    if isinstance(a, ast.expr_context) or isinstance(b, ast.expr_context):
        return True
    if isinstance(a, ast.AST):
        return type(a) is type(b) and all(_same_tree(getattr(a, f, None), getattr(b, f, None)) for f in a._fields)
    if isinstance(a, (list, tuple)) or isinstance(b, (list, tuple)):
        a, b = list(a or ()), list(b or ())
        return len(a) == len(b) and all(map(_same_tree, a, b))
    return type(a) is type(b) and a == b


def _preorder(node):
    yield node
    for child in ast.iter_child_nodes(node):
        yield from _preorder(child)


def _merge(old, new):
    for name, entry in new["names"].items():
        if name in old["names"] and entry["kind"] == "namespace" == old["names"][name]["kind"]:
            _merge(old["names"][name], entry)
        else:
            old["names"].setdefault(name, entry)


def _all_kernels(live):
    """Concrete kernels, and generic ones each followed by its instances, in the order Warp hashes them."""
    return [k for kernel in live for k in (kernel, *(kernel.overloads.values() if kernel.is_generic else ()))]


def _build(warp, module, live, target):
    """Builds the module as Warp does for a target. Returns (options, error, builder); error or builder is None."""
    from warp._src.context import ModuleBuilder, ModuleHasher

    options = module.resolve_options(warp.config, block_dim=TARGETS[target]) | {"output_arch": 90 if target == "cuda" else None}
    try:
        if module.has_unresolved_static_expressions:
            ModuleBuilder(module, options | {"output_arch": None}, ModuleHasher(live, options))
            module.has_unresolved_static_expressions = False
        return options, None, ModuleBuilder(module, options, ModuleHasher(live, options), target=target)
    except Exception as error:
        return options, f"{type(error).__name__}: {error}"[:2000], None


def _target(warp, module, live, target):
    """Options and hashes of one target; leaves the process spoiled."""
    from warp._src.context import ModuleHasher

    options, error, _ = _build(warp, module, live, target)
    kernels = _all_kernels(live)
    if error is not None:  # hashes do not need the build, except where statics are deferred
        try:
            ModuleHasher(live, options)
        except Exception:
            pass
    return {"block_dim": TARGETS[target], "error": error, "options": {k: str(v) for k, v in options.items()},
            "hashes": [k.hash.hex() if not k.is_generic and k.hash is not None else None for k in kernels]}


def _encode(warp, module, live, targets):
    from warp._src.context import ModuleBuilder, ModuleHasher

    deferred = {}
    for target in TARGETS:
        options, _, builder = _build(warp, module, live, target)
        builders = [builder]
        for kernel in live if builder is None else ():
            try:  # so that the instances of the other kernels exist
                builders.append(ModuleBuilder(module, options, ModuleHasher([kernel], options), target=target))
            except Exception:
                pass
        deferred[target] = {id(d.adj): list(d.adj.deferred_static_expressions)
                            for b in builders if b is not None for d in (*b.kernels, *b.functions)}
    snapshot = _Snapshot(warp, deferred)
    for index, kernel in enumerate(_all_kernels(live)):
        snapshot.kernel(kernel, {t: targets[t]["hashes"][index] for t in TARGETS})
    kept = {t: {n: v for n, v in targets[t].items() if n != "hashes"} for t in TARGETS}
    return snapshot.document(module, kept)


def _in_child(what, work, timeout):
    """The result of `work()`, done in a forked child; raises what it raised, as text."""
    def guarded(_):
        try:
            return {"result": work()}
        except Exception as error:
            return {"error": f"{type(error).__name__}: {error}"}

    _, found, cause = next(children.run([None], guarded, 1, timeout))
    if found is None:
        raise RuntimeError(f"{what} {cause}")
    if "error" in found:
        raise RuntimeError(f"{what} failed: {found['error']}")
    return found["result"]


def snapshot_module(module, timeout=DEFAULT_TIMEOUT_S):
    """The snapshot of a live Warp module (what `warp.get_module(name)` returns) as a dictionary. The work is done in
    forked children: the module and this process stay as they are."""
    import warp

    live = module._get_live_kernels()
    targets = {}
    for target in TARGETS:
        targets[target] = _in_child(f"hashing the module for {target}", lambda: _target(warp, module, live, target), timeout)
    return _in_child("encoding the module", lambda: _encode(warp, module, live, targets), timeout)


def snapshot_input(name, timeout=DEFAULT_TIMEOUT_S):
    """Imports a file or dotted module in this process and returns the snapshot of its Warp module."""
    oracle.start()
    import warp

    imported, _ = oracle._import_input(name)
    return snapshot_module(warp.get_module(imported), timeout)


def write(document, path):
    """Writes beside and renames, so that nothing half-written is visible."""
    folder = os.path.dirname(os.path.abspath(path))
    handle, temporary = tempfile.mkstemp(prefix=".snapshot-", dir=folder)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(document, file, indent=1, ensure_ascii=False)
            file.write("\n")
            file.flush()
            os.fsync(file.fileno())
        mask = os.umask(0)
        os.umask(mask)
        os.chmod(temporary, 0o666 & ~mask)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="warpsmith snapshot", description=__doc__.split("\n")[0])
    parser.add_argument("input", metavar="MODULE_OR_FILE", help="a Python file or dotted module; it is imported, so its code runs")
    parser.add_argument("-o", "--output", metavar="FILE", required=True, help="where to write the JSON")
    parser.add_argument("--stub", action="store_true", help="stand in for optional packages that are not installed")
    parser.add_argument("--timeout", type=int, default=DEFAULT_TIMEOUT_S, help="seconds for one step (default: %(default)s)")
    parser.add_argument("--json", action="store_true", help="print what was written as a JSON object")
    options = parser.parse_args(arguments)
    if options.input.endswith(".py") and not os.path.exists(options.input):
        print(f"warpsmith snapshot: {options.input}: no such file", file=sys.stderr)
        return 3
    if options.stub:
        from warpsmith import stubs

        stubs.install()
    arguments_before = sys.argv
    try:
        document = snapshot_input(options.input, options.timeout)
    except Exception as error:
        print(f"warpsmith snapshot: {options.input}: {type(error).__name__}: {error}", file=sys.stderr)
        return 1
    except SystemExit as error:
        print(f"warpsmith snapshot: {options.input} ended the process while it was imported ({error.code})", file=sys.stderr)
        return 1
    finally:
        sys.argv = arguments_before
    try:
        write(document, options.output)
    except OSError as error:
        print(f"warpsmith snapshot: {options.output}: {error.strerror or error}", file=sys.stderr)
        return 3
    counts = {"kernels": len(document["kernels"]), "functions": len(document["functions"]), "structs": len(document["structs"])}
    if options.json:
        print(json.dumps({"module": document["module"], "output": options.output, **counts}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
