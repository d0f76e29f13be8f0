"""Views of the list of incidents that people keep: what they ask for, in which order."""

from django.db import models

from incidents.models.user import User


class SavedView(models.Model):
    """`query` is what the address of the list says. A shared one is offered to everybody."""

    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="saved_views")
    name = models.CharField(max_length=60)
    query = models.TextField(max_length=2_000)
    shared = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("name", "pk")
        constraints = [
            models.UniqueConstraint(fields=["owner", "name"], name="saved_view_once"),
        ]

    def __str__(self) -> str:
        return self.name


class DefaultView(models.Model):
    """With which view the list of incidents opens for somebody."""

    user = models.OneToOneField(
        User, primary_key=True, on_delete=models.CASCADE, related_name="default_view"
    )
    view = models.ForeignKey(SavedView, on_delete=models.CASCADE, related_name="+")

    def __str__(self) -> str:
        return f"{self.user} opens {self.view}"
