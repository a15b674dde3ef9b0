<#
.SYNOPSIS
    Reads everything below a prefix as people do without a module, each value decoded.
#>
param([hashtable] $Kept, [string] $Address, [string] $Prefix)

$clock = [Diagnostics.Stopwatch]::StartNew()
$number = 0
foreach ($entry in (Invoke-RestMethod -Uri "$Address/v1/kv/${Prefix}?recurse" -NoProxy)) {
    $null = [Text.Encoding]::UTF8.GetString([Convert]::FromBase64String($entry.Value))
    $number++
}
@{ seconds = $clock.Elapsed.TotalSeconds; count = $number }
