BeforeAll {
    . $PSScriptRoot/Lab.ps1
    $agent = Get-LabAgent
    $admin = New-LabSession -With @{ Name = 'admin' }
    $reader = New-LabSession 'key_prefix "" { policy = "read" }' -With @{ Name = 'reader' }
    $good = Invoke-ConsulDiagnosis compare/x -Session $admin
    $bad = Invoke-ConsulDiagnosis compare/x -Session $reader
    $file = Join-Path $TestDrive 'good.json'
    Set-Content -LiteralPath $file -Value ([ConsulKvTools.DiagnosisJson]::Write($good)) -Encoding utf8
}
AfterAll { Get-ConsulKvSession | Remove-ConsulKvSession }

Describe 'Compare-ConsulDiagnosis' {
    It 'names what changed, the likeliest explanation first' {
        $comparison = Compare-ConsulDiagnosis $good $bad
        $comparison | Should -BeOfType ([ConsulKvTools.ConsulDiagnosisComparison])
        "$($comparison.ReferenceVerdict) $($comparison.DifferenceVerdict)" | Should -Be 'Healthy Faulty'
        $comparison.Changes[0] | Should -BeOfType ([ConsulKvTools.ConsulDiagnosisChange])
        "$($comparison.Changes[0].Kind) $($comparison.Changes[0].Name)" | Should -Be 'Setting Token'
        $comparison.Changes[0].MayExplain | Should -BeTrue
        $comparison.Changes.Name | Should -Contain 'TokenAccessor'
        ($comparison.Changes | Where-Object Kind -EQ FindingAppeared).Name | Should -Contain $bad.RootCause.Code
    }

    It 'finds nothing between two runs of the same' {
        # How fast it went is up to the machine.
        (Compare-ConsulDiagnosis $good (Invoke-ConsulDiagnosis compare/x -Session $admin)).Changes | Where-Object Kind -NE Timing | Should -BeNullOrEmpty
    }

    It 'takes a saved diagnosis, by path, by file and relative to the location' {
        Push-Location $TestDrive
        try {
            foreach ($reference in $file, './good.json', (Get-Item good.json)) {
                ($bad | Compare-ConsulDiagnosis -Reference $reference).Changes[0].Name | Should -Be 'Token'
            }
        }
        finally { Pop-Location }
        (Compare-ConsulDiagnosis -Reference $bad -Difference $file -WarningAction SilentlyContinue).Changes[0].Name | Should -Be 'Token'
    }

    It 'takes diagnoses from the pipeline' {
        @(Invoke-ConsulDiagnosis compare/x -Session $admin | Compare-ConsulDiagnosis -Reference $file).Count | Should -Be 1
        @($good, $bad | Compare-ConsulDiagnosis -Reference $good).Count | Should -Be 2
    }

    It 'warns of another key' {
        $warnings = @(Compare-ConsulDiagnosis $good (Invoke-ConsulDiagnosis compare/y -Session $admin) 3>&1 | Where-Object { $_ -is [Management.Automation.WarningRecord] })
        "$warnings" | Should -Match 'different keys: compare/x then, compare/y now'
    }

    It 'refuses <Name> and says what to give' -ForEach @(
        @{ Name = 'a missing file'; Make = { Join-Path $TestDrive 'none.json' }; Says = 'no such file' }
        @{ Name = 'a file of something else'; Make = { $other = Join-Path $TestDrive 'other.json'; '{"a":1}' | Set-Content $other; $other }; Says = 'saved diagnosis' }
        @{ Name = 'a part of a diagnosis'; Make = { $good | Select-Object Target, Verdict }; Says = 'no diagnosis' }
        @{ Name = 'a series'; Make = { Invoke-ConsulDiagnosis compare/x -Session $admin -Count 1 }; Says = 'one of them' }
        @{ Name = 'a number'; Make = { 42 }; Says = 'no diagnosis' }
    ) {
        $given = & $Make
        foreach ($failure in (Get-ErrorOf { Compare-ConsulDiagnosis -Reference $given -Difference $good }), (Get-ErrorOf { Compare-ConsulDiagnosis -Reference $good -Difference $given })) {
            $failure.FullyQualifiedErrorId | Should -Match '^Report\.Unreadable,'
            "$failure" | Should -Match $Says
            $failure.ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
        }
    }

    It 'goes on after an input that cannot be read' {
        $found = @((Join-Path $TestDrive 'none.json'), $bad | Compare-ConsulDiagnosis -Reference $good -ErrorAction SilentlyContinue -ErrorVariable problems)
        $found.Count | Should -Be 1
        $problems.Count | Should -Be 1
    }

    It 'shows no secret' {
        $text = Compare-ConsulDiagnosis $good $bad | Format-List * | Out-String
        $text += Compare-ConsulDiagnosis $good $bad | Out-String
        $text | Should -Not -Match ([regex]::Escape($agent.ManagementToken))
        $text | Should -Match 'Token'
    }

    It 'names the file or parameter that holds no diagnosis, and says why' {
        $good = Invoke-ConsulDiagnosis -Session http://127.0.0.1:1
        { Compare-ConsulDiagnosis (Join-Path $TestDrive nope.json) $good } | Should -Throw '*nope.json is no saved diagnosis: there is no such file*' -ErrorId 'Report.Unreadable,*'
        { Compare-ConsulDiagnosis $TestDrive $good } | Should -Throw '*is no saved diagnosis: it is a folder*'
        Set-Content (Join-Path $TestDrive garbage.json) '{"a":'
        { Compare-ConsulDiagnosis $good (Join-Path $TestDrive garbage.json) -ErrorAction Stop } | Should -Throw '*garbage.json is no saved diagnosis: it is no JSON*'
        $good | Export-Clixml (Join-Path $TestDrive picture.xml)
        { Compare-ConsulDiagnosis (Join-Path $TestDrive picture.xml) $good } | Should -Throw '*picture.xml is no saved diagnosis: it is what Export-Clixml wrote; give what Import-Clixml makes of it*'
        { Compare-ConsulDiagnosis 5 $good } | Should -Throw '-Reference is no saved diagnosis: it is of type Int32*'
    }
}
