<#
.SYNOPSIS
    What importing the module and the first call cost in a new process: milliseconds, as JSON.
#>
param([Parameter(Mandatory)] [string] $ModulePath, [Parameter(Mandatory)] [string] $Address)

$ErrorActionPreference = 'Stop'
# The engine's own first use of Import-Module and of its stopwatch is not the module's.
Import-Module Microsoft.PowerShell.Utility
$clock = [Diagnostics.Stopwatch]::StartNew()
Import-Module $ModulePath
$import = $clock.Elapsed.TotalMilliseconds
$clock.Restart()
$null = Set-ConsulKv benchmark/first 1 -Session $Address
$set = $clock.Elapsed.TotalMilliseconds
$clock.Restart()
$null = Get-ConsulKv benchmark/first -Session $Address
$get = $clock.Elapsed.TotalMilliseconds
ConvertTo-Json -Compress @{ import = $import; set = $set; get = $get }
