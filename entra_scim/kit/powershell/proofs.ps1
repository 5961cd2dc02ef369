
# What sign-in proves itself with, and consent for everybody.

function Add-Proof {
    if ($Plan['certificate']) {
        Add-Certificate
    }
    elseif ($Plan['federated'] -and -not $NewSecret) {
        Add-FederatedCredential
    }
    elseif ($Plan['needsSecret'] -or $NewSecret -or ($Plan['hasSecret'] -and $Check)) {
        Add-ClientSecret
    }
}

function Add-Certificate {
    $registration = Send-Request 'GET /applications/{app}?$select=keyCredentials'
    $existing = @($registration['keyCredentials'] | Where-Object { $_ })
    $ours = @($existing | Where-Object { $_['key'] -ceq $Plan['certificate'] })
    if ($ours.Count) {
        if ($Check) {
            $null = Test-Differs (Get-Expiring 'Certificates' $ours)
        }
        return
    }
    # They are replaced whole, and each needs its key.
    if (@($existing | Where-Object { -not $_['key'] }).Count) {
        throw (New-Stop ('The application has certificates whose keys Entra does not show. Upload the certificate by hand: App ' +
            'registrations, Certificates & secrets.'))
    }
    if (Test-Differs 'Certificates: add that of the tab') {
        $null = Save-Note 'certificate' (ConvertTo-Json -InputObject @{ key = $Plan['certificate'] })
        $added = @{ type = 'AsymmetricX509Cert'; usage = 'Verify'; displayName = 'Sign-in'; key = $Plan['certificate'] }
        $null = Send-Request 'PATCH /applications/{app}' @{ keyCredentials = @($existing) + @($added) }
    }
}

function Add-FederatedCredential {
    $wanted = $Plan['federated']
    $answer = Send-Request 'GET /applications/{app}/federatedIdentityCredentials'
    $same = @($answer['value'] | Where-Object { $_['issuer'] -ceq $wanted['issuer'] -and $_['subject'] -ceq $wanted['subject'] })
    if ($same.Count) {
        if ((@($same[0]['audiences']) -join ' ') -cne (@($wanted['audiences']) -join ' ')) {
            $problem = "The federated credential $($same[0]['name']) is for the audience $($same[0]['audiences']). Set " +
                "$($wanted['audiences']) under App registrations, Certificates & secrets, Federated credentials."
            if (-not $Check) {
                throw (New-Stop $problem)
            }
            $null = Test-Differs $problem
        }
        return
    }
    if (Test-Differs "Federated credentials: add $($wanted['name'])") {
        $null = Save-Note 'federated' (ConvertTo-Json -InputObject $wanted -Depth 100)
        $null = Send-Request 'POST /applications/{app}/federatedIdentityCredentials' $wanted -Once
    }
}

function Add-ClientSecret {
    $registration = Send-Request 'GET /applications/{app}?$select=passwordCredentials'
    $secretName = $Plan['secretName']
    $known = @($registration['passwordCredentials'] | Where-Object { $_ })
    $made = @($known | Where-Object { $_['displayName'] -ceq $secretName })
    if ($Check -and ($Plan['hasSecret'] -or $made.Count)) {
        $null = Test-Differs (Get-Expiring 'Client secrets' $known)
        return
    }
    if (Test-Note 'secret-asked') {
        # One that a former run added, and whose value nobody saw.
        $unseen = @($made | Where-Object { -not (Test-Note "secret-$($_['keyId'])-was-there") })
        foreach ($one in $unseen) {
            if (Test-Differs 'Client secrets: delete one whose value nobody has seen') {
                $null = Send-Request 'POST /applications/{app}/removePassword' @{ keyId = $one['keyId'] }
            }
        }
        if (-not $Check) {
            Remove-Note 'secret-asked'
        }
        $made = @($made | Where-Object { Test-Note "secret-$($_['keyId'])-was-there" })
    }
    if ($made.Count -and -not $NewSecret) {
        Write-Host "  There is a client secret `"$secretName`" already. Its value was shown once. If nobody has it, delete"
        Write-Host '  it under Certificates & secrets, and run this again with -NewSecret.'
        return
    }
    if (Test-Differs "Client secrets: add `"$secretName`"") {
        foreach ($one in $made) {
            Add-Note "secret-$($one['keyId'])-was-there"
        }
        Add-Note 'secret-asked'
        try {
            # Once only: after a lost answer, a second attempt would leave a secret that
            # nobody knows.
            $answer = Send-Request 'POST /applications/{app}/addPassword' @{
                passwordCredential = @{ displayName = $secretName; endDateTime = $Plan['secretEnds'] }
            } -Once
        }
        catch [System.Net.Http.HttpRequestException] {
            if (Test-SurelyNotDone $_.Exception) {
                Remove-Note 'secret-asked'
            }
            throw
        }
        Remove-Note 'secret-asked'
        $null = Save-Note 'secret' (ConvertTo-Json -InputObject @{ keyId = $answer['keyId'] })
        Write-Host ''
        Write-Host "  Client secret (shown once): $($answer['secretText'])"
        Write-Host ('  It expires on:  {0:yyyy-MM-dd}' -f [datetime] $answer['endDateTime'])
        Write-Host ''
    }
}

