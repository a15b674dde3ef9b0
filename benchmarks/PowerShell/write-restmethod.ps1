<#
.SYNOPSIS
    Writes keys as people do without a module: Invoke-RestMethod in a loop, or many at once.
#>
param([hashtable] $Kept, [string] $Address, [string] $Prefix, [int] $Count, [switch] $Parallel)

$pairs = @(for ($position = 0; $position -lt $Count; $position++) { [pscustomobject] @{ Key = Get-BenchmarkKey $Prefix $position; Value = Get-BenchmarkText $position } })
$clock = [Diagnostics.Stopwatch]::StartNew()
$answers = if ($Parallel) {
    $pairs | ForEach-Object -ThrottleLimit 16 -Parallel { Invoke-RestMethod -Method Put -Uri "$using:Address/v1/kv/$($_.Key)" -Body $_.Value -NoProxy }
}
else {
    foreach ($pair in $pairs) { Invoke-RestMethod -Method Put -Uri "$Address/v1/kv/$($pair.Key)" -Body $pair.Value -NoProxy }
}
$seconds = $clock.Elapsed.TotalSeconds
@{ seconds = $seconds; count = @($answers | Where-Object { $_ -eq $true }).Count }
