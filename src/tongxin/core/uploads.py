"""Stop an upload that is too large while it arrives, before it fills the disk."""

from typing import Any

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler, StopUpload


class TooLargeStops(FileUploadHandler):
    """Counts what arrives; past the limit the connection is closed and nothing is kept."""

    def handle_raw_input(
        self,
        input_data: Any,
        META: Any,  # noqa: N803 -- the name of the overridden method
        content_length: int,
        boundary: Any,
        encoding: Any = None,
    ) -> None:
        if self.request is not None:
            self.request.upload_too_large = content_length > settings.TONGXIN_UPLOAD_LIMIT  # type: ignore[attr-defined]
        if content_length > settings.TONGXIN_UPLOAD_LIMIT:
            raise StopUpload(connection_reset=True)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None
