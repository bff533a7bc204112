"""The refusals of files and of the capture door."""

from django.utils.translation import gettext_lazy as _

from tongxin.core.refusals import declare

declare(
    {
        "batch_malformed": _("The batch could not be read: %(detail)s"),
        "batch_too_large": _("A batch holds at most %(limit)s events."),
        "later": _("The server is busy. The phone keeps everything and comes back by itself."),
        "upload_too_large": _("The file is larger than %(limit)s MB. Split it, or save it without pictures."),
        "upload_state": _("This file is %(state)s: it cannot be stored or discarded now."),
    }
)
