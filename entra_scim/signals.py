"""What happened to people, for the product to react to.

Sent after the transaction has committed, with ``send_robust``: a receiver that
raises is logged and undoes nothing. The sender is the class
:class:`~entra_scim.models.ProvisionedUser`.

``user_created``, ``user_linked``, ``user_updated``, ``user_deactivated``,
``user_reactivated`` and ``user_released`` have the arguments ``user`` and
``environment``.

``roles_changed`` has the arguments ``user_ids`` (a list of primary keys) and
``environment``. The groups of these people changed, by a change in Entra or of the
environment's roles.
"""

from __future__ import annotations

from django.dispatch import Signal

user_created = Signal()
user_linked = Signal()
user_updated = Signal()
user_deactivated = Signal()
user_reactivated = Signal()
user_released = Signal()
roles_changed = Signal()
