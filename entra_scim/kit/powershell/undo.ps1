
# Takes back what former runs made, and nothing else. What was there before is known
# from the documents that were kept before each change.

function Undo-Everything {
    $kept = @('schema', 'application', 'assignment', 'consent', 'secret', 'certificate', 'federated')
    $known = @($kept | Where-Object { Test-Note "$_-1.json" })
    if (-not $known.Count -and -not (Test-Note 'made') -and -not (Test-Note 'job')) {
        throw (New-Stop ("Nothing is known here of what was made: runs are noted in $Folder on the computer that they ran on. Undo " +
            'it there, or delete the application by hand under App registrations.'))
    }
    # Looks only: what is not there any more must not be made again.
    $script:Check = $true
    $target = Get-FirstNote 'target'
    if ($target -and -not $AppId) {
        $script:AppId = $target['appId']
    }
    Find-Application
    if (-not $Found.ContainsKey('app')) {
        Write-Host '  There is no such application any more.'
        return
    }
    if ($target -and $Found['appId'] -ne $target['appId']) {
        throw (New-Stop "What is known here is of the application $($target['appId']). Leave -AppId out.")
    }
    if (Test-Note 'made') {
        Write-Host '  deletes: the application, with all that belongs to it'
        $null = Send-Request 'DELETE /applications/{app}'
        Remove-Note 'made'
        Remove-Note 'job'
        return
    }
    Undo-Provisioning
    Undo-Proof
    Undo-Consent
    Undo-Registration
}

function Undo-Provisioning {
    $jobs = @((Send-Request 'GET /servicePrincipals/{sp}/synchronization/jobs')['value'])
    if (-not $jobs.Count) {
        return
    }
    $Found['job'] = $jobs[0]['id']
    $former = Get-FirstNote 'schema'
    if (Test-Note 'job') {
        Write-Host '  deletes: the provisioning job'
        $null = Send-Request 'DELETE /servicePrincipals/{sp}/synchronization/jobs/{job}'
        Remove-Note 'job'
    }
    elseif ($former) {
        Write-Host '  restores: the attribute mapping'
        $null = Send-Request 'PUT /servicePrincipals/{sp}/synchronization/jobs/{job}/schema' $former
    }
}

function Undo-Proof {
    $secret = Get-FirstNote 'secret'
    if ($secret) {
        $known = Send-Request 'GET /applications/{app}?$select=passwordCredentials'
        if ($secret['keyId'] -in @($known['passwordCredentials'] | ForEach-Object { $_['keyId'] })) {
            Write-Host '  deletes: the client secret'
            $null = Send-Request 'POST /applications/{app}/removePassword' @{ keyId = $secret['keyId'] }
        }
    }
    $certificate = Get-FirstNote 'certificate'
    if ($certificate) {
        $known = Send-Request 'GET /applications/{app}?$select=keyCredentials'
        $rest = @($known['keyCredentials'] | Where-Object { $_ -and $_['key'] -cne $certificate['key'] })
        Write-Host '  deletes: the certificate'
        $null = Send-Request 'PATCH /applications/{app}' @{ keyCredentials = @($rest) }
    }
    $federated = Get-FirstNote 'federated'
    if ($federated) {
        $known = Send-Request 'GET /applications/{app}/federatedIdentityCredentials'
        foreach ($one in @($known['value'] | Where-Object { $_['name'] -ceq $federated['name'] })) {
            Write-Host '  deletes: the federated credential'
            $null = Send-Request 'DELETE /applications/{app}/federatedIdentityCredentials/{id}' -With @{ id = $one['id'] }
        }
    }
}

function Undo-Consent {
    $former = Get-FirstNote 'consent'
    if (-not $former) {
        return
    }
    Write-Host '  restores: admin consent'
    if ($former['scope']) {
        $null = Send-Request 'PATCH /oauth2PermissionGrants/{id}' @{ scope = $former['scope'] } -With @{ id = $former['id'] }
    }
    else {
        try {
            $null = Send-Request 'DELETE /oauth2PermissionGrants/{id}' -With @{ id = $former['id'] }
        }
        catch [System.Net.Http.HttpRequestException] {
            # By an undo that stopped after it.
            if ($_.Exception.Data['Status'] -ne 404) {
                throw
            }
        }
    }
}

