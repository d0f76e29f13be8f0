"""API addresses of the spoke."""

from django.urls import URLPattern

app_name = "warroom_api"
urlpatterns: list[URLPattern] = []
