<#
.SYNOPSIS
    Many single calls of one kind, one after another: microseconds of each.
#>
param([hashtable] $Kept, [string] $Address, [string] $Key, [int] $Count, [ValidateSet('Get', 'Set', 'RestGet', 'RestSet')] [string] $Kind)

if (-not $Kept["session/$Address"]) { $Kept["session/$Address"] = New-ConsulKvSession -Address $Address }
$session = $Kept["session/$Address"]
$uri = "$Address/v1/kv/$Key"
$ticks = [long[]]::new($Count)
for ($call = 0; $call -lt $Count; $call++) {
    $value = Get-BenchmarkText $call
    # Each kind in a branch of its own: a script block's invocation would cost more than what is compared.
    switch ($Kind) {
        'Get' { $began = [Diagnostics.Stopwatch]::GetTimestamp(); $null = Get-ConsulKv $Key -Session $session }
        'Set' { $began = [Diagnostics.Stopwatch]::GetTimestamp(); $null = Set-ConsulKv $Key $value -Session $session }
        'RestGet' { $began = [Diagnostics.Stopwatch]::GetTimestamp(); $null = Invoke-RestMethod -Uri $uri -NoProxy }
        'RestSet' { $began = [Diagnostics.Stopwatch]::GetTimestamp(); $null = Invoke-RestMethod -Method Put -Uri $uri -Body $value -NoProxy }
    }
    $ticks[$call] = [Diagnostics.Stopwatch]::GetTimestamp() - $began
}
[Array]::Sort($ticks)
@{ median = $ticks[$Count / 2] * 1e6 / [Diagnostics.Stopwatch]::Frequency }
