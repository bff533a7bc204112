from tongxin.exchange.models.capture import Batch, SetAside
from tongxin.exchange.models.uploads import Difference, Upload, UploadRow

__all__ = ["Batch", "Difference", "SetAside", "Upload", "UploadRow"]
