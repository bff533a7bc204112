"""Addresses of the ledger of restrictions, of proposals, appeals and the auditor's desk."""

from django.urls import URLPattern, path

from tongxin.containment.views import appeals, audit, decide, ledger, papers

app_name = "containment"
urlpatterns: list[URLPattern] = [
    path("restrictions/", ledger.ledger, name="restrictions"),
    path("restrictions/new", decide.new, name="restriction_new"),
    path("restrictions/export", papers.export, name="export"),
    path("restrictions/<uuid:restriction_id>", ledger.one, name="restriction"),
    path("restrictions/<uuid:restriction_id>/lift", ledger.lift, name="restriction_lift"),
    path("restrictions/<uuid:restriction_id>/extend", ledger.extend, name="restriction_extend"),
    path("restrictions/<uuid:restriction_id>/waiting", ledger.wait, name="restriction_wait"),
    path("restrictions/<uuid:restriction_id>/told", ledger.tell, name="restriction_tell"),
    path("restrictions/<uuid:restriction_id>/notice", papers.notice, name="notice"),
    path("restrictions/<uuid:restriction_id>/appeal", appeals.new, name="appeal_new"),
    path("people/<uuid:person_id>/restriction", decide.of_person, name="restriction_of_person"),
    path("proposals/", decide.proposal_list, name="proposals"),
    path("proposals/<uuid:proposal_id>", decide.proposal, name="proposal"),
    path("proposals/<uuid:proposal_id>/approval", decide.approve, name="proposal_approve"),
    path("proposals/<uuid:proposal_id>/refusal", decide.decline, name="proposal_decline"),
    path("appeals/", appeals.worklist, name="appeals"),
    path("appeals/<uuid:appeal_id>", appeals.one, name="appeal"),
    path("appeals/<uuid:appeal_id>/review", appeals.take, name="appeal_take"),
    path("appeals/<uuid:appeal_id>/upheld", appeals.uphold, name="appeal_uphold"),
    path("appeals/<uuid:appeal_id>/rejected", appeals.reject, name="appeal_reject"),
    path("appeals/<uuid:appeal_id>/corrected", appeals.correct, name="appeal_correct"),
    path("appeals/<uuid:appeal_id>/told", appeals.answered, name="appeal_told"),
    path("appeals/<uuid:appeal_id>/receipt", appeals.receipt, name="receipt"),
    path("audit/", audit.desk, name="audit"),
]
