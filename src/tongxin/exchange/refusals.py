"""The refusals of files and of the capture door."""

from django.utils.translation import gettext_lazy as _

from tongxin.core.refusals import declare

declare(
    {
        "batch_malformed": _("The batch could not be read: %(detail)s"),
        "batch_too_large": _("A batch holds at most %(limit)s events."),
        "later": _("The server is busy. The phone keeps everything and comes back by itself."),
        "upload_state": _("This file is %(state)s: it cannot be stored, undone or discarded now."),
        "upload_used": _("This import cannot be undone: %(count)s of its people already stand in a round."),
        "choice_not_for": _("This cannot be decided about differences of this kind."),
        "rows_too_many": _(
            "%(count)s rows are more than one person takes out alone (at most %(limit)s). Ask the community head."
        ),
        "row_stands": _("This row is stored already or needs no mending."),
        "row_unchanged": _("This row is still rejected: %(reason)s"),
        "file_too_large": _(
            "The file is too large (%(size)s bytes, at most %(limit)s). Split it into several files."
        ),
        "file_empty": _("The file holds no rows. Choose the file that holds the list."),
        "file_encrypted": _(
            "The file is protected by a password. Save it without a password and choose it again."
        ),
        "file_not_a_sheet": _(
            "This is not a table but another kind of file (%(kind)s). Choose an .xlsx or .csv file."
        ),
        "file_damaged": _(
            "The file is damaged and cannot be opened. Open it in your office program and save it again."
        ),
        "file_truncated": _(
            "The end of the file is missing. Copy or download it again, then choose it again."
        ),
        "file_too_many_columns": _(
            "A table of %(count)s columns is no list (at most %(limit)s). Remove the empty columns."
        ),
        "file_too_many_rows": _(
            "The table has more rows than one file may hold. Split it into several files."
        ),
        "file_too_many_parts": _(
            "The file is built of %(count)s parts, which no list needs. Save it anew as .xlsx."
        ),
        "file_zip_bomb": _(
            "The file unpacks to more than it may hold and was not opened. Save it anew as .xlsx."
        ),
        "file_encoding_unknown": _(
            "The characters of this file cannot be read. Save it as UTF-8 or as .xlsx."
        ),
        "file_nul_bytes": _(
            "Line %(line)s holds bytes that no text has. Save the file anew as .xlsx or CSV."
        ),
        "file_quote_unclosed": _(
            "A quotation mark in row %(row)s is not closed. Mend that row, then choose the file again."
        ),
        "file_no_list": _(
            "No column of names was found in this file. Say on the next page which column is what."
        ),
    }
)
