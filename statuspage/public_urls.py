"""Addresses beside the public pages that Django answers. The door hands them over; whatever else
is below /status it answers itself."""

from django.urls import path

from statuspage.views import entering, subscriber_pages

app_name = "statuspage_public"
urlpatterns = [
    path("<slug:slug>/enter", entering.enter, name="enter"),
    path("<slug:slug>/subscribe", subscriber_pages.subscribe, name="subscribe"),
    path("<slug:slug>/subscribe/confirm/<str:token>", subscriber_pages.confirm, name="confirm"),
    path("<slug:slug>/manage/<str:token>", subscriber_pages.manage, name="manage"),
    path("<slug:slug>/unsubscribe/<str:token>", subscriber_pages.unsubscribe, name="unsubscribe"),
]
