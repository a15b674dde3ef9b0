<#
.SYNOPSIS
    Reads everything below a prefix: seconds, or seconds to the first object.
#>
param([hashtable] $Kept, [string] $Address, [string] $Prefix, [switch] $First, [switch] $Count)

$session = New-ConsulKvSession -Address $Address
$clock = [Diagnostics.Stopwatch]::StartNew()
if ($First) {
    $object = Get-ConsulKv -Prefix $Prefix -Recurse -Session $session | Select-Object -First 1
    $seconds = $clock.Elapsed.TotalSeconds
    $number = [int]($null -ne $object)
}
elseif ($Count) {
    $number = 0
    Get-ConsulKv -Prefix $Prefix -Recurse -Session $session | & { process { $script:number++ } }
    $number = $script:number
    $seconds = $clock.Elapsed.TotalSeconds
}
else {
    Get-ConsulKv -Prefix $Prefix -Recurse -Session $session | Out-Null
    $seconds = $clock.Elapsed.TotalSeconds
    $number = 0
}
Remove-ConsulKvSession $session
@{ seconds = $seconds; count = $number; heap = [GC]::GetTotalMemory($true) }
