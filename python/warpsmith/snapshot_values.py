"""Types, constants and other objects of a live process as a module snapshot writes them (docs/snapshot_format.md)."""

import enum
import json
import math
import sys
import types as python_types
import typing

import numpy as np

_INT64 = range(-(2**63), 2**63)
# Classes without parts, by their names in warp.types; a name that is missing there is no type of this release.
_SIMPLE_CLASSES = ("bool", "int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64", "float16", "bfloat16",
                   "float32", "float64", "handle", "range_t", "shape_t", "slice_t", "BvhQuery", "BvhQueryTiled", "MeshQuery",
                   "MeshQueryAABB", "MeshQueryAABBTiled", "MeshQueryPoint", "MeshQueryRay", "HashGridQuery", "Texture1D",
                   "Texture2D", "Texture3D", "_BvhQueryAabb", "_BvhQueryRay", "_BvhQueryCapsule", "_BvhQuerySphere",
                   "_MeshQuerySphere", "_HashGridQueryH", "_HashGridQueryD")


class NotEncodable(Exception):
    """A value or type for which the format has no form; the message says what it is."""


class Encoder:
    """The tables of types and structs of one snapshot, and what they and the names of definitions refer to, by index. How
    functions are written is left to the class that describes definitions (`function_set`)."""

    def __init__(self, warp):
        self.warp = warp
        self.wt = warp._src.types
        self.types, self.type_ids = [], {}
        self.structs, self.struct_ids = [], {}
        self.warp_names = {}  # attributes of the package that its release does not determine
        self.keep = []  # objects whose id() is a key above
        self.tile_ids = {}  # by id(): a tile type is one value's, which its uses change
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
        """The index of a type; raises NotEncodable."""
        if not self.wt.is_tile(t):
            return self.intern(self.type_entry(t))
        if id(t) not in self.tile_ids:
            entry = self.tile_entry(t)
            self.tile_ids[id(t)] = len(self.types)
            self.keep.append(t)
            self.types.append(entry)
        return self.tile_ids[id(t)]

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
        if wt.is_tile_stack(t):
            return {"kind": "tile_stack", "element": self.type(t.dtype), "capacity": int(t.capacity)}
        if isinstance(t, wt.tuple_t):
            return {"kind": "tuple", "elements": [self.type(x) for x in t.types]}
        if typing.get_origin(t) is tuple:
            arguments = typing.get_args(t)
            if len(arguments) == 2 and arguments[1] is Ellipsis:
                return {"kind": "repeated", "element": self.type(arguments[0])}
            return {"kind": "tuple", "elements": [self.type(x) for x in arguments]}
        if wt.is_native_type(t):
            return self.native_entry(t)
        if isinstance(t, type):
            if hasattr(t, "_wp_generic_type_hint_"):
                return self.composite_entry(t)
            if t in self.simple:
                return {"kind": "simple", "name": self.simple[t]}
        raise NotEncodable(f"the type {getattr(t, '__name__', None) or t!r}")

    def array_entry(self, t):
        wt = self.wt
        family = wt.concrete_array_type(t)
        if family is wt.fixedarray:
            shape = [int(n) for n in t.shape]
            return {"kind": "fixed_array", "element": self.type(t.dtype), "shape": shape}
        families = {wt.array: "array", wt.indexedarray: "indexed", wt.fabricarray: "fabric",
                    wt.indexedfabricarray: "indexed_fabric"}
        if family not in families:
            raise NotEncodable(f"an array of the class {family.__name__}")
        ndim = t.ndim if isinstance(t.ndim, int) else None
        return {"kind": families[family], "element": self.type(t.dtype), "ndim": ndim}

    def native_entry(self, t):
        info = t._wp_native_type_
        offsets = dict(info.field_offsets)
        fields = None if info.fields is None else [
            {"name": n, "type": self.type(f), "offset": offsets[n], "size": int(self.wt.type_size_in_bytes(f))}
            for n, f in info.fields]
        return {"kind": "native", "name": t.__name__, "native_name": info.native_name, "fields": fields, "size": info.size,
                "alignment": info.alignment, "aggregate": info.initializer == "aggregate", "code": info.type_code}

    def tile_entry(self, t):
        entry = {"kind": "tile", "element": self.type(t.dtype), "shape": None, "strides": None, "storage": t.storage,
                 "layout": t.layout, "owner": bool(t.owner)}
        if t.shape is not typing.Any:
            entry |= {"shape": [int(n) for n in t.shape], "strides": [int(n) for n in t.strides]}
        return entry

    def composite_entry(self, t):
        wt = self.wt
        scalar = t._wp_scalar_type_
        kinds = {wt.Vector: "vector", wt.Matrix: "matrix", wt.Quaternion: "quaternion", wt.Transformation: "transform"}
        kind = kinds.get(t._wp_generic_type_hint_)
        if kind is None:
            raise NotEncodable(f"the type {t.__name__}")
        entry = {"kind": kind, "element": self.type(scalar)}
        if kind in ("vector", "matrix"):
            lengths = t._wp_type_params_[: len(t._shape_)]  # in the shape, any length is 0
            entry["shape"] = [int(n) if isinstance(n, int) and n >= 0 else None for n in lengths]
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
        if (scalar in self.wt.float_types or scalar is float) and not isinstance(value, (int, np.integer)):
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
        if wt.is_native_type(type(v)):
            names = [n for n, _ in type(v)._wp_native_type_.fields or ()]
            return {"struct": self.type(type(v)), "elements": [self.constant(getattr(v, n)) for n in names]}
        if type(v) in wt.scalar_and_bool_types:
            made = {"type": self.type(type(v)), "value": self.number(type(v), v)}
            if isinstance(v.value, np.floating) and not isinstance(v.value, float) and math.isfinite(v.value):
                made["digits"] = str(v.value)
            return made
        if wt.is_composite(v):
            t = type(v)
            shape = t._shape_
            items = [v[i, j] for i in range(shape[0]) for j in range(shape[1])] if len(shape) == 2 else [v[i] for i in range(shape[0])]
            return {"type": self.type(t), "elements": [self.number(t._wp_scalar_type_, x) for x in items]}
        raise NotEncodable(f"a value of type {type(v).__name__}")

    def object(self, v, paths=()):
        """What a name refers to. `paths`: the attributes that are asked of it, as tuples of names."""
        try:
            return self.object_entry(v, paths)
        except (NotEncodable, UnicodeEncodeError) as error:
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
                return self.external(v) if v._has_external_builtin_contract else {"kind": "builtin", "name": v.key}
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
        except (NotEncodable, AttributeError, TypeError):
            if not any(paths):
                raise NotEncodable(f"an object of type {type(v).__name__}") from None
        return self.namespace(v, paths)

    def external(self, function):
        """A function of the user's own C++."""
        overloads = [{"parameters": [{"name": n, "type": self.type(t)} for n, t in f.input_types.items()],
                      "return": None if f.value_type is None else self.type(f.value_type), "namespace": f.namespace,
                      "native_name": f.native_func}
                     for f in function.overloads if getattr(f, "_external_builtin_contract", None)]
        return {"kind": "external", "name": function.key, "overloads": overloads}

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
        Function = warp._src.context.Function
        value = getattr(warp, path[0], warp._src.context.builtin_functions.get(path[0]))
        is_function = isinstance(value, Function) and (not value.is_builtin() or value._has_external_builtin_contract)
        if not is_function and not isinstance(value, python_types.ModuleType):
            return
        entry = self.object(value, (path[1:],))
        old = self.warp_names.get(path[0])
        if old is not None and entry["kind"] == "namespace":
            _merge(old, entry)
        else:
            self.warp_names[path[0]] = entry


def _merge(old, new):
    for name, entry in new["names"].items():
        if name in old["names"] and entry["kind"] == "namespace" == old["names"][name]["kind"]:
            _merge(old["names"][name], entry)
        else:
            old["names"].setdefault(name, entry)
