
# Which application is the environment's, how it is made, and what it needs for sign-in.

function Find-Application {
    $id = if ($AppId) { $AppId.Trim().ToLowerInvariant() } else { $Plan['clientId'] }
    for ($looks = 0; -not $id; $looks++) {
        $answer = Send-Request 'GET /servicePrincipals?$filter=displayName eq ''{name}''&$select=id,appId,applicationTemplateId'
        $named = @($answer['value'])
        $ours = @($named | Where-Object { Test-IsOurs $_['appId'] })
        if ($ours.Count -gt 1 -or ($named.Count -and -not $ours.Count)) {
            $unsure = if ($ours.Count) { $ours } else { $named }
            $ids = @($unsure | ForEach-Object { $_['appId'] }) -join ', '
            throw (New-Stop ("Entra has an application named `"$WantedName`" already ($ids), and nothing in it says that it is this " +
                "environment's. To use it, run this again with -AppId and its ID. To make another one, add -Name."))
        }
        if ($ours.Count) {
            if (Test-Note 'begun') {
                # A run made it, and lost the answer.
                Add-Note 'made'
            }
            $id = $ours[0]['appId']
        }
        elseif ($looks -ge 5 -or $Check -or -not (Test-Note 'begun')) {
            New-Application
            return
        }
        else {
            # What a former run made may not be listed yet.
            Start-Sleep -Seconds ([math]::Min($FirstPause * [math]::Pow(2, $looks), $LongestPause))
        }
    }
    $registration = Get-Registration $id
    $principals = @((Send-Request 'GET /servicePrincipals?$filter=appId eq ''{appId}''&$select=id,appId,applicationTemplateId' -With @{ appId = $id })['value'])
    if (-not $principals.Count -or -not $principals[0]['applicationTemplateId']) {
        throw (New-Stop ("The application $id was made for sign-in alone and cannot provision. Make one with New application, " +
            'Create your own application, or leave -AppId out.'))
    }
    $Found['app'] = $registration['id']
    $Found['appId'] = $id
    $Found['sp'] = $principals[0]['id']
    Save-Target
}

function Save-Target {
    if (-not $Check -and -not (Test-Note 'target-1.json')) {
        $null = Save-Note 'target' (ConvertTo-Json -InputObject @{ appId = $Found['appId'] })
    }
}

function Get-Registration([string] $Id) {
    $registrations = @((Send-Request 'GET /applications?$filter=appId eq ''{appId}''&$select=id,appId,web,appRoles' -With @{ appId = $Id })['value'])
    if (-not $registrations.Count) {
        throw (New-Stop ("The directory that you are signed in to has no application $Id. Sign in to the right one " +
            '(Connect-MgGraph -TenantId ...), or give another -AppId.'))
    }
    return $registrations[0]
}

function Test-IsOurs([string] $Id) {
    $registration = Get-Registration $Id
    $wanted = $Plan['application']
    $uris = @()
    $logout = ''
    if ($registration['web']) {
        $uris = @($registration['web']['redirectUris'] | Where-Object { $_ })
        $logout = [string] $registration['web']['logoutUrl']
    }
    if ($wanted['logoutUrl'] -and $logout -ceq $wanted['logoutUrl']) {
        return $true
    }
    $known = @($wanted['appRoles'] | ForEach-Object { $_['id'] })
    if (@($registration['appRoles'] | Where-Object { $_ -and $_['id'] -in $known }).Count) {
        return $true
    }
    # A run that ended between making it and marking it: before, there was none.
    return (Test-Note 'begun') -and -not $uris.Count -and -not $logout
}

function New-Application {
    if (-not (Test-Differs "Enterprise applications: make `"$WantedName`"")) {
        return
    }
    Add-Note 'begun'
    try {
        $made = Send-Request 'POST /applicationTemplates/{templateId}/instantiate' @{ displayName = $WantedName } -Once
    }
    catch [System.Net.Http.HttpRequestException] {
        if (Test-SurelyNotDone $_.Exception) {
            Remove-Note 'begun'
        }
        throw
    }
    Add-Note 'made'
    $Found['app'] = $made['application']['id']
    $Found['appId'] = $made['application']['appId']
    $Found['sp'] = $made['servicePrincipal']['id']
    Save-Target
    $State.IsFresh = $true
    Start-Sleep -Seconds $FirstPause
}

function Set-Registration {
    $registration = Send-Request 'GET /applications/{app}?$select=appRoles,web,requiredResourceAccess,optionalClaims'
    $former = $State.LastAnswer
    $differences = [System.Collections.Generic.List[string]]::new()
    $body = Edit-Application $Plan['application'] $registration $differences
    if (Test-Differs $differences) {
        $null = Save-Note 'application' $former
        $null = Send-Request 'PATCH /applications/{app}' $body
    }
}

function Set-Assignment {
    $principal = Send-Request 'GET /servicePrincipals/{sp}?$select=appRoleAssignmentRequired,appOwnerOrganizationId'
    $former = $State.LastAnswer
    $tenant = [string] $principal['appOwnerOrganizationId']
    $Found['tenant'] = $tenant
    if ($Plan['tenantId'] -and $tenant -and $tenant -ne $Plan['tenantId']) {
        throw (New-Stop ("You are signed in to the directory $tenant, but this environment is connected to $($Plan['tenantId']). " +
            "Sign in there: Connect-MgGraph -TenantId $($Plan['tenantId'])"))
    }
    if ($principal['appRoleAssignmentRequired'] -ne $true -and (Test-Differs 'Properties: assignment required')) {
        $null = Save-Note 'assignment' $former
        $null = Send-Request 'PATCH /servicePrincipals/{sp}' @{ appRoleAssignmentRequired = $true }
    }
}
