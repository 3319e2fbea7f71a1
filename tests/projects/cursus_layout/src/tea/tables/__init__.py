from .plain import read, write
from .tensors import as_tensor
