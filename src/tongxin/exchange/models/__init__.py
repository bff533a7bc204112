from tongxin.exchange.models.capture import Batch, SetAside
from tongxin.exchange.models.uploads import Upload, UploadRow

__all__ = ["Batch", "SetAside", "Upload", "UploadRow"]
