BeforeAll {
    . $PSScriptRoot/Lab.ps1
    $agent = Get-LabAgent
    $session = New-LabSession -With @{ Default = $true; Name = 'views' }
    $reader = New-LabSession 'key_prefix "" { policy = "read" }' -With @{ Name = 'reader' }
    $root = 'views/a-rather-long-name-of-an-application/production/'
    Set-ConsulKv "${root}text" ('a long value that will not fit on the line ' * 4) -Flags 12345678901 | Out-Null
    Set-ConsulKv "${root}escape" "`e[31mred`e[0m`nnext" | Out-Null
    Set-ConsulKv "${root}binary" ([byte[]](0..255)) | Out-Null
    $rendering = $PSStyle.OutputRendering
    $PSStyle.OutputRendering = 'PlainText'

    function Get-Lines($Object, [string] $As = '') {
        $text = switch ($As) { 'List' { $Object | Format-List | Out-String -Width 100 } 'Table' { $Object | Format-Table | Out-String -Width 100 } default { $Object | Out-String -Width 100 } }
        $text -split "`r?`n"
    }
    $samples = @{
        ConsulKvSession           = Get-ConsulKvSession
        ConsulRetryPolicy         = New-ConsulRetryPolicy
        ConsulKvEntry             = Get-ConsulKv $root
        ConsulKvWriteResult       = "${root}w", '/bad' | Set-ConsulKv -Value x -ErrorAction SilentlyContinue
        ConsulKvConsistencyReport = Get-ConsulKvConsistent "${root}text" -CompareStale
        ConsulConnectivityResult  = (Test-ConsulConnectivity), (Test-ConsulConnectivity -Session http://127.0.0.1:1)
        ConsulAclResult           = Test-ConsulAcl "${root}text" -Session $reader
        ConsulDiagnosis           = (Invoke-ConsulDiagnosis "${root}text"), (Invoke-ConsulDiagnosis "${root}text" -Session http://127.0.0.1:1)
        ConsulDiagnosisSeries     = ($series = Invoke-ConsulDiagnosis "${root}text" -Session http://127.0.0.1:1 -Count 2 -Interval 1ms)
        ConsulDiagnosisCause      = $series.Causes
        LatencySummary            = $series.Probes
        ConsulDiagnosisComparison = ($comparison = Compare-ConsulDiagnosis (Invoke-ConsulDiagnosis "${root}text") $series.Diagnoses[0] -WarningAction SilentlyContinue)
        ConsulDiagnosisChange     = $comparison.Changes
        ConsulFinding             = (Set-ConsulKv /bad x -ErrorAction SilentlyContinue).Finding
        ProbeResult               = (Invoke-ConsulDiagnosis "${root}text" -Session http://127.0.0.1:1).Probes
        FindingDefinition         = Get-ConsulFinding
        ConsulSetting             = $session.Configuration
    }
}
AfterAll {
    $PSStyle.OutputRendering = $rendering
    Get-ConsulKvSession | Remove-ConsulKvSession
}

Describe 'Views' {
    It 'shows <_> within 100 columns, as it comes, as a table and as a list' -ForEach @(
        'ConsulKvSession', 'ConsulRetryPolicy', 'ConsulKvEntry', 'ConsulKvWriteResult', 'ConsulKvConsistencyReport', 'ConsulConnectivityResult',
        'ConsulAclResult', 'ConsulDiagnosis', 'ConsulDiagnosisSeries', 'ConsulDiagnosisCause', 'LatencySummary', 'ConsulDiagnosisComparison', 'ConsulDiagnosisChange', 'ConsulFinding', 'ProbeResult', 'FindingDefinition', 'ConsulSetting'
    ) {
        $objects = $samples[$_]
        $objects | Should -Not -BeNullOrEmpty
        foreach ($as in '', 'Table', 'List') {
            $lines = Get-Lines $objects $as
            ($lines | Where-Object { $_.Trim() }).Count | Should -BeGreaterThan 0
            # A command is never broken, so that it can be pasted.
            $lines | Where-Object { $_.Length -gt 100 -and $_ -notmatch '^\s+Run ' } | Should -BeNullOrEmpty
        }
    }

    It 'has a view of its own for <_>' -ForEach @(
        'ConsulKvSession', 'ConsulRetryPolicy', 'ConsulKvEntry', 'ConsulKvWriteResult', 'ConsulKvConsistencyReport', 'ConsulConnectivityResult',
        'ConsulAclResult', 'ConsulDiagnosis', 'ConsulDiagnosisSeries', 'ConsulDiagnosisCause', 'LatencySummary', 'ConsulDiagnosisComparison', 'ConsulDiagnosisChange', 'ConsulFinding', 'ProbeResult', 'FindingDefinition', 'ConsulSetting'
    ) {
        Get-FormatData "ConsulKvTools.$_" | Should -Not -BeNullOrEmpty
    }

    It 'shows control characters as escapes and bytes that are no text as their number' {
        $text = Get-Lines $samples.ConsulKvEntry | Out-String
        $text | Should -Match '\\u001b\[31m'
        $text | Should -Match '\(256 bytes\)'
        (Get-Lines $samples.ConsulKvEntry List | Out-String) | Should -Not -Match "`e"
    }

    It 'marks the default session and shows no secret' {
        (Get-Lines (Get-ConsulKvSession) | Where-Object { $_ -match 'views' }) | Should -Match '^\* '
    }

    It 'shows a diagnosis as a tree: marks, skips with their reason, verdict, cause, evidence, remedy' {
        $lines = Get-Lines $samples.ConsulDiagnosis[1]
        $text = $lines -join "`n"
        $text | Should -Match '(?m)^  [✗x] '
        $text | Should -Match '(?m)^  [–-] .*not reached'
        $text | Should -Match '(?m)^FAULTY  '
        foreach ($label in 'Code', 'Cause', 'Evidence', 'Remedy') { $text | Should -Match "(?m)^  $label " }
        (Get-Lines $samples.ConsulDiagnosis[0]) -join "`n" | Should -Match '(?m)^HEALTHY  '
    }

    It 'colours the status word only, and nothing with NO_COLOR' {
        $PSStyle.OutputRendering = 'Ansi'
        try {
            $row = ($samples.ConsulKvWriteResult | Out-String -Width 100) -split "`n" | Where-Object { $_ -match 'Written' }
            $row | Should -Match "^`e\[32m\s*Written`e\[0m"
        }
        finally { $PSStyle.OutputRendering = 'PlainText' }
        $environment = @{ CONSUL_HTTP_ADDR = $agent.Address.OriginalString; CONSUL_HTTP_TOKEN = $agent.ManagementToken; NO_COLOR = '1' }
        Invoke-NewShell 'Set-ConsulKv views/plain x; Invoke-ConsulDiagnosis views/plain | Out-String' $environment -AsItIs | Should -Not -Match "`e"
    }

    It 'keeps numbers and times typed in the objects' {
        $samples.ConsulKvWriteResult[0].Duration | Should -BeOfType ([timespan])
        $samples.ConsulKvEntry[0].ModifyIndex | Should -BeOfType ([ulong])
    }

    It 'gives lists of which one can be taken by its number: <_>' -ForEach @(
        'ConsulKvWriteResult', 'ConsulConnectivityResult', 'ConsulAclResult', 'ConsulDiagnosis', 'ConsulDiagnosisSeries', 'ConsulDiagnosisComparison', 'ProbeResult'
    ) {
        $seen = 0
        foreach ($object in $samples[$_]) {
            foreach ($property in $object.PSObject.Properties) {
                if ($property.TypeNameOfValue -notmatch '^System\.Collections\.Generic\.IReadOnlyList' -or $property.Value.Count -lt 2) { continue }
                $seen++
                @($property.Value[0]).Count | Should -Be 1 -Because "$($property.Name)[0] is one of $($property.Value.Count)"
            }
        }
        if ($_ -like 'ConsulDiagnosis*') { $seen | Should -BeGreaterThan 0 }
    }
}
