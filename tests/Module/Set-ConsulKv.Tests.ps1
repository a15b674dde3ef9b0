BeforeAll {
    . $PSScriptRoot/Lab.ps1
    $agent = Get-LabAgent
    $session = New-LabSession -With @{ Default = $true }
    $root = "set/$([guid]::NewGuid().ToString('N'))/"
}
AfterAll { Get-ConsulKvSession | Remove-ConsulKvSession }

Describe 'Set-ConsulKv: values' {
    It 'stores text as UTF-8 without a byte order mark' {
        Set-ConsulKv "${root}text" 'Grüße 🙂' | Out-Null
        (Get-ConsulKv "${root}text").Bytes | Should -Be ([Text.UTF8Encoding]::new($false).GetBytes('Grüße 🙂'))
    }

    It 'stores bytes as they are' {
        [byte[]] $bytes = 0..255
        Set-ConsulKv "${root}bytes" $bytes | Out-Null
        (Get-ConsulKv "${root}bytes").Bytes | Should -Be $bytes
    }

    It 'stores <Value> as <Text>' -ForEach @(
        @{ Value = 42; Text = '42' }, @{ Value = 1.5; Text = '1.5' }, @{ Value = $true; Text = 'True' }, @{ Value = [char]'x'; Text = 'x' }
        @{ Value = 1234567890123456789; Text = '1234567890123456789' }, @{ Value = 0.1d; Text = '0.1' }
        @{ Value = [guid]'11112222-3333-4444-5555-666677778888'; Text = '11112222-3333-4444-5555-666677778888' }
        @{ Value = [DayOfWeek]::Monday; Text = 'Monday' }, @{ Value = [version]'1.2.3'; Text = '1.2.3' }
    ) {
        $culture = [Threading.Thread]::CurrentThread.CurrentCulture
        try {
            # A culture whose decimal sign is a comma must not be seen in the store.
            $comma = [cultureinfo]::InvariantCulture.Clone()
            $comma.NumberFormat.NumberDecimalSeparator = ','
            [Threading.Thread]::CurrentThread.CurrentCulture = $comma
            Set-ConsulKv "${root}scalar" $Value | Out-Null
        }
        finally { [Threading.Thread]::CurrentThread.CurrentCulture = $culture }
        (Get-ConsulKv "${root}scalar").Value | Should -BeExactly $Text
    }

    It 'stores an empty value' {
        (Set-ConsulKv "${root}empty" '').Outcome | Should -Be 'Written'
        (Get-ConsulKv "${root}empty").Bytes.Count | Should -Be 0
    }

    It 'refuses <Name> with a hint' -ForEach @(
        @{ Name = 'null'; Value = $null; Hint = "give ''" }
        @{ Name = 'a hashtable'; Value = @{ a = 1 }; Hint = 'ConvertTo-Json' }
        @{ Name = 'a custom object'; Value = [pscustomobject]@{ a = 1 }; Hint = 'ConvertTo-Json' }
        @{ Name = 'a list of lines'; Value = @('one', 'two'); Hint = 'Get-Content -Raw' }
        @{ Name = 'a secure string'; Value = [securestring]::new(); Hint = 'ConvertTo-Json' }
    ) {
        $failure = Get-ErrorOf { Set-ConsulKv "${root}refused" $Value }
        $failure.FullyQualifiedErrorId | Should -BeLike 'Request.Invalid,*'
        "$failure" | Should -Match ([regex]::Escape($Hint))
        $failure.TargetObject | Should -Be "${root}refused"
    }

    It 'stores flags, up to the largest' {
        Set-ConsulKv "${root}flags" x -Flags 18446744073709551615 | Out-Null
        (Get-ConsulKv "${root}flags").Flags | Should -Be ([ulong]::MaxValue)
    }

    It 'sends the key <Key> byte for byte' -ForEach @(
        @{ Key = 'a b' }, @{ Key = 'a%2Fb' }, @{ Key = 'a#b?c&d=e' }, @{ Key = 'ключ/🙂' }, @{ Key = "a+b;'`"" }, @{ Key = 'back\slash' }, @{ Key = 'folder/' }
    ) {
        (Set-ConsulKv "$root$Key" 'exact').Outcome | Should -Be 'Written'
        (Get-ConsulKv $root -NamesOnly) | Should -Contain "$root$Key"
    }
}

Describe 'Set-ConsulKv: pipelines' {
    It 'writes keys from the pipeline, results in their order' {
        $keys = 1..100 | ForEach-Object { "${root}many/$_" }
        $results = $keys | Set-ConsulKv -Value v
        $results.Key | Should -Be $keys
        $results.Outcome | Select-Object -Unique | Should -Be 'Written'
        (Get-ConsulKv "${root}many/" -NamesOnly).Count | Should -Be 100
    }

    It 'writes Key and Value by property name, as Import-Csv gives them' {
        "Key,Value,Flags`n${root}csv/a,1,7`n${root}csv/b,2,8" | ConvertFrom-Csv | Set-ConsulKv | Out-Null
        $read = Get-ConsulKv "${root}csv/"
        $read.Value | Should -Be '1', '2'
        $read.Flags | Should -Be 7, 8
    }

    It 'takes Path for Key' {
        [pscustomobject]@{ Path = "${root}path"; Value = 'p' } | Set-ConsulKv | Out-Null
        (Get-ConsulKv "${root}path").Value | Should -Be 'p'
    }

    It 'computes the key with a script block' {
        'a', 'b' | Set-ConsulKv -Key { "${root}block/$_" } -Value x | Out-Null
        Get-ConsulKv "${root}block/" -NamesOnly | Should -Be "${root}block/a", "${root}block/b"
    }

    It 'takes piped <Name> with -Fenced' -ForEach @(
        @{ Name = 'keys'; Make = { "${root}piped/fenced" } }
        @{ Name = 'hashtables'; Make = { @{ Key = "${root}piped/fenced" } } }
        @{ Name = 'rows'; Make = { [pscustomobject]@{ Key = "${root}piped/fenced" } } }
    ) {
        Set-ConsulKv "${root}piped/fenced" before | Out-Null
        (& $Make | Set-ConsulKv -Value $Name -Fenced).Outcome | Should -Be 'Written'
        (Get-ConsulKv "${root}piped/fenced").Value | Should -Be $Name
    }

    It 'stores the bytes of rows that come from JSON' {
        Set-ConsulKv "${root}json/a" ([byte[]](0xff, 0, 0x80)) | Out-Null
        $rows = Get-ConsulKv "${root}json/a" | Select-Object Key, Value, Bytes | ConvertTo-Json | ConvertFrom-Json
        $rows.Key = "${root}json/b"
        ($rows | Set-ConsulKv).Outcome | Should -Be 'Written'
        (Get-ConsulKv "${root}json/b").Bytes | Should -Be ([byte[]](0xff, 0, 0x80))
    }

    It 'refuses bytes that are <Name>, and does not store the text instead' -ForEach @(
        @{ Name = 'a text, as Export-Csv leaves them'; Bytes = 'System.Byte[]'; Words = 'Export-Csv' }
        @{ Name = 'no bytes'; Bytes = @(1, 256); Words = '0 to 255' }
    ) {
        $failure = Get-ErrorOf { [pscustomobject]@{ Key = "${root}nobytes"; Value = 'text'; Bytes = $Bytes } | Set-ConsulKv }
        $failure.FullyQualifiedErrorId | Should -BeLike 'Request.Invalid,*'
        "$failure" | Should -Match $Words
        Get-ConsulKv "${root}nobytes" -ErrorAction Ignore | Should -BeNullOrEmpty
    }

    It 'computes value, flags and index of each input with a script block' {
        1..3 | ForEach-Object { Set-ConsulKv "${root}each/$_" old } | Out-Null
        $results = Get-ConsulKv "${root}each/" | Set-ConsulKv -Value { "$($_.Value)-$($_.Key[-1])" } -Flags { [int]"$($_.Key[-1])" } -CheckAndSet { $_.ModifyIndex }
        $results.Outcome | Should -Be 'Written', 'Written', 'Written'
        (Get-ConsulKv "${root}each/").Value | Should -Be 'old-1', 'old-2', 'old-3'
        (Get-ConsulKv "${root}each/").Flags | Should -Be 1, 2, 3
    }

    It 'refuses a null index instead of writing without a check: <Name>' -ForEach @(
        @{ Name = 'a row'; Write = { [pscustomobject]@{ Key = $args[0]; Value = 'new'; CheckAndSet = $null } | Set-ConsulKv } }
        @{ Name = 'a hashtable'; Write = { @{ Key = $args[0]; Value = 'new'; CheckAndSet = $null } | Set-ConsulKv } }
        @{ Name = 'a script block'; Write = { Get-ConsulKv $args[0] | Set-ConsulKv -Value new -CheckAndSet { $_.ModifyIndx } } }
    ) {
        Set-ConsulKv "${root}guard" old | Out-Null
        $failure = Get-ErrorOf { & $Write "${root}guard" }
        "$failure" | Should -Match 'is not an index to check against'
        (Get-ConsulKv "${root}guard").Value | Should -Be 'old'
    }

    It 'gives a result for each input even if the session is removed meanwhile' {
        $gone = New-LabSession
        $results = 1..300 | ForEach-Object { if ($_ -eq 200) { Remove-ConsulKvSession $gone }; [pscustomobject]@{ Key = "${root}gone/$_"; Value = $_ } } | Set-ConsulKv -Session $gone -ErrorAction SilentlyContinue
        $results.Count | Should -Be 300
        $written = @($results | Where-Object Outcome -EQ Written).Count
        (Get-ConsulKv "${root}gone/" -NamesOnly).Count | Should -Be $written
        ($results | Where-Object Outcome -EQ Failed | Select-Object -First 1).Message | Should -Match 'was removed'
    }

    It 'copies entries to another store byte for byte, flags included' {
        $other = [ConsulKvTools.Lab.ConsulAgent]::Start()
        try {
            $target = New-ConsulKvSession $other.Address.OriginalString
            Set-ConsulKv "${root}copy/binary" ([byte[]](0xff, 0xfe, 0x00, 0x80)) -Flags 42 | Out-Null
            Set-ConsulKv "${root}copy/text" "line`nline" -Flags 18446744073709551615 | Out-Null
            Set-ConsulKv "${root}copy/empty" '' | Out-Null
            Get-ConsulKv "${root}copy/" | Set-ConsulKv -Session $target | ForEach-Object Outcome | Select-Object -Unique | Should -Be 'Written'
            $from = Get-ConsulKv "${root}copy/" -Recurse
            $to = Get-ConsulKv "${root}copy/" -Session $target
            $to.Key | Should -Be $from.Key
            $to.Flags | Should -Be $from.Flags
            ($to | ForEach-Object { [Convert]::ToHexString($_.Bytes) }) | Should -Be ($from | ForEach-Object { [Convert]::ToHexString($_.Bytes) })
        }
        finally { $other.Dispose() }
    }

    It 'takes the value of the command line for entries too' {
        Set-ConsulKv "${root}over/a" old -Flags 3 | Out-Null
        Get-ConsulKv "${root}over/a" | Set-ConsulKv -Value new | Out-Null
        $read = Get-ConsulKv "${root}over/a"
        $read.Value | Should -Be 'new'
        $read.Flags | Should -Be 3
    }

    It 'keeps the order of two writes to one key' {
        1..50 | ForEach-Object { [pscustomobject]@{ Key = "${root}order"; Value = $_ } } | Set-ConsulKv -ThrottleLimit 50 | Out-Null
        (Get-ConsulKv "${root}order").Value | Should -Be '50'
    }

    It 'reports each failed write of a thousand and does the others' {
        $keys = 1..1000 | ForEach-Object { if ($_ % 100) { "${root}thousand/$_" } else { "/bad/$_" } }
        $results = $keys | Set-ConsulKv -Value v -ErrorVariable failures -ErrorAction SilentlyContinue
        $results.Count | Should -Be 1000
        @($results | Where-Object Outcome -EQ Failed).Key | Should -Be @($keys | Where-Object { $_ -like '/bad/*' })
        $failures.Count | Should -Be 10
        $failures[0].FullyQualifiedErrorId | Should -BeLike 'Key.LeadingSlash,*'
        @(Get-ConsulKv "${root}thousand/" -NamesOnly).Count | Should -Be 990
    }

    It 'gives the result before -ErrorAction Stop ends everything' {
        $seen = [Collections.Generic.List[object]]::new()
        { '/bad', "${root}stop" | Set-ConsulKv -Value v -ErrorAction Stop | ForEach-Object { $seen.Add($_) } } | Should -Throw -ErrorId 'Key.LeadingSlash,*'
        $seen[0].Outcome | Should -Be 'Failed'
    }

    It 'ends when downstream wants no more' {
        $first = 1..500 | ForEach-Object { "${root}first/$_" } | Set-ConsulKv -Value v | Select-Object -First 1
        $first.Key | Should -Be "${root}first/1"
    }
}

Describe 'Set-ConsulKv: conditions' {
    It 'writes with a matching index and refuses a stale one' {
        Set-ConsulKv "${root}cas" one | Out-Null
        $index = (Get-ConsulKv "${root}cas").ModifyIndex
        (Set-ConsulKv "${root}cas" two -CheckAndSet $index).Outcome | Should -Be 'Written'
        $late = Set-ConsulKv "${root}cas" three -CheckAndSet $index -ErrorVariable failure -ErrorAction SilentlyContinue
        $late.Outcome | Should -Be 'Conflict'
        $late.Code | Should -Be 'Cas.IndexStale'
        $failure[0].FullyQualifiedErrorId | Should -Be 'Cas.IndexStale,ConsulKvTools.Commands.SetConsulKvCommand'
        (Get-ConsulKv "${root}cas").Value | Should -Be 'two'
    }

    It 'names a CAS index that is none: <Value>' -ForEach @(@{ Value = -1 }, @{ Value = 'x' }, @{ Value = 1.5 }, @{ Value = '18446744073709551616' }) {
        $failure = "$(Get-ErrorOf { Set-ConsulKv "${root}cas" x -CheckAndSet $Value })"
        $failure | Should -Match ([regex]::Escape("'$Value'"))
        $failure | Should -Match 'ModifyIndex'
    }

    It 'names flags that are none: <Value>' -ForEach @(@{ Value = -1 }, @{ Value = 'x' }, @{ Value = 1.5 }, @{ Value = '18446744073709551616' }, @{ Value = '' }) {
        $failure = "$(Get-ErrorOf { Set-ConsulKv "${root}flags/bad" x -Flags $Value })"
        $failure | Should -Match ([regex]::Escape("'$Value'"))
        $failure | Should -Match '0 to 18446744073709551615'
        Get-ConsulKv "${root}flags/bad" -ErrorAction Ignore | Should -BeNullOrEmpty
    }

    It 'creates only what is not there' {
        (Set-ConsulKv "${root}new" 1 -CreateOnly).Outcome | Should -Be 'Written'
        $again = Set-ConsulKv "${root}new" 2 -CreateOnly -ErrorVariable failure -ErrorAction SilentlyContinue
        $again.Code | Should -Be 'Cas.ZeroButExists'
        $failure[0].CategoryInfo.Category | Should -Be 'ResourceExists'
    }

    It 'acquires and releases a lock' {
        $lock = $agent.CreateLockSession()
        (Set-ConsulKv "${root}lock" mine -LockSession $lock -Acquire).Outcome | Should -Be 'Written'
        (Get-ConsulKv "${root}lock").LockSession | Should -Be $lock
        $other = $agent.CreateLockSession()
        $held = Set-ConsulKv "${root}lock" theirs -LockSession $other -Acquire -ErrorVariable failure -ErrorAction SilentlyContinue
        $held.Code | Should -Be 'Lock.Held'
        $failure[0].CategoryInfo.Category | Should -Be 'ResourceBusy'
        (Set-ConsulKv "${root}lock" done -LockSession $lock -Release).Outcome | Should -Be 'Written'
        (Get-ConsulKv "${root}lock").LockSession | Should -BeNullOrEmpty
    }

    It 'says that a lock session''s name is no id' {
        (Set-ConsulKv "${root}lock2" x -LockSession my-lock -Acquire -ErrorAction SilentlyContinue).Code | Should -Be 'Session.NotUuid'
    }

    It 'cannot combine conditions that exclude each other' {
        { Set-ConsulKv a b -CreateOnly -CheckAndSet 1 } | Should -Throw -ErrorId 'AmbiguousParameterSet,*'
        { Set-ConsulKv a b -Fenced -CreateOnly } | Should -Throw -ErrorId 'AmbiguousParameterSet,*'
    }

    It 'writes fenced, and with an operation marker that does not stay' {
        (Set-ConsulKv "${root}fenced" 1 -Fenced).Outcome | Should -Be 'Written'
        (Set-ConsulKv "${root}marked" 1 -OperationPrefix "${root}markers/").Outcome | Should -Be 'Written'
        Get-ConsulKv "${root}markers/" -NamesOnly | Should -BeNullOrEmpty
    }

    It 'writes all or none with -Atomic' {
        1..3 | ForEach-Object { "${root}atomic/$_" } | Set-ConsulKv -Value a -Atomic | ForEach-Object Outcome | Select-Object -Unique | Should -Be 'Written'
        $results = "${root}atomic/4", '/bad' | Set-ConsulKv -Value a -Atomic -ErrorAction SilentlyContinue
        $results.Count | Should -Be 2
        $results.Outcome | Should -Not -Contain 'Written'
        Get-ConsulKv "${root}atomic/" -NamesOnly | Should -Not -Contain "${root}atomic/4"
    }

    It 'refuses an -Atomic batch of <Name> with both numbers, and sends nothing' -ForEach @(
        @{ Name = 'too many operations'; Count = 129; Size = 1; Code = 'Limit.TxnOps'; Numbers = '129, the limit is 128' }
        @{ Name = 'too many bytes'; Count = 2; Size = 300000; Code = 'Limit.TxnMaxReqLen'; Numbers = 'bytes, the limit is 524288' }
    ) {
        $relay = [ConsulKvTools.Lab.TcpFaultProxy]::new($agent.HttpAddress)
        try {
            $through = New-ConsulKvSession -Address $relay.Address.OriginalString -Token (ConvertTo-Secret $agent.ManagementToken)
            $results = 1..$Count | ForEach-Object { [pscustomobject]@{ Key = "${root}atomic/fit/$_"; Value = 'x' * $Size } } |
                Set-ConsulKv -Atomic -Session $through -ErrorVariable failure -ErrorAction SilentlyContinue
            $results.Count | Should -Be $Count
            $results.Code | Select-Object -Unique | Should -Be $Code
            $results[0].Message | Should -Match $Numbers
            $results[0].Message | Should -Match "It has $Count operations and \d+ bytes"
            $failure[0].FullyQualifiedErrorId | Should -BeLike "$Code,*"
            $relay.Requests | Where-Object Method -NE 'GET' | Should -BeNullOrEmpty
            Get-ConsulKv "${root}atomic/fit/" -NamesOnly -ErrorAction Ignore | Should -BeNullOrEmpty
        }
        finally { $through | Remove-ConsulKvSession; $relay.Dispose() }
    }

    It 'refuses an -Atomic batch in which <Name>, names the input, and sends nothing' -ForEach @(
        @{ Name = 'one key stands twice'; Rows = @{ Key = 'a'; Value = 1 }, @{ Key = 'b'; Value = 1 }, @{ Key = 'a'; Value = 2 }; Words = 'a stands twice' }
        @{ Name = 'one value cannot be stored'; Rows = @{ Key = 'a'; Value = 1 }, @{ Key = 'b'; Value = @{ x = 1 } }; Words = 'the value for .*b cannot be stored' }
        @{ Name = 'one key holds a character nobody sees'; Rows = @{ Key = 'a'; Value = 1 }, @{ Key = "b$([char]0x200b)"; Value = 1 }; Words = 'a character the agent filters out' }
        @{ Name = 'one key has a .. segment'; Rows = @{ Key = 'a'; Value = 1 }, @{ Key = 'b/../c'; Value = 1 }; Words = '\.\.' }
    ) {
        $relay = [ConsulKvTools.Lab.TcpFaultProxy]::new($agent.HttpAddress)
        try {
            $through = New-ConsulKvSession -Address $relay.Address.OriginalString -Token (ConvertTo-Secret $agent.ManagementToken)
            $results = $Rows | ForEach-Object { [pscustomobject]@{ Key = "${root}atomic/bad/$($_.Key)"; Value = $_.Value } } |
                Set-ConsulKv -Atomic -Session $through -ErrorAction SilentlyContinue
            $results.Outcome | Select-Object -Unique | Should -Be 'Failed'
            "$($results.Message)" | Should -Match $Words
            $relay.Requests | Should -BeNullOrEmpty
            Get-ConsulKv "${root}atomic/bad/" -NamesOnly -ErrorAction Ignore | Should -BeNullOrEmpty
        }
        finally { $through | Remove-ConsulKvSession; $relay.Dispose() }
    }
}

Describe 'Set-ConsulKv: refusals' {
    It 'reports a denied write as Denied, with an error that says what to do' {
        $reader = New-LabSession 'key_prefix "" { policy = "read" }'
        $result = Set-ConsulKv "${root}denied" x -Session $reader -ErrorVariable failure -ErrorAction SilentlyContinue
        $result.Outcome | Should -Be 'Denied'
        $result.Code | Should -BeLike 'Acl.*'
        $result.Remedy | Should -Not -BeNullOrEmpty
        $failure[0].FullyQualifiedErrorId | Should -Be "$($result.Code),ConsulKvTools.Commands.SetConsulKvCommand"
        $failure[0].CategoryInfo.Category | Should -Be 'PermissionDenied'
        $failure[0].TargetObject | Should -Be "${root}denied"
        $failure[0].ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
        $failure[0].Exception | Should -BeOfType ([ConsulKvTools.ConsulAclException])
    }

    It 'refuses the key <Key> as <Code> and writes nothing' -ForEach @(
        @{ Key = ''; Code = 'Key.Empty' }, @{ Key = '/a'; Code = 'Key.LeadingSlash' }, @{ Key = 'a//b'; Code = 'Key.DoubleSlash' }, @{ Key = 'a/../b'; Code = 'Key.DotSegments' }
    ) {
        $result = Set-ConsulKv $Key x -ErrorAction SilentlyContinue
        $result.Outcome | Should -Be 'Failed'
        $result.Code | Should -Be $Code
    }

    It 'says that a value is too large, and how large it may be' {
        $result = Set-ConsulKv "${root}large" ([byte[]]::new(524289)) -ErrorVariable failure -ErrorAction SilentlyContinue
        $result.Outcome | Should -Be 'Failed'
        $result.Code | Should -BeLike 'Limit.*'
        $failure[0].CategoryInfo.Category | Should -Be 'LimitsExceeded'
        "$($failure[0])" | Should -Match '524'
    }

    It 'fails with the connection''s code when nothing listens' {
        $policy = New-ConsulRetryPolicy 2 -BaseDelay 10ms
        $nobody = New-ConsulKvSession http://127.0.0.1:1 -RetryPolicy $policy
        $result = Set-ConsulKv a b -Session $nobody -ErrorVariable failure -ErrorAction SilentlyContinue
        $result.Outcome | Should -Be 'Failed'
        $result.Code | Should -Be 'Tcp.Refused'
        $result.Attempts.Count | Should -Be 2
        $failure[0].CategoryInfo.Category | Should -Be 'ConnectionError'
    }
}

Describe 'Set-ConsulKv: -WhatIf' {
    BeforeAll {
        # What if goes to the host, so a shell of its own is needed to read it.
        function Get-WhatIf([string] $Script) {
            Invoke-NewShell $Script @{ CONSUL_HTTP_ADDR = $agent.Address.OriginalString; CONSUL_HTTP_TOKEN = $agent.ManagementToken }
        }
    }

    It 'shows the key and old → new, and changes nothing' {
        Set-ConsulKv "${root}whatif" old | Out-Null
        $said = Get-WhatIf "[Console]::OutputEncoding = [Text.Encoding]::UTF8; Set-ConsulKv '${root}whatif' new -Flags 3 -WhatIf; Set-ConsulKv '${root}nothere' new -WhatIf"
        $said | Should -Match ([regex]::Escape("${root}whatif: 'old' → 'new', flags 0 → 3"))
        $said | Should -Match ([regex]::Escape("${root}nothere: (no such key) → 'new'"))
        (Get-ConsulKv "${root}whatif").Value | Should -Be 'old'
        Get-ConsulKv $root -NamesOnly | Should -Not -Contain "${root}nothere"
    }

    It 'shortens long values, shows control characters and sizes of binary ones' {
        Set-ConsulKv "${root}wi-binary" ([byte[]](0xff, 0xfe)) | Out-Null
        $said = Get-WhatIf "Set-ConsulKv '${root}wi-binary' (`"``e[31m`" + 'x' * 500) -WhatIf"
        $said | Should -Match '\(2 bytes\)'
        $said | Should -Match '\\u001b\[31m'
        $said.Length | Should -BeLessThan 400
    }
}

Describe 'Set-ConsulKv: a leader that dies' -Tag Cluster {
    It 'tells the truth about each of 2,000 writes' {
        $cluster = [ConsulKvTools.Lab.ConsulCluster]::Start()
        try {
            # A server that stays: the writes go on through it while the leader dies.
            $follower = @($cluster.Followers())[0]
            $through = New-ConsulKvSession $follower.Address.OriginalString
            $results = 1..2000 | ForEach-Object {
                if ($_ -eq 700) { $cluster.KillLeader() | Out-Null }
                [pscustomobject]@{ Key = "leader/$_"; Value = "value $_" }
            } | Set-ConsulKv -Session $through -ErrorAction SilentlyContinue
            $results.Count | Should -Be 2000
            $stored = @{}
            Get-ConsulKv leader/ -Session $through -Consistency Consistent | ForEach-Object { $stored[$_.Key] = $_.Value }
            foreach ($result in $results) {
                if ($result.Outcome -eq 'Written') { $stored[$result.Key] | Should -Be "value $($result.Key.Substring(7))" }
                elseif ($result.Outcome -ne 'Unknown') { $stored.ContainsKey($result.Key) | Should -BeFalse -Because "$result" }
            }
            @($results | Where-Object Outcome -EQ Unknown).Count | Should -BeLessThan 20
            @($results | Where-Object Outcome -EQ Written).Count | Should -BeGreaterThan 1900
        }
        finally { $cluster.Dispose() }
    }
}
