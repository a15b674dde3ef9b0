<#
.SYNOPSIS
    Writes many keys through the pipeline: seconds, and what became of them. The objects are built before the clock starts.
#>
param([hashtable] $Kept, [string] $Address, [string] $Prefix, [int] $Count, [ValidateSet('Entry', 'Row')] [string] $Shape)

$name = "$Shape/$Prefix/$Count"
if (-not $Kept[$name]) {
    $utf8 = [Text.Encoding]::UTF8
    $Kept[$name] = if ($Shape -eq 'Entry') {
        @(for ($position = 0; $position -lt $Count; $position++) {
                [ConsulKvTools.ConsulKvEntry] @{ Key = Get-BenchmarkKey $Prefix $position; Bytes = $utf8.GetBytes((Get-BenchmarkText $position)) }
            })
    }
    else {
        @(for ($position = 0; $position -lt $Count; $position++) { [pscustomobject] @{ Key = Get-BenchmarkKey $Prefix $position; Value = Get-BenchmarkText $position } })
    }
}
$objects = $Kept[$name]
$session = New-ConsulKvSession -Address $Address
[GC]::Collect()
$clock = [Diagnostics.Stopwatch]::StartNew()
$results = $objects | Set-ConsulKv -Session $session
$seconds = $clock.Elapsed.TotalSeconds
$outcomes = @{}
foreach ($result in $results) { $outcomes["$($result.Outcome)"]++ }
for ($position = 0; $position -lt $Count; $position += 997) {
    if ($results[$position].Key -cne $objects[$position].Key) { throw "Result $position is of $($results[$position].Key), not of $($objects[$position].Key)." }
}
Remove-ConsulKvSession $session
@{ seconds = $seconds; count = @($results).Count; outcomes = $outcomes }
