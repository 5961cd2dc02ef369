
# The steps, by the names that the plan has for them.

$Steps = @{
    application  = { Find-Application }
    registration = { Set-Registration }
    assignment   = { Set-Assignment }
    template     = { Find-Template }
    find_job     = { Find-Job }
    credentials  = { Save-Credentials }
    job          = { New-Job }
    schema       = { Set-Schema }
    start        = { Start-Provisioning }
    proof        = { Add-Proof }
    consent      = { Grant-Consent }
}

function Connect-Graph {
    $scopes = @($Plan['steps'] | ForEach-Object { $_['permission'] } | Sort-Object -Unique)
    $context = Get-MgContext
    if ($context -and -not @($scopes | Where-Object { $_ -notin $context.Scopes }).Count) {
        return
    }
    $environment = @(Get-MgEnvironment | Where-Object { $_.GraphEndpoint -eq $Plan['graph'] })
    if (-not $environment.Count) {
        throw (New-Stop "Microsoft Graph PowerShell does not know $($Plan['graph']). Use the script for Azure Cloud Shell.")
    }
    $parameters = @{ Scopes = $scopes; Environment = $environment[0].Name; ContextScope = 'Process'; NoWelcome = $true }
    if ($Plan['tenantId']) {
        $parameters['TenantId'] = $Plan['tenantId']
    }
    $null = Connect-MgGraph @parameters
}

function Get-Explanation($Step, $Refusal) {
    $status = $Refusal.Data['Status']
    $text = "$($Step['title']): Graph answered ${status}: $($Refusal.Message)"
    switch ($status) {
        401 { $text += ' Your sign-in has expired: run Connect-MgGraph again.' }
        403 { $text += " It needs the role Application Administrator, and the permission $($Step['permission'])." }
        default { $text += " $($Step['remedy'])" }
    }
    return "$text What is done stays done: run this again to go on."
}

$WantedName = if ($Name) { $Name.Trim() } else { $Plan['name'] }
$current = @{ title = 'Sign-in'; permission = 'Application.ReadWrite.All'; remedy = 'Wait a few minutes.' }
try {
    Connect-Graph
    if ($Undo) {
        $current['title'] = 'Undo'
        Undo-Everything
        Write-Host ''
        Write-Host 'Undone. Empty Connection in the tab, and revoke the key there.'
        exit 0
    }
    $number = 0
    foreach ($current in $Plan['steps']) {
        $number++
        Write-Host "$number/$($Plan['steps'].Count) $($current['title'])"
        & $Steps[$current['name']]
        if (-not $Found.ContainsKey('app')) {
            Write-Host 'The rest follows from that.'
            break
        }
    }
}
catch [System.Net.Http.HttpRequestException] {
    Write-Host ''
    Write-Host (Get-Explanation $current $_.Exception) -ForegroundColor Red
    exit 2
}
catch [System.InvalidOperationException] {
    Write-Host ''
    Write-Host "$($current['title']): $($_.Exception.Message)" -ForegroundColor Red
    exit 2
}
catch {
    Write-Host ''
    Write-Host "$($current['title']): Graph answered in a form that this script does not know ($($_.Exception.Message))." -ForegroundColor Red
    Write-Host "Do this step by hand, with the tab's guide." -ForegroundColor Red
    exit 2
}

Write-Host ''
if ($Check) {
    if ($AllDifferences.Count) {
        Write-Host "$($AllDifferences.Count) differences. Nothing was changed."
        exit 1
    }
    Write-Host 'No differences.'
    exit 0
}
Write-Host 'Entra is set up. Paste in the tab, in step 1:'
Write-Host "  Application (client) ID: $($Found['appId'])"
Write-Host "  Directory (tenant) ID:   $($Found['tenant'])"
Write-Host 'Then assign people: Enterprise applications, Users and groups.'
exit 0
