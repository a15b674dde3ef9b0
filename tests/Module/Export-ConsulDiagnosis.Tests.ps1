BeforeAll {
    . $PSScriptRoot/Lab.ps1
    $agent = Get-LabAgent
    $admin = New-LabSession -With @{ Name = 'admin' }
    $healthy = Invoke-ConsulDiagnosis export/x -Session $admin
    $faulty = Invoke-ConsulDiagnosis export/x -Session http://127.0.0.1:1
}
AfterAll { Get-ConsulKvSession | Remove-ConsulKvSession }

Describe 'Export-ConsulDiagnosis' {
    BeforeEach { Push-Location $TestDrive }
    AfterEach { Pop-Location }

    It 'writes <Ending> and gives the file' -ForEach @(
        @{ Ending = 'html'; Begins = '<!DOCTYPE html>' }, @{ Ending = 'md'; Begins = '## ✗ Faulty: ' }, @{ Ending = 'json'; Begins = '{' }, @{ Ending = 'xml'; Begins = '<?xml ' }
    ) {
        $file = $faulty | Export-ConsulDiagnosis "report.$Ending"
        $file | Should -BeOfType ([IO.FileInfo])
        $file.FullName | Should -Be (Join-Path $TestDrive "report.$Ending")
        $text = Get-Content -LiteralPath $file.FullName -Raw
        $text | Should -BeLike "$([WildcardPattern]::Escape($Begins))*"
        $text | Should -BeLike '*Tcp.Refused*'
        (Get-ChildItem $TestDrive -Force -Filter '*.tmp') | Should -BeNullOrEmpty
    }

    It 'writes what can be read back' {
        $file = $faulty | Export-ConsulDiagnosis back.json
        $read = [ConsulKvTools.DiagnosisJson]::Read((Get-Content $file -Raw))
        $read.RootCause.Code | Should -Be 'Tcp.Refused'
        $read.Duration | Should -Be $faulty.Duration
        ($file | Get-Content -Raw | ConvertFrom-Json).document | Should -Be 'diagnosis'
    }

    It 'puts several diagnoses into one file' {
        $healthy, $faulty | Export-ConsulDiagnosis several.json | Out-Null
        (Get-Content several.json -Raw | ConvertFrom-Json).verdict | Should -Be 'Healthy', 'Faulty'
        Export-ConsulDiagnosis several.xml -InputObject $healthy, $faulty | Out-Null
        $suites = ([xml](Get-Content several.xml -Raw)).testsuites.testsuite
        $suites.Count | Should -Be 2
        $suites[0].failures | Should -Be 0
        [int]$suites[1].failures | Should -BeGreaterThan 0
    }

    It 'takes the form that is asked for' {
        $healthy | Export-ConsulDiagnosis plain.txt -Format Markdown | Get-Content -TotalCount 1 | Should -BeLike '## ✓ Healthy*'
    }

    It 'refuses a name that says no form before anything is read' {
        { $healthy | Export-ConsulDiagnosis nameless.txt } | Should -Throw -ErrorId 'Request.Invalid,*'
        Test-Path nameless.txt | Should -BeFalse
    }

    It 'overwrites, and with -NoClobber does not' {
        'old' | Set-Content again.md
        $healthy | Export-ConsulDiagnosis again.md -NoClobber -ErrorVariable refused -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        $refused[0].FullyQualifiedErrorId | Should -BeLike 'Report.NotWritten,*'
        $refused[0].CategoryInfo.Category | Should -Be 'WriteError'
        Get-Content again.md | Should -Be 'old'
        $healthy | Export-ConsulDiagnosis again.md | Out-Null
        Get-Content again.md -TotalCount 1 | Should -BeLike '## *'
    }

    It 'writes nothing with -WhatIf' {
        $healthy | Export-ConsulDiagnosis none.md -WhatIf | Should -BeNullOrEmpty
        Test-Path none.md | Should -BeFalse
    }

    It 'gives the diagnoses on with -PassThru' {
        $passed = $healthy, $faulty | Export-ConsulDiagnosis passed.html -PassThru
        $passed.Verdict | Should -Be 'Healthy', 'Faulty'
        Test-Path passed.html | Should -BeTrue
    }

    It 'leaves out what is below -MinimumSeverity, never the root cause' {
        $faulty | Export-ConsulDiagnosis errors.json -MinimumSeverity Error | Out-Null
        $document = Get-Content errors.json -Raw | ConvertFrom-Json
        $document.findings.severity | Sort-Object -Unique | Should -Be 'Error'
        $document.rootCause.code | Should -Be 'Tcp.Refused'
    }

    It 'takes a series for its diagnoses, from the pipeline and as an argument' {
        $series = Invoke-ConsulDiagnosis export/x -Session $admin -Count 2 -Interval 0s
        $series | Export-ConsulDiagnosis (Join-Path $TestDrive series.json)
        @(Get-Content -Raw (Join-Path $TestDrive series.json) | ConvertFrom-Json).Count | Should -Be 2
        @(Export-ConsulDiagnosis -InputObject $series, $series.Diagnoses[0] -Path (Join-Path $TestDrive series2.json) -PassThru).Count | Should -Be 3
    }

    It 'names the parameter that is wrong, and never speaks of requests' {
        # As it is shown, not the exception's own message.
        function Get-Said([scriptblock] $Block) { try { & $Block } catch { "$_" } }
        Get-Said { $healthy | Export-ConsulDiagnosis nameless.txt } | Should -BeLike 'The name nameless.txt does not say*'
        Get-Said { $healthy | Export-ConsulDiagnosis $TestDrive } | Should -BeLike '*is a folder*'
        Get-Said { Invoke-ConsulDiagnosis -Session $admin -Suppress Nothing.Known } | Should -BeLike 'There is no finding*'
        Get-Said { Invoke-ConsulDiagnosis -ProcessId -5 } | Should -BeLike 'A process id is*'
        Get-Said { Invoke-ConsulDiagnosis -ProcessId -5 } | Should -Not -BeLike '*cannot be sent*'
        Get-Said { Invoke-ConsulDiagnosis -Session $admin -Timeout 0s } | Should -BeLike '-Timeout is 00:00:00*'
    }

    It 'writes no report with the token in it, and says where it stands' {
        $echoed = Invoke-ConsulDiagnosis "export/$($agent.ManagementToken)" -Session $admin
        $echoed | Export-ConsulDiagnosis leak.html -ErrorVariable refused -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        $refused[0].FullyQualifiedErrorId | Should -BeLike 'Report.HoldsSecret,*'
        "$($refused[0])" | Should -BeLike '*key*'
        "$($refused | Format-List * -Force | Out-String)" | Should -Not -BeLike "*$($agent.ManagementToken)*"
        Test-Path leak.html | Should -BeFalse
    }
}

