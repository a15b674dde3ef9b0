<#
.SYNOPSIS
    A PowerShell process that does what it is told, one line of JSON at a time, so that a warm shell can be measured.
.NOTES
    In:  {"script": "<file in this folder>", "arguments": {...}}. Out: one line that begins with "##", then JSON: {"ok": ...} or {"error": "..."}.
    Scripts run in this script's scope with dot-sourcing, so that what they keep in $kept is there for the next.
#>
param([Parameter(Mandatory)] [string] $ModulePath)

$ErrorActionPreference = 'Stop'
Import-Module $ModulePath
$kept = @{}
. (Join-Path $PSScriptRoot 'keys.ps1')
while ($null -ne ($line = [Console]::In.ReadLine())) {
    $order = ConvertFrom-Json $line -AsHashtable
    try {
        $arguments = $order.arguments
        $answer = & (Join-Path $PSScriptRoot $order.script) -Kept $kept @arguments
        [Console]::Out.WriteLine('##' + (ConvertTo-Json -InputObject @{ ok = $answer } -Compress -Depth 5))
    }
    catch {
        [Console]::Out.WriteLine('##' + (ConvertTo-Json -InputObject @{ error = "$_ $($_.ScriptStackTrace)" } -Compress))
    }
}
