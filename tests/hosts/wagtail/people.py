"""Forms of Wagtail's that keep what Entra manages."""

from __future__ import annotations

from wagtail.admin.forms.auth import PasswordResetForm
from wagtail.users.forms import UserEditForm
from wagtail.users.views.users import UserViewSet

from entra_scim.forms import EntraPasswordResetForm, ManagedFieldsMixin


class EditForm(ManagedFieldsMixin, UserEditForm):
    pass


class ResetForm(EntraPasswordResetForm, PasswordResetForm):
    pass


class PeopleViewSet(UserViewSet):
    def get_form_class(self, for_update=False):
        return EditForm if for_update else super().get_form_class(for_update)
