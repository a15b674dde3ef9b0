<#
.SYNOPSIS
    One diagnosis in a warm shell: milliseconds.
#>
param([hashtable] $Kept, [string] $Address, [string] $Token, [string] $CACertificate)

$name = "session/$Address"
if (-not $Kept[$name]) {
    $with = @{}
    if ($Token) { $with.Token = ConvertTo-SecureString $Token -AsPlainText -Force }
    if ($CACertificate) { $with.CACertificate = $CACertificate }
    $Kept[$name] = New-ConsulKvSession -Address $Address @with
}
$clock = [Diagnostics.Stopwatch]::StartNew()
$diagnosis = Invoke-ConsulDiagnosis -Key app/benchmark -Session $Kept[$name]
$milliseconds = $clock.Elapsed.TotalMilliseconds
if ("$($diagnosis.Verdict)" -ne 'Healthy') { throw "The verdict is $($diagnosis.Verdict): $($diagnosis.RootCause)" }
@{ milliseconds = $milliseconds }
