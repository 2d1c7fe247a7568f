"""Which constructs of Python and which built-ins of Warp each kernel meets, its own and those of the functions it calls.

Read from source text or from a snapshot, so that it needs neither Warp nor the program.
"""

import ast
import textwrap

_OPERATORS = {ast.MatMult: "operator @", ast.FloorDiv: "operator //", ast.Mod: "operator %", ast.Pow: "operator **"}
_NODES = {ast.If: "if", ast.IfExp: "conditional expression", ast.While: "while", ast.Break: "break", ast.Continue: "continue",
          ast.Assert: "assert", ast.Slice: "slice", ast.Tuple: "tuple", ast.List: "list", ast.Dict: "dict", ast.Starred: "starred",
          ast.BoolOp: "and, or", ast.JoinedStr: "f-string", ast.Lambda: "lambda", ast.AnnAssign: "annotated assignment",
          ast.AugAssign: "augmented assignment", ast.Subscript: "subscript", ast.With: "with", ast.ListComp: "comprehension"}


def _path(node):
    path = []
    while isinstance(node, ast.Attribute):
        path.insert(0, node.attr)
        node = node.value
    return (node.id, *path) if isinstance(node, ast.Name) else ()


def _body(function):
    """The nodes of a definition without its decorators and annotations."""
    return (node for statement in function.body for node in ast.walk(statement))


def _constructs(function):
    for node in _body(function):
        if type(node) in _NODES:
            yield _NODES[type(node)]
        elif isinstance(node, ast.For):
            ranged = isinstance(node.iter, ast.Call) and _path(node.iter.func)[-1:] == ("range",)
            yield "for over a range" if ranged else "for over an object"
        elif isinstance(node, (ast.BinOp, ast.UnaryOp)) and type(node.op) in _OPERATORS:
            yield _OPERATORS[type(node.op)]
        elif isinstance(node, ast.Compare) and any(isinstance(o, (ast.In, ast.NotIn)) for o in node.ops):
            yield "in"
        elif isinstance(node, ast.Call) and any(isinstance(a, ast.Starred) for a in node.args):
            yield "starred argument"
        elif isinstance(node, ast.Return):
            yield "return of values" if isinstance(node.value, ast.Tuple) else "return" if node.value is None else "return of a value"
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Attribute):
            yield "attribute assignment"


def _features(function, resolve):
    """({feature}, [what else is called]) of a definition; `resolve(path)` gives ("builtin", name) or ("function", key) or None."""
    features, called = {f"construct {name}" for name in _constructs(function)}, []
    for node in _body(function):
        if not isinstance(node, ast.Call):
            continue
        found = resolve(_path(node.func))
        if found is not None and found[0] == "builtin":
            features.add(f"built-in {found[1]}")
        elif found is not None:
            called.append(found[1])
    return features, called


def _closure(own):
    """Adds to the features of each definition those of what it calls. `own`: {key: (features, called)}."""
    done = {}

    def reach(key, seen):
        if key in seen or key not in own:
            return set()
        seen.add(key)
        features, called = own[key]
        return features.union(*(reach(k, seen) for k in called)) if called else set(features)

    for key in own:
        done[key] = reach(key, set())
    return done


def of_source(text):
    """{name of a definition: features} of a file; built-ins are what is called on Warp's package by its name there."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return {}
    aliases = {a.asname or a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names if a.name == "warp"}

    def resolve(path):
        if len(path) == 2 and path[0] in aliases:
            return "builtin", path[1]
        return ("function", path[0]) if len(path) == 1 else None

    functions = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef) and n.decorator_list]
    return _closure({f.name: _features(f, resolve) for f in functions})


def _mentions(decorator, names):
    if isinstance(decorator, ast.Call):
        decorator = decorator.func
    return bool({_path(decorator)[-1:]} & {(name,) for name in names})


def decorated_kernels(text):
    """Keys of the kernels that a file's own text defines by a decorator, outside of functions."""
    try:
        pending = [("", ast.parse(text))]
    except (SyntaxError, ValueError):
        return set()
    found = set()
    while pending:
        prefix, node = pending.pop()
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.FunctionDef):
                if any(_mentions(d, ("kernel", "overload")) for d in child.decorator_list):
                    found.add(prefix + child.name)
            elif isinstance(child, ast.ClassDef):
                pending.append((f"{prefix}{child.name}__", child))
            elif isinstance(child, (ast.stmt, ast.excepthandler)):
                pending.append((prefix, child))
    return found


def _resolver(names):
    def resolve(path):
        entry = {"kind": "namespace", "names": names}
        for at, name in enumerate(path):
            if entry["kind"] == "warp":
                return ("builtin", name) if at == len(path) - 1 else None
            entry = entry.get("names", {}).get(name)
            if entry is None:
                return None
        if entry["kind"] == "builtin":
            return "builtin", entry["name"]
        return ("function", ("set", entry["set"])) if entry["kind"] == "function" else None
    return resolve


def of_document(document):
    """[features] of the kernels of a snapshot, in its order."""
    own = {}

    def add(key, definition):
        text = definition["tree"]["text"] if definition["tree"] else textwrap.dedent(definition["source"])
        try:
            tree = ast.parse(text)
        except (SyntaxError, ValueError):
            own[key] = (set(), [])
            return
        function = next((n for n in tree.body if isinstance(n, ast.FunctionDef)), tree)
        own[key] = _features(function, _resolver(definition["names"]))
        own[key][0].update({"construct wp.static"} if definition["static_calls"] or definition["unresolved_statics"] else ())

    for index, entry in enumerate(document["function_sets"]):
        own["set", index] = (set(), [("function", i) for i in entry["overloads"] or [entry["top"]]])
    for index, definition in enumerate(document["functions"]):
        add(("function", index), definition)
    for index, definition in enumerate(document["kernels"]):
        add(("kernel", index), definition)
        own["kernel", index][0].update({"construct generic kernel"} if definition["instance"] else ())
    found = _closure(own)
    return [found["kernel", index] for index in range(len(document["kernels"]))]
