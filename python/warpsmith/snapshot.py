"""Module snapshots: one live Warp module as JSON, complete enough to generate its text without Python.

    python -m warpsmith.snapshot FILE_OR_MODULE -o FILE

imports the input with real Warp in a child process (which runs its code) and writes the snapshot of its Warp module.
`snapshot_module(module)` does the same for a module of the running process. The format is described in
docs/snapshot_format.md and data/schema/snapshot.schema.json.

The module is built once, in a child, so that instances of generic functions exist; building changes nothing that is
written. Hashes are taken in a child a target, as a fresh process that compiles for that target alone computes them.
"""

import ast
import copy
import json
import os
import sys
import tempfile

from warpsmith import children, command, live, oracle
from warpsmith.snapshot_values import Encoder, NotEncodable

FORMAT = "warpsmith-snapshot"
VERSION = 1
DEVICES = oracle.DEVICES
DEFAULT_TIMEOUT_S = 300
_VALUE = "_snapshot_value_"
_OPERATORS = ("add", "sub", "mul", "div", "mod", "pow", "lshift", "rshift", "bit_or", "bit_xor", "bit_and", "floordiv",
              "neg", "pos", "invert", "unot")


def _loop_names(tree):
    """Of the loops of a definition, counted from its top, those that assign several names which `for` statements bind too: these
    names, in the order in which Python's sets have them in this process. Warp copies them in that order."""
    def stored(nodes):
        return {n.id for node in nodes for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}

    loops = [node for node in _preorder(tree.body[0]) if isinstance(node, (ast.For, ast.While))]
    iterators = stored([loop.target for loop in loops if isinstance(loop, ast.For)])
    found = [[name for name in stored(loop.body) if name in iterators] for loop in loops]
    return [{"loop": index, "names": names} for index, names in enumerate(found) if len(names) > 1]


class _Snapshot(Encoder):
    """Collects what is reachable from the kernels of one module. Tables refer to each other by index."""

    def __init__(self, warp, deferred):
        super().__init__(warp)
        self.deferred = deferred  # {target: {id of an Adjoint: [(text, value)]}}
        self.functions, self.function_ids = [], {}
        self.sets, self.set_ids = [], {}
        self.kernels = []

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
            raise NotEncodable("a definition whose transformed tree has no text")
        lines = [getattr(n, "lineno", 0) for n in _preorder(tree.body[0]) if "lineno" in n._attributes]
        calls = [_place(n) | {"value": values[n.func.id]} for n in ast.walk(again)
                 if isinstance(n, ast.Call) and isinstance(n.func, ast.Name) and n.func.id in values]
        return again, {"text": text, "lines": lines}, calls

    def deferred_results(self, target, adj, copies):
        """Results of the wp.static() calls that Warp evaluated while it built `adj`, or a copy of it that stands for calls
        with functions as arguments."""
        found = [results for a in (adj, *copies) if (results := self.deferred[target].get(id(a)))]
        encoded = [[{"text": text, "value": self.object(value)} for text, value in results] for results in found]
        if any(e != encoded[0] for e in encoded):
            raise NotEncodable("a function whose wp.static() results depend on the functions given to it")
        return encoded[0] if encoded else []

    def definition(self, adj, key, defaults, copies=(), instance=False):
        tree = ast.parse(adj.source)
        entry = {"key": key, "name": adj.fun_name, "file": adj.filename, "line": adj.fun_lineno, "source": adj.source,
                 "parameters": [], "return": None, "names": {}, "static_results": [], "static_calls": [],
                 "unresolved_statics": bool(adj.has_unresolved_static_expressions), "unsupported": None, "tree": None,
                 "deferred_statics": {target: [] for target in DEVICES}, "loop_names": []}
        try:
            replaced = []
            if adj.transformers:
                tree, entry["tree"], replaced = self.transformed(adj)
            for name, t in adj.arg_types.items():
                if instance and self.wt.is_tile(t):  # the type is that of the caller's tile, which uses in here may change
                    raise NotEncodable("an instance for tiles")
                if name != "return":
                    parameter = {"name": name, "type": self.type(t)}
                    if name in defaults:
                        parameter["default"] = {"kind": "none"} if defaults[name] is None else self.object(defaults[name])
                    entry["parameters"].append(parameter)
            result = adj.arg_types.get("return")
            if result is not None and result is not type(None):
                entry["return"] = self.type(result)
        except NotEncodable as error:
            entry["unsupported"] = str(error)
            return entry
        entry["loop_names"] = _loop_names(tree)
        entry["names"] = self.captured(adj, tree)
        entry["static_results"], calls = self.statics(adj, tree)
        entry["static_calls"] = calls + replaced
        try:
            for target in DEVICES:
                entry["deferred_statics"][target] = self.deferred_results(target, adj, copies)
        except NotEncodable as error:
            entry["unsupported"] = str(error)
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
        copies = [s.adj for s in getattr(f, "_callable_specializations", {}).values()]
        entry = self.definition(f.adj, f.key, f.defaults, copies, f.generic_parent is not None)
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


