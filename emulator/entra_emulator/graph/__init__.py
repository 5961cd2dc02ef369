"""Microsoft Graph, as far as setting up an application needs it.

https://learn.microsoft.com/en-us/graph/application-provisioning-configuration-api
"""
