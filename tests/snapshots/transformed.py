"""Kernels whose tree a code transformer changed after it was parsed, as warp.fem does."""

import ast

import warp as wp

GAINS = [wp.vec2(0.5, 2.0), wp.vec2(1.0, float("inf"))]


@wp.func
def bump(x: float):
    return x + 1.0


class Double(ast.NodeTransformer):
    """Multiplies what is stored by a value without a literal and passes it to another function."""

    def visit_Assign(self, node):
        if isinstance(node.targets[0], ast.Subscript):
            function = ast.copy_location(ast.Name("bump", ast.Load()), node)
            node.value = ast.Call(func=function, args=[ast.BinOp(node.value, ast.Mult(), ast.Constant(-3.0))], keywords=[])
        return node


def body(x: wp.array(dtype=float)):
    i = wp.tid()
    gain = wp.static(GAINS[1])

    # A comment, which no tree has.
    for k in range(3):
        x[i] = (
            x[i]
            + gain[0]
        )


CHANGED = wp.Kernel(body, key="changed", module=wp.get_module(__name__), code_transformers=[Double()])


class Extra:
    gain = 4.0
    function = bump


bump.extra = Extra


def ask(x: wp.array(dtype=float)):
    i = wp.tid()
    x[i] = bump.extra.function(x[i]) * bump.extra.gain


OWN_BLOCKS = wp.Kernel(ask, key="own_blocks", module=wp.get_module(__name__), options={"block_dim": 64})