Describe 'Invoke-ConsulDiagnosis -Suppress' {
    It 'shows what is suppressed and does not let it count' {
        $codes = @($faulty.Findings | Where-Object Severity -NE Info).Code
        $known = Invoke-ConsulDiagnosis export/x -Session http://127.0.0.1:1 -Suppress $codes
        $known.Verdict | Should -Be 'Healthy'
        $known.RootCause | Should -BeNullOrEmpty
        ($known.Findings | Where-Object Code -EQ Tcp.Refused).SuppressedBy | Should -Be 'Tcp.Refused'
        $known | Out-String | Should -BeLike '*Suppressed*Tcp.Refused*'
        ([xml]($known | Export-ConsulDiagnosis (Join-Path $TestDrive known.xml) | Get-Content -Raw)).testsuites.failures | Should -Be 0
    }

    It 'says which suppression matched nothing' {
        $said = Invoke-ConsulDiagnosis export/x -Session http://127.0.0.1:1 -Suppress 'Tls.*', 'Tcp.Refused=other:1' -Verbose 4>&1 | Where-Object { $_ -is [Management.Automation.VerboseRecord] }
        ($said -join "`n") | Should -BeLike '*Tls.`* matched no finding*Tcp.Refused=other:1 matched no finding*'
    }

    It 'names the nearest code for a slip' {
        { Invoke-ConsulDiagnosis -Session $admin -Suppress Tcp.Refusd } | Should -Throw '*Tcp.Refused*' -ErrorId 'Request.Invalid,*'
    }

    It 'leaves out what is below -MinimumSeverity' {
        (Invoke-ConsulDiagnosis export/x -Session http://127.0.0.1:1 -MinimumSeverity Error).Findings.Severity | Sort-Object -Unique | Should -Be 'Error'
    }
}
