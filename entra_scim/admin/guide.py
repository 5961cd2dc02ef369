"""The guide: what to do in Entra, screen by screen, with the proof that it worked."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy

from entra_scim import authorities
from entra_scim.dialect import RoleFunction
from entra_scim.kit.forms import file_name

from .kit_forms import KitForm, SchemaForm
from .set_up import SetUpPage


class GuidePage(SetUpPage):
    """Sections A to D, with the environment's own values filled in."""

    template_name = "entra_scim/admin/guide.html"
    page = "guide"
    title = gettext_lazy("Guide to Microsoft Entra")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        codes = {finding.code for finding in context["findings"]}
        facts = context["traffic"]
        context["proof"] = {
            "connection": any(
                step.done for step in context["steps"] if step.code == "contact"
            ),
            "roles": facts.roles_matched and not facts.unknown_roles,
            "permissions": any(
                step.done for step in context["steps"] if step.code == "test"
            ),
            "external_id": facts.active > 0
            and not {"external_id_no_object_id", "external_id_missing"} & codes,
            "role_mapping": facts.functions[RoleFunction.ASSERTIVE] > 0
            and not {"role_function_single", "role_function_add_only"} & codes,
        }
        context.setdefault(
            "kit_form",
            KitForm(initial={"notification_address": _email_of(self.request.user)}),
        )
        context.setdefault("schema_form", SchemaForm())
        context["kit_file"] = file_name(str(self.environment.pk), "sh")
        context["local_entra"] = authorities.hosts().get(authorities.LOCAL)
        context["finding"] = {finding.code: finding for finding in context["findings"]}
        return context


def _email_of(visitor: Any) -> str:
    return getattr(visitor, visitor.get_email_field_name(), "") or ""
