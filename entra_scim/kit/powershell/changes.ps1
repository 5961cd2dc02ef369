
# What to change in a document of Entra's. Entra replaces lists and whole schemas, so
# what the plan does not speak of goes back as it came.

function Edit-Application($Wanted, $Registration, $Differences) {
    $body = @{}
    $before = $Differences.Count
    $web = Edit-Web $Wanted $Registration['web'] $Differences
    if ($Differences.Count -gt $before) {
        $body['web'] = $web
    }
    $permission = $Wanted['permission']
    $entries = @($Registration['requiredResourceAccess'] | Where-Object { $_ })
    $ours = @($entries | Where-Object { $_['resourceAppId'] -eq $permission['resourceAppId'] })
    $access = @($ours | ForEach-Object { $_['resourceAccess'] } | Where-Object { $_ })
    if ($permission['id'] -notin @($access | ForEach-Object { $_['id'] })) {
        $Differences.Add("API permissions: add $($permission['name'])")
        $others = @($entries | Where-Object { $_['resourceAppId'] -ne $permission['resourceAppId'] })
        $body['requiredResourceAccess'] = @($others) + @(@{
                resourceAppId  = $permission['resourceAppId']
                resourceAccess = @($access) + @(@{ id = $permission['id']; type = 'Scope' })
            })
    }
    $claims = @{}
    if ($Registration['optionalClaims']) {
        $claims = $Registration['optionalClaims']
    }
    $idToken = @($claims['idToken'] | Where-Object { $_ })
    $names = @($idToken | ForEach-Object { $_['name'] })
    $missing = @($Wanted['idTokenClaims'] | Where-Object { $names -cnotcontains $_['name'] })
    if ($missing.Count) {
        foreach ($claim in $missing) {
            $Differences.Add("ID token: add the claim $($claim['name'])")
        }
        $body['optionalClaims'] = @{
            idToken     = @($idToken) + @($missing)
            accessToken = @($claims['accessToken'] | Where-Object { $_ })
            saml2Token  = @($claims['saml2Token'] | Where-Object { $_ })
        }
    }
    $before = $Differences.Count
    $roles = Edit-Roles $Wanted['appRoles'] $Registration['appRoles'] $Differences
    if ($Differences.Count -gt $before) {
        $body['appRoles'] = @($roles)
    }
    return $body
}

function Edit-Web($Wanted, $Web, $Differences) {
    $uris = @()
    $logout = ''
    if ($Web) {
        $uris = @($Web['redirectUris'] | Where-Object { $_ })
        $logout = [string] $Web['logoutUrl']
    }
    if ($Wanted['redirectUri'] -and $uris -cnotcontains $Wanted['redirectUri']) {
        $Differences.Add("Redirect URIs: add $($Wanted['redirectUri'])")
        $uris = @($uris) + @($Wanted['redirectUri'])
    }
    if ($Wanted['logoutUrl'] -and $logout -cne $Wanted['logoutUrl']) {
        if ($logout) {
            throw (New-Stop ("The application signs people out at $logout, so it belongs to something else. " +
                'Choose another application, or empty Front-channel logout URL under App registrations, Authentication.'))
        }
        $Differences.Add("Front-channel logout URL: $($Wanted['logoutUrl'])")
        $logout = $Wanted['logoutUrl']
    }
    $changed = @{ redirectUris = @($uris) }
    if ($logout) {
        $changed['logoutUrl'] = $logout
    }
    return $changed
}

function Edit-Roles($Wanted, $Existing, $Differences) {
    $entries = @($Existing | Where-Object { $_ })
    foreach ($entry in $entries) {
        # Read-only, and refused in a PATCH.
        $entry.Remove('origin')
    }
    foreach ($role in $Wanted) {
        $same = @($entries | Where-Object { $_['value'] -ceq $role['value'] })
        if (-not $same.Count) {
            $entries = @($entries) + @($role)
            $Differences.Add("App roles: add $($role['value'])")
        }
        elseif ('User' -notin @($same[0]['allowedMemberTypes'])) {
            throw (New-Stop "The app role $($role['value']) is for applications only. Allow Users/Groups under App registrations, App roles.")
        }
        elseif ($same[0]['isEnabled'] -eq $false) {
            $same[0]['isEnabled'] = $true
            $Differences.Add("App roles: enable $($role['value'])")
        }
    }
    return $entries
}

