
# The job that provisions people: its credentials, its mapping, and its start.

function Find-Template {
    $polls = if ($State.IsFresh) { 24 } else { 1 }
    for ($poll = 1; $poll -le $polls; $poll++) {
        $answer = Send-Request 'GET /servicePrincipals/{sp}/synchronization/templates'
        $ids = @($answer['value'] | ForEach-Object { $_['id'] })
        $fitting = @($Plan['templates'] | Where-Object { $ids -ccontains $_ }) + @($ids | Where-Object { $_ -match 'scim' })
        if ($fitting.Count) {
            $Found['template'] = $fitting[0]
            return
        }
        if ($poll -lt $polls) {
            Start-Sleep -Seconds $FirstPause
        }
    }
    throw (New-Stop ('Entra offers no SCIM provisioning for this application. If it was made just now, run this again in ten ' +
        'minutes. Otherwise make one with New application, Create your own application.'))
}

function Find-Job {
    $answer = Send-Request 'GET /servicePrincipals/{sp}/synchronization/jobs'
    $fitting = @($answer['value'] | Where-Object { $_['templateId'] -ceq $Found['template'] })
    if ($fitting.Count) {
        $Found['job'] = $fitting[0]['id']
    }
}

function Save-Credentials {
    $hasJob = $Found.ContainsKey('job')
    $differing = @('Provisioning: save the Tenant URL and the access key')
    if ($hasJob) {
        $differing = @(Get-SavedDifferences)
    }
    if ($Check) {
        $null = Test-Differs $differing
        return
    }
    $key = ''
    if ($differing.Count -or $NewKey -or -not (Test-Note 'saved')) {
        $key = Read-AccessKey
    }
    if (-not $key) {
        if ($hasJob) {
            Write-Host '  left as they are'
            foreach ($difference in $differing) {
                $AllDifferences.Add($difference)
            }
            return
        }
        throw (New-Stop 'The access key is needed: generate one in the tab, under SCIM access key.')
    }
    $secret = @{ key = 'SecretToken'; value = $key }
    $settings = @($Plan['credentials'])
    try {
        $null = Send-Request 'POST /servicePrincipals/{sp}/synchronization/jobs/validateCredentials' @{
            templateId          = $Found['template']
            useSavedCredentials = $false
            credentials         = @($settings[0], $secret)
        }
    }
    catch [System.Net.Http.HttpRequestException] {
        if ($_.Exception.Data['Status'] -ne 400) {
            throw
        }
        throw (New-Stop ("Entra could not reach $($settings[0]['value']) with this key: $($_.Exception.Message). Nothing was saved. " +
            'Is the address reachable from the internet, and is the key whole and not revoked?'))
    }
    if (-not $differing.Count) {
        $differing = @('Provisioning: save the Tenant URL and the access key')
    }
    $null = Test-Differs $differing
    $null = Send-Request 'PUT /servicePrincipals/{sp}/synchronization/secrets' @{ value = @($settings) + @($secret) }
    Add-Note 'saved'
    $State.HasNewKey = $true
}

function Get-SavedDifferences {
    try {
        $answer = Send-Request 'GET /servicePrincipals/{sp}/synchronization/secrets'
    }
    catch [System.Net.Http.HttpRequestException] {
        if (@(400, 403, 404, 405) -notcontains $_.Exception.Data['Status']) {
            throw
        }
        Write-Host "  not compared: Entra does not show what is saved ($($_.Exception.Message))"
        return
    }
    $wishes = @{}
    foreach ($one in $Plan['credentials']) {
        $wishes[$one['key']] = $one['value']
    }
    $saved = @{}
    foreach ($one in @($answer['value'] | Where-Object { $_ })) {
        $saved[$one['key']] = [string] $one['value']
    }
    if ($saved['BaseAddress'] -and $saved['BaseAddress'].TrimEnd('/') -cne $wishes['BaseAddress'].TrimEnd('/')) {
        "Tenant URL: it is $($saved['BaseAddress']); set $($wishes['BaseAddress'])"
    }
    if ($saved['SyncAll'] -and $saved['SyncAll'] -ne $wishes['SyncAll']) {
        'Scope: all users and groups are provisioned; set Sync only assigned users and groups'
    }
    $wish = ConvertFrom-Json -InputObject $wishes['SyncNotificationSettings'] -AsHashtable
    $now = @{}
    if ($saved['SyncNotificationSettings']) {
        $now = ConvertFrom-Json -InputObject $saved['SyncNotificationSettings'] -AsHashtable
    }
    $recipients = if ($now['Enabled']) { [string] $now['Recipients'] } else { '' }
    $isNotified = $recipients -eq $wish['Recipients'] -or ($Plan['anyRecipient'] -and $recipients)
    if ($wish['Recipients'] -and -not $isNotified) {
        $who = if ($recipients) { $recipients } else { 'nobody' }
        "Notification email: failures are mailed to $who; set $($wish['Recipients'])"
    }
    $limit = $wish['DeleteThresholdValue']
    if ($now['DeleteThresholdEnabled'] -ne $true) {
        "Accidental deletions: prevention is off; turn it on, with the threshold $limit"
    }
    elseif ($now['DeleteThresholdValue'] -ne $limit) {
        "Accidental deletions: the threshold is $($now['DeleteThresholdValue']); set $limit"
    }
}

