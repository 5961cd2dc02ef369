"""Access keys: generate one, show it once, and revoke it."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from entra_scim.connection import access_keys, encryption
from entra_scim.models import AccessKey
from entra_scim.secrecy.hiding import Secret, without_variables

from .addresses import tenant_url
from .key_use import key_use_of
from .pages import EnvironmentPage
from .step_up import StepUpMixin

NEW_KEY = "entra_scim_new_key"
"""Where a new key waits, encrypted, for the one page that shows it."""


class CreateKeyView(StepUpMixin, EnvironmentPage):
    """Generates an access key."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return HttpResponseRedirect(self.url("set_up", anchor="step-keys"))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not self.is_stepped_up(request):
            return HttpResponseRedirect(self.url("set_up", anchor="step-keys"))
        key = self.make_key(request)
        return self.done(
            _("Microsoft Entra ID: access key %(key)s created.") % {"key": key},
            self.url("new_key"),
        )

    @without_variables
    def make_key(self, request: HttpRequest) -> AccessKey:
        key, secret = access_keys.create(self.environment, created_by=request.user)
        request.session[NEW_KEY] = encryption.encrypt(self.environment, secret)
        return key


class NewKeyPage(EnvironmentPage):
    """Shows a new key, once."""

    template_name = "entra_scim/tab/new_key.html"
    page = "set_up"
    title = gettext_lazy("SCIM access key")
    http_method_names = ["get"]  # HEAD would use the key up, and show it to nobody

    @without_variables
    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            # Django logs whole contexts, at the level of DEBUG.
            secret = Secret(
                encryption.decrypt(self.environment, request.session.pop(NEW_KEY, ""))
            )
        except encryption.Unreadable:
            messages.info(
                request,
                _("A key is shown once only. If you have lost it, generate a new one."),
            )
            return HttpResponseRedirect(self.url("set_up", anchor="step-keys"))
        keys = AccessKey.objects.for_environment(self.environment)
        page: Any = self.render_to_response(
            self.get_context_data(
                secret=secret,
                tenant_url=tenant_url(request, self.environment),
                key_use=key_use_of(
                    list(keys.usable(timezone.now())[:1]), self.last_contact
                ),
                **kwargs,
            )
        )
        # Rendered here, within what clears the variables, and without the context,
        # which would be at hand for whatever handles the response next.
        response = HttpResponse(page.rendered_content)
        add_never_cache_headers(response)
        return response


class RevokeKeyPage(EnvironmentPage):
    template_name = "entra_scim/tab/confirm_revoke.html"
    page = "set_up"
    title = gettext_lazy("Revoke access key")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        key = self.key()
        usable = AccessKey.objects.for_environment(self.environment).usable(
            timezone.now()
        )
        return super().get_context_data(
            key=key, is_last=not usable.exclude(pk=key.pk).exists(), **kwargs
        )

    def key(self) -> AccessKey:
        keys = AccessKey.objects.for_environment(self.environment)
        return cast(AccessKey, get_object_or_404(keys, pk=self.kwargs["key_id"]))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        key = self.key()
        access_keys.revoke(key)
        return self.done(
            _("Microsoft Entra ID: access key %(key)s revoked.") % {"key": key},
            self.url("set_up", anchor="step-keys"),
        )
