import several_files.consts as o
from ..main import late
from ..shared import *
