"""Stop an upload that is too large while it arrives, before it fills the disk."""

from typing import Any

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler, StopUpload


class TooLargeStops(FileUploadHandler):
    """A request that says it is larger than the limit: the rest is read past, nothing of it is kept.

    The end of the request is waited for: a connection cut in the middle shows a browser's error, not our words.
    """

    is_too_large = False

    def handle_raw_input(
        self,
        input_data: Any,
        META: Any,  # noqa: N803 -- the name of the overridden method
        content_length: int,
        boundary: Any,
        encoding: Any = None,
    ) -> None:
        self.is_too_large = content_length > settings.TONGXIN_UPLOAD_LIMIT
        if self.request is not None:
            self.request.upload_too_large = self.is_too_large  # type: ignore[attr-defined]

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        if self.is_too_large:  # only here is a stop understood as one
            raise StopUpload
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None
