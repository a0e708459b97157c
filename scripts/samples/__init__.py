"""Views with believable values, for looking at the pages without a server and for the tests of their looks."""

from appliance.web import views
from appliance.web.views import Frame, Notice
from scripts.samples import api, batches, naming, overview, review, sources, system, uploads, vision
from scripts.samples.frames import ALICE, FRAME, NOW, OUTSIDE, PHOTOS, QUIET, SOURCES

__all__ = ["FRAME", "NOW", "PAGES", "PHOTOS", "SOURCES"]

RENAMED = Notice(says="IMG_0001.JPG is now ginger-cat-portrait.jpg.", undo="/history/1/undo")
TOLD = Frame(csrf="c5f1", member=ALICE, waiting=12, events="", notices=(RENAMED,))

# What the pages are called when they are written or tested.
PAGES: dict[str, tuple[views.View, Frame]] = {
    "overview": (overview.OVERVIEW, FRAME),
    "overview-empty": (views.Overview(), QUIET),
    "review": (review.review("grid"), FRAME),
    "review-table": (review.review("table"), TOLD),
    "review-empty": (views.Review(), QUIET),
    "review-filtered": (views.Review(filtered=True, search="zebra", layouts=review.LAYOUTS), QUIET),
    "review-nothing-watched": (views.Review(has_sources=False), QUIET),
    "sources": (sources.LIST, FRAME),
    "sources-empty": (views.Sources(), QUIET),
    "source-new": (sources.NEW, QUIET),
    "source-new-sftp": (sources.NEW_SFTP, FRAME),
    "source-new-wordpress": (sources.NEW_WORDPRESS, FRAME),
    "source": (sources.DETAIL, FRAME),
    "source-called": (sources.CALLED, FRAME),
    "batch": (batches.BATCH, FRAME),
    "batch-done": (batches.BATCH_DONE, QUIET),
    "batch-uploaded": (batches.UPLOADED, QUIET),
    "batch-receiving": (batches.RECEIVING, QUIET),
    "uploads": (uploads.UPLOADS, FRAME),
    "uploads-empty": (uploads.EMPTY, QUIET),
    "attention": (batches.ATTENTION, FRAME),
    "attention-empty": (views.Attention(), QUIET),
    "history": (batches.HISTORY, FRAME),
    "history-empty": (views.History(), QUIET),
    "history-filtered": (views.History(filtered=True, search="zebra"), QUIET),
    "vision": (vision.VISION, FRAME),
    "vision-empty": (views.Vision(), QUIET),
    "provider-new": (vision.NEW, QUIET),
    "provider-new-model": (vision.NEW_MODEL, FRAME),
    "provider": (vision.DETAIL, FRAME),
    "profiles": (naming.PROFILES, FRAME),
    "profile": (naming.PROFILE, FRAME),
    "profile-wrong": (naming.PROFILE_WRONG, QUIET),
    "learned": (naming.LEARNED, FRAME),
    "learned-off": (views.Learned(tabs=naming.TABS, on=False, may_switch=True), QUIET),
    "quality": (naming.QUALITY, FRAME),
    "quality-empty": (views.QualityPage(tabs=naming.tabs("quality")), QUIET),
    "comparisons": (naming.COMPARISONS, FRAME),
    "comparisons-empty": (views.Comparisons(tabs=naming.tabs("comparisons")), QUIET),
    "compared": (naming.COMPARED, FRAME),
    "status": (system.STATUS, FRAME),
    "status-idle": (views.Status(), QUIET),
    "account": (system.ACCOUNT, FRAME),
    "sign-in": (system.SIGN_IN, OUTSIDE),
    "sign-in-wrong": (system.SIGN_IN_WRONG, OUTSIDE),
    "setup": (system.SETUP, OUTSIDE),
    "api": (api.DOCS, OUTSIDE),
    "problem": (system.LOST, FRAME),
    "problem-outside": (system.LOST, OUTSIDE),
}
