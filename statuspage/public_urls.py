"""Addresses beside the public pages that Django answers. The door hands them over; whatever else
is below /status it answers itself."""

from django.urls import path

from statuspage.views import entering

app_name = "statuspage_public"
urlpatterns = [
    path("<slug:slug>/enter", entering.enter, name="enter"),
]
