BeforeAll {
    . $PSScriptRoot/Lab.ps1
    $agent = Get-LabAgent
    $session = New-LabSession -With @{ Default = $true }
    $root = "pipes/$([guid]::NewGuid().ToString('N'))/"
    $files = Join-Path ([IO.Path]::GetTempPath()) "consulkvtools-$([guid]::NewGuid().ToString('N'))"
    [void][IO.Directory]::CreateDirectory($files)
    [IO.File]::WriteAllText("$files/one.json", '{"a":1}')
    [IO.File]::WriteAllBytes("$files/two.json", [byte[]](0xef, 0xbb, 0xbf, 0xff, 0, 13, 10))
}
AfterAll {
    Remove-Item -LiteralPath $files -Recurse
    Get-ConsulKvSession | Remove-ConsulKvSession
}

Describe 'Tables in: Set-ConsulKv -Prefix' {
    It 'writes a key for each value, results in the order of the table' {
        $results = Set-ConsulKv -Prefix "${root}in" -InputObject ([ordered]@{ db = [ordered]@{ host = 'a'; port = 5432; ssl = $true; at = [datetime]::new(2024, 1, 2, 3, 4, 5, [DateTimeKind]::Utc) }; list = 1, 'ü', @{ x = $null }; none = ''; raw = [byte[]](0xff, 0) })
        $results.Key | Should -Be @('db/host', 'db/port', 'db/ssl', 'db/at', 'list', 'none', 'raw' | ForEach-Object { "${root}in/$_" })
        $results.Outcome | Select-Object -Unique | Should -Be 'Written'
        (Get-ConsulKv @('db/host', 'db/port', 'db/ssl', 'db/at', 'list', 'none' | ForEach-Object { "${root}in/$_" })).Value | Should -BeExactly 'a', '5432', 'true', '2024-01-02T03:04:05Z', '[1,"ü",{"x":null}]', ''
        (Get-ConsulKv "${root}in/raw").Bytes | Should -Be ([byte[]](0xff, 0))
    }

    It 'takes what ConvertFrom-Json gives, piped, <_>' -ForEach 'one by one', 'all or none' {
        $prefix = "${root}json/$_"
        $results = '{"x":{"y":[1,2],"b":false},"s":"t"}' | ConvertFrom-Json | Set-ConsulKv -Prefix "$prefix/" -Atomic:($_ -eq 'all or none')
        $results.Key | Should -Be "$prefix/x/y", "$prefix/x/b", "$prefix/s"
        if ($_ -eq 'all or none') { @($results.ModifyIndex | Select-Object -Unique).Count | Should -Be 1 }
        (Get-ConsulKv "$prefix/x/y").Value | Should -Be '[1,2]'
    }

    It 'creates only, and says which keys were there' {
        Set-ConsulKv "${root}create/b" old | Out-Null
        $results = Set-ConsulKv -Prefix "${root}create" -InputObject ([ordered]@{ a = 1; b = 2 }) -CreateOnly -ErrorAction SilentlyContinue
        $results.Outcome | Should -Be 'Written', 'Conflict'
        (Get-ConsulKv "${root}create/b").Value | Should -Be 'old'
    }

    It 'writes nothing of a table with <Name>, and names the place' -ForEach @(
        @{ Name = 'a null'; Bad = @{ good = 1; deep = @{ x = $null } }; Words = 'bad/deep/x is null' }
        @{ Name = 'a slash in a name'; Bad = @{ good = 1; 'a/b' = 1 }; Words = 'holds a slash' }
        @{ Name = 'an empty name'; Bad = @{ good = 1; '' = 1 }; Words = 'is empty' }
        @{ Name = 'an object without text'; Bad = @{ good = 1; p = [Threading.Thread]::CurrentThread }; Words = 'bad/p is an object \(Thread\)' }
        @{ Name = 'two values for one key'; Bad = & { $table = @{}; $table.Add(1, 'x'); $table.Add('1', 'y'); $table }; Words = 'two values would become the key' }
        @{ Name = 'itself in it'; Bad = & { $table = @{ good = 1 }; $table.self = $table; $table }; Words = 'holds itself' }
    ) {
        $failure = Get-ErrorOf { Set-ConsulKv -Prefix "${root}bad" -InputObject $Bad }
        $failure.FullyQualifiedErrorId | Should -BeLike 'Request.Invalid,*'
        "$failure" | Should -Match $Words
        Get-ConsulKv "${root}bad/" -NamesOnly | Should -BeNullOrEmpty
    }

    It 'finds a custom object that holds itself' {
        $circle = [pscustomobject]@{ a = 1; self = $null }
        $circle.self = $circle
        "$(Get-ErrorOf { $circle | Set-ConsulKv -Prefix "${root}bad" })" | Should -Match 'holds itself'
    }

    It 'says how entries are written elsewhere, and that -Key does not go with -Prefix' {
        "$(Get-ErrorOf { Get-ConsulKv "${root}in/none" | Set-ConsulKv -Prefix x })" | Should -Match ([regex]::Escape("-Key { 'app/' + `$_.Key }"))
        (Get-ErrorOf { Set-ConsulKv -Prefix a -Key b -InputObject @{ c = 1 } }).FullyQualifiedErrorId | Should -BeLike 'Request.Invalid,*'
    }

    It 'points to -Prefix when a table is given as a value' {
        "$(Get-ErrorOf { Set-ConsulKv "${root}x" @{ a = 1 } })" | Should -Match '-InputObject with -Prefix'
    }
}

