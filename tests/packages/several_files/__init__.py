from .shared import helper
from .consts import SCALE as FACTOR
