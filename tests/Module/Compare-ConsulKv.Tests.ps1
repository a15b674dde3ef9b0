BeforeAll {
    . $PSScriptRoot/Lab.ps1
    $agent = Get-LabAgent
    $session = New-LabSession -With @{ Default = $true }
    function Set-Keys([string] $Prefix, [hashtable] $Values) { foreach ($name in $Values.Keys) { Set-ConsulKv "$Prefix$name" $Values[$name] | Out-Null } }
    Set-Keys compare/p/ @{ same = '1'; host = 'a'; gone = 'x'; password = 'Tr0ub4dor&3' }
    Set-Keys compare/s/ @{ same = '1'; host = 'b'; new = 'y'; password = 'Tr0ub4dor&4' }
}
AfterAll { Get-ConsulKvSession | Remove-ConsulKvSession }

Describe 'Compare-ConsulKv' {
    It 'names no parameter that it does not have where a name does not tell the form' {
        $file = Join-Path $TestDrive 'noform'
        '[]' | Set-Content $file
        "$(Get-ErrorOf { Compare-ConsulKv compare/p/ -DifferencePath $file })" | Should -Not -BeLike '*-Format*'
    }

    It 'tells what is added, removed and changed, and hides secrets' {
        $differences = Compare-ConsulKv compare/p/ compare/s/
        $differences | ForEach-Object { "$($_.Kind) $($_.Name)" } | Should -Be 'Removed gone', 'Changed host', 'Added new', 'Changed password'
        foreach ($shown in ($differences | Out-String), ($differences | Format-List * -Force | Out-String), ($differences | Format-Table | Out-String), ($differences | ConvertTo-Json -Depth 5), ([Management.Automation.PSSerializer]::Serialize($differences))) { $shown | Should -Not -Match 'Tr0u' }
        ($differences | Where-Object Name -EQ password).Changes -join "`n" | Should -Match '-<hidden 9-16 chars #[0-9a-f]{4}>'
    }

    It 'makes the other side the same through the pipeline, secrets included' {
        $differences = Compare-ConsulKv compare/p/ compare/s/
        ($differences | Where-Object Kind -In Changed, Removed | Set-ConsulKv).Outcome | Should -Be 'Written', 'Written', 'Written'
        ($differences | Where-Object Kind -EQ Added | Remove-ConsulKv -Confirm:$false).Outcome | Should -Be 'Written'
        Compare-ConsulKv compare/p/ compare/s/ -Quiet | Should -BeExactly $true
        (Get-ConsulKv compare/s/password).Value | Should -Be 'Tr0ub4dor&3'
    }

    It 'does not overwrite what was changed after the comparison' {
        Set-Keys compare/late/p/ @{ a = '1' }; Set-Keys compare/late/s/ @{ a = '2' }
        $differences = Compare-ConsulKv compare/late/p/ compare/late/s/
        Set-ConsulKv compare/late/s/a 3 | Out-Null
        ($differences | Set-ConsulKv -ErrorAction SilentlyContinue).Outcome | Should -Be 'Conflict'
        (Get-ConsulKv compare/late/s/a).Value | Should -Be '3'
    }

    It 'writes nothing for a difference that holds nothing to write' {
        Set-Keys compare/none/p/ @{ a = '1' }; Set-Keys compare/none/s/ @{ a = '2'; b = 'keep' }
        $differences = Compare-ConsulKv compare/none/p/ compare/none/s/
        (Get-ErrorOf { $differences | Where-Object Kind -EQ Added | Set-ConsulKv }).FullyQualifiedErrorId | Should -BeLike 'Request.Invalid,*'
        $copy = [Management.Automation.PSSerializer]::Deserialize([Management.Automation.PSSerializer]::Serialize(@($differences)))
        (Get-ErrorOf { $copy | Set-ConsulKv }).FullyQualifiedErrorId | Should -BeLike 'Request.Invalid,*'
        (Get-ErrorOf { $differences | ConvertTo-Json -Depth 4 | ConvertFrom-Json | Set-ConsulKv }) | Should -Not -BeNullOrEmpty
        (Get-ConsulKv compare/none/s/).Value | Should -Be '2', 'keep'
    }

    It 'removes through the pipeline only what is Added, and that only as it was compared' {
        Set-Keys compare/rm/p/ @{ same = '1'; changed = '1'; gone = '1' }
        Set-Keys compare/rm/s/ @{ same = '1'; changed = '2'; added = '1'; late = '1' }
        $differences = Compare-ConsulKv compare/rm/p/ compare/rm/s/ -IncludeEqual
        Set-ConsulKv compare/rm/s/late 2 | Out-Null
        $copies = { $differences }, { $differences | ConvertTo-Json -Depth 4 | ConvertFrom-Json }, { $differences | ConvertTo-Csv | ConvertFrom-Csv },
            { [Management.Automation.PSSerializer]::Deserialize([Management.Automation.PSSerializer]::Serialize(@($differences))) }
        foreach ($copy in $copies) {
            foreach ($with in @{}, @{ Force = $true }, @{ Fenced = $true }, @{ WhatIf = $true }) {
                $rest = & $copy | Where-Object Name -In same, changed, gone
                @(Get-ErrorOf { $rest | Remove-ConsulKv @with }).Count | Should -Be 3
            }
            (Get-ErrorOf { & $copy | Where-Object Name -EQ added | Remove-ConsulKv -Recurse -Force }).FullyQualifiedErrorId | Should -BeLike 'Request.Invalid,*'
            (& $copy | Where-Object Name -EQ late | Remove-ConsulKv -ErrorAction SilentlyContinue).Outcome | Should -Be 'Conflict'
        }
        "$(Get-ErrorOf { $differences | Where-Object Name -EQ changed | Remove-ConsulKv })" | Should -BeLike '*compare/rm/s/changed is Changed, so its key stays*'
        (Get-ConsulKv compare/rm/s/).Key | Should -Be 'compare/rm/s/added', 'compare/rm/s/changed', 'compare/rm/s/late', 'compare/rm/s/same'
        ($differences | Where-Object Name -EQ added | Remove-ConsulKv).Outcome | Should -Be 'Written'
        "$(Get-ErrorOf { @{ Key = 'compare/rm/s/late' } | Remove-ConsulKv })" | Should -BeLike 'A hashtable is no key*'
        # Other objects may say what kind they are.
        ([pscustomobject]@{ Key = 'compare/rm/s/late'; Kind = 'Changed' } | Remove-ConsulKv).Outcome | Should -Be 'Written'
    }

    It 'keeps hidden what is hidden, where it shows what would be written or removed' {
        Set-Keys compare/wi/p/ @{ password = 'Tr0ub4dor&3'; json = '{"password":"Tr0ub4dor&3","host":"a"}'; 'new/password' = 'Tr0ub4dor&5' }
        Set-Keys compare/wi/s/ @{ password = 'Tr0ub4dor&4'; json = '{"password":"Tr0ub4dor&4","host":"b"}'; 'old/password' = 'Tr0ub4dor&6' }
        $script = "`$d = Compare-ConsulKv compare/wi/p/ compare/wi/s/; `$d | Where-Object Kind -NE Added | Set-ConsulKv -WhatIf; `$d | Where-Object Kind -EQ Added | Remove-ConsulKv -WhatIf"
        $shown = Invoke-NewShell $script @{ CONSUL_HTTP_ADDR = $agent.Address.OriginalString; CONSUL_HTTP_TOKEN = $agent.ManagementToken }
        $shown | Should -Match 'Set compare/wi/s/password: .<hidden 9-16 chars #[0-9a-f]{4}>'
        $shown | Should -Match 'Remove compare/wi/s/old/password \(now .<hidden'
        $shown | Should -Not -Match 'Tr0u'
    }

    It 'does not call the same what it could not see' {
        Set-Keys compare/blind/p/ @{ a = '1' }; Set-Keys compare/blind/s/ @{ a = '1' }
        $blind = New-LabSession 'service "x" { policy = "read" }'
        foreach ($compare in { Compare-ConsulKv compare/blind/p/ compare/blind/s/ -Session $blind -Quiet }, { Compare-ConsulKv compare/blind/no/ compare/blind/neither/ -Quiet },
            { Compare-ConsulKv compare/blind/p/ compare/blind/s/ -Exclude * -Quiet }, { Compare-ConsulKv -Environment ([ordered]@{ one = $blind; two = $blind }) compare/blind/p/ -Quiet },
            { Compare-ConsulKv -Environment ([ordered]@{ one = $session; two = $session }) compare/blind/no/ -Quiet }) {
            $said = & $compare 3>&1
            $said | Where-Object { $_ -is [bool] } | Should -BeExactly $false
            "$said" | Should -BeLike '*Nothing was compared*'
        }
        # Before 1.11 an agent hides without a word: that is said.
        $reader = New-LabSession 'key_prefix "compare/blind/" { policy = "read" }'
        Compare-ConsulKv compare/blind/p/ compare/blind/s/ -Session $reader -Quiet -WarningVariable said -WarningAction SilentlyContinue | Should -BeExactly $true
        "$said" | Should -BeLike '*does not say whether there are any*'
        Compare-ConsulKv compare/blind/p/ compare/blind/s/ -Quiet -WarningVariable said | Should -BeExactly $true
        $said | Should -BeNullOrEmpty
    }

    It 'leaves no value in an error when a pattern takes too long' {
        Set-Keys compare/slow/p/ @{ t = "SecretLeak$('a' * 40)!" }; Set-Keys compare/slow/s/ @{ t = "SecretLeaK$('a' * 40)!" }
        $failure = Get-ErrorOf { Compare-ConsulKv compare/slow/p/ compare/slow/s/ -ExcludeValue '(a+)+$' }
        "$failure" | Should -BeLike '*(a+)+$*compare/slow/*'
        ($failure | Format-List * -Force | Out-String) + ($failure.Exception | Format-List * -Force | Out-String) | Should -Not -Match 'SecretLea'
        $failure.Exception.InnerException | Should -BeNullOrEmpty
    }

    It 'names an environment as it was given' {
        "$(Get-ErrorOf { Compare-ConsulKv -Environment ([ordered]@{ production = $session; staging = $null }) x/ })" | Should -BeLike "The environment 'staging' has no session*"
    }

    It 'takes JSON that says the same for the same, and leaves out what does not count' {
        Set-Keys compare/json/p/ @{ j = '{"a":1,"b":[1,2]}'; url = 'http://db.prod.example/x'; 'tmp/x' = '1' }
        Set-Keys compare/json/s/ @{ j = '{ "b": [1, 2], "a": 1 }'; url = 'http://db.staging.example/x'; 'tmp/x' = '2' }
        Compare-ConsulKv compare/json/p/ compare/json/s/ -Quiet | Should -BeExactly $false
        Compare-ConsulKv compare/json/p/ compare/json/s/ -Semantic -Exclude 'tmp/*' -ExcludeValue '[\w-]+\.(prod|staging)\.example' -Quiet | Should -BeExactly $true
        Set-ConsulKv compare/json/s/j '{"a":2,"b":[1,2]}' | Out-Null
        (Compare-ConsulKv compare/json/p/ compare/json/s/ -Semantic -Exclude 'tmp/*', url).Changes | Should -Be '~ $.a: 1 → 2'
        (Get-ErrorOf { Compare-ConsulKv a b -ExcludeValue '(' }).FullyQualifiedErrorId | Should -BeLike 'Request.Invalid,*'
    }

    It 'compares with an export of consul, either way round' {
        Set-Keys compare/file/ @{ a = '1'; b = '2' }
        $export = Join-Path $TestDrive 'export.json'
        & $env:CONSUL_BIN kv export "-http-addr=$($agent.Address.OriginalString)" "-token=$($agent.ManagementToken)" compare/file/ | Set-Content $export
        Compare-ConsulKv compare/file/ -DifferencePath $export -Quiet | Should -BeExactly $true
        Compare-ConsulKv compare/file/ compare/file/ -ReferencePath $export -DifferencePath $export -Session http://127.0.0.1:1 -Quiet | Should -BeExactly $true
        Set-ConsulKv compare/file/b 3 | Out-Null
        (Compare-ConsulKv compare/file/ -ReferencePath $export).Kind | Should -Be 'Changed'
        # What differs from a file is mended in the file: no store is written to, at whatever index.
        "$(Get-ErrorOf { Compare-ConsulKv compare/file/ -DifferencePath $export | Set-ConsulKv })" | Should -BeLike '*which is no store*'
        (Compare-ConsulKv compare/file/ -ReferencePath $export | Set-ConsulKv -WhatIf:$false).Outcome | Should -Be 'Written'
        Set-ConsulKv compare/file/b 3 | Out-Null
        (Get-ErrorOf { Compare-ConsulKv compare/file/ -ReferencePath (Join-Path $TestDrive 'none.json') }).FullyQualifiedErrorId | Should -BeLike 'Document.Unreadable,*'
    }

    It 'says Unknown where the token may not read, and that nothing is there where nothing is' {
        $reader = New-LabSession 'key_prefix "compare/p/" { policy = "read" }'
        Set-Keys compare/hidden/ @{ same = '1' }
        (Compare-ConsulKv compare/p/ compare/hidden/ -Session $reader -WarningAction SilentlyContinue).Kind | Select-Object -Unique | Should -Be 'Unknown'
        Compare-ConsulKv compare/p/ compare/hidden/ -Session $reader -Quiet -WarningAction SilentlyContinue | Should -BeExactly $false
        Compare-ConsulKv compare/p/ compare/nowhere/ -WarningVariable said -WarningAction SilentlyContinue | Out-Null
        "$said" | Should -Match 'compare/nowhere/ has nothing to compare'
        (Get-ErrorOf { Compare-ConsulKv compare/p/ }).FullyQualifiedErrorId | Should -BeLike 'Request.Invalid,*'
    }

    It 'compares another cluster and another datacenter' {
        $options = [ConsulKvTools.Lab.ConsulAgentOptions]::new(); $options.InMemory = $true; $options.Datacenter = 'dc2'
        $second = [ConsulKvTools.Lab.ConsulAgent]::Start($options)
        try {
            $other = New-ConsulKvSession $second.Address.OriginalString -Name second
            $second.PutKey('compare/p/same', '1'); $second.PutKey('compare/p/host', 'z')
            Compare-ConsulKv compare/p/ -DifferenceSession $other | ForEach-Object { "$($_.Kind) $($_.Name)" } | Should -Be 'Removed gone', 'Changed host', 'Removed password'
            $rows = Compare-ConsulKv -Environment ([ordered]@{ production = $session; second = $other }) compare/p/ -IncludeEqual
            $rows | ForEach-Object { "$($_.Name) $($_.Status) $($_.Groups.Values)" } | Should -Be 'gone Missing A -', 'host Differs A B', 'password Missing A -', 'same Same A A'
            "$($rows | Format-List * | Out-String)" | Should -Not -Match 'Tr0u'
            Compare-ConsulKv compare/p/ -Session $other -DifferenceDatacenter dc2 -ReferenceDatacenter dc2 compare/p/ -Quiet | Should -BeExactly $true
            (Get-ErrorOf { Compare-ConsulKv compare/p/ -Session $other -DifferenceDatacenter dc9 }).FullyQualifiedErrorId | Should -BeLike 'Wan.UnknownDatacenter,*'
        }
        finally { $second.Dispose() }
    }

    It 'compares two datacenters that are joined, through one agent' {
        $one = $two = $null
        try {
            $one = [ConsulKvTools.Lab.ConsulCluster]::StartAsync([ConsulKvTools.Lab.ConsulClusterOptions]@{ Servers = 1 }).GetAwaiter().GetResult()
            $two = [ConsulKvTools.Lab.ConsulCluster]::StartAsync([ConsulKvTools.Lab.ConsulClusterOptions]@{ Servers = 1; JoinWan = $one; Agent = [ConsulKvTools.Lab.ConsulAgentOptions]@{ Datacenter = 'dc2' } }).GetAwaiter().GetResult()
            $near = New-ConsulKvSession $one.Agents[0].Address.OriginalString -Name near
            $one.Agents[0].PutKey('app/same', '1'); $two.Agents[0].PutKey('app/same', '1')
            $one.Agents[0].PutKey('app/near', '1'); $two.Agents[0].PutKey('app/far', '1')
            $one.Agents[0].PutKey('app/host', 'a'); $two.Agents[0].PutKey('app/host', 'b')
            Compare-ConsulKv app/ -Session $near -DifferenceDatacenter dc2 | ForEach-Object { "$($_.Kind) $($_.Name)" } | Should -Be 'Added far', 'Changed host', 'Removed near'
            Compare-ConsulKv app/ -Session $near -ReferenceDatacenter dc2 | ForEach-Object { "$($_.Kind) $($_.Name)" } | Should -Be 'Removed far', 'Changed host', 'Added near'
            $far = New-ConsulKvSession $one.Agents[0].Address.OriginalString -Datacenter dc2 -Name far
            Export-ConsulKv app/ (Join-Path $TestDrive dc2.json) -Session $far | Out-Null
            Compare-ConsulKv app/ -Session $near -ReferenceDatacenter dc2 -DifferencePath (Join-Path $TestDrive dc2.json) -Quiet | Should -BeExactly $true
        }
        finally { if ($two) { $two.Dispose() }; if ($one) { $one.Dispose() } }
    }

    It 'shows what is empty, what is no text and what is not there' {
        Set-Keys compare/kind/p/ @{ none = ''; gone = ''; text = 'abc' }; Set-Keys compare/kind/s/ @{ gone = 'x'; text = '' }
        Set-ConsulKv compare/kind/p/bytes ([byte[]](255, 254, 0)) -Session $session | Out-Null
        $PSStyle.OutputRendering = 'PlainText'
        $found = Compare-ConsulKv compare/kind/p/ compare/kind/s/
        $shown = $found | Out-String
        $shown | Should -Match '(?m)^- bytes .*\r?\n    \(binary, 3 bytes\)'
        $shown | Should -Match '(?m)^- none .*\r?\n    \(empty\)'
        $table = $found | Format-Table | Out-String -Width 200
        $table | Should -Match 'bytes\s+\(binary, 3 bytes\)\s+\(not there\)'
        $table | Should -Match 'none\s+\(empty\)\s+\(not there\)'
        $table | Should -Match 'text\s+abc\s+\(empty\)'
        $rows = Compare-ConsulKv -Environment ([ordered]@{ one = $session; two = New-LabSession }) compare/kind/p/ -IncludeEqual
        $rows | Out-String -Width 200 | Should -Match 'none\s+one A \(empty\), two A \(empty\)'
        ($rows | Where-Object Name -EQ bytes).Values['one'] | Should -BeNullOrEmpty
        ($rows | Where-Object Name -EQ bytes).Sizes['one'] | Should -Be 3
        $rows | Format-List | Out-String | Should -Match 'one: \(binary, 3 bytes\)'
    }

    It 'looks like git at a prompt' {
        Set-Keys compare/view/p/ @{ text = "one`ntwo`nthree`n"; old = '1' }; Set-Keys compare/view/s/ @{ text = "one`nzwei`nthree`n" }
        $PSStyle.OutputRendering = 'PlainText'
        $shown = (Compare-ConsulKv compare/view/p/ compare/view/s/ | Out-String) -split "`r?`n"
        $shown | Should -Contain '- old  (removed, 1 byte)'
        $shown | Should -Contain '~ text  (changed)'
        $shown | Should -Contain '    -two'
        $shown | Should -Contain '    +zwei'
    }
}
