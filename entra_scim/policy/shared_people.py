"""What a product says whose people may belong to several environments at once."""

from __future__ import annotations

from typing import Any

from entra_scim.database.environment_model import AnyEnvironment

from .any_user import AnyUser


class SharedPeople:
    """The hooks of a policy about people that several environments have in common."""

    def shares_people(self) -> bool:
        """Tell whether several environments may link the same person. No, as it stands.

        If so, write the next four hooks too. An environment then links an account that
        others have as well, if ``environments_of`` names it: name only environments
        whose invitation the person has accepted. Always the same answer; reads nothing.
        """
        return False

    def environment_of_request(self, request: Any) -> AnyEnvironment | None:
        """Return the environment whose page a request is for, or None for a page of none.

        The middleware lets nobody in there by a session that another environment has
        opened. Asked before the view is known, and once more when it is: go by host,
        path or header, and not by ``request.user``. Where a body names the
        environment, ask ``entra_scim.access.may_enter`` there. Outside the
        transaction; reads only.
        """
        raise NotImplementedError

    def is_member(self, user: AnyUser, environment: AnyEnvironment) -> bool:
        """Tell whether somebody who belongs to an environment may enter it now.

        Not if ``suspend``, or your product itself, has suspended their membership. In
        the transaction, and on every request; reads only.
        """
        raise NotImplementedError

    def suspend(self, user: AnyUser, environment: AnyEnvironment) -> None:
        """Suspend a membership of one environment, and nothing else of the person's.

        ``environments_of`` goes on naming the environment. Called when its Entra
        deactivates or unlinks somebody, maybe again. ``deactivate`` follows if they may
        enter no other environment. In the transaction; the hook saves.
        """
        raise NotImplementedError

    def resume(self, user: AnyUser, environment: AnyEnvironment) -> None:
        """Undo ``suspend``. ``reactivate`` follows if the account is inactive.

        In the transaction; the hook saves.
        """
        raise NotImplementedError