Describe 'Tables out: Get-ConsulKv -AsHashtable' {
    It 'gives nested, ordered tables and bytes where a value is no text' {
        [pscustomobject]@{ Key = "${root}out/z/b"; Value = '1' }, [pscustomobject]@{ Key = "${root}out/z/a"; Value = '2' }, [pscustomobject]@{ Key = "${root}out/m"; Bytes = [byte[]](0xff, 1) } | Set-ConsulKv | Out-Null
        foreach ($table in (Get-ConsulKv "${root}out/" -AsHashtable), (Get-ConsulKv "${root}out" -AsHashtable), (Get-ConsulKv -Prefix "${root}out" -AsHashtable)) {
            $table.z.a | Should -Be '2'
            $table.z.b | Should -Be '1'
            ,$table.m | Should -BeOfType ([byte[]])
            @($table.Keys) | Should -Be 'm', 'z'
        }
    }

    It 'loses no key: one that is a folder too, a folder''s own, names that differ in letter case' {
        $keys = 'a', 'a/', 'a/b', 'A', 'a-b', 'deep/x/y/' | ForEach-Object { "${root}all/$_" }
        $keys | Set-ConsulKv -Value { "value of $_" } | Out-Null
        $table = Get-ConsulKv "${root}all" -AsHashtable
        $table.a['.'] | Should -Be "value of ${root}all/a"
        $table.a['/'] | Should -Be "value of ${root}all/a/"
        ($table | Set-ConsulKv -Prefix "${root}copy").Outcome | Select-Object -Unique | Should -Be 'Written'
        $copied = Get-ConsulKv "${root}copy/"
        $copied.Key.Replace("${root}copy/", '') | Should -BeExactly (Get-ConsulKv "${root}all/").Key.Replace("${root}all/", '')
        $copied.Value | Should -BeExactly (Get-ConsulKv "${root}all/").Value
    }

    It 'gives an empty table where nothing is, and an error where nothing may be seen' {
        (Get-ConsulKv "${root}nothing" -AsHashtable).Count | Should -Be 0
        $blind = New-LabSession 'key_prefix "elsewhere/" { policy = "read" }'
        $table = Get-ConsulKv "${root}in" -AsHashtable -Session $blind -ErrorVariable failure -ErrorAction SilentlyContinue
        $table | Should -BeNullOrEmpty
        $failure[0].FullyQualifiedErrorId | Should -BeLike 'Acl.*'
    }

    It 'does not go with -NamesOnly or a wait' {
        (Get-ErrorOf { Get-ConsulKv a -AsHashtable -NamesOnly }).FullyQualifiedErrorId | Should -BeLike 'Request.Invalid,*'
        (Get-ErrorOf { Get-ConsulKv a -AsHashtable -WaitIndex 4 }).FullyQualifiedErrorId | Should -BeLike 'Request.Invalid,*'
    }
}

