<#
.SYNOPSIS
    A pipeline of many writes whose objects are made and dropped as they go; with -Nothing the same pipeline without the writing, which is PowerShell's own share.
#>
param([hashtable] $Kept, [string] $Address, [string] $Prefix, [int] $Count, [switch] $Nothing)

# A filter, not a cmdlet of ours: makes the rows one by one.
filter New-Row { [pscustomobject] @{ Key = Get-BenchmarkKey $Prefix $_; Value = Get-BenchmarkText $_ } }

$written = 0
$clock = [Diagnostics.Stopwatch]::StartNew()
if ($Nothing) {
    1..$Count | New-Row | & { process { $script:written++ } }
}
else {
    $session = New-ConsulKvSession -Address $Address
    1..$Count | New-Row | Set-ConsulKv -Session $session | & { process { if ($_.Outcome -eq 'Written') { $script:written++ } } }
    Remove-ConsulKvSession $session
}
@{ seconds = $clock.Elapsed.TotalSeconds; count = $script:written; heap = [GC]::GetTotalMemory($true) }
