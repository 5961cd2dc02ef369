"""What sets up Entra for an environment: a plan, and files that carry it out.

:mod:`.plan` says what is wanted, and in which order it is reached. Everything else is
made from it alone: the script for Azure Cloud Shell, which is the package
:mod:`.program` with the plan beside it, the one for PowerShell, Terraform's
configuration, and the edited synchronization schema.
"""