Describe 'Files' {
    It 'stores the bytes of piped files as they are' {
        (Get-ChildItem "$files/*.json" | Set-ConsulKv -Key { "${root}files/$($_.BaseName)" }).Outcome | Should -Be 'Written', 'Written'
        (Get-ConsulKv "${root}files/one").Value | Should -BeExactly '{"a":1}'
        (Get-ConsulKv "${root}files/two").Bytes | Should -Be ([byte[]](0xef, 0xbb, 0xbf, 0xff, 0, 13, 10))
        ((Get-ConsulKv "${root}files/one").Value | ConvertFrom-Json).a | Should -Be 1
    }

    It 'takes a file as -Value, and from a script block' {
        Set-ConsulKv "${root}files/three" (Get-Item "$files/one.json") | Out-Null
        'one' | Set-ConsulKv -Key { "${root}files/four" } -Value { Get-Item "$files/$_.json" } | Out-Null
        (Get-ConsulKv "${root}files/three", "${root}files/four").Value | Should -Be '{"a":1}', '{"a":1}'
    }

    It 'says what is missing: <Name>' -ForEach @(
        @{ Name = 'a key'; Script = { Get-Item "$files/one.json" | Set-ConsulKv }; Words = '-Key \{ "app/' }
        @{ Name = 'a file, not a folder'; Script = { Get-Item $files | Set-ConsulKv -Key "${root}folder" }; Words = 'is a folder' }
        @{ Name = 'the file itself'; Script = { [IO.FileInfo]::new("$files/gone") | Set-ConsulKv -Key "${root}gone" }; Words = 'cannot be read' }
    ) {
        $failure = & { $ErrorActionPreference = 'Continue'; . $Script 2>&1 }
        "$failure" | Should -Match $Words
    }
}

Describe 'Reading many keys' {
    It 'keeps the order, answers and errors of piped keys, several under way at once' {
        1..60 | ForEach-Object { [pscustomobject]@{ Key = "${root}many/$_"; Value = $_ } } | Set-ConsulKv | Out-Null
        $relay = [ConsulKvTools.Lab.TcpFaultProxy]::new($agent.HttpAddress)
        try {
            $relay.Delay([timespan]::FromMilliseconds(100))
            $through = New-ConsulKvSession -Address $relay.Address.OriginalString -Token (ConvertTo-Secret $agent.ManagementToken)
            $found = 1..60 | ForEach-Object { if ($_ % 20 -eq 0) { "${root}none/$_" } else { "${root}many/$_" } } | Get-ConsulKv -Session $through -ErrorVariable failures -ErrorAction SilentlyContinue
            $found.Value | Should -Be @(1..60 | Where-Object { $_ % 20 } | ForEach-Object { "$_" })
            $failures.TargetObject | Should -Be "${root}none/20", "${root}none/40", "${root}none/60"
            $relay.ConnectionCount | Should -BeGreaterThan 4
            $relay.ConnectionCount | Should -BeLessOrEqual 16
        }
        finally { $through | Remove-ConsulKvSession; $relay.Dispose() }
    }

    It 'gives one key after the other with -ThrottleLimit 1' {
        $relay = [ConsulKvTools.Lab.TcpFaultProxy]::new($agent.HttpAddress)
        try {
            $through = New-ConsulKvSession -Address $relay.Address.OriginalString -Token (ConvertTo-Secret $agent.ManagementToken)
            (1..20 | ForEach-Object { "${root}many/$_" } | Get-ConsulKv -Session $through -ThrottleLimit 1).Count | Should -Be 20
            $relay.ConnectionCount | Should -Be 1
        }
        finally { $through | Remove-ConsulKvSession; $relay.Dispose() }
    }
}

Describe 'Results' {
    It 'can be grouped and filtered by outcome' {
        $results = "${root}group/a", '/bad', "${root}group/b" | Set-ConsulKv -Value v -ErrorAction SilentlyContinue
        ($results | Group-Object Outcome | Sort-Object Name | ForEach-Object { "$($_.Name) $($_.Count)" }) | Should -Be 'Failed 1', 'Written 2'
        ($results | Where-Object Outcome -EQ Failed).Key | Should -Be '/bad'
    }

    It 'writes nothing of an -Atomic pipeline of which <Name>' -ForEach @(
        @{ Name = 'one row has no key'; Rows = @{ Key = 'a'; Value = 1 }, @{ Value = 2 } }
        @{ Name = 'one row has an index that is none'; Rows = @{ Key = 'a'; Value = 1 }, @{ Key = 'b'; Value = 1; CheckAndSet = 'x' } }
        @{ Name = 'one row has flags that are none'; Rows = @{ Key = 'a'; Value = 1 }, @{ Key = 'b'; Value = 1; Flags = -1 } }
        @{ Name = 'one input is null'; Rows = @{ Key = 'a'; Value = 1 }, $null }
    ) {
        $results = $Rows | ForEach-Object { if ($_ -and $_.Key) { $_ = $_.Clone(); $_.Key = "${root}spoilt/$($_.Key)" }; , $_ } | Set-ConsulKv -Atomic -ErrorVariable failure -ErrorAction SilentlyContinue
        $failure | Should -Not -BeNullOrEmpty
        $results.Outcome | Should -Not -Contain 'Written'
        Get-ConsulKv "${root}spoilt/" -NamesOnly | Should -BeNullOrEmpty
    }
}