function Undo-Registration {
    $assignment = Get-FirstNote 'assignment'
    if ($assignment -and $assignment['appRoleAssignmentRequired'] -ne $true) {
        Write-Host '  restores: assignment is not required'
        $null = Send-Request 'PATCH /servicePrincipals/{sp}' @{ appRoleAssignmentRequired = $false }
    }
    $former = Get-FirstNote 'application'
    if (-not $former) {
        return
    }
    $registration = Send-Request 'GET /applications/{app}?$select=appRoles,web,requiredResourceAccess,optionalClaims'
    $wanted = $Plan['application']
    $before = @($former['appRoles'] | Where-Object { $_ } | ForEach-Object { $_['id'] })
    $added = @($wanted['appRoles'] | ForEach-Object { $_['id'] } | Where-Object { $_ -notin $before })
    $roles = @($registration['appRoles'] | Where-Object { $_ })
    foreach ($role in $roles) {
        $role.Remove('origin')
    }
    $ours = @($roles | Where-Object { $_['id'] -in $added })
    if ($ours.Count) {
        Write-Host '  deletes: app roles'
        # One that is enabled cannot be deleted.
        foreach ($role in $ours) {
            $role['isEnabled'] = $false
        }
        $null = Send-Request 'PATCH /applications/{app}' @{ appRoles = @($roles) }
        $rest = @($roles | Where-Object { $_['id'] -notin $added })
        $null = Send-Request 'PATCH /applications/{app}' @{ appRoles = @($rest) }
    }
    Write-Host '  restores: redirect URIs, sign-out, permission and claims'
    $null = Send-Request 'PATCH /applications/{app}' (Get-FormerRest $wanted $former $registration)
}

function Get-FormerRest($Wanted, $Former, $Registration) {
    $oldUris = @()
    $oldLogout = $null
    if ($Former['web']) {
        $oldUris = @($Former['web']['redirectUris'] | Where-Object { $_ })
        $oldLogout = $Former['web']['logoutUrl']
    }
    $web = @{ redirectUris = @(); logoutUrl = $oldLogout }
    if ($Registration['web']) {
        $web['redirectUris'] = @($Registration['web']['redirectUris'] |
                Where-Object { $_ -and ($_ -cne $Wanted['redirectUri'] -or $oldUris -ccontains $_) })
        if ($Registration['web']['logoutUrl'] -cne $Wanted['logoutUrl']) {
            $web['logoutUrl'] = $Registration['web']['logoutUrl']
        }
    }
    $permission = $Wanted['permission']['id']
    $oldAccess = @($Former['requiredResourceAccess'] | Where-Object { $_ } |
            ForEach-Object { $_['resourceAccess'] } | ForEach-Object { $_['id'] })
    $access = @(foreach ($entry in @($Registration['requiredResourceAccess'] | Where-Object { $_ })) {
            $rest = @($entry['resourceAccess'] | Where-Object { $_ -and ($_['id'] -ne $permission -or $permission -in $oldAccess) })
            if ($rest.Count) {
                @{ resourceAppId = $entry['resourceAppId']; resourceAccess = @($rest) }
            }
        })
    $names = @($Wanted['idTokenClaims'] | ForEach-Object { $_['name'] })
    $oldNames = @()
    if ($Former['optionalClaims']) {
        $oldNames = @($Former['optionalClaims']['idToken'] | Where-Object { $_ } | ForEach-Object { $_['name'] })
    }
    $claims = @{}
    if ($Registration['optionalClaims']) {
        $claims = $Registration['optionalClaims']
    }
    $claims['idToken'] = @($claims['idToken'] |
            Where-Object { $_ -and ($names -cnotcontains $_['name'] -or $oldNames -ccontains $_['name']) })
    return @{ web = $web; requiredResourceAccess = @($access); optionalClaims = $claims }
}
