"""API addresses of the spoke."""

from django.urls import URLPattern

app_name = "statuspage_api"
urlpatterns: list[URLPattern] = []
