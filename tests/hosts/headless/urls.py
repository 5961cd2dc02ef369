"""django-allauth's clients, and an interface of the product's."""

from __future__ import annotations

from allauth.headless.contrib.rest_framework.authentication import (
    XSessionTokenAuthentication,
)
from django.urls import include, path
from rest_framework.decorators import (
    api_view,
    authentication_classes,
    permission_classes,
)
from rest_framework.response import Response

from tests.hosts import urls
from tests.hosts.headless.tokens import AccessToken


@api_view(["GET"])
@authentication_classes([XSessionTokenAuthentication, AccessToken])
@permission_classes([])
def api(request):
    """Tell who is there, by a token in a header."""
    return Response({"user": str(request.user)})


urlpatterns = [
    path("api/who/", api),
    path("_allauth/", include("allauth.headless.urls")),
    *urls.urlpatterns,
]
