
# Microsoft Graph, asked patiently: what was made a second ago may not be there yet.

function New-Refusal([int] $Status, [string] $Text, [double] $RetryAfter) {
    $refusal = [System.Net.Http.HttpRequestException]::new($Text)
    $refusal.Data['Status'] = $Status
    $refusal.Data['RetryAfter'] = $RetryAfter
    return $refusal
}

function New-Stop([string] $Text) {
    return [System.InvalidOperationException]::new($Text)
}

$Attempts = 12
$FirstPause = 5
$LongestPause = 60
$NoAnswer = 0
$Passing = @(0, 408, 409, 429, 500, 502, 503, 504)
$Planned = @($Plan['steps'] | ForEach-Object { $_['reads'] + $_['writes'] + $_['undoes'] })
$Found = @{}
$State = @{ IsFresh = $false; HasNewKey = $false; LastAnswer = '' }

function Send-Request {
    param([string] $Request, $Body = $null, [hashtable] $With = @{}, [switch] $Once)
    if ($Planned -cnotcontains $Request) {
        throw (New-Stop "The plan does not name the request $Request.")
    }
    $method, $template = $Request -split ' ', 2
    $path = Expand-Path $template $With
    $pause = $FirstPause
    for ($attempt = 1; ; $attempt++) {
        try {
            return Send-Once $method $path $Body
        }
        catch [System.Net.Http.HttpRequestException] {
            $refusal = $_.Exception
            if ($attempt -ge $Attempts -or -not (Test-MayPass $refusal.Data['Status'] $Once)) {
                throw
            }
            $wait = [math]::Max($pause, $refusal.Data['RetryAfter'])
            Write-Host "  ... $($refusal.Message); again in $wait s"
        }
        Start-Sleep -Seconds $wait
        $pause = [math]::Min(2 * $pause, $LongestPause)
    }
}

function Send-Once([string] $Method, [string] $Path, $Body) {
    $status = 0
    $headers = $null
    $parameters = @{
        Method                  = $Method
        Uri                     = "$($Plan['graph'])/v1.0$Path"
        OutputType              = 'Json'
        SkipHttpErrorCheck      = $true
        StatusCodeVariable      = 'status'
        ResponseHeadersVariable = 'headers'
    }
    if ($null -ne $Body) {
        # Without a depth, everything below the second level would be lost.
        $parameters['Body'] = ConvertTo-Json -InputObject $Body -Depth 100 -Compress -EscapeHandling EscapeNonAscii
        $parameters['ContentType'] = 'application/json'
    }
    try {
        $text = [string] (Invoke-MgGraphRequest @parameters)
    }
    catch {
        $message = $_.Exception.Message
        $status = if ($message -match 'Connect-MgGraph|AADSTS\d+|Authentication needed') { 401 } else { $NoAnswer }
        throw (New-Refusal $status $message 0)
    }
    if ($status -ge 400) {
        throw (New-Refusal $status (Get-Reason $text) (Get-RetryAfter $headers))
    }
    $State.LastAnswer = $text
    if (-not $text) {
        return @{}
    }
    return ConvertFrom-Json -InputObject $text -AsHashtable
}

function Expand-Path([string] $Template, [hashtable] $With) {
    $values = @{
        name          = $WantedName
        templateId    = $Plan['templateId']
        resourceAppId = $Plan['consent']['resourceAppId']
    }
    foreach ($source in @($Found, $With)) {
        foreach ($key in $source.Keys) {
            $values[$key] = $source[$key]
        }
    }
    # Apostrophes are written twice in OData.
    $expanded = $Template -replace '\{(\w+)\}', {
        [uri]::EscapeDataString(([string] $values[$_.Groups[1].Value]).Replace("'", "''"))
    }
    return $expanded.Replace(' ', '%20')
}

function Test-MayPass([int] $Status, [bool] $IsOnce) {
    if ($State.IsFresh -and $Status -eq 404) {
        return $true
    }
    # What would be made twice if only the answer was lost is sent again only if it was
    # surely not done.
    if ($IsOnce) {
        return $Status -eq 429
    }
    return $Status -in $Passing
}

function Test-SurelyNotDone($Refusal) {
    return $Refusal.Data['Status'] -ge 400 -and $Refusal.Data['Status'] -lt 500
}

function Get-Reason([string] $Text) {
    try {
        $problem = (ConvertFrom-Json -InputObject $Text -AsHashtable)['error']
        return "$($problem['code']): $($problem['message'])"
    }
    catch {
        return $Text.Substring(0, [math]::Min(400, $Text.Length))
    }
}

function Get-RetryAfter($Headers) {
    $seconds = 0
    if ($Headers -and $Headers.ContainsKey('Retry-After')) {
        $null = [int]::TryParse([string] @($Headers['Retry-After'])[0], [ref] $seconds)
    }
    return [math]::Min($seconds, $LongestPause)
}

# What is remembered from one run to the next, and kept for undoing. The script for
# Azure Cloud Shell keeps the same notes.

$Notes = if ($env:ENTRA_KIT_FOLDER) { $env:ENTRA_KIT_FOLDER } else { Join-Path $HOME 'entra-kit' }
$Folder = Join-Path $Notes $Plan['key']

function Test-Note([string] $Name) {
    return Test-Path -LiteralPath (Join-Path $Folder $Name)
}

function Add-Note([string] $Name) {
    $null = New-Item -ItemType File -Force -Path (Join-Path $Folder $Name)
}

function Remove-Note([string] $Name) {
    Remove-Item -LiteralPath (Join-Path $Folder $Name) -ErrorAction Ignore
}

function Save-Note([string] $Name, [string] $Json) {
    $null = New-Item -ItemType Directory -Force -Path $Folder
    $number = 1
    while (Test-Note "$Name-$number.json") {
        $number++
    }
    $path = Join-Path $Folder "$Name-$number.json"
    Set-Content -LiteralPath $path -Value $Json
    return $path
}

function Get-FirstNote([string] $Name) {
    if (-not (Test-Note "$Name-1.json")) {
        return $null
    }
    $text = Get-Content -Raw -LiteralPath (Join-Path $Folder "$Name-1.json")
    return ConvertFrom-Json -InputObject $text -AsHashtable
}

$AllDifferences = [System.Collections.Generic.List[string]]::new()

function Test-Differs([string[]] $Differences) {
    $word = if ($Check) { 'differs' } else { 'changes' }
    foreach ($difference in $Differences) {
        Write-Host "  ${word}: $difference"
        $AllDifferences.Add($difference)
    }
    return $Differences.Count -gt 0 -and -not $Check
}
