#Requires -Version 7.2
#Requires -Modules Microsoft.Graph.Authentication
<#
.SYNOPSIS
Sets up Microsoft Entra for one environment of your product.

.DESCRIPTION
Read it, then run it in PowerShell 7 as an Application Administrator. It changes what
differs from the plan below, and nothing else: a second run changes nothing, and a run
that stopped is completed by the next. It sends the requests that the plan names, and no
others. It holds no secret: it asks for the SCIM access key, and sends it to Entra only.
The exit code is 0, 1 if -Check found differences, or 2 if a step failed.

.PARAMETER Check
Lists what differs, and changes nothing.

.PARAMETER AppId
Uses this application, which was made by hand.

.PARAMETER Name
Name of the application to make.

.PARAMETER Undo
Takes back what former runs made on this computer, and nothing else.

.PARAMETER NewKey
Replaces the access key.

.PARAMETER NewSecret
Adds a client secret.

.EXAMPLE
./@NAME@ -Check
#>
[CmdletBinding()]
param(
    [switch] $Check,
    [string] $AppId = '',
    [string] $Name = '',
    [switch] $Undo,
    [switch] $NewKey,
    [switch] $NewSecret
)

Set-StrictMode -Version 1.0
$ErrorActionPreference = 'Stop'

$Plan = ConvertFrom-Json -AsHashtable -InputObject @'
@PLAN@
'@
