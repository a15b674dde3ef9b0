<#
.SYNOPSIS
    Runs every Pester suite of the module and writes one JSON object a test: the xunit project reads them.
.NOTES
    Exit codes: 0 ran (failures are in the file), 90 Pester 5 is missing, 91 this PowerShell is too old for the lab.
#>
param(
    [Parameter(Mandatory)] [string] $ResultPath,
    [string] $ModulePath = $env:CONSULKVTOOLS_MODULE,
    [string] $LabPath = $env:CONSULKVTOOLS_LAB,
    [string[]] $Path = $PSScriptRoot
)

$ErrorActionPreference = 'Stop'
if ($PSVersionTable.PSVersion -lt [version]'7.6') { exit 91 }
$pester = Get-Module Pester -ListAvailable | Where-Object { $_.Version.Major -eq 5 } | Sort-Object Version -Descending | Select-Object -First 1
if (-not $pester) { exit 90 }
Import-Module $pester.Path

if ($ModulePath) { $env:CONSULKVTOOLS_MODULE = $ModulePath }
if ($LabPath) { $env:CONSULKVTOOLS_LAB = $LabPath }

function Get-Message($Errors) {
    # Where in the suite, not where in Pester.
    ($Errors | ForEach-Object { $_.Exception.Message; $_.ScriptStackTrace -split "`n" | Where-Object { $_ -notmatch 'Pester\.psm?1|run\.ps1' } }) -join "`n"
}

# A test that never ran because its block failed has no error of its own.
function Get-BlockMessage($Block) {
    for ($at = $Block; $at; $at = $at.Parent) { if ($at.ErrorRecord) { return "A block around this test failed: $(Get-Message $at.ErrorRecord)" } }
    'The test failed without a message.'
}

$configuration = New-PesterConfiguration
$configuration.Run.Path = $Path
$configuration.Run.PassThru = $true
$configuration.Output.Verbosity = 'Normal'
$configuration.Output.RenderMode = 'Plaintext'
try {
    $run = Invoke-Pester -Configuration $configuration
}
finally {
    $agent = [AppDomain]::CurrentDomain.GetData('ConsulKvTools.LabAgent')
    if ($agent) { $agent.Dispose() }
}

$rows = @(foreach ($test in $run.Tests) {
        [ordered]@{
            File     = [IO.Path]::GetFileName($test.ScriptBlock.File)
            Name     = $test.ExpandedPath
            Result   = "$($test.Result)"
            Seconds  = [Math]::Round($test.Duration.TotalSeconds, 3)
            Message  = if ($test.Result -eq 'Failed') { if ($test.ErrorRecord) { Get-Message $test.ErrorRecord } else { Get-BlockMessage $test.Block } } else { '' }
        }
    })
# A suite that could not even be read has no tests to fail.
$rows += @(foreach ($container in $run.Containers) {
        if ($container.ErrorRecord -and -not ($run.Tests | Where-Object { $_.ScriptBlock.File -eq "$($container.Item)" })) {
            [ordered]@{ File = [IO.Path]::GetFileName("$($container.Item)"); Name = 'can be read'; Result = 'Failed'; Seconds = 0; Message = Get-Message $container.ErrorRecord }
        }
    })
ConvertTo-Json -InputObject $rows -Depth 3 | Set-Content -LiteralPath $ResultPath -Encoding utf8NoBOM
exit 0