Describe 'Objects of another session' {
    BeforeAll {
        $prod = New-LabSession -With @{ Default = $true; Name = 'prod' }
        $elsewhere = [ConsulKvTools.Lab.ConsulAgent]::Start([ConsulKvTools.Lab.ConsulAgentOptions]::new())
        $staging = New-ConsulKvSession -Address $elsewhere.AddressText -Name staging
        $sides = $prod, $staging
    }
    AfterAll {
        $staging | Remove-ConsulKvSession
        $elsewhere.Dispose()
    }

    It 'are releases: they are switched, removed and listed where they are' {
        foreach ($side in $sides) { foreach ($number in 1..4) { Publish-ConsulKvRelease pipes/shop "v$number" @{ n = $number } -Session $side | Out-Null } }
        foreach ($side in $sides) { foreach ($number in 3, 4) { Switch-ConsulKvRelease pipes/shop "v$number" -Session $side | Out-Null } }
        $removed = Get-ConsulKvRelease pipes/shop -Session staging | Where-Object Status -EQ Available | Select-Object -First 1 | Remove-ConsulKvRelease -OlderThan 0s -Force
        $removed.Outcome, $removed.Session | Should -Be 'Written', 'staging'
        (Get-ConsulKvRelease pipes/shop -Session prod).Release | Should -Be 'v1', 'v2', 'v3', 'v4'
        (Get-ConsulKvRelease pipes/shop -Session staging).Release | Should -Be 'v2', 'v3', 'v4'
        (Publish-ConsulKvRelease pipes/shop v2 @{ n = 2 } -Session staging | Switch-ConsulKvRelease | Switch-ConsulKvRelease -Rollback).Session | Should -Be 'staging'
        (Get-ConsulKvRelease pipes/shop v2 -Session staging | Get-ConsulKvRelease -Verify).Session | Select-Object -Unique | Should -Be 'staging'
        # What is given counts; a mixture goes where each is.
        (Get-ConsulKvRelease pipes/shop v2 -Session staging | Switch-ConsulKvRelease -Session prod).Session | Should -Be 'prod'
        ($sides | ForEach-Object { Get-ConsulKvRelease pipes/shop v3 -Session $_ } | Switch-ConsulKvRelease).Session | Should -Be 'prod', 'staging'
    }

    It 'are releases that came from a file: by the name of their session, or not at all' {
        Publish-ConsulKvRelease pipes/saved v1 @{ n = 1 } -Session staging | Out-Null
        $copy = [Management.Automation.PSSerializer]::Deserialize([Management.Automation.PSSerializer]::Serialize((Get-ConsulKvRelease pipes/saved -Session staging)))
        ($copy | Switch-ConsulKvRelease).Session | Should -Be 'staging'
        $row = $copy | ConvertTo-Json | ConvertFrom-Json
        ($row | Switch-ConsulKvRelease).Session | Should -Be 'staging'
        $row.Session = 'gone'
        $failure = Get-ErrorOf { $row | Switch-ConsulKvRelease }
        $failure.FullyQualifiedErrorId | Should -BeLike 'Request.Invalid,*'
        "$failure" | Should -Match "'gone', which is not known here.*'prod'; give -Session"
        (Get-ErrorOf { $row | Switch-ConsulKvRelease -Session prod }).FullyQualifiedErrorId | Should -BeLike 'Release.Missing,*'
    }

    It 'are not removed here without a word: <Name>' -ForEach @(
        @{ Name = 'an entry'; Of = { Get-ConsulKv pipes/other/k -Session staging } }
        @{ Name = 'a write result'; Of = { Set-ConsulKv pipes/other/k 1 -Session staging } }
        @{ Name = 'a change'; Of = { Watch-ConsulKv pipes/other/k -InitialState -MaximumChanges 1 -Session staging } }
        @{ Name = 'a row'; Of = { Get-ConsulKv pipes/other/k -Session staging | Select-Object Key, Session } }
        @{ Name = 'a difference'; Of = { Compare-ConsulKv pipes/none/ pipes/other/ -Session prod -DifferenceSession staging } }
    ) {
        foreach ($side in $sides) { Set-ConsulKv pipes/other/k 1 -Session $side | Out-Null }
        $failure = Get-ErrorOf { & $Of | Remove-ConsulKv -Force }
        $failure.FullyQualifiedErrorId | Should -BeLike 'Request.Invalid,*'
        "$failure" | Should -Match "session 'staging'.*pipes/other/k would be removed with 'prod'; give -Session"
        (Get-ConsulKv pipes/other/k -Session prod).Value | Should -Be '1'
        (& $Of | Remove-ConsulKv -Session staging).Outcome | Should -Be 'Written'
        Get-ConsulKv pipes/other/k -Session staging -ErrorAction Ignore | Should -BeNullOrEmpty
        # The lock session in what Consul's own API gives is none of ours.
        ([pscustomobject]@{ Key = 'pipes/other/k'; Session = [guid]::NewGuid().ToString() } | Remove-ConsulKv).Outcome | Should -Be 'Written'
    }

    It 'are known by their datacenter too, where no session has a name' {
        $address = (Get-LabAgent).Address.OriginalString
        $token = ConvertTo-Secret (Get-LabAgent).ManagementToken
        $east = New-ConsulKvSession -Address $address -Token $token
        $west = New-ConsulKvSession -Address $address -Token $token -Datacenter dc1
        Set-ConsulKv pipes/dc 1 -Session $west | Out-Null
        "$(Get-ErrorOf { $default = New-ConsulKvSession -Address $address -Token $token -Default; Get-ConsulKv pipes/dc -Session $west | Remove-ConsulKv })" | Should -Match 'session ''http.*'' \(datacenter dc1\)'
        New-ConsulKvSession -Address $address -Token $token -Datacenter dc1 -Default | Out-Null
        (Get-ConsulKv pipes/dc -Session $west | Remove-ConsulKv).Outcome | Should -Be 'Written'
        $null = $east, (New-LabSession -With @{ Default = $true; Name = 'prod' })
    }

    It 'are copied, but their indexes are not checked against other keys: <Name>' -ForEach @(
        @{ Name = 'a difference'; Write = { Compare-ConsulKv pipes/copy/ -Session prod -DifferenceSession staging | Set-ConsulKv } }
        @{ Name = 'a script block'; Write = { Get-ConsulKv pipes/copy/k -Session staging | Set-ConsulKv -Value new -CheckAndSet { $_.ModifyIndex } } }
        @{ Name = 'a row'; Write = { Get-ConsulKv pipes/copy/k -Session staging | Select-Object Key, Value, Session, @{ n = 'CheckAndSet'; e = { $_.ModifyIndex } } | Set-ConsulKv } }
    ) {
        Set-ConsulKv pipes/copy/k prod -Session prod | Out-Null
        Set-ConsulKv pipes/copy/k staging -Session staging | Out-Null
        $failure = Get-ErrorOf { & $Write }
        $failure.FullyQualifiedErrorId | Should -BeLike 'Request.Invalid,*'
        "$failure" | Should -Match "session 'staging'.*would be written, and its index checked, with 'prod'; give -Session"
        (Get-ConsulKv pipes/copy/k -Session prod).Value | Should -Be 'prod'
        (Compare-ConsulKv pipes/copy/ -Session prod -DifferenceSession staging | Set-ConsulKv -Session staging).Outcome | Should -Be 'Written'
        Set-ConsulKv pipes/copy/k 'of staging' -Session staging | Out-Null
        (Get-ConsulKv pipes/copy/k -Session staging | Set-ConsulKv).Outcome | Should -Be 'Written'
        (Get-ConsulKv pipes/copy/k -Session prod).Value | Should -Be 'of staging'
    }

    It 'are locks: of two of one key it is asked which' {
        $locks = foreach ($side in $sides) { Lock-ConsulKv locks/two -Session $side }
        $failure = Get-ErrorOf { Unlock-ConsulKv -Key locks/two }
        $failure.FullyQualifiedErrorId | Should -BeLike 'Request.Invalid,*'
        "$failure" | Should -Match "'prod', 'staging'.*give the lock that Lock-ConsulKv returned"
        $locks.IsHeld | Should -Be $true, $true
        (Unlock-ConsulKv $locks[1]).Outcome | Should -Be 'Written'
        (Unlock-ConsulKv -Key locks/two).Session | Should -Be 'prod'
    }
}