function New-Job {
    if (-not $Found.ContainsKey('job')) {
        # One may be there whose answer was lost, and an application has one job.
        Find-Job
    }
    if ($Found.ContainsKey('job') -or -not (Test-Differs 'Provisioning: make the job')) {
        return
    }
    Add-Note 'job'
    try {
        $job = Send-Request 'POST /servicePrincipals/{sp}/synchronization/jobs' @{ templateId = $Found['template'] } -Once
    }
    catch [System.Net.Http.HttpRequestException] {
        if (Test-SurelyNotDone $_.Exception) {
            Remove-Note 'job'
        }
        throw
    }
    $Found['job'] = $job['id']
}

function Set-Schema {
    if (-not $Found.ContainsKey('job')) {
        $null = Test-Differs 'Attribute mapping: externalId, roles, no groups'
        return
    }
    $schema = Send-Request 'GET /servicePrincipals/{sp}/synchronization/jobs/{job}/schema'
    $former = $State.LastAnswer
    $differences = [System.Collections.Generic.List[string]]::new()
    if ($Check) {
        $null = Test-Differs (Get-ScopeFilters $schema)
    }
    Edit-Schema $Plan['schema'] $schema $differences
    if (-not (Test-Differs $differences)) {
        return
    }
    Write-Host "  the former schema is kept in $(Save-Note 'schema' $former)"
    $null = Send-Request 'PUT /servicePrincipals/{sp}/synchronization/jobs/{job}/schema' $schema
    $left = [System.Collections.Generic.List[string]]::new()
    Edit-Schema $Plan['schema'] (Send-Request 'GET /servicePrincipals/{sp}/synchronization/jobs/{job}/schema') $left
    if ($left.Count) {
        throw (New-Stop "Entra kept the schema otherwise than it was sent ($($left -join '; ')). Set this by hand: Provisioning, Attribute mapping.")
    }
}

function Start-Provisioning {
    if (-not $Found.ContainsKey('job')) {
        $null = Test-Differs 'Provisioning: start'
        return
    }
    $job = Send-Request 'GET /servicePrincipals/{sp}/synchronization/jobs/{job}'
    if ($job['schedule']['state'] -cne 'Active' -and (Test-Differs 'Provisioning: start')) {
        $job = Get-StartedJob
    }
    if ($job['status']['quarantine'] -and $State.HasNewKey -and (Test-Differs 'Provisioning: restart, after new credentials')) {
        $null = Send-Request 'POST /servicePrincipals/{sp}/synchronization/jobs/{job}/restart' @{ criteria = @{ resetScope = 'Full' } }
        $State.HasNewKey = $false
        $job = Get-StartedJob
    }
    $quarantine = $job['status']['quarantine']
    if ($quarantine) {
        $reason = [string] $quarantine['reason']
        if ($quarantine['error']) {
            $reason = [string] $quarantine['error']['message']
        }
        throw (New-Stop "Entra has put provisioning in quarantine: $reason. The tab's events say what was refused.")
    }
}

function Get-StartedJob {
    $null = Send-Request 'POST /servicePrincipals/{sp}/synchronization/jobs/{job}/start'
    Start-Sleep -Seconds (2 * $FirstPause)
    return Send-Request 'GET /servicePrincipals/{sp}/synchronization/jobs/{job}'
}

function Read-AccessKey {
    if ($env:ENTRA_KIT_ACCESS_KEY) {
        return $env:ENTRA_KIT_ACCESS_KEY.Trim()
    }
    return ([string] (Read-Host -Prompt '  SCIM access key (Enter keeps a saved one)' -MaskInput)).Trim()
}
