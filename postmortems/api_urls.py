"""API addresses of the spoke."""

from django.urls import URLPattern

app_name = "postmortems_api"
urlpatterns: list[URLPattern] = []