def _all_kernels(live):
    """Concrete kernels, and generic ones each followed by its instances, in the order Warp hashes them."""
    return [k for kernel in live for k in (kernel, *(kernel.overloads.values() if kernel.is_generic else ()))]


def _target(module, kernels, device, choices, path):
    """Options and hashes of one target, with Warp's Output for it; leaves the process spoiled."""
    from warp._src.context import ModuleHasher

    options = live.target_options(module, device, **choices)
    refusal, has_own_results = None, True
    try:
        builder = live.build(module, kernels, options, device)
        output = live.accepted(builder, device)
        has_own_results = bool(builder.ltoirs) or any(
            d.adj.deferred_static_expressions for d in (*builder.kernels, *builder.functions))
    except Exception as error:
        refusal = error
        try:  # hashes do not need the build, except where statics are deferred
            ModuleHasher(kernels, options)
        except Exception:
            pass
    hashes = [k.hash.hex() if not k.is_generic and k.hash is not None else None for k in _all_kernels(kernels)]
    if refusal is not None:
        output = live.rejected(module, kernels, options, device, refusal, path)
    return {"block_dim": options["block_dim"], "error": f"{type(refusal).__name__}: {refusal}"[:2000] if refusal else None,
            "options": {k: str(v) for k, v in options.items()}, "hashes": hashes, "output": output,
            "has_own_results": has_own_results}


def _encode(module, kernels, targets, choices):
    import warp

    deferred, linked = {}, {}
    for device in DEVICES:
        deferred[device], linked[device] = {}, {}
        if device != DEVICES[0] and not targets[device]["has_own_results"]:
            continue  # instances of generic functions exist since the first
        options = live.target_options(module, device, **choices[device])
        builders = []
        for group in (kernels, *([k] for k in kernels)):
            try:
                builders.append(live.build(module, group, options, device))
            except Exception:
                continue  # the kernels one by one, so that the instances of those that Warp accepts exist
            if group is kernels:
                break
        deferred[device] = {id(d.adj): list(d.adj.deferred_static_expressions) for b in builders for d in (*b.kernels, *b.functions)}
        linked[device] = {symbol: b.shared_memory_bytes.get(symbol, 0) for b in builders for symbol in sorted(b.ltoirs)}
    snapshot = _Snapshot(warp, deferred)
    for index, kernel in enumerate(_all_kernels(kernels)):
        snapshot.kernel(kernel, {d: targets[d]["hashes"][index] for d in DEVICES})
    kept = {d: {n: v for n, v in targets[d].items() if n not in ("hashes", "output", "has_own_results")} | {"link_functions": linked[d]}
            for d in DEVICES}
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


def capture_module(module, choices=None, path=None, timeout=DEFAULT_TIMEOUT_S, kernel=None):
    """(snapshot, {device: Warp's Output}) of a live Warp module (what `warp.get_module(name)` returns). The work is done in
    forked children: the module and this process stay as they are. `choices`: {device: options of `live.target_options`};
    `path`: the file whose lines rejections are to name; `kernel`: the only one wanted."""
    choices = {device: (choices or {}).get(device, {}) for device in DEVICES}
    kernels = [k for k in module._get_live_kernels() if kernel is None or k.key == kernel]
    targets = {d: _in_child(f"hashing the module for {d}", lambda: _target(module, kernels, d, choices[d], path), timeout)
               for d in DEVICES}
    document = _in_child("encoding the module", lambda: _encode(module, kernels, targets, choices), timeout)
    return document, {d: targets[d]["output"] for d in DEVICES}


def snapshot_module(module, timeout=DEFAULT_TIMEOUT_S):
    """The snapshot of a live Warp module as a dictionary; see `capture_module`."""
    return capture_module(module, timeout=timeout)[0]


def capture_here(request):
    """The Capture of a request (see `warpsmith.oracle`), with a snapshot of each module beside Warp's text of it: its
    "document", or None and the reason in "error". This process is of no use for another input afterwards."""
    oracle.start()
    result, modules = oracle.import_modules(request)
    choices = {d: {"arch": request["arch"], "block_dim": request["block_dim"], "backward": request["backward"]} for d in DEVICES}
    for index, module in enumerate(modules):
        entry = {"name": module.name, "main": index == 0, "outputs": {}, "document": None, "error": None}
        try:
            entry["document"], entry["outputs"] = capture_module(module, choices, result["path"], request["timeout"],
                                                                   request["kernel"])
        except RuntimeError as error:
            entry["error"] = str(error)
        result["modules"].append(entry)
    return result


def snapshot_input(name, timeout=DEFAULT_TIMEOUT_S):
    """Imports a file or dotted module in this process and returns the snapshot of its Warp module."""
    oracle.start()
    import warp

    imported, _ = oracle.import_input(name)
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
    parser = command.Parser(prog="warpsmith snapshot", description=__doc__.split("\n")[0])
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
    command.run("warpsmith snapshot", main)
