"""Custom gradients and replays, which are functions of their own."""

import warp as wp


@wp.struct
class Pair:
    a: float
    v: wp.vec3


@wp.func
def safe_sqrt(x: float):
    return wp.sqrt(x)


@wp.func_grad(safe_sqrt)
def adj_safe_sqrt(x: float, adj_ret: float):
    if x > 0.0:
        wp.adjoint[x] += 1.0 / (2.0 * wp.sqrt(x)) * adj_ret


@wp.func
def sum_and_product(x: float, y: float):
    return x + y, x * y


@wp.func_grad(sum_and_product)
def adj_sum_and_product(x: float, y: float, adj_sum: float, adj_product: float):
    wp.adjoint[x] += adj_sum + y * adj_product
    wp.adjoint[y] = wp.adjoint[y] + adj_sum + x * adj_product


@wp.func
def length_of(p: Pair, w: wp.vec3):
    return wp.length(p.v) * p.a + wp.dot(w, p.v)


@wp.func_grad(length_of)
def adj_length_of(p: Pair, w: wp.vec3, adj_ret: float):
    wp.adjoint[p].a += adj_ret
    wp.adjoint[p.v] += w * adj_ret
    wp.adjoint[w] += p.v * adj_ret


@wp.func
def read(values: wp.array(dtype=float), i: int):
    return values[i] * 2.0


@wp.func_grad(read)
def adj_read(values: wp.array(dtype=float), i: int, adj_ret: float):
    wp.adjoint[values][i] += 2.0 * adj_ret
    wp.atomic_add(wp.adjoint[values], i, adj_ret)


@wp.func
def count(counter: wp.array(dtype=int), index: int) -> int:
    return wp.atomic_add(counter, index, 1)


@wp.func_replay(count)
def replay_count(counter: wp.array(dtype=int), index: int):
    return counter[index]


@wp.kernel
def use(x: wp.array(dtype=float), pairs: wp.array(dtype=Pair), counter: wp.array(dtype=int), out: wp.array(dtype=float)):
    i = wp.tid()
    k = count(counter, i)
    s, p = sum_and_product(x[i], x[k])
    out[i] = safe_sqrt(s) + p + length_of(pairs[i], wp.vec3(s, p, s)) + read(x, k)
