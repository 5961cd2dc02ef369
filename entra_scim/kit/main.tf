# Sets up Microsoft Entra for one environment of your product:
#
#   terraform init && terraform plan && terraform apply
#
# Sign in with az login as an Application Administrator first. Terraform keeps what it
# sets in its state, the access key included: keep the state where secrets may be.
# What azuread lacks is sent by msgraph: the front-channel logout URL, credentials with
# settings, and the synchronization schema.

terraform {
  required_providers {
    azuread = {
      source  = "hashicorp/azuread"
      version = "~> 3.0"
    }
    msgraph = {
      source  = "microsoft/msgraph"
      version = "~> 0.3"
    }
  }
}

variable "scim_access_key" {
  description = "The SCIM access key from the tab."
  type        = string
  sensitive   = true
}

locals {
  plan = jsondecode(<<PLAN
@PLAN@
PLAN
  )
  application = azuread_application_from_template.entra
  principal   = "servicePrincipals/${local.application.service_principal_object_id}"
  # The ID of the resource ends with that of the job.
  job_id = reverse(split("/", azuread_synchronization_job.entra.id))[0]
  job    = "${local.principal}/synchronization/jobs/${local.job_id}"
}

# https://learn.microsoft.com/en-us/graph/api/applicationtemplate-instantiate
resource "azuread_application_from_template" "entra" {
  display_name = local.plan.name
  template_id  = local.plan.templateId
}

# https://learn.microsoft.com/en-us/graph/api/application-update
resource "azuread_application_redirect_uris" "entra" {
  count          = local.plan.application.redirectUri == "" ? 0 : 1
  application_id = local.application.application_id
  type           = "Web"
  redirect_uris  = [local.plan.application.redirectUri]
}

resource "msgraph_update_resource" "logout" {
  count = local.plan.application.logoutUrl == "" ? 0 : 1
  url   = "applications/${local.application.application_object_id}"
  body  = { web = { logoutUrl = local.plan.application.logoutUrl } }
}

resource "azuread_application_api_access" "graph" {
  application_id = local.application.application_id
  api_client_id  = local.plan.application.permission.resourceAppId
  scope_ids      = [local.plan.application.permission.id]
}

resource "azuread_application_optional_claims" "entra" {
  application_id = local.application.application_id
  dynamic "id_token" {
    for_each = local.plan.application.idTokenClaims
    content {
      name = id_token.value.name
    }
  }
}

resource "azuread_application_app_role" "role" {
  for_each             = { for role in local.plan.application.appRoles : role.value => role }
  application_id       = local.application.application_id
  role_id              = each.value.id
  allowed_member_types = each.value.allowedMemberTypes
  display_name         = each.value.displayName
  description          = each.value.description
  value                = each.value.value
}

resource "azuread_application_federated_identity_credential" "sign_in" {
  for_each       = { for one in [local.plan.federated] : one.name => one if one != null }
  application_id = local.application.application_id
  display_name   = each.value.name
  issuer         = each.value.issuer
  subject        = each.value.subject
  audiences      = each.value.audiences
}

# https://learn.microsoft.com/en-us/graph/api/serviceprincipal-update
resource "msgraph_update_resource" "assignment" {
  url  = local.principal
  body = { appRoleAssignmentRequired = true }
}

# https://learn.microsoft.com/en-us/graph/api/synchronization-serviceprincipal-put-synchronization
resource "msgraph_resource_action" "credentials" {
  resource_url = "${local.principal}/synchronization/secrets"
  method       = "PUT"
  body = {
    value = concat(
      local.plan.credentials,
      [{ key = "SecretToken", value = var.scim_access_key }],
    )
  }
}

# https://learn.microsoft.com/en-us/graph/api/synchronization-synchronization-post-jobs
resource "azuread_synchronization_job" "entra" {
  service_principal_id = local.application.service_principal_id
  template_id          = local.plan.templates[0]
  enabled              = false
  depends_on           = [msgraph_resource_action.credentials]
  lifecycle {
    ignore_changes = [enabled] # It is started below, once the schema is right.
  }
}

# https://learn.microsoft.com/en-us/graph/api/synchronization-synchronizationschema-get
data "msgraph_resource" "schema" {
  url                    = "${local.job}/schema"
  response_export_values = { all = "@" }
}

locals {
  found  = data.msgraph_resource.schema.output.all
  wanted = local.plan.schema
  # @BEGIN EDIT@
  rows = { for row in local.wanted.mappings : row.targetAttributeName => row }
  users = toset(flatten([
    for rule in local.found.synchronizationRules : [
      for mapping in rule.objectMappings : "${rule.targetDirectoryName}|${mapping.targetObjectName}"
      if mapping.sourceObjectName == local.wanted.sourceObject
    ]
  ]))
  # By way of JSON, since both sides of a condition need one type.
  schema = merge(local.found, {
    synchronizationRules = [
      for rule in local.found.synchronizationRules : merge(rule, {
        objectMappings = [
          for mapping in rule.objectMappings : merge(mapping, jsondecode(
            mapping.sourceObjectName == local.wanted.sourceObject ? jsonencode({
              enabled   = true
              flowTypes = local.wanted.flowTypes
              attributeMappings = concat(
                [
                  for row in mapping.attributeMappings : merge(row, jsondecode(
                    contains(keys(local.rows), row.targetAttributeName) ? jsonencode({
                      source   = local.rows[row.targetAttributeName].source
                      flowType = local.rows[row.targetAttributeName].flowType
                    }) : "{}"
                  ))
                ],
                [
                  for name, row in local.rows : row
                  if !contains(mapping.attributeMappings[*].targetAttributeName, name)
                ],
              )
            }) : mapping.sourceObjectName == local.wanted.leftOut ? jsonencode({ enabled = false }) : "{}"
          ))
        ]
      })
    ]
    directories = [
      for directory in local.found.directories : merge(directory, {
        objects = [
          for one in directory.objects : merge(one, jsondecode(
            contains(local.users, "${directory.name}|${one.name}") ? jsonencode({
              attributes = concat(
                [for attribute in one.attributes : attribute if attribute.name != local.wanted.attribute.name],
                [local.wanted.attribute],
              )
            }) : "{}"
          ))
        ]
      })
    ]
  })
  # @END EDIT@
}

# https://learn.microsoft.com/en-us/graph/api/synchronization-synchronizationschema-update
resource "msgraph_resource_action" "schema" {
  resource_url = "${local.job}/schema"
  method       = "PUT"
  body         = local.schema
  lifecycle {
    # Each schema that Entra answers has another version, which is not a change.
    ignore_changes       = [body]
    replace_triggered_by = [terraform_data.wanted]
  }
}

resource "terraform_data" "wanted" {
  input = local.wanted
}

# https://learn.microsoft.com/en-us/graph/api/synchronization-synchronizationjob-start
resource "msgraph_resource_action" "start" {
  resource_url = "${local.job}/start"
  method       = "POST"
  depends_on   = [msgraph_resource_action.schema]
}

output "application_object_id" {
  description = "App registrations shows the Application (client) ID of it."
  value       = local.application.application_object_id
}
