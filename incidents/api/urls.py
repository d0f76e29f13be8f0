"""API addresses of the hub."""

from django.urls import URLPattern

app_name = "api"
urlpatterns: list[URLPattern] = []
