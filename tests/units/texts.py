"""What counts as the text of a function: decorators, comments, blank lines, indentation."""

import warp as wp


# not part of it
@wp.kernel
# a comment between
def comments(a: wp.array(dtype=float)):  # trailing
    i = wp.tid()

    # inside
    a[i] = 1.0
    # at the end, indented
  # less indented than the body
# at the margin


@wp.kernel(
    enable_backward=False,
)
def long_decorator(
    a: wp.array(dtype=float),
    b: float = 2.0,
):
    """A docstring
  with odd indentation
    """
    text = "a # no comment"
    a[
        0
    ] = (
        b
)


@wp.kernel
def blank_lines(a: wp.array(dtype=float)):
    
    a[0] = 1.0
	
    a[1] = 2.0




class Holder:
    @wp.kernel
    def method(a: wp.array(dtype=float)):
        i = wp.tid()
        # indented comment

        a[i] = 2.0
        # last
    # of the class

    @staticmethod
    @wp.func
    def helper(x: float) -> float:
        return x * 2.0

    FIELD = 3


@wp.kernel
def one_line(a: wp.array(dtype=float)): a[0] = 1.0


@wp.kernel
def uses_holder(a: wp.array(dtype=float)):
    a[0] = float(Holder.FIELD)


if True:

    @wp.kernel
    def nested_in_if(a: wp.array(dtype=float)):
        i, j = wp.tid()
        a[i] = float(j)

        a[j] = 0.0


@wp.kernel
def ends_in_string(a: wp.array(dtype=float)):
    a[0] = 1.0
    """
a string at the margin
    """


@wp.kernel
def last(a: wp.array(dtype=float)):
    a[0] = 3.0
    # the file ends here
