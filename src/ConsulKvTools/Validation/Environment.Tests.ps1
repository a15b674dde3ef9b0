<#
.SYNOPSIS
    Validates a Consul environment: each thing that is expected of it is a test.
.DESCRIPTION
    For Pester 5.3 and later, on Windows PowerShell 5.1 and PowerShell 7. What is expected stands in a data file, in a table, or in both:
    the table is added to the file. A name or value that is not understood is a test that fails, never one that is left out.
.EXAMPLE
    Invoke-Pester -Container (New-PesterContainer -Path (Get-ConsulKvTestPath) -Data @{ Path = './environment.psd1' }) -Output Detailed
.EXAMPLE
    $container = New-PesterContainer -Path (Get-ConsulKvTestPath) -Data @{ Agents = @{ local = 'http://127.0.0.1:8500' }; Keys = 'app/config' }
    Invoke-Pester -Container $container
#>
[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSReviewUnusedParameter', '', Justification = 'All of them are handed on as one table.')]
param(
    # The file that describes the environment: .psd1 or .json.
    $Path,
    $Agents, $Tokens, $Cluster, $Tls, $Access, $Keys, $Replication, $Diagnosis, $Canary, $Timeout,
    # Names that are none land here, and each becomes a test that fails.
    [Parameter(ValueFromRemainingArguments)] $Unknown
)

# Inside a block these would be the block's own.
$bound = $PSBoundParameters

BeforeDiscovery {
    $described = @{}
    foreach ($name in 'Agents', 'Tokens', 'Cluster', 'Tls', 'Access', 'Keys', 'Replication', 'Diagnosis', 'Canary', 'Timeout') {
        if ($bound.ContainsKey($name)) { $described[$name] = $bound[$name] }
    }
    # "-Name:", value, "-Name:", value
    foreach ($rest in $Unknown) { if ("$rest" -match '^-(.+?):?$') { $described[$Matches[1]] = '' } }
    $given = @{ ListAvailable = $true }
    if ($bound.ContainsKey('Path')) { $given.Path = $Path }
    if ($described.Count -gt 0 -or -not $given.ContainsKey('Path')) { $given.Data = $described }
    $checks = @(ConsulKvTools\Test-ConsulEnvironment @given)
    $sections = @($checks | Group-Object Kind | ForEach-Object { @{ Section = $_.Name; Tests = @($_.Group | ForEach-Object { @{ Name = $_.Name; Check = $_ } }) } })
}

Describe 'Consul environment' {
    Context '<Section>' -ForEach $sections {
        It '<Name>' -ForEach $Tests {
            $result = ConsulKvTools\Test-ConsulEnvironment -Check $Check
            if ($result.Status -eq 'Skipped') { Set-ItResult -Skipped -Because $result.Message }
            if ($result.Status -ne 'Passed') { throw $result.Message }
        }
    }
}
