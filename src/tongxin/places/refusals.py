"""The refusals of areas and rules."""

from django.utils.translation import gettext_lazy as _

from tongxin.core.refusals import declare

declare(
    {
        "area_unknown": _(
            "No area has the code or name “%(area)s”. Give the 12-character key or the full name."
        ),
        "area_ambiguous": _("Several areas are called “%(area)s”: %(choices)s. Give the 12-character key."),
        "local_code_needs_letter": _(
            "The local code “%(segment)s” needs a letter and holds letters and digits only. Write L01, for example."
        ),
        "area_needs_name": _(
            "%(key)s is a local code that is not there yet. Give the names of its %(count)s missing levels below %(above)s."
        ),
        "area_taken": _("The code %(key)s already belongs to %(name)s. Choose another."),
        "grid_building_twice": _(
            "Building %(building)s is in two grids: %(first)s and %(second)s. Leave it in one."
        ),
        "building_unknown": _(
            "Building %(building)s is not in this community. Add it, or correct the number."
        ),
        "grid_drawn_later": _(
            "The grids were drawn again from %(day)s on; a drawing from %(on)s would lose that. Choose a later day."
        ),
        "area_name": _("Give the area a name."),
        "area_name_taken": _("There is another area called “%(name)s” here. Choose another name."),
        "area_level": _("Nothing of that kind lies directly below %(name)s. Choose the level again."),
        "area_national": _(
            "%(name)s stands in the national list and changes with it alone. Add a local area beside it."
        ),
        "area_is_grid": _("%(name)s is a grid. Draw the grids anew without it; its history stays."),
        "area_not_empty": _("%(name)s still holds %(count)s areas. End those first."),
        "area_end_day": _("An area cannot end on %(day)s: choose a day from %(first)s to today."),
        "area_successor": _(
            "%(name)s cannot come after this area: it is of another level, ended, or the same."
        ),
        "grids_changed": _(
            "Somebody has drawn the grids meanwhile. Look at the new drawing and begin again."
        ),
        "grid_in_past": _("Grids cannot be drawn from %(on)s: that day has passed. Choose today or later."),
        "site_name": _("Give the site a name of two letters or more."),
        "site_taken": _("There is another site of this kind called “%(name)s”. Choose another name."),
        "site_closed": _("%(name)s is closed. Open it again before you change it."),
        "site_why": _("Say in a few words why the site is closed."),
        "roadblock_emergency": _(
            "Roadblock %(name)s must open for ambulance and fire: say who opens it, and how."
        ),
        "position_half": _("A position needs latitude and longitude, or neither."),
        "position_exchanged": _(
            "Latitude %(latitude)s and longitude %(longitude)s seem exchanged. Write latitude first, such as 29.1 and 110.4."
        ),
        "position_outside": _(
            "The position %(latitude)s, %(longitude)s lies outside the country. Check the numbers."
        ),
        "outline_file": _(
            "The file is no GeoJSON: a FeatureCollection in UTF-8 is needed. Export it again from the map program."
        ),
        "outline_file_empty": _("The file holds no outline. Export it again with the layers chosen."),
        "outline_file_large": _("The file is larger than %(most)s MB. Give the outlines fewer corners."),
        "outline_file_many": _("The file holds %(count)s features; %(most)s is the most. Split it."),
        "outline_datum": _("Say in which system the file gives positions: WGS-84 or GCJ-02."),
        "outline_shape": _(
            "“%(shape)s” cannot be drawn here. Areas need a polygon; buildings a polygon or a point."
        ),
        "outline_broken": _("The positions cannot be read as numbers. Export the feature again."),
        "outline_open": _("The outline is not closed: the last corner must be the first again."),
        "outline_size": _("The outline has %(count)s corners; 1 to %(most)s can be drawn."),
        "outline_nameless": _(
            "The feature does not say which area it is. Give it a property “key” or “name”."
        ),
        "outline_twice": _("%(area)s has an outline in feature %(first)s already. Leave one."),
        "stated_count": _("Give a number of people, how it is meant, and who says so."),
        "rule_value": _(
            "“%(value)s” is not a value for the rule %(rule)s. Give what the rule asks for, in its unit."
        ),
        "rule_range": _(
            "%(value)s is outside what the rule %(rule)s may be: %(least)s to %(most)s. Correct the number."
        ),
        "rule_in_past": _(
            "A rule cannot begin on %(day)s: that day has passed, and what was decided then stands. Choose today or later."
        ),
        "rule_ends_before": _(
            "The rule would end on %(day)s, before it begins. Choose a later end, or none."
        ),
        "rule_document": _("Say in which document the rule stands: its title as printed."),
        "rule_own_draft": _(
            "You wrote this draft yourself. Ask a second person who may publish rules to look at it."
        ),
        "rule_decided": _("This draft is decided already: %(state)s. Write a new one."),
        "rule_decline_reason": _("Say in a few words why the draft is declined."),
        "rule_stricter_reason": _(
            "This is stricter than the national rule. Give the reason; author, approver and auditor see it."
        ),
        "rule_stricter_review": _(
            "This is stricter than the national rule. Name a day within %(days)s days of its start to look at it again."
        ),
        "rule_nothing_local": _("The rule %(rule)s has no row of this area that could be taken back."),
        "rule_missing": _("No rule “%(rule)s” holds here on %(day)s. Ask the health officer to publish one."),
    }
)
