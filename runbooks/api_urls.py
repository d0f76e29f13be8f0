"""API addresses of the spoke."""

from django.urls import URLPattern

app_name = "runbooks_api"
urlpatterns: list[URLPattern] = []