function Get-Expiring([string] $Kind, $Credentials) {
    $today = [datetime]::UtcNow.Date
    $ends = @($Credentials | ForEach-Object { ([datetime] $_['endDateTime']).Date } | Sort-Object -Descending)
    if (-not $ends.Count -or $ends[0] -lt $today) {
        return "${Kind}: none is valid; create a new one, and save it in the tab"
    }
    if ($ends[0] -lt $today.AddDays(30)) {
        return "${Kind}: the last one expires on $($ends[0].ToString('yyyy-MM-dd')); create a new one, and save it in the tab"
    }
}

function Grant-Consent {
    # Last, since it may need more rights than all before.
    try {
        Grant-ConsentForAll
    }
    catch [System.Net.Http.HttpRequestException] {
        if (@(400, 403) -notcontains $_.Exception.Data['Status']) {
            throw
        }
        $AllDifferences.Add('API permissions: grant admin consent')
        $tenant = if ($Found['tenant']) { $Found['tenant'] } else { 'organizations' }
        Write-Host "  not done: $($_.Exception.Message). Ask an administrator who may consent to open"
        Write-Host "  $($Plan['signIn'])/$tenant/adminconsent?client_id=$($Found['appId'])"
    }
}

function Grant-ConsentForAll {
    $resources = @((Send-Request 'GET /servicePrincipals?$filter=appId eq ''{resourceAppId}''')['value'])
    $resource = $resources[0]['id']
    $grants = @((Send-Request 'GET /oauth2PermissionGrants?$filter=clientId eq ''{sp}''')['value'])
    $ours = @($grants | Where-Object { $_['resourceId'] -eq $resource -and $_['consentType'] -ceq 'AllPrincipals' })
    $given = @()
    if ($ours.Count) {
        $given = @(([string] $ours[0]['scope']) -split ' ' | Where-Object { $_ })
    }
    $missing = @($Plan['consent']['scope'] -split ' ' | Where-Object { $given -cnotcontains $_ })
    if (-not $missing.Count -or -not (Test-Differs "API permissions: grant admin consent for $($missing -join ' ')")) {
        return
    }
    $scope = (@($given) + @($missing)) -join ' '
    if ($ours.Count) {
        $id = $ours[0]['id']
        $null = Save-Note 'consent' (ConvertTo-Json -InputObject @{ id = $id; scope = ($given -join ' ') })
        $null = Send-Request 'PATCH /oauth2PermissionGrants/{id}' @{ scope = $scope } -With @{ id = $id }
        return
    }
    $made = Send-Request 'POST /oauth2PermissionGrants' @{
        clientId    = $Found['sp']
        consentType = 'AllPrincipals'
        principalId = $null
        resourceId  = $resource
        scope       = $scope
    } -Once
    $null = Save-Note 'consent' (ConvertTo-Json -InputObject @{ id = $made['id']; scope = '' })
}
