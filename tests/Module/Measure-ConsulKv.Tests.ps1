BeforeAll {
    . $PSScriptRoot/Lab.ps1
    $agent = Get-LabAgent
    $session = New-LabSession -With @{ Default = $true; Name = 'measure' }
    1..30 | ForEach-Object { [pscustomobject]@{ Key = "measure/few/$_"; Value = 'x' * $_ } } | Set-ConsulKv | Out-Null
    Set-ConsulKv measure/deep/a/b/c/large ('y' * 5000) | Out-Null
    $history = Join-Path $TestDrive 'history.jsonl'
}
AfterAll { Get-ConsulKvSession | Remove-ConsulKvSession }

Describe 'Measure-ConsulKv' {
    It 'counts keys, bytes and prefixes' {
        $measured = Measure-ConsulKv measure/
        $measured.Keys | Should -Be 31
        $measured.Bytes | Should -Be (465 + 5000)
        $measured.StoredBytes | Should -BeGreaterThan ($measured.Bytes + $measured.KeyBytes)
        $measured.Prefixes[0].Prefix | Should -Be 'measure/deep/'
        ($measured.Prefixes | Where-Object Prefix -EQ 'measure/few/').Keys | Should -Be 30
        $measured.DeepestPrefixes[0].Prefix | Should -Be 'measure/deep/a/b/c/'
        $measured.LargestKeys[0].Key | Should -Be 'measure/deep/a/b/c/large'
        ($measured.SizeClasses | Measure-Object Keys -Sum).Sum | Should -Be 31
    }

    It 'composes: the largest keys can be read, prefixes can be measured' {
        ((Measure-ConsulKv measure/).LargestKeys | Select-Object -First 1 | Get-ConsulKv).Bytes.Length | Should -Be 5000
        ((Measure-ConsulKv measure/).Prefixes | Where-Object Level -EQ 1 | Measure-ConsulKv).Prefix | Sort-Object | Should -Be 'measure/deep/', 'measure/few/'
    }

    It 'keeps to -Top and -Depth' {
        $measured = Measure-ConsulKv measure/ -Top 1 -Depth 1
        $measured.LargestKeys.Count | Should -Be 1
        $measured.Prefixes.Prefix | Should -Be 'measure/deep/'
        (Measure-ConsulKv measure/ -Top 0).LargestKeys | Should -BeNullOrEmpty
    }

    It 'says of an empty prefix that it is empty' {
        $measured = Measure-ConsulKv measure/nothing/
        $measured.Keys | Should -Be 0
        $measured.IsPartial | Should -BeFalse
        $measured | Out-String | Should -BeLike '*Keys*0*'
    }

    It 'adds a line a measurement and tells what changed' {
        Measure-ConsulKv measure/ -HistoryPath $history | Out-Null
        Set-ConsulKv measure/few/31 new | Out-Null
        Set-ConsulKv measure/few/1 other | Out-Null
        Remove-ConsulKv measure/few/2 -Confirm:$false | Out-Null
        $measured = Measure-ConsulKv measure/ -HistoryPath $history
        $measured.Churn.Created, $measured.Churn.Changed, $measured.Churn.Removed | Should -Be 1, 1, 1
        @(Get-Content $history).Count | Should -Be 2
        $again = Measure-ConsulKv measure/ -Since $measured
        $again.Churn.Created + $again.Churn.Changed + $again.Churn.Removed | Should -Be 0
    }

    It 'writes nothing with -WhatIf and measures all the same' {
        $before = Get-Content $history -Raw
        (Measure-ConsulKv measure/ -HistoryPath $history -WhatIf).Keys | Should -BeGreaterThan 0
        Get-Content $history -Raw | Should -Be $before
    }

    It 'warns of lines that it cannot use, with their number' {
        $file = Join-Path $TestDrive 'torn.jsonl'
        '{"docu' | Set-Content $file -NoNewline
        $measured = Measure-ConsulKv measure/ -HistoryPath $file -WarningVariable warned -WarningAction SilentlyContinue
        "$warned" | Should -BeLike '*line 1*'
        $measured.HistoryProblems.Line | Should -Be 1
        @(Get-Content $file).Count | Should -Be 2
    }

    It 'adds nothing to a file that is no history' {
        $file = Join-Path $TestDrive 'export.json'
        [void](Export-ConsulKv measure/ -Path $file)
        $before = Get-FileHash $file
        $refused = Get-ErrorOf { Measure-ConsulKv measure/ -HistoryPath $file -WarningVariable warned }
        "$($refused.FullyQualifiedErrorId)" | Should -BeLike 'Capacity.HistoryUnusable,*'
        $warned | Should -BeNullOrEmpty
        (Get-FileHash $file).Hash | Should -Be $before.Hash
    }

    It 'tells ten unusable lines one by one, and counts the others' {
        $file = Join-Path $TestDrive 'mixed.jsonl'
        [void](Measure-ConsulKv measure/ -HistoryPath $file)
        1..30 | ForEach-Object { 'torn' } | Add-Content $file
        $measured = Measure-ConsulKv measure/ -HistoryPath $file -WarningVariable warned -WarningAction SilentlyContinue
        $warned.Count | Should -Be 11
        "$($warned[10])" | Should -BeLike '20 more lines*'
        $measured.HistoryProblems.Count | Should -Be 30
    }

    It 'forecasts from a history when a limit is reached' {
        $file = Join-Path $TestDrive 'grown.jsonl'
        $now = Measure-ConsulKv measure/
        20..1 | ForEach-Object {
            @{ document = 'consul-kv-measurement'; version = 1; time = $now.Time.AddDays(-$_).ToString('o'); address = $session.Address; prefix = 'measure/'; keys = $now.Keys; bytes = $now.Bytes; storedBytes = $now.StoredBytes - 100 * $_; index = 1 } | ConvertTo-Json -Compress
        } | Set-Content $file
        $forecast = (Measure-ConsulKv measure/ -HistoryPath $file -LimitBytes ($now.StoredBytes + 3000)).Forecasts | Where-Object Limit -EQ StoredBytes
        $forecast.State | Should -Be 'Expected'
        ($forecast.Expected - $now.Time).TotalDays | Should -BeGreaterThan 28
        ($forecast.Expected - $now.Time).TotalDays | Should -BeLessThan 32
        $forecast.Earliest | Should -Not -BeGreaterThan $forecast.Expected
    }

    It 'is a part of a report beside a diagnosis, and alone' {
        $measured = Measure-ConsulKv measure/ -HistoryPath $history
        $diagnosis = Invoke-ConsulDiagnosis measure/x
        $page = $diagnosis, $measured | Export-ConsulDiagnosis (Join-Path $TestDrive both.html) | Get-Content -Raw
        $page | Should -BeLike '*data-probe=*'
        $page | Should -BeLike '*Consul KV measurement*'
        $page | Should -BeLike '*measure/deep/a/b/c/large*'
        $measured | Export-ConsulDiagnosis (Join-Path $TestDrive alone.md) | Get-Content -TotalCount 1 | Should -BeLike '## * keys in *'
        $passed = $diagnosis, $measured | Export-ConsulDiagnosis (Join-Path $TestDrive passed.html) -PassThru
        $passed[0].GetType().Name, $passed[1].GetType().Name | Should -Be 'ConsulDiagnosis', 'ConsulKvMeasurement'
        $refused = Get-ErrorOf { $measured | Export-ConsulDiagnosis (Join-Path $TestDrive no.json) }
        "$refused" | Should -BeLike '*diagnoses only*'
        Test-Path (Join-Path $TestDrive no.json) | Should -BeFalse
        Get-ErrorOf { 'text' | Export-ConsulDiagnosis (Join-Path $TestDrive no.html) } | Should -BeLike '*A report holds diagnoses,*fault drills and findings of logs, not*string*'
    }

    It 'is an error where rules hide everything, and a warning with IsPartial where they hide some' {
        $blind = New-LabSession 'key_prefix "elsewhere/" { policy = "read" }'
        $refused = Get-ErrorOf { Measure-ConsulKv measure/ -Session $blind }
        "$($refused.FullyQualifiedErrorId)" | Should -BeLike 'Acl.*'
        $some = New-LabSession 'key_prefix "measure/few/" { policy = "read" }'
        $measured = Measure-ConsulKv -Session $some -WarningVariable warned -WarningAction SilentlyContinue
        $measured.IsPartial | Should -BeTrue
        "$warned" | Should -BeLike 'Acl.ReadFiltered: The measurement may lack keys*'
        $measured | Out-String | Should -Not -BeLike '*the whole store*'
        (Measure-ConsulKv -Session $some -Since $measured -WarningAction SilentlyContinue).Churn.Removed | Should -BeNullOrEmpty
        Measure-ConsulKv measure/ -WarningVariable warned | Out-Null
        $warned | Should -BeNullOrEmpty
    }

    It 'refuses a measurement of something else as -Since' {
        $measured = Measure-ConsulKv measure/
        $refused = Get-ErrorOf { Measure-ConsulKv other/ -Since $measured }
        "$($refused.FullyQualifiedErrorId)" | Should -BeLike 'Request.Invalid,*'
        "$refused" | Should -BeLike "*is a measurement of 'measure/' at $($session.Address), and 'other/' at $($session.Address) is measured*"
        $there = New-LabSession -With @{ Datacenter = 'dc1' }
        Get-ErrorOf { Measure-ConsulKv measure/ -Since $measured -Session $there } | Should -BeLike '*in datacenter dc1 is measured*'
        (Measure-ConsulKv measure/ -Session $there).Datacenter | Should -Be 'dc1'
        $elsewhere = New-ConsulKvSession -Address $session.Address.Replace('127.0.0.1', 'localhost') -Token (ConvertTo-Secret $agent.ManagementToken)
        Get-ErrorOf { Measure-ConsulKv measure/ -Since $measured -Session $elsewhere } | Should -BeLike '*at http://localhost:*'
    }

    It 'gives the measurement also when the history cannot be written, and says so' {
        $file = Join-Path $TestDrive 'held.jsonl'
        Measure-ConsulKv measure/ -HistoryPath $file | Out-Null
        $before = Get-Content $file -Raw
        # Somebody lets others read it and nobody write: that is waited for, but not for ever.
        $held = [IO.FileStream]::new($file, 'Open', 'ReadWrite', 'Read')
        try {
            $measured = Measure-ConsulKv measure/ -HistoryPath $file -ErrorVariable failed -ErrorAction SilentlyContinue
            $unwritten = $failed[0]
            Measure-ConsulKv measure/ -HistoryPath $file -ErrorVariable failed -WhatIf | Out-Null
            $failed | Should -BeNullOrEmpty
        }
        finally { $held.Dispose() }
        $measured.Keys | Should -BeGreaterThan 0
        $measured.History.Count | Should -Be 2
        $unwritten.FullyQualifiedErrorId | Should -BeLike 'Capacity.HistoryUnusable,*'
        Get-Content $file -Raw | Should -Be $before
    }

    It 'refuses $null as -Prefix, alone and among others, instead of measuring everything' {
        foreach ($given in { Measure-ConsulKv $null }, { Measure-ConsulKv @('measure/', $null) }, { $null | Measure-ConsulKv }) {
            $refused = Get-ErrorOf $given
            "$($refused.FullyQualifiedErrorId)" | Should -BeLike 'ParameterArgumentValidationError,*'
            $refused.Exception | Should -BeOfType ([Management.Automation.ParameterBindingException])
        }
    }

    It 'says the same in every culture' {
        $file = Join-Path $TestDrive 'culture.jsonl'
        Measure-ConsulKv measure/ -HistoryPath $file | Out-Null
        $before = [cultureinfo]::CurrentCulture
        $said = foreach ($culture in '', 'th-TH', 'ar-SA', 'fi-FI') {
            [cultureinfo]::CurrentCulture = $culture
            try {
                $measured = Measure-ConsulKv measure/ -HistoryPath $file -WhatIf
                "$($measured.Churn)|$($measured.History[0])|$($measured.Forecasts[0])|$($measured.Limits)"
            }
            finally { [cultureinfo]::CurrentCulture = $before }
        }
        @($said | Select-Object -Unique).Count | Should -Be 1
        $said[0] | Should -BeLike "*since $([datetime]::UtcNow.ToString('yyyy-MM-', [cultureinfo]::InvariantCulture))*"
    }

    It 'shows spans of days as such' {
        $measured = Measure-ConsulKv measure/
        $file = Join-Path $TestDrive 'days.jsonl'
        @{ document = 'consul-kv-measurement'; version = 1; time = $measured.Time.AddDays(-7).ToString('o'); address = $session.Address; prefix = 'measure/'; keys = $measured.Keys; bytes = 1; storedBytes = 1; index = $measured.Index } | ConvertTo-Json -Compress | Set-Content $file
        Measure-ConsulKv measure/ -HistoryPath $file -WhatIf | Out-String | Should -Match 'removed in 7 d 0:00:0'
    }
}
