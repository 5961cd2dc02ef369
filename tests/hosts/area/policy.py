"""Who may see the tab: the owners of an organization, wherever Django's permissions are."""

from __future__ import annotations

from tests.hosts.members.models import Membership
from tests.hosts.members.policy import Policy as MembersPolicy


class Policy(MembersPolicy):
    def may_view(self, request, environment):
        return self.may_change(request, environment)

    def may_change(self, request, environment):
        return Membership.objects.filter(
            user=request.user, organization=environment, role="Owner"
        ).exists()