function Edit-Schema($Wanted, $Schema, $Differences) {
    $targets = @{}
    foreach ($rule in @($Schema['synchronizationRules'])) {
        foreach ($mapping in @($rule['objectMappings'])) {
            if ($mapping['sourceObjectName'] -ceq $Wanted['sourceObject']) {
                $targets["$($rule['targetDirectoryName'])|$($mapping['targetObjectName'])"] = $false
                Edit-Mapping $Wanted $mapping $Differences
            }
            elseif ($mapping['sourceObjectName'] -ceq $Wanted['leftOut'] -and $mapping['enabled'] -ne $false) {
                $Differences.Add("$($Wanted['leftOut']): do not provision")
                $mapping['enabled'] = $false
            }
        }
    }
    if (-not $targets.Count) {
        throw (New-Stop 'This is not the synchronization schema of an application that provisions users.')
    }
    foreach ($directory in @($Schema['directories'])) {
        foreach ($object in @($directory['objects'])) {
            $target = "$($directory['name'])|$($object['name'])"
            if ($targets.ContainsKey($target)) {
                $targets[$target] = $true
                Edit-Attributes $Wanted['attribute'] $object $Differences
            }
        }
    }
    if ($targets.Values -contains $false) {
        throw (New-Stop 'The schema describes no users of its target.')
    }
}

function Get-ScopeFilters($Schema) {
    # Somebody made them, and may have meant it: they are never changed.
    foreach ($rule in @($Schema['synchronizationRules'])) {
        foreach ($mapping in @($rule['objectMappings'])) {
            if ($mapping['sourceObjectName'] -cne $Plan['schema']['sourceObject'] -or -not $mapping['scope']) {
                continue
            }
            if (@($mapping['scope'].Values | ForEach-Object { $_ } | Where-Object { $_ }).Count) {
                'Source object scope: a filter leaves people out; delete it under Attribute mapping if all who are assigned should be provisioned'
            }
        }
    }
}

function Edit-Mapping($Wanted, $Mapping, $Differences) {
    if ($Mapping['enabled'] -ne $true) {
        $Differences.Add('User: provision')
        $Mapping['enabled'] = $true
    }
    if ((Get-Words $Mapping['flowTypes']) -cne (Get-Words $Wanted['flowTypes'])) {
        $Differences.Add("User: $($Wanted['flowTypes'])")
        $Mapping['flowTypes'] = $Wanted['flowTypes']
    }
    # Of an app role that somebody mapped to a part of roles: two rows would write to one
    # attribute.
    $part = "^$([regex]::Escape($Wanted['attribute']['name']))[\[.]"
    $rows = @($Mapping['attributeMappings'] | Where-Object { $_ })
    foreach ($row in @($rows | Where-Object { $_['targetAttributeName'] -match $part })) {
        $Differences.Add("Mapping: delete $($row['targetAttributeName'])")
    }
    $rows = @($rows | Where-Object { $_['targetAttributeName'] -notmatch $part })
    foreach ($wish in $Wanted['mappings']) {
        $target = $wish['targetAttributeName']
        $expression = $wish['source']['expression']
        $same = @($rows | Where-Object { $_['targetAttributeName'] -eq $target })
        if (-not $same.Count) {
            $Differences.Add("Mapping: add $target from $expression")
            $rows = @($rows) + @($wish)
        }
        foreach ($row in $same) {
            if (-not (Test-SameMapping $row $wish)) {
                $Differences.Add("Mapping: $target from $expression")
                $row['source'] = $wish['source']
                $row['flowType'] = $wish['flowType']
            }
        }
    }
    $Mapping['attributeMappings'] = @($rows)
}

function Test-SameMapping($Row, $Wish) {
    $source = $Row['source']
    if ($null -eq $source -or $Row['flowType'] -cne $Wish['flowType']) {
        return $false
    }
    $expression = [string] $source['expression']
    if (-not $expression) {
        $expression = "[$($source['name'])]"
    }
    return $source['type'] -ceq $Wish['source']['type'] -and
        $expression.Replace(' ', '') -ceq $Wish['source']['expression'].Replace(' ', '')
}

function Edit-Attributes($Wanted, $Object, $Differences) {
    $entries = @($Object['attributes'] | Where-Object { $_ })
    $same = @($entries | Where-Object { $_['name'] -eq $Wanted['name'] })
    if (-not $same.Count) {
        $Differences.Add("Attribute list: add $($Wanted['name']), String, Multi-Value")
        $Object['attributes'] = @($entries) + @($Wanted)
    }
    foreach ($entry in $same) {
        if ($entry['type'] -cne $Wanted['type'] -or $entry['multivalued'] -ne $Wanted['multivalued']) {
            $Differences.Add("Attribute list: $($Wanted['name']) is String, Multi-Value")
            $entry['type'] = $Wanted['type']
            $entry['multivalued'] = $Wanted['multivalued']
        }
    }
}

function Get-Words([string] $Text) {
    return @($Text -split '[,\s]+' | Where-Object { $_ } | Sort-Object) -join ','
}
