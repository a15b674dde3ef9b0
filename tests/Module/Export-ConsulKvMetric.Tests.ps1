BeforeAll {
    . $PSScriptRoot/Lab.ps1
    $name = "export-$([guid]::NewGuid().ToString('N'))"
    $session = New-LabSession -With @{ Name = $name; Default = $true }
    Set-ConsulKv export/a 1 | Out-Null
    Push-Location -LiteralPath $TestDrive
}
AfterAll {
    Pop-Location
    Get-ConsulKvSession | Remove-ConsulKvSession
}

Describe 'Export-ConsulKvMetric' {
    It 'writes what was counted, with labels of its own, in silence' {
        Export-ConsulKvMetric a.prom -Session $session -Label @{ job = 'a "b"'; host = 7 } | Should -BeNullOrEmpty
        $text = Get-Content a.prom -Raw
        $text | Should -Match ([regex]::Escape("consulkv_writes_total{host=`"7`",job=`"a \`"b\`"`",session=`"$name`",operation=`"Put`",outcome=`"Written`"} 1"))
        $text | Should -Not -Match "`r"
        $text.EndsWith("`n") | Should -BeTrue
        [IO.File]::ReadAllBytes((Join-Path $TestDrive a.prom))[0] | Should -Be ([byte][char]'#')
    }

    It 'is what Prometheus takes' {
        $promtool = if ($env:PROMTOOL_BIN) { $env:PROMTOOL_BIN } else { (Get-Command promtool -ErrorAction Ignore).Source }
        if (-not $promtool) { Set-ItResult -Skipped -Because 'promtool is not here: install it (apt-get install prometheus) or set PROMTOOL_BIN'; return }
        Export-ConsulKvMetric b.prom -Label @{ job = 'x' }
        $said = Get-Content b.prom | & $promtool check metrics 2>&1
        $said | Should -BeNullOrEmpty
        $LASTEXITCODE | Should -Be 0
    }

    It 'gives the file with -PassThru and replaces one that is there, with its rights, in one step' {
        (Export-ConsulKvMetric c.prom -PassThru).Name | Should -Be 'c.prom'
        if (-not $IsWindows) { chmod 640 c.prom }
        Set-Content c.prom old
        Export-ConsulKvMetric c.prom
        Get-Content c.prom -Raw | Should -Match 'consulkv_build_info'
        if (-not $IsWindows) { [string][IO.File]::GetUnixFileMode((Join-Path $TestDrive c.prom)) | Should -Be 'GroupRead, UserWrite, UserRead' }
        @(Get-ChildItem -Force | Where-Object Name -like '*.tmp').Count | Should -Be 0
    }

    It 'never shows half a file to a reader' {
        Export-ConsulKvMetric d.prom -Session $session
        $file = Join-Path $TestDrive d.prom
        $reader = [powershell]::Create().AddScript({
                param($file)
                $bad = $seen = 0
                $until = [datetime]::UtcNow.AddSeconds(2)
                while ([datetime]::UtcNow -lt $until -or $seen -lt 50) { $seen++; if (-not [IO.File]::ReadAllText($file).TrimEnd().EndsWith('} 0')) { $bad++ } }
                $bad
            }).AddArgument($file)
        $reading = $reader.BeginInvoke()
        while (-not $reading.IsCompleted) { Export-ConsulKvMetric d.prom -Session $session }
        $reader.EndInvoke($reading) | Should -Be 0
        $reader.Dispose()
    }

    It 'leaves the file as it is where no session has that name' {
        Export-ConsulKvMetric e.prom -Session $session
        $before = Get-Content e.prom -Raw
        foreach ($typo in "$($name)x", "zz$name*", @($name, "$($name)x")) {
            $refused = Get-ErrorOf { Export-ConsulKvMetric e.prom -Session $typo }
            $refused.FullyQualifiedErrorId | Should -BeLike 'Request.Invalid,*'
            $refused.CategoryInfo.Category | Should -Be 'ObjectNotFound'
            Get-Content e.prom -Raw | Should -BeExactly $before
            (Get-ErrorOf { Export-ConsulKvMetric f.prom -Session $typo }) | Should -Not -BeNullOrEmpty
        }
        Test-Path f.prom | Should -BeFalse
        Export-ConsulKvMetric f.prom -Session "$($name.Substring(0, 12))*"
        Get-Content f.prom -Raw | Should -Match 'consulkv_writes_total\{'
    }

    It 'says what it would do, refuses what is there, and says what is wrong' {
        Export-ConsulKvMetric none.prom -WhatIf
        Test-Path none.prom | Should -BeFalse
        (Get-ErrorOf { Export-ConsulKvMetric c.prom -NoClobber }).FullyQualifiedErrorId | Should -BeLike 'Report.MetricsNotWritten,*'
        $missing = Get-ErrorOf { Export-ConsulKvMetric nowhere/x.prom }
        "$missing" | Should -Match 'its folder does not exist'
        $missing.CategoryInfo.Category | Should -Be 'WriteError'
        foreach ($label in 'a-b', '__x', 'le', '') { (Get-ErrorOf { Export-ConsulKvMetric x.prom -Label @{ $label = 1 } }).FullyQualifiedErrorId | Should -BeLike 'Request.Invalid,*' }
        Test-Path x.prom | Should -BeFalse
    }
}
