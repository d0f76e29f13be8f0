"""Addresses of the spoke."""

from django.urls import URLPattern

app_name = "warroom"
urlpatterns: list[URLPattern] = []
