# Dot-source after Lab.ps1. Runs an example of the help as a person would: statement by statement at a prompt of its own.

# What a person sees and types there: no network, no lab, only the agent in the environment and the module.
function Invoke-Example($Example, [string] $Folder) {
    $agent = Get-LabAgent
    $saved = @{}
    Get-ChildItem env:CONSUL_* | ForEach-Object { $saved[$_.Name] = $_.Value }
    $env:CONSUL_HTTP_ADDR = $agent.AddressText
    $env:CONSUL_HTTP_TOKEN = $agent.ManagementToken
    [void](New-Item -ItemType Directory -Path $Folder)
    $runspace = [runspacefactory]::CreateRunspace([initialsessionstate]::CreateDefault2())
    $runspace.Open()
    try {
        $runspace.SessionStateProxy.SetVariable('agent', $agent)
        $begin = "Import-Module '$script:ManifestPath'; Set-Location -LiteralPath '$Folder'; function Read-Host([switch] `$AsSecureString, [string] `$Prompt) { ConvertTo-SecureString `$agent.ManagementToken -AsPlainText -Force }"
        foreach ($script in $begin, $Example.Setup) {
            $before = Invoke-InRunspace $runspace $script
            if ($before.Errors) { throw "The setup failed: $($before.Errors[0])" }
        }
        $output = [Collections.Generic.List[object]]::new()
        $errors = [Collections.Generic.List[object]]::new()
        $screen = [Text.StringBuilder]::new()
        # A description names its agents: here it is the lab's.
        $code = $Example.Code.Replace("local = 'http://127.0.0.1:8500'", "local = '$($agent.AddressText)'")
        $parsed = [Management.Automation.Language.Parser]::ParseInput($code, [ref]$null, [ref]$null)
        foreach ($statement in $parsed.EndBlock.Statements) {
            $ran = Invoke-InRunspace $runspace $statement.Extent.Text
            $output.AddRange([object[]]@($ran.Output))
            $errors.AddRange([object[]]@($ran.Errors))
            if ($ran.Output) {
                $runspace.SessionStateProxy.SetVariable('shown', $ran.Output)
                [void]$screen.Append(((Invoke-InRunspace $runspace '$shown | Out-String -Width 120').Output -join ''))
            }
        }
        $runspace.SessionStateProxy.SetVariable('output', $output.ToArray())
        [pscustomobject]@{
            Errors = @($errors)
            Screen = "$screen"
            Untrue = @($Example.Check | Where-Object { $_ -and -not (& { $answer = Invoke-InRunspace $runspace $_; -not $answer.Errors -and $answer.Output.Count -eq 1 -and $answer.Output[0] }) })
        }
    }
    finally {
        $runspace.Dispose()
        Get-ChildItem env:CONSUL_* | Where-Object Name -ne CONSUL_BIN | Remove-Item
        foreach ($name in $saved.Keys) { Set-Item "env:$name" $saved[$name] }
    }
}

function Invoke-InRunspace($Runspace, [string] $Script) {
    $shell = [powershell]::Create()
    $shell.Runspace = $Runspace
    try {
        $output = @()
        $ended = $null
        if ($Script) {
            try { $output = @($shell.AddScript($Script).Invoke()) }
            catch { $ended = if ($_.Exception.InnerException -is [Management.Automation.IContainsErrorRecord]) { $_.Exception.InnerException.ErrorRecord } else { $_ } }
        }
        @{ Output = $output; Errors = @($shell.Streams.Error) + @($ended | Where-Object { $_ }) }
    }
    finally { $shell.Dispose() }
}

# What is the same whenever it is run: numbers, ids, times and the widths of columns are not.
function Get-StableText([string] $Text) {
    $Text = $Text -replace '\e\[[0-9;]*m' -replace '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}', 'GUID'
    $Text = $Text -replace '\b\d[\d.:,]*\s?(µs|us|ms|s|min)\b', 'TIME' -replace '\d+', '0' -replace '-{2,}', '-' -replace '─{2,}', '─'
    (($Text -split '\r?\n' | ForEach-Object { ($_ -replace '\s+', ' ').Trim() } | Where-Object { $_ }) -join "`n")
}

# Writes into the page what stands on the screen now. Look at the difference: the page is what people are promised.
function Set-ExampleOutput($Example, [string] $Screen) {
    $file = Join-Path $PSScriptRoot "../../docs/en-US/$($Example.Page).md"
    $text = [IO.File]::ReadAllText($file)
    $from = $text.IndexOf("`n``````output`n", $text.IndexOf("# $($Example.Title)`n")) + 11
    $to = $text.IndexOf("`n```````n", $from - 1)
    $now = (($Screen -split '\r?\n' | ForEach-Object TrimEnd) -join "`n").Trim("`n") -replace '127\.0\.0\.1:\d+', '127.0.0.1:8500'
    if ((Get-StableText $now) -ne (Get-StableText $Example.Output)) { [IO.File]::WriteAllText($file, $text.Substring(0, $from) + $now + $text.Substring($to)) }
}
